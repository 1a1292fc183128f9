"""Other people's devices: asking which there are, beginning a session with each, telling them something."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from time import monotonic
from typing import Final, TypeVar
from uuid import uuid4

import structlog

from projektbot.channels.matrix.events import Raw, as_object, as_text, content_of
from projektbot.channels.matrix.keystore import Device, KeyStore
from projektbot.channels.matrix.machine import OFFERED, Machine
from projektbot.channels.matrix.server import Server, path
from projektbot.channels.matrix.signed import is_signed
from projektbot.errors import ChannelError

T = TypeVar("T")

AT_ONCE: Final = 200  # users or devices in one request
PATIENCE_MS: Final = 10_000  # for homeservers of other people
AGAIN: Final = 300.0  # seconds until we try again with a homeserver, or a device, that gave us nothing

log = structlog.get_logger(__name__)


class Devices:
    """What we ask about devices. Answers are kept; what fails raises ChannelError, and may simply be done again."""

    def __init__(self, server: Server, machine: Machine) -> None:
        self._server = server
        self._machine = machine
        self._store: KeyStore = machine.store
        self._turn = asyncio.Lock()  # ten rooms with the same people need one question
        self._silent: dict[object, float] = {}  # users and devices, and since when

    async def of(self, users: Sequence[str]) -> list[Device]:
        """Return the devices of some people, all but ours; what has changed since we last asked is asked anew."""
        if self._store.unknown(users):
            async with self._turn:
                for some in _chunks(self._store.unknown(users), AT_ONCE):
                    await self._ask(some)
        ours = (self._machine.user, self._machine.device)
        return [device for user in users for device in self._store.devices(user) if (device.user, device.id) != ours]

    async def tell(self, devices: Iterable[Device], kind: str, content: Raw) -> set[Device]:
        """Say the same to devices, each in its own words; return those it can have reached."""
        devices = list(devices)
        await self._meet([device for device in devices if not self._store.has_session(device.curve)])
        reached: set[Device] = set()
        for some in _chunks(devices, AT_ONCE):
            reached |= await self._tell(some, kind, content)
        return reached

    async def greet_anew(self, lost: Iterable[tuple[str, str]]) -> None:
        """Begin a new session with devices whose messages we cannot read, and let them know (an hour between)."""
        devices = [device for user, curve in lost if (device := self._store.device_of(user, curve))]
        devices = [device for device in devices if self._is_heard(("lost", device))]
        self._note_silence([("lost", device) for device in devices])
        await self._meet(devices)
        for some in _chunks(devices, AT_ONCE):
            await self._tell(some, "m.dummy", {})

    async def request_key(self, raw: Raw) -> None:
        """Ask the sender's devices for the key to an event: they give it to those they meant to read it."""
        content = content_of(raw)
        names = ("algorithm", "session_id", "sender_key")
        wanted = {"room_id": raw["room_id"], **{name: content[name] for name in names if name in content}}
        request = {"action": "request", "request_id": uuid4().hex, "requesting_device_id": self._machine.device}
        messages = {raw["sender"]: {"*": {**request, "body": wanted}}}
        await self._server.call("PUT", path("sendToDevice", "m.room_key_request", uuid4().hex), {"messages": messages})

    # ---- which there are -------------------------------------------------------------------------------------------

    async def _ask(self, users: Sequence[str]) -> None:
        users = [user for user in users if self._is_heard(user)]
        changes = {user: self._store.unknown([user]).get(user, 0) for user in users}
        if not users:
            return
        asked = {"device_keys": {user: [] for user in users}, "timeout": PATIENCE_MS}
        answer = await self._server.call("POST", path("keys", "query"), asked)
        if "device_keys" not in answer:
            raise ChannelError("garbage")  # else we would speak to nobody
        told = as_object(answer["device_keys"])
        for user in users:
            if user in told:
                self._store.save_devices(user, _signed_devices(user, as_object(told[user])), changes[user])
        self._note_silence(user for user in users if user not in told)

    # ---- a first session -------------------------------------------------------------------------------------------

    async def _meet(self, devices: Sequence[Device]) -> None:
        for some in _chunks([device for device in devices if self._is_heard(device)], AT_ONCE):
            wanted: defaultdict[str, dict[str, str]] = defaultdict(dict)
            for device in some:
                wanted[device.user][device.id] = OFFERED
            asked = {"one_time_keys": wanted, "timeout": PATIENCE_MS}
            answer = as_object((await self._server.call("POST", path("keys", "claim"), asked)).get("one_time_keys"))
            met = {
                device
                for device in some
                if self._begin(device, as_object(as_object(answer.get(device.user)).get(device.id)))
            }
            self._note_silence(set(some) - met)

    def _begin(self, device: Device, keys: Raw) -> bool:
        for key in map(as_object, keys.values()):
            if is_signed(key, device.user, device.ed25519):
                try:
                    self._machine.begin_session(device, as_text(key.get("key")))
                except ValueError:
                    continue
                return True
        return False

    # ---- saying something ------------------------------------------------------------------------------------------

    async def _tell(self, devices: Sequence[Device], kind: str, content: Raw) -> set[Device]:
        with self._store.changing():  # before it leaves: the same step of a session must never encrypt twice
            sealed = {device: self._machine.seal(device, kind, content) for device in devices}
        messages: defaultdict[str, dict[str, Raw]] = defaultdict(dict)
        for device, said in sealed.items():
            if said is not None:
                messages[device.user][device.id] = said
        if messages:
            put = path("sendToDevice", "m.room.encrypted", uuid4().hex)
            await self._server.call("PUT", put, {"messages": messages})
        return {device for device, said in sealed.items() if said is not None}

    # ---- who gave us nothing of late -------------------------------------------------------------------------------

    def _is_heard(self, whom: object) -> bool:
        return monotonic() - self._silent.get(whom, -AGAIN) >= AGAIN

    def _note_silence(self, whom: Iterable[object]) -> None:
        now = monotonic()
        self._silent = {known: since for known, since in self._silent.items() if now - since < AGAIN}
        self._silent |= dict.fromkeys(whom, now)


def _signed_devices(user: str, told: Raw) -> Iterator[Device]:
    for name, keys in told.items():
        listed = as_object(as_object(keys).get("keys"))
        curve, ed25519 = as_text(listed.get(f"curve25519:{name}")), as_text(listed.get(f"ed25519:{name}"))
        is_theirs = (keys.get("user_id"), keys.get("device_id")) == (user, name) if isinstance(keys, dict) else False
        if is_theirs and curve and is_signed(keys, user, ed25519):
            yield Device(user, name, curve, ed25519)


def _chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some
