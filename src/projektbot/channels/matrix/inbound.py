"""What an event of a Matrix room means to the house. Pure: all that must be known comes in `Here`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from projektbot.channels.matrix.addressed import (
    COMMAND,
    Here,
    is_for_us,
    own_words,
    poll_is_ours,
    reaction_is_for_us,
)
from projektbot.channels.matrix.events import (
    Raw,
    as_text,
    caption_of,
    content_of,
    edited_event,
    file_name_of,
    heir_of,
    membership_change,
    new_content,
    picked_number,
    reacted_event,
    redacted_event,
    replied_event,
    size_of,
    thread_of,
)
from projektbot.channels.matrix.files import ref_of
from projektbot.channels.matrix.overheard import is_passed_on, overheard
from projektbot.channels.matrix.polls import ENDS, RESPONSES, STARTS, ending_of, vote_of
from projektbot.messages import (
    Command,
    Edited,
    Event,
    Gone,
    Inbound,
    Kind,
    Migrated,
    Odd,
    Pick,
    Presence,
    Shared,
    Upload,
    Words,
)

GREETING: Final = "net.projektbot.greeting"  # not of Matrix: see `greeting_for`
SHUT_OUT: Final = "net.projektbot.shut_out"  # likewise: see `shut_out_by`
MAX_WORD: Final = 64  # characters of a message type that we repeat: people's clients may send types of any length
MAX_LAT: Final = 90.0
MAX_LON: Final = 180.0

_GEO_URI = re.compile(r"geo:(?P<lat>[-+]?\d+(?:\.\d+)?),(?P<lon>[-+]?\d+(?:\.\d+)?)(?:[,;].*)?", re.IGNORECASE)


def read(raw: Raw, here: Here) -> Inbound | None:
    """Translate an event; None if it is nothing for us. Raises KeyError or TypeError if it is no event at all."""
    key, room = _identifier(raw["event_id"]), _identifier(raw["room_id"])
    reader = READERS.get(_identifier(raw["type"]))
    event = reader(raw, here) if reader else None
    said_to_us = event is not None
    if event is None and is_passed_on(raw, here):
        event = overheard(raw)
    if event is None:
        return None
    private, sender = room in here.private, as_text(raw.get("sender"))
    return Inbound(
        here.channel, key, room, event, _message_id(key, event), private=private,
        sender="" if sender == here.user else sender,  # our own joining is told as done by us
        thread="" if private else thread_of(content_of(raw)), name=here.names.get((room, sender), ""),
        overheard=not said_to_us,
    )  # fmt: skip


def greeting_for(joined: Raw) -> Raw:
    """Make the event that begins the conversation in the private room we have just joined.

    Its id comes from our joining, so that it counts once however often that is delivered.
    """
    key = f"greeting/{joined['event_id']}"
    return {"type": GREETING, "event_id": key, "room_id": joined["room_id"], "sender": "", "content": {}}


def shut_out_by(tombstone: Raw) -> Raw:
    """Make the event that says in a room that it goes on as one which we may not enter; it counts once, too."""
    key = f"shut_out/{tombstone['event_id']}"
    return {"type": SHUT_OUT, "event_id": key, "room_id": tombstone["room_id"], "sender": "", "content": {}}


def _identifier(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError("an event without an id or a type")
    return value


def _message_id(key: str, event: Event) -> str:
    match event:
        case Edited(message=message):
            return message
        case Words() | Command() | Shared() | Upload() | Odd() if key.startswith("$"):
            return key
    return ""  # a reaction, a membership or our own greeting cannot be answered


# ---- one reader for each type of event -----------------------------------------------------------------------------


def _read_message(raw: Raw, here: Here) -> Event | None:
    content = content_of(raw)
    if not content or not is_for_us(raw, here):  # a redacted message is empty
        return None
    if edited_event(content):
        return _read_edit(content, here)
    return MESSAGE_READERS.get(as_text(content.get("msgtype")), _read_odd)(content, here)


def _read_reaction(raw: Raw, here: Here) -> Event | None:
    number = picked_number(content_of(raw))
    if not number or not reaction_is_for_us(raw, here):
        return None
    return Pick(number, reacted_event(content_of(raw)), raw["event_id"])


def _read_redaction(raw: Raw, here: Here) -> Event | None:
    """Read what was deleted in a group: the road knows whether that was a reaction, or has been passed on."""
    if raw.get("sender") == here.user or raw["room_id"] in here.private:
        return None
    redacted = redacted_event(raw)
    return Gone(redacted) if redacted else None


def _read_vote(raw: Raw, here: Here) -> Event | None:
    return vote_of(content_of(raw)) if poll_is_ours(raw, here) else None


def _read_end_of_poll(raw: Raw, here: Here) -> Event | None:
    return ending_of(content_of(raw)) if poll_is_ours(raw, here) else None


def _read_member(raw: Raw, here: Here) -> Event | None:
    match membership_change(raw, here.user):
        case (_, "join"):
            return Presence(here=True)
        case ("join", "leave" | "ban"):  # from "invite" it would be an invitation taken back
            return Presence(here=False)
    return None


def _read_tombstone(raw: Raw, here: Here) -> Event | None:
    return Migrated(heir_of(raw)) if raw["event_id"] in here.followed else None


def _read_greeting(_raw: Raw, _here: Here) -> Event:
    return Command("start")


def _read_shut_out(_raw: Raw, _here: Here) -> Event:
    return Odd("upgraded")


def _odd(what: str) -> Reader:
    def read_odd_event(raw: Raw, here: Here) -> Event | None:
        content = content_of(raw)
        return Odd(what, replied_event(content)) if content and is_for_us(raw, here) else None

    return read_odd_event


# ---- one for each type of message ----------------------------------------------------------------------------------


def _read_text(content: Raw, here: Here) -> Event:
    words = own_words(content, here)
    if command := COMMAND.fullmatch(words):
        answered = replied_event(content)
        quoted = here.quoted.get(answered, "")
        return Command(command["name"].lower(), (command["argument"] or "").strip(), answered, quoted)
    return Words(words, replied_event(content)) if words else Odd("text")


def _read_emote(content: Raw, here: Here) -> Event:
    words = own_words(content, here)
    return Words(words, replied_event(content)) if words else Odd("emote")


def _read_edit(content: Raw, here: Here) -> Event | None:
    new = new_content(content)
    if new.get("msgtype") == "m.notice":
        return None
    words = caption_of(new) if as_text(new.get("msgtype")) in KINDS else own_words(new, here)
    return Edited(edited_event(content), words) if words else None


def _read_upload(content: Raw, _here: Here) -> Event:
    kind, ref = KINDS[content["msgtype"]], ref_of(content)
    if not ref:
        return Odd(kind.value)
    to = replied_event(content)
    return Upload(kind, ref, size_of(content), file_name_of(content), caption_of(content), to=to)


def _read_location(content: Raw, _here: Here) -> Event:
    found = _GEO_URI.fullmatch(as_text(content.get("geo_uri")))
    if not found or abs(float(found["lat"])) > MAX_LAT or abs(float(found["lon"])) > MAX_LON:
        return Odd("location")
    return Shared(float(found["lat"]), float(found["lon"]))


def _read_odd(content: Raw, _here: Here) -> Event:
    what = as_text(content.get("msgtype")).removeprefix("m.")[:MAX_WORD] or "message"
    return Odd(what, replied_event(content))


def _read_nothing(_content: Raw, _here: Here) -> None:
    return None


Reader: TypeAlias = Callable[[Raw, Here], Event | None]

KINDS: Mapping[str, Kind] = {"m.image": Kind.IMAGE, "m.audio": Kind.AUDIO, "m.file": Kind.FILE}

MESSAGE_READERS: Mapping[str, Reader] = {
    "m.text": _read_text,
    "m.emote": _read_emote,
    "m.notice": _read_nothing,  # what bots say: two of them answering each other would never end
    "m.image": _read_upload,
    "m.audio": _read_upload,
    "m.file": _read_upload,
    "m.location": _read_location,
    "m.key.verification.request": _read_nothing,  # between devices, not between people
}

READERS: Mapping[str, Reader] = {
    "m.room.message": _read_message,
    "m.reaction": _read_reaction,
    "m.room.redaction": _read_redaction,
    "m.room.member": _read_member,
    "m.room.tombstone": _read_tombstone,
    "m.room.encrypted": _odd("encrypted"),
    "m.sticker": _odd("sticker"),
    **dict.fromkeys(STARTS, _odd("poll")),
    **dict.fromkeys(RESPONSES, _read_vote),
    **dict.fromkeys(ENDS, _read_end_of_poll),
    GREETING: _read_greeting,
    SHUT_OUT: _read_shut_out,
}

# What we ask the server for.
TYPES = (*(kind for kind in READERS if kind not in {GREETING, SHUT_OUT}), "m.room.encryption")
