"""What Telegram's refusals mean."""

from __future__ import annotations

import pytest

from projektbot.channels.telegram.faults import Conflict, Floods, NotEditable, NotModified, NoTopic, fault_of, reason_of
from projektbot.errors import Blocked, ChannelError, Moved, Rejected, Revoked, Throttled, Unsure


@pytest.mark.parametrize(
    ("code", "description", "expected"),
    [
        (400, "Bad Request: chat not found", Rejected),
        (400, "Bad Request: message text is empty", Rejected),
        (400, "Bad Request: message is not modified: specified new message content and …", NotModified),
        (400, "Bad Request: message to edit not found", NotEditable),
        (400, "Bad Request: message can't be edited", NotEditable),
        (400, "Bad Request: there is no text in the message to edit", NotEditable),
        (401, "Unauthorized", Revoked),
        (403, "Forbidden: bot was blocked by the user", Blocked),
        (403, "Forbidden: user is deactivated", Blocked),
        (403, "Forbidden: bot was kicked from the supergroup chat", Blocked),
        (400, "Bad Request: message thread not found", NoTopic),
        (400, "Bad Request: TOPIC_CLOSED", NoTopic),
        (404, "Not Found", Revoked),
        (404, "Not Found: method not found", Rejected),
        (409, "Conflict: terminated by other getUpdates request; make sure …", Conflict),
        (413, "", Rejected),
        (500, "Internal Server Error", Unsure),
        (502, "", Unsure),
        (404, "", ChannelError),
    ],
)
def test_each_refusal_is_named_by_what_it_means(code: int, description: str, expected: type[ChannelError]) -> None:
    assert type(fault_of(code, {"ok": False, "description": description})) is expected


def test_a_wait_concerns_the_chat_it_was_asked_for() -> None:
    answer = {"ok": False, "description": "Too Many Requests: retry after 35", "parameters": {"retry_after": 35}}
    floods = Floods()

    wait = fault_of(429, answer)
    assert isinstance(wait, Throttled)
    judged = [floods.judged(wait, "4711", now) for now in (0.0, 0.5, 1.0)]

    assert [(one.retry_after, one.everyone) for one in judged] == [(35.0, False)] * 3


def test_waits_in_several_chats_within_moments_concern_everyone() -> None:
    floods = Floods()

    quick = [floods.judged(Throttled(3), chat, now).everyone for chat, now in (("a", 0.0), ("b", 0.5), ("c", 1.0))]
    slow = [floods.judged(Throttled(3), chat, now).everyone for chat, now in (("a", 10.0), ("b", 20.0), ("c", 30.0))]

    assert quick == [False, False, True]
    assert slow == [False, False, False]


def test_a_chat_that_has_moved_says_where_to() -> None:
    description = "Bad Request: group chat was upgraded to a supergroup chat"
    fault = fault_of(400, {"description": description, "parameters": {"migrate_to_chat_id": -100_5}})

    assert isinstance(fault, Moved)
    assert fault.chat == "-1005"


def test_a_page_of_a_proxy_is_no_word_of_telegram() -> None:
    assert type(fault_of(401, None)) is ChannelError
    assert type(fault_of(429, None)) is Throttled


@pytest.mark.parametrize(
    ("description", "reason"),
    [
        ("Bad Request: chat not found", "chat not found"),
        ("Bad Request: Button URL 'https://ada.example' is invalid", "Button URL"),
        ("Bad Request: wrong HTTP URL: https://ada.example", "wrong HTTP URL"),
        ("Forbidden: bot was blocked by the user", "bot was blocked by the user"),
        ("<html>Ada</html>", ""),
    ],
)
def test_a_reason_keeps_telegrams_words_and_drops_what_it_quotes(description: str, reason: str) -> None:
    assert reason_of(description) == reason
