"""What people say to each other in a group is read only where it is passed on, and then with their name."""

from __future__ import annotations

from typing import Any

import pytest

from projektbot.channels.telegram.inbound import Reader, groups_in
from projektbot.channels.telegram.outbound import edit, removal
from projektbot.messages import (
    Edited,
    Event,
    Inbound,
    Kind,
    Limits,
    Media,
    Odd,
    Outgoing,
    Part,
    Shared,
    Stored,
    Style,
    Upload,
    Words,
)
from tests.channels.telegram import updates as u

RELAYED = Reader("telegram", u.BOT, u.USERNAME, frozenset({str(u.GROUP["id"])}))
CHANNEL = {"id": -100_777, "type": "channel", "title": "Kiezblatt"}


def read(update: u.Json) -> Inbound | None:
    return RELAYED.to_inbound(update)


def heard(**content: Any) -> Event | None:  # noqa: ANN401 - JSON
    inbound = read(u.message(u.GROUP, **content))
    assert inbound is None or inbound.overheard
    return inbound.event if inbound else None


def test_words_come_with_who_said_them_and_what_they_answer() -> None:
    earlier = u.said(u.GROUP, text="Wer bringt Kuchen?") | {"message_id": 11}

    inbound = read(u.message(u.GROUP, text="ich", reply_to_message=earlier))

    assert inbound == Inbound(
        "telegram", "9001", "-4001", Words("ich", "11"), "17", "de", private=False, order=9001, sender="70001",
        name="Ada", overheard=True,
    )  # fmt: skip


def test_what_somebody_only_forwards_is_said_to_be_that_where_it_is_passed_on() -> None:
    origin = {"type": "user", "sender_user": u.OTHER_BOT, "date": 1}
    update = u.message(u.GROUP, text="Wir brauchen Geld", forward_origin=origin)

    inbound = read(update)
    to_us = Reader("telegram", u.BOT, u.USERNAME).to_inbound(u.message(u.GROUP, text="/tasks", forward_origin=origin))

    assert inbound is not None
    assert inbound.forwarded
    assert to_us is not None
    assert not to_us.forwarded


def test_photos_are_fetched_and_other_files_only_named() -> None:
    assert heard(photo=u.PHOTO, caption="Bank") == Upload(Kind.IMAGE, "large", 210_000, caption="Bank")
    assert heard(voice=u.VOICE) == Odd("voice")
    assert heard(document=u.DOCUMENT) == Odd("document")
    assert heard(location={"latitude": 52.5, "longitude": 13.4}) == Shared(52.5, 13.4)


def test_corrections_are_heard() -> None:
    inbound = read({"update_id": 1, "edited_message": u.said(u.GROUP, text="Kuchen")})

    assert inbound is not None
    assert (inbound.event, inbound.overheard, inbound.name) == (Edited("17", "Kuchen"), True, "Ada")


@pytest.mark.parametrize(
    "message",
    [
        u.said(u.GROUP, u.OURSELVES, text="Notiert."),
        u.said(u.GROUP, u.OTHER_BOT, text="Es regnet."),
        u.said(u.GROUP, u.PERSON, text="/wetter@wetter_bot"),
        u.said(u.GROUP, u.PERSON, text="Neues", sender_chat=CHANNEL),
        u.said(u.GROUP, u.PERSON, new_chat_title="Räder"),
        u.said(u.SUPERGROUP, u.PERSON, text="In einer anderen Gruppe"),
    ],
    ids=["ours", "a bot", "a bot's command", "a channel", "the messenger", "another group"],
)
def test_what_no_person_says_to_others_is_not_heard(message: u.Json) -> None:
    assert read({"update_id": 1, "message": message}) is None
    assert read({"update_id": 1, "edited_message": message}) is None


def test_what_is_said_to_us_is_not_overheard_but_has_a_name() -> None:
    ours = u.said(u.GROUP, u.OURSELVES, text="?")

    inbound = read(u.message(u.GROUP, text="ja", reply_to_message=ours))

    assert inbound is not None
    assert (inbound.overheard, inbound.name) == (False, "Ada")


def test_groups_are_found_whatever_else_comes() -> None:
    odd: list[Any] = [None, 7, {"message": 3}, {"message": {"chat": []}}, u.message(text="privat")]

    assert groups_in([*odd, u.message(u.GROUP, text="?")]) == {"-4001"}


def test_a_photo_that_is_one_with_its_words_is_corrected_and_deleted_as_one() -> None:
    photo = Media(Kind.IMAGE, Stored("ab" * 32, "image/png", 5))
    parts = (Part("Ben", Style.BOLD), Part(": "), Part("Bank", Style.SAID))

    call = edit("-4001", Outgoing(parts, media=photo, replaces="9", whole=True), Limits())

    assert call is not None
    assert (call.method, call.parameters) == (
        "editMessageCaption",
        {
            "chat_id": -4001,
            "message_id": 9,
            "caption": "Ben: Bank",
            "caption_entities": [{"type": "bold", "offset": 0, "length": 3}],
        },
    )
    assert removal("-4001", Outgoing((), removes="9")) == ("deleteMessage", {"chat_id": -4001, "message_id": 9})
