"""What can be read off an event of a room, whoever sent it and whatever they wrote into it."""

from __future__ import annotations

import re
from typing import Any, Final, TypeAlias

Raw: TypeAlias = dict[str, Any]  # an event as JSON, in the client format with its room_id

FILES: Final = frozenset({"m.image", "m.audio", "m.video", "m.file"})
MAX_DIGITS: Final = 2  # of a number to pick
MAX_ID_BYTES: Final = 255  # Matrix 1.0, "Size limits"; asked for a longer one, proxies answer in no homeserver's words

_KEYCAPS = str.maketrans({"\ufe0f": None, "\ufe0e": None, "\u20e3": None, "🔟": "10"})
_UNTELLABLE = str.maketrans({"\0": None})  # PostgreSQL stores no NUL
_QUOTED_REPLY = re.compile(r"> (?:\* )?<(?P<user>@[^>\s]+)>")


def as_object(value: object) -> Raw:
    """Return a JSON object, or an empty one in place of anything else."""
    return value if isinstance(value, dict) else {}


def as_objects(value: object) -> list[Raw]:
    """Return a JSON array of objects; what is none in it becomes an empty one."""
    return [as_object(item) for item in value] if isinstance(value, list) else []


def as_text(value: object) -> str:
    """Return a string that can be stored (no NUL, no half of a surrogate pair), or "" in place of anything else."""
    if not isinstance(value, str):
        return ""
    return value.translate(_UNTELLABLE).encode("utf-8", "ignore").decode("utf-8")


def content_of(raw: Raw) -> Raw:
    return as_object(raw.get("content"))


def body_of(content: Raw) -> str:
    return as_text(content.get("body"))


# ---- relations (client-server API, "Forming relationships between events") -----------------------------------------


def replied_event(content: Raw) -> str:
    """Return the id of the message this one answers, or ""."""
    relation = _relation(content)
    if relation.get("is_falling_back") is True:  # a thread, shown as answers by clients that know none
        return ""
    return _identifier(as_object(relation.get("m.in_reply_to")).get("event_id"))


def thread_of(content: Raw) -> str:
    """Return the id of the message that began the thread this one belongs to, or ""."""
    return _related(content, "m.thread")


def edited_event(content: Raw) -> str:
    """Return the id of the message this one corrects, or ""."""
    return _related(content, "m.replace")


def redacted_event(raw: Raw) -> str:
    """Return the id of the message that this event takes away, or "" (before room version 11 it stands outside)."""
    return _identifier(content_of(raw).get("redacts")) or _identifier(raw.get("redacts"))


def reacted_event(content: Raw) -> str:
    """Return the id of the message this is a reaction to, or ""."""
    return _related(content, "m.annotation")


def referenced_event(content: Raw) -> str:
    """Return the id of the poll this answers or closes, or ""."""
    return _related(content, "m.reference")


def picked_number(content: Raw) -> int:
    """Read the reactions 1️⃣ to 🔟 and typed numbers, with or without variation selectors; 0 if it is another one."""
    digits = as_text(_relation(content).get("key")).strip().translate(_KEYCAPS)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= MAX_DIGITS else 0


def new_content(content: Raw) -> Raw:
    """Return what a correction says now; another message as it is."""
    return as_object(content.get("m.new_content")) if edited_event(content) else content


def _relation(content: Raw) -> Raw:
    return as_object(content.get("m.relates_to"))


def _related(content: Raw, how: str) -> str:
    relation = _relation(content)
    return _identifier(relation.get("event_id")) if relation.get("rel_type") == how else ""


def _identifier(value: object) -> str:
    """Return the id of an event or a room, or "" in place of what can be none, whoever wrote it."""
    text = as_text(value)
    return text if len(text.encode()) <= MAX_ID_BYTES else ""


# ---- answers of older clients carry the answered words, each line after "> ", the first with the author ------------


def quoted_author(content: Raw) -> str:
    """Return whose words stand before an answer (Matrix 1.12 and older), or ""."""
    quoted = _QUOTED_REPLY.match(body_of(content)) if replied_event(content) else None
    return quoted["user"] if quoted else ""


def words_of(content: Raw) -> str:
    """Return what somebody wrote, without the words they answer."""
    if not quoted_author(content):
        return body_of(content)
    lines = body_of(content).split("\n")
    own = next((number for number, line in enumerate(lines) if not line.startswith(">")), len(lines))
    return "\n".join(lines[own:])


# ---- mentions, files, membership -----------------------------------------------------------------------------------


def mentioned_users(content: Raw) -> list[str] | None:
    """Return whom a message names on purpose; None if its client knows no such list (Matrix 1.6 and older)."""
    if "m.mentions" not in content:
        return None
    users = as_object(content["m.mentions"]).get("user_ids")
    return [user for user in users if isinstance(user, str)] if isinstance(users, list) else []


def file_name_of(content: Raw) -> str:
    return as_text(content.get("filename")) or body_of(content)


def caption_of(content: Raw) -> str:
    """Return what was written with a file: the body, if there is a file name beside it (Matrix 1.10, MSC2530)."""
    body = body_of(content)
    return body.strip() if content.get("filename") and body != content["filename"] else ""


def size_of(content: Raw) -> int:
    """Return the size that the sender's client states, in bytes; 0 if it states none."""
    size = as_object(content.get("info")).get("size")
    return size if isinstance(size, int) and size > 0 else 0


def membership_change(raw: Raw, user: str) -> tuple[str, str] | None:
    """Return what a user's membership was and has become ("invite", "join", "leave", "ban"), if this changes it."""
    if raw.get("type") != "m.room.member" or raw.get("state_key") != user:
        return None
    before = as_text(as_object(as_object(raw.get("unsigned")).get("prev_content")).get("membership"))
    now = as_text(content_of(raw).get("membership"))
    return (before, now) if before != now else None  # else it is a new name or picture


def has_joined(raw: Raw, user: str) -> bool:
    change = membership_change(raw, user)
    return change is not None and change[1] == "join"


def heir_of(tombstone: Raw) -> str:
    """Return the id of the room that replaces this one, or ""."""
    heir = _identifier(content_of(tombstone).get("replacement_room"))
    return heir if heir.startswith("!") and heir != tombstone.get("room_id") else ""
