"""Encryption as the channel uses it: hear what devices say, read what is encrypted, encrypt what we send."""

from __future__ import annotations

from asyncio import Lock
from collections import Counter, defaultdict
from collections.abc import Awaitable, Sequence
from contextlib import AbstractContextManager
from typing import Final

import structlog

from projektbot.channels.matrix.devices import Devices
from projektbot.channels.matrix.events import Raw, as_object, as_objects, as_text, content_of
from projektbot.channels.matrix.machine import OFFERED, Heard, Machine
from projektbot.channels.matrix.outbound import Content
from projektbot.channels.matrix.roomkeys import OwnKey, open_event
from projektbot.channels.matrix.server import Server, path
from projektbot.errors import Blocked, ChannelError, Rejected, Revoked

FEW: Final = 25  # keys left for first conversations, of 50: time to offer more
WEEK: Final = 604_800  # seconds
HOUR: Final = 3_600
MESSAGES: Final = 100
MOST_MESSAGES: Final = 10_000

log = structlog.get_logger(__name__)


class Encryption:
    """Our keys at work. What it remembers beside the store may be forgotten: it is asked, or made, anew."""

    def __init__(self, server: Server, machine: Machine) -> None:
        self._server = server
        self._machine = machine
        self._store = machine.store
        self._devices = Devices(server, machine)
        self._plain: set[str] = set()
        self._members: dict[str, list[str]] = {}
        self._moves: Counter[str] = Counter()
        self._rotations: dict[str, tuple[int, int]] = {}
        self._keys: dict[str, OwnKey] = {}
        self._doors: defaultdict[str, Lock] = defaultdict(Lock)

    async def offer(self) -> None:
        """Make our device known, if it is not yet: before anybody can write to us."""
        if not self._store.is_published():
            await self._server.call("POST", path("keys", "upload"), self._machine.offer(held=0, spare=False))
            self._machine.offered()

    # ---- what a sync brings ----------------------------------------------------------------------------------------

    async def hear(self, answer: Raw, *, first: bool) -> Heard:
        """Take what a sync says about devices and from them. It is on disk when this returns."""
        lists = as_object(answer.get("device_lists"))
        changed = [as_text(user) for name in ("changed", "left") for user in _list(lists.get(name))]
        told = as_objects(as_object(answer.get("to_device")).get("events"))
        heard = Heard()
        if first or changed or told:
            with self._store.changing():
                if first:  # changes before it are not told
                    self._store.mark_all_changed()
                self._store.mark_changed(changed)
                heard = self._machine.hear(told)
        await _try(self._replenish(answer))
        if heard.lost:
            await _try(self._devices.greet_anew(heard.lost))
        return heard

    async def request_keys(self, raws: Sequence[Raw]) -> None:
        """Ask for the keys to events that came without."""
        for raw in raws:
            await _try(self._devices.request_key(raw))

    async def _replenish(self, answer: Raw) -> None:
        counts, unused = answer.get("device_one_time_keys_count"), answer.get("device_unused_fallback_key_types")
        held = as_object(counts).get(OFFERED, 0) if isinstance(counts, dict) else FEW
        spare = OFFERED in unused if isinstance(unused, list) else True
        if not isinstance(held, int) or (held >= FEW and spare):
            return
        try:
            await self._server.call("POST", path("keys", "upload"), self._machine.offer(held=held, spare=spare))
        except Rejected as refused:  # it has others under these names: from now on we offer new ones
            log.warning("matrix_keys_refused", reason=refused.reason)
        self._machine.offered()

    def together(self) -> AbstractContextManager[None]:
        """Write once for all that is opened in the block."""
        return self._store.noting()

    def open(self, raw: Raw) -> Raw | None:
        """Return what an encrypted event says, in its place; None if we have no key for it (yet)."""
        return open_event(self._store, raw)

    def note(self, raw: Raw) -> None:
        """Learn from an event of a room: it is encrypted from now on, or others are in it."""
        match raw.get("type"), raw.get("state_key"):
            case "m.room.encryption", "":
                self._note_encrypted(raw["room_id"], content_of(raw))
            case "m.room.member", _:
                self._forget_members(raw["room_id"])

    def look_again(self, room: str) -> None:
        """Forget what may have changed while we did not look; that a room is encrypted never changes."""
        self._plain.discard(room)
        self._forget_members(room)

    def _forget_members(self, room: str) -> None:
        self._moves[room] += 1
        self._members.pop(room, None)

    # ---- sending ---------------------------------------------------------------------------------------------------

    async def is_encrypted(self, room: str) -> bool:
        """Say whether a room is encrypted; we ask about each once, and about encrypted ones never again."""
        if room in self._plain:
            return False
        if self._rotation(room):
            return True
        try:
            self._note_encrypted(
                room, await self._server.call("GET", path("rooms", room, "state", "m.room.encryption"))
            )
        except (Blocked, Rejected) as refused:
            if refused.reason == "M_NOT_FOUND":
                self._plain.add(room)
            return False
        return True

    async def seal(self, room: str, kind: str, content: Content) -> tuple[str, Content]:
        """Return the type and content to send: in encrypted rooms encrypted, when all who are in it have the key."""
        if not await self.is_encrypted(room):
            return kind, content
        async with self._doors[room]:
            key = await self._shared_key(room)
            return "m.room.encrypted", key.seal(self._machine, room, kind, content)

    async def _shared_key(self, room: str) -> OwnKey:
        key = self._keys.get(room)
        if key is None or key.is_worn(*(self._rotation(room) or (MESSAGES, WEEK))):
            key = OwnKey()
        as_of = (self._store.news, self._moves[room])  # before we look: what comes meanwhile is looked at next time
        if key.all_have_it != as_of:
            key = await self._given_to_all(room, key, as_of)
        self._keys[room] = key
        return key

    async def _given_to_all(self, room: str, key: OwnKey, as_of: tuple[int, int]) -> OwnKey:
        members = await self._members_of(room)
        devices = set(await self._devices.of(members))
        if key.holders - devices:
            key = OwnKey()  # who has left, or has a device no more, must not be able to read on
        if without := devices - key.holders:
            key.holders |= await self._devices.tell(without, "m.room_key", key.gift(room))
        is_done = devices <= key.holders and not self._store.unknown(members)
        key.all_have_it = as_of if is_done else None
        return key

    def _rotation(self, room: str) -> tuple[int, int] | None:
        """Return after how many messages and seconds an encrypted room wants another key."""
        if room not in self._rotations and (kept := self._store.rotation(room)):
            self._rotations[room] = kept
        return self._rotations.get(room)

    async def _members_of(self, room: str) -> Sequence[str]:
        if room in self._members:
            return self._members[room]
        moves = self._moves[room]
        answer = await self._server.call("GET", path("rooms", room, "joined_members"))
        members = list(as_object(answer.get("joined")))
        if moves == self._moves[room]:  # else somebody came or went meanwhile: ask again next time
            self._members[room] = members
        return members

    def _note_encrypted(self, room: str, state: Raw) -> None:
        self._plain.discard(room)
        messages, milliseconds = state.get("rotation_period_msgs"), state.get("rotation_period_ms")
        most = min(max(messages, 1), MOST_MESSAGES) if isinstance(messages, int) else MESSAGES
        longest = min(max(milliseconds // 1000, HOUR), WEEK) if isinstance(milliseconds, int) else WEEK
        self._store.save_rotation(room, most, longest)
        self._rotations[room] = (most, longest)


async def _try(step: Awaitable[None]) -> None:
    try:
        await step
    except Revoked:
        raise
    except ChannelError as error:  # it can wait for a better day of the homeserver; people cannot
        log.warning("matrix_keys_failed", reason=error.reason)


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
