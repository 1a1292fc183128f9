"""Keys to rooms (Megolm): with others' we read what they say there, with one of our own we speak. No network here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Final

import orjson
import structlog
import vodozemac

from projektbot.channels.matrix.events import Raw, as_object, as_text, content_of
from projektbot.channels.matrix.keystore import Device, KeyStore
from projektbot.channels.matrix.machine import MEGOLM, UNLOCKED, Machine
from projektbot.channels.matrix.polls import KINDS

# What people say; membership and the like are never encrypted, and must not be smuggled in.
SAID: Final = {"m.room.message", "m.reaction", "m.sticker", *KINDS}

log = structlog.get_logger(__name__)


# ---- reading -------------------------------------------------------------------------------------------------------


def session_of(raw: Raw) -> str:
    """Return the id of the session that an encrypted event says it is of."""
    return as_text(content_of(raw).get("session_id"))


def open_event(store: KeyStore, raw: Raw) -> Raw | None:
    """Return what an encrypted event says, in its place; None if we have no key for it (yet).

    Garbage, and a repetition under another id, come back as events without content, which are nothing to anybody.
    """
    content, room, session = content_of(raw), raw["room_id"], session_of(raw)
    known = store.room_key(room, session, as_text(raw.get("sender")))
    if known is None:
        return None
    number, pickle = known
    try:
        key = vodozemac.InboundGroupSession.from_pickle(pickle, UNLOCKED)
        opened = key.decrypt(vodozemac.MegolmMessage.from_base64(as_text(content.get("ciphertext"))))
        payload = as_object(orjson.loads(opened.plaintext))
    except vodozemac.MegolmDecryptionException:
        return None  # we were given the key for later messages only
    except (ValueError, TypeError) as fault:
        log.warning("matrix_event_unreadable", error=type(fault).__name__)
        return {**raw, "content": {}}
    if not store.note_opened(number, opened.message_index, as_text(raw.get("event_id"))):
        log.warning("matrix_event_replayed")
        return {**raw, "content": {}}
    if as_text(payload.get("type")) not in SAID or payload.get("room_id") != room:
        return {**raw, "content": {}}
    return {**raw, "type": payload["type"], "content": _with_relation(content_of(payload), content)}


def _with_relation(said: Raw, clear: Raw) -> Raw:
    """Put in what the message is related to: it stands outside, since homeservers need it."""
    relation = clear.get("m.relates_to")
    return said if relation is None else {**said, "m.relates_to": relation}


# ---- speaking ------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class OwnKey:
    """A key of ours to one room, and who has it. Not kept: after a restart there is a new one."""

    key: vodozemac.GroupSession = field(default_factory=vodozemac.GroupSession)
    since: float = field(default_factory=monotonic)
    messages: int = 0
    holders: set[Device] = field(default_factory=set)
    all_have_it: tuple[int, int] | None = None  # as of which news of devices, and which comings and goings

    def is_worn(self, messages: int, seconds: int) -> bool:
        return self.messages >= messages or monotonic() - self.since >= seconds

    def gift(self, room: str) -> Raw:
        """Return what somebody needs to read from the next message on."""
        secret = self.key.session_key.to_base64()
        return {"algorithm": MEGOLM, "room_id": room, "session_id": self.key.session_id, "session_key": secret}

    def seal(self, machine: Machine, room: str, kind: str, content: Mapping[str, Any]) -> Raw:
        """Encrypt what we say in a room; what it is related to stays outside."""
        said = {name: value for name, value in content.items() if name != "m.relates_to"}
        payload = orjson.dumps({"type": kind, "content": said, "room_id": room})
        self.messages += 1
        sealed = {
            "algorithm": MEGOLM,
            "sender_key": machine.curve,
            "device_id": machine.device,
            "session_id": self.key.session_id,
            "ciphertext": self.key.encrypt(payload).to_base64(),
        }
        return {**sealed, "m.relates_to": content["m.relates_to"]} if "m.relates_to" in content else sealed
