"""What is said in a room and not to us: read only where it is passed on to the other chat of a project. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from projektbot.channels.matrix.addressed import COMMAND, Here
from projektbot.channels.matrix.events import (
    Raw,
    as_text,
    caption_of,
    content_of,
    edited_event,
    file_name_of,
    new_content,
    replied_event,
    size_of,
    words_of,
)
from projektbot.channels.matrix.files import ref_of
from projektbot.messages import Edited, Event, Kind, Odd, Upload, Words

TYPES: Final = frozenset({"m.room.message", "m.sticker", "m.poll.start", "org.matrix.msc3381.poll.start"})
FILES: Final = frozenset({"m.image", "m.audio", "m.video", "m.file"})

Reader: TypeAlias = Callable[[Raw], Event | None]


def is_passed_on(raw: Raw, here: Here) -> bool:
    """Say whether this is something that others say, in a room from which that goes to another chat."""
    return raw["type"] in TYPES and raw["room_id"] in here.relayed and raw.get("sender") != here.user


def overheard(raw: Raw) -> Event | None:
    """Translate an event of a room in which messages are passed on, if it is one that people say."""
    content = content_of(raw)
    if not content:
        return None
    if raw["type"] != "m.room.message":
        return Odd("sticker" if raw["type"] == "m.sticker" else "poll", replied_event(content))
    if replaced := edited_event(content):
        return _corrected(replaced, new_content(content))
    reader = READERS.get(as_text(content.get("msgtype")))
    return reader(content) if reader else None


def _corrected(message: str, new: Raw) -> Event | None:
    if new.get("msgtype") == "m.notice":
        return None
    return Edited(message, caption_of(new) if as_text(new.get("msgtype")) in FILES else words_of(new).strip())


def _text(content: Raw) -> Event | None:
    words = words_of(content).strip()
    return Words(words, replied_event(content)) if words and not COMMAND.fullmatch(words) else None


def _image(content: Raw) -> Event:
    if not (ref := ref_of(content)):
        return Odd("image", replied_event(content))
    return Upload(
        Kind.IMAGE, ref, size_of(content), file_name_of(content), caption_of(content), to=replied_event(content)
    )


def _named(what: str) -> Reader:
    """Name a file that is not passed on, so that nobody fetches it."""

    def read_named(content: Raw) -> Event:
        return Odd(what, replied_event(content))

    return read_named


# Not here: notices, which are what bots say.
READERS: Mapping[str, Reader] = {
    "m.text": _text,
    "m.emote": _text,
    "m.image": _image,
    "m.audio": _named("voice"),
    "m.video": _named("video"),
    "m.file": _named("file"),
    "m.location": _named("location"),
}
