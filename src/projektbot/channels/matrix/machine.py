"""Our device among devices: the keys it offers, what it hears from others and says to them (Olm). No network here.

Law: what a step used up is on disk before anybody outside can know of it. Keys are saved before they are offered, a
session before what it encrypted is sent. And whatever others send us, however malformed, raises nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import orjson
import structlog
import vodozemac

from projektbot.channels.matrix.events import Raw, as_object, as_text, content_of
from projektbot.channels.matrix.keystore import Device, KeyStore
from projektbot.channels.matrix.signed import canonical
from projektbot.channels.matrix.unpadded import to_bytes, to_text

OLM: Final = "m.olm.v1.curve25519-aes-sha2"
MEGOLM: Final = "m.megolm.v1.aes-sha2"
OFFERED: Final = "signed_curve25519"
UNLOCKED: Final = bytes(32)  # "pickles" are encrypted; the file that holds them is not, so a secret would lie beside it

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Heard:
    """What devices told us: (room, session) of keys given and refused, and who is out of step with us."""

    given: set[tuple[str, str]] = field(default_factory=set)
    refused: set[tuple[str, str, str]] = field(default_factory=set)  # with the user who refused it
    lost: set[tuple[str, str]] = field(default_factory=set)  # user and Curve25519 key of the device


class Machine:
    """Our device. Everything it knows is in its store; nothing is lost or undone by forgetting this object."""

    def __init__(self, store: KeyStore, user: str, device: str) -> None:
        if store.owner() != (user, device):
            store.begin(user, device, vodozemac.Account().pickle(UNLOCKED))
        self.store = store
        self.user = user
        self.device = device
        account = self._account()
        self.curve = account.curve25519_key.to_base64()
        self.ed25519 = account.ed25519_key.to_base64()

    def _account(self) -> vodozemac.Account:
        return vodozemac.Account.from_pickle(self.store.account(), UNLOCKED)

    # ---- keys we offer ---------------------------------------------------------------------------------------------

    def offer(self, *, held: int, spare: bool) -> Raw:
        """Return what to upload, or nothing: our device if it is not known yet, and keys for one conversation each.

        `held` says how many of those the homeserver has, `spare` whether it has one to fall back on when they run out.
        All are saved before they are returned: a key that others use and we do not have could never be made good.
        """
        account = self._account()
        account.generate_one_time_keys(max(account.max_number_of_one_time_keys - held - len(account.one_time_keys), 0))
        if not spare and not _spares(account):
            account.generate_fallback_key()  # type: ignore[attr-defined]  # missing in its stub
        self.store.save_account(account.pickle(UNLOCKED))
        ones = {
            f"{OFFERED}:{name}": self._signed({"key": key.to_base64()}, account)
            for name, key in account.one_time_keys.items()
        }
        spares = {
            f"{OFFERED}:{name}": self._signed({"key": key.to_base64(), "fallback": True}, account)
            for name, key in _spares(account).items()
        }
        body = {"one_time_keys": ones, "fallback_keys": spares}
        body = {name: keys for name, keys in body.items() if keys}
        return body if self.store.is_published() else {"device_keys": self.device_keys(), **body}

    def offered(self) -> None:
        """Note that the homeserver has what we offered."""
        account = self._account()
        account.mark_keys_as_published()
        with self.store.changing():
            self.store.save_account(account.pickle(UNLOCKED))
            self.store.mark_published()

    def device_keys(self) -> Raw:
        """Return our device as others are to know it."""
        keys = {f"curve25519:{self.device}": self.curve, f"ed25519:{self.device}": self.ed25519}
        algorithms = [OLM, MEGOLM]
        value = {"user_id": self.user, "device_id": self.device, "algorithms": algorithms, "keys": keys}
        return self._signed(value, self._account())

    def _signed(self, value: Raw, account: vodozemac.Account) -> Raw:  # read once for many: that takes milliseconds
        signature = account.sign(canonical(value)).to_base64()
        return {**value, "signatures": {self.user: {f"ed25519:{self.device}": signature}}}

    def signature(self, value: Raw) -> str:
        return self._account().sign(canonical(value)).to_base64()

    # ---- what we hear ----------------------------------------------------------------------------------------------

    def hear(self, raws: list[Raw]) -> Heard:
        """Take events that devices sent us, all or none, each once however often it is delivered."""
        heard = Heard()
        if not raws:
            return heard
        digests = [hashlib.sha256(json.dumps(raw, sort_keys=True).encode()).digest() for raw in raws]
        with self.store.changing():
            for raw, digest in zip(raws, digests, strict=True):
                if not self.store.is_handled(digest):
                    self._hear_one(raw, heard)
            self.store.mark_handled(digests)
        return heard

    def _hear_one(self, raw: Raw, heard: Heard) -> None:
        try:
            match raw.get("type"):
                case "m.room.encrypted":
                    self._hear_olm(raw, heard)
                case "m.room_key.withheld":
                    content = content_of(raw)
                    session = as_text(content.get("room_id")), as_text(content.get("session_id"))
                    heard.refused.add((*session, as_text(raw.get("sender"))))
        except (ValueError, TypeError) as fault:  # vodozemac's own are ValueErrors
            # Anybody can send a device anything; what raised here would be delivered again and again.
            log.warning("matrix_device_event_dropped", error=type(fault).__name__)

    def _hear_olm(self, raw: Raw, heard: Heard) -> None:
        content = content_of(raw)
        sender, curve = as_text(raw.get("sender")), as_text(content.get("sender_key"))
        sealed = as_object(as_object(content.get("ciphertext")).get(self.curve))
        if content.get("algorithm") != OLM or not sealed:
            return
        opened = self._opened(curve, sealed)
        if opened is None:
            heard.lost.add((sender, curve))
            return
        payload = as_object(orjson.loads(opened))
        if not self._is_meant(payload, sender):
            log.warning("matrix_device_event_dropped", error="addressed")
        elif payload.get("type") == "m.room_key":
            key = vodozemac.InboundGroupSession(vodozemac.SessionKey(_secret(payload)))
            self._keep_room_key(content_of(payload), sender, key, heard)
        elif payload.get("type") == "m.forwarded_room_key":  # by its own user, as we asked; it opens only what they say
            key = vodozemac.InboundGroupSession.import_session(vodozemac.ExportedSessionKey(_secret(payload)))
            self._keep_room_key(content_of(payload), sender, key, heard)

    def _opened(self, curve: str, sealed: Raw) -> bytes | None:
        body = as_text(sealed.get("body"))
        if sealed.get("type") == 0:
            return self._opened_first(curve, vodozemac.PreKeyMessage.from_base64(body))
        message = vodozemac.AnyOlmMessage.normal(to_bytes(body))
        for session in self._sessions(curve):
            if (opened := self._opened_by(session, curve, message)) is not None:
                return opened
        return None

    def _opened_first(self, curve: str, message: vodozemac.PreKeyMessage) -> bytes | None:
        """Open a message that can begin a session: by the one it has begun already, or by that."""
        for session in self._sessions(curve):
            if session.session_matches(message):
                return self._opened_by(session, curve, message.to_any())
        account = self._account()
        try:
            session, opened = account.create_inbound_session(vodozemac.Curve25519PublicKey.from_base64(curve), message)
        except vodozemac.SessionCreationException:
            return None  # made with a key that we have used already, or lost
        self.store.save_account(account.pickle(UNLOCKED))
        self.store.save_session(curve, session.session_id, session.pickle(UNLOCKED))
        return opened

    def _opened_by(self, session: vodozemac.Session, curve: str, message: vodozemac.AnyOlmMessage) -> bytes | None:
        try:
            opened = session.decrypt(message)
        except vodozemac.OlmDecryptionException:
            return None
        self.store.save_session(curve, session.session_id, session.pickle(UNLOCKED))
        return opened

    def _sessions(self, curve: str) -> Iterator[vodozemac.Session]:
        for pickle in self.store.sessions(curve):
            yield vodozemac.Session.from_pickle(pickle, UNLOCKED)

    def _is_meant(self, payload: Raw, sender: str) -> bool:
        """Say whether somebody said this, and to us: nobody may pass on to us what was said to them."""
        recipient = as_object(payload.get("recipient_keys")).get("ed25519")
        return (payload.get("sender"), payload.get("recipient"), recipient) == (sender, self.user, self.ed25519)

    def _keep_room_key(self, content: Raw, sender: str, key: vodozemac.InboundGroupSession, heard: Heard) -> None:
        room, session = as_text(content.get("room_id")), as_text(content.get("session_id"))
        if content.get("algorithm") != MEGOLM or key.session_id != session:
            return
        known = self.store.room_key(room, session, sender)
        if known and _first(known[1]) <= key.first_known_index:
            return
        self.store.save_room_key(room, session, sender, key.pickle(UNLOCKED))
        heard.given.add((room, session))

    # ---- what we say -----------------------------------------------------------------------------------------------

    def begin_session(self, device: Device, key: str) -> None:
        """Begin a session with a device, by one of the keys it offers; raises ValueError for garbage."""
        session = self._account().create_outbound_session(
            vodozemac.Curve25519PublicKey.from_base64(device.curve), vodozemac.Curve25519PublicKey.from_base64(key)
        )
        self.store.save_session(device.curve, session.session_id, session.pickle(UNLOCKED))

    def seal(self, device: Device, kind: str, content: Raw) -> Raw | None:
        """Encrypt something for one device; None if we have no session with it."""
        session = next(self._sessions(device.curve), None)
        if session is None:
            return None
        payload = {
            "type": kind,
            "content": content,
            "sender": self.user,
            "recipient": device.user,
            "keys": {"ed25519": self.ed25519},
            "recipient_keys": {"ed25519": device.ed25519},
            "sender_device": self.device,
        }
        number, body = session.encrypt(orjson.dumps(payload)).to_parts()
        self.store.save_session(device.curve, session.session_id, session.pickle(UNLOCKED))
        sealed = {device.curve: {"type": number, "body": to_text(body)}}
        return {"algorithm": OLM, "sender_key": self.curve, "ciphertext": sealed}


def _secret(payload: Raw) -> str:
    return as_text(content_of(payload).get("session_key"))


def _first(pickle: str) -> int:
    return vodozemac.InboundGroupSession.from_pickle(pickle, UNLOCKED).first_known_index


def _spares(account: vodozemac.Account) -> dict[str, vodozemac.Curve25519PublicKey]:
    spares: dict[str, vodozemac.Curve25519PublicKey] = account.fallback_key  # type: ignore[attr-defined]  # as above
    return spares
