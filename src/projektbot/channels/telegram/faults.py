"""What Telegram's refusals mean to us."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any

from projektbot.errors import Blocked, ChannelError, Moved, Rejected, Revoked, Throttled, Unsure

# Telegram sometimes quotes what it refuses ("Wrong HTTP URL: …", "Button 'x' …"). Only its own words get into our
# logs: letters up to the first sign that could open a quotation.
OWN_WORDS = re.compile(r"(?:Bad Request|Forbidden|Unauthorized|Conflict)?[: ]*([A-Za-z][A-Za-z_ ,]{0,59})")

NOT_MODIFIED = "message is not modified"
# What an edit is answered with when only a new message can say it.
NOT_EDITABLE = (
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    "there is no text in the message to edit",
    "message identifier is not specified",
)


# What a message for a topic is answered with that is closed or gone.
NO_TOPIC = ("message thread not found", "topic_closed", "topic_deleted")

FLOOD_SECONDS, FLOODED_CHATS = 2.0, 3


class Conflict(ChannelError):
    """Somebody else receives with our token, or a webhook is set."""


class NotEditable(Rejected):
    """The message to replace is gone, too old or not a text: a new one must do."""


class NoTopic(Rejected):
    """The topic to speak in is closed or gone, the group is still there."""


class NotModified(Rejected):
    """The message says already what it shall say."""


class Floods:
    """Tells a chat that is too quick from an account that is: Telegram's `retry_after` does not say which it means.

    One chat alone is taken for its own fault, or one person tapping fast would keep everybody waiting; several chats
    within moments are the account's.
    """

    def __init__(self) -> None:
        self._recent: dict[str, float] = {}  # chat → when it was told to wait, in seconds of the clock given

    def judged(self, error: Throttled, chat: str, now: float) -> Throttled:
        """Return the wait as it concerns this chat, or everyone."""
        self._recent = {other: at for other, at in self._recent.items() if now - at < FLOOD_SECONDS}
        self._recent[chat] = now
        return Throttled(error.retry_after, everyone=len(self._recent) >= FLOODED_CHATS)


def fault_of(code: int, answer: Any) -> ChannelError:  # noqa: ANN401 - JSON
    """Name the fault in an answer that is no success. `answer` is its JSON, or None if it was none."""
    answer = answer if isinstance(answer, dict) else {}
    parameters = answer.get("parameters") or {}
    if code == HTTPStatus.TOO_MANY_REQUESTS:
        return Throttled(float(parameters.get("retry_after", 1)))
    if "migrate_to_chat_id" in parameters:
        return Moved(str(parameters["migrate_to_chat_id"]))
    return _by_code(code, str(answer.get("description", "")))


def _by_code(code: int, description: str) -> ChannelError:
    reason = reason_of(description) or f"status {code}"
    if code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Unsure(reason)
    if code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return Rejected(reason)
    if not description:  # not Telegram speaks but something before it, such as a proxy
        return ChannelError(reason)
    if code == HTTPStatus.FORBIDDEN:
        return Blocked(reason)
    if code == HTTPStatus.CONFLICT:
        return Conflict(reason)
    # 404 is a malformed token, unless it is the method that is unknown (an old server of one's own).
    if code == HTTPStatus.UNAUTHORIZED or (code == HTTPStatus.NOT_FOUND and "method" not in description):
        return Revoked(reason)
    return _refusal(description.lower(), reason)


def _refusal(description: str, reason: str) -> Rejected:
    if NOT_MODIFIED in description:
        return NotModified(reason)
    if any(words in description for words in NOT_EDITABLE):
        return NotEditable(reason)
    if any(words in description for words in NO_TOPIC):
        return NoTopic(reason)
    if "file is too big" in description:
        return Rejected("too_big")
    return Rejected(reason)


def reason_of(description: str) -> str:
    """Return Telegram's own words of a description, never what it quotes."""
    found = OWN_WORDS.match(description)
    return found[1].strip() if found else ""
