"""Receiving: what the homeserver has, in order and without gaps, onto the road; then, and only then, the next."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from time import monotonic
from typing import Any, Final

import orjson

from projektbot.channels.matrix.addressed import Here, answered_by_command, doubtful_message
from projektbot.channels.matrix.authors import Authors
from projektbot.channels.matrix.entering import Entered
from projektbot.channels.matrix.events import Raw, as_object, as_objects, as_text, content_of, has_joined, heir_of
from projektbot.channels.matrix.inbound import greeting_for, read, shut_out_by
from projektbot.channels.matrix.joining import Joining
from projektbot.channels.matrix.late import Late
from projektbot.channels.matrix.machine import Heard
from projektbot.channels.matrix.names import Names
from projektbot.channels.matrix.overheard import TYPES as SAID
from projektbot.channels.matrix.quoting import quoted_words
from projektbot.channels.matrix.retrying import insist
from projektbot.channels.matrix.roomkeys import session_of
from projektbot.channels.matrix.rooms import Rooms
from projektbot.channels.matrix.server import Server, path
from projektbot.channels.matrix.timeline import FILTER, Timelines
from projektbot.messages import Road

WAIT: Final = 30.0  # seconds a sync may wait for news; many proxies cut off at 60
IMPATIENT_WAIT: Final = 5.0  # while a message waits for its key
KEPT_EVERY: Final = 1.0  # seconds; a commit for each sync would double what a reply costs
SLACK: Final = 30.0  # seconds a busy homeserver may be late
FIRST_SLACK: Final = 300.0  # for the first sync of all: 26 s with 1000 rooms and cold caches

NOTHING: Final[dict[str, Any]] = {"types": []}


@dataclass(slots=True)
class Batch:
    """What one sync brought: events in the order of each room, tombstones we followed, rooms to join."""

    raws: list[Raw] = field(default_factory=list)
    followed: set[str] = field(default_factory=set)
    to_join: dict[str, str] = field(default_factory=dict)


class Syncing:
    """The way from the homeserver to the road, for one start of ours.

    Law: `since` is stored after everything before it is committed, if need be a second later. A crash anywhere
    repeats, and never loses; what is repeated is recognised by its event id, or by the key store.

    There is no `full_state` at the start: kinds of rooms are kept, and counted where they are not (0.03 s instead of
    8 s with 1000 rooms).
    """

    def __init__(self, channel: str, server: Server, entered: Entered, authors: Authors, *, road: Road) -> None:
        self._channel = channel
        self._server = server
        self._me = entered.account
        self._encryption = entered.encryption
        self._authors = authors
        self._road = road
        self._names = Names(server)
        self._rooms = Rooms(channel, server, road)
        self._joining = Joining(channel, server, road, self._explain)
        self._timelines = Timelines(server, self._me.user_id)
        self._late = Late(channel, road, self._encryption.open)
        self._quoted = partial(quoted_words, server, self._encryption.open)
        self._since = ""
        self._kept = ""  # the `since` that is stored
        self._keep_at = 0.0  # monotonic: the next one not before
        self._wait = 0.0  # the first answer is wanted at once

    async def run(self) -> None:
        """Receive until cancelled; raises only Revoked."""
        try:
            await insist(self._begin, "begin")
            while True:
                await insist(self._turn, "sync")
        finally:
            await self._joining.stop()

    async def _begin(self) -> None:
        await self._late.recall()
        self._since = self._kept = await self._road.recall(f"{self._channel}:since")
        if self._since:
            await self._joining.resume()

    async def _turn(self) -> None:
        answer = await self._sync()
        heard = await self._encryption.hear(answer, first=not self._since)
        self._late.hope(heard.given)
        rooms, next_batch = as_object(answer.get("rooms")), as_text(answer.get("next_batch"))
        batch = Batch(to_join=dict(_invitations(rooms, self._me.user_id)))
        if not self._since:
            await self._begin_first_day(batch.to_join, next_batch)
            return
        await self._collect(batch, rooms)
        await self._joining.accept(batch.to_join)
        await self._take(batch, heard)
        await self._advance(next_batch)

    async def _take(self, batch: Batch, heard: Heard) -> None:
        """Carry along the road what can be read, what waited for its key, and what has waited too long."""
        with self._encryption.together() if batch.raws or heard.given else nullcontext():
            batch.raws = [*self._late.released(), *self._readable(batch.raws)]
        batch.raws += self._late.questions(heard.refused)
        await self._late.keep()
        if batch.raws:
            await self._road.take(self._channel, batch.raws, partial(read, here=await self._here(batch)))
        await self._late.settle()
        await self._encryption.request_keys(self._late.without_key())

    async def _begin_first_day(self, to_join: dict[str, str], next_batch: str) -> None:
        """Take nothing of what was said before; join only when it is kept from where on everything is for us.

        The other way round, a crash in between would leave us in rooms whose beginning no later sync brings.
        """
        await self._joining.note(to_join)
        await self._advance(next_batch)
        if self._since:
            await self._joining.resume()

    async def _sync(self) -> Raw:
        since = {"since": self._since} if self._since else {}
        seconds = self._wait + (SLACK if self._since else FIRST_SLACK)
        query = path("sync", timeout=str(int(self._wait * 1000)), filter=_filter(first=not self._since), **since)
        return await self._server.call("GET", query, seconds=seconds)

    async def _advance(self, next_batch: str) -> None:
        if next_batch not in {"", self._kept} and monotonic() >= self._keep_at:
            await self._road.keep(f"{self._channel}:since", next_batch)
            self._kept, self._keep_at = next_batch, monotonic() + KEPT_EVERY
        self._since = next_batch or self._since
        if self._since != self._kept:
            self._wait = KEPT_EVERY  # should nothing happen, there is time to store it
        else:
            self._wait = IMPATIENT_WAIT if self._late.is_impatient else WAIT

    async def _explain(self, refused: str) -> None:
        """Where a room goes on as one that is closed to us, say so in the old one: nobody would know."""
        if tombstone := await self._rooms.tombstone_naming(refused):
            batch = Batch([shut_out_by(tombstone)])
            await self._road.take(self._channel, batch.raws, partial(read, here=await self._here(batch)))

    # ---- what a sync brought ---------------------------------------------------------------------------------------

    async def _collect(self, batch: Batch, rooms: Raw) -> None:
        for room, visit in (*as_object(rooms.get("leave")).items(), *as_object(rooms.get("join")).items()):
            events = await self._timelines.events(room, as_object(as_object(visit).get("timeline")), self._since)
            joined = any(has_joined(raw, self._me.user_id) for raw in events)
            await self._rooms.note(room, as_object(as_object(visit).get("summary")), joined=joined)
            if joined or as_object(as_object(visit).get("timeline")).get("limited") is True:
                self._encryption.look_again(room)
            for raw in events:
                self._encryption.note(raw)
                self._names.note(raw)
                await self._collect_event(batch, raw)

    async def _collect_event(self, batch: Batch, raw: Raw) -> None:
        if has_joined(raw, self._me.user_id):
            await self._collect_joining(batch, raw)
            return
        if raw.get("sender") == self._me.user_id and "state_key" not in raw:  # the echo of what we said
            self._authors.note(as_text(raw.get("event_id")), self._me.user_id)
            return
        batch.raws.append(raw)
        if raw.get("type") == "m.room.tombstone" and raw.get("state_key") == "" and heir_of(raw):
            await self._rooms.note_heir(raw)
            batch.to_join[heir_of(raw)] = _homeserver(raw)

    def _readable(self, raws: list[Raw]) -> Iterator[Raw]:
        """Decrypt what is encrypted; what has no key yet must wait for it."""
        for raw in raws:
            if raw.get("type") != "m.room.encrypted" or not session_of(raw):
                yield raw
            elif opened := self._encryption.open(raw):
                yield opened
            else:
                self._late.add(raw)

    async def _collect_joining(self, batch: Batch, joined: Raw) -> None:
        room = joined["room_id"]
        if tombstone := await self._rooms.tombstone_for(room):
            # The old room goes on here; nobody is greeted twice.
            batch.raws.append(tombstone)
            batch.followed.add(tombstone["event_id"])
            return
        batch.raws.append(joined)
        if await self._rooms.is_private(room):
            batch.raws.append(greeting_for(joined))

    async def _here(self, batch: Batch) -> Here:
        rooms = {raw["room_id"] for raw in batch.raws}
        private = frozenset([room for room in rooms if await self._rooms.is_private(room)])
        here = Here(self._channel, self._me.user_id, self._me.display_name, private, followed=frozenset(batch.followed))
        asked = [(raw["room_id"], message) for raw in batch.raws if (message := doubtful_message(raw, here))]
        authors = {message: await self._authors.of(room, message) for room, message in asked}
        answered = [(raw["room_id"], message) for raw in batch.raws if (message := answered_by_command(raw, here))]
        quoted = {message: await self._quoted(room, message) for room, message in answered}
        return await self._with_relays(replace(here, authors=authors, quoted=quoted), batch)

    async def _with_relays(self, here: Here, batch: Batch) -> Here:
        """Learn in which of these groups people's messages are passed on, and only there how they are called."""
        said = [(raw["room_id"], as_text(raw.get("sender"))) for raw in batch.raws if raw["type"] in SAID]
        groups = {room for room, _ in said} - here.private
        relayed = await self._road.relays(self._channel, groups) if groups else frozenset[str]()
        names = {(room, user): await self._names.of(room, user) for room, user in said if room in relayed}
        return replace(here, relayed=relayed, names=names)


def _invitations(rooms: Raw, user: str) -> Iterator[tuple[str, str]]:
    for room, invited in as_object(rooms.get("invite")).items():
        for raw in as_objects(as_object(as_object(invited).get("invite_state")).get("events")):
            is_ours = raw.get("type") == "m.room.member" and raw.get("state_key") == user
            if is_ours and content_of(raw).get("membership") == "invite":
                yield room, _homeserver(raw)


def _homeserver(raw: Raw) -> str:
    return as_text(raw.get("sender")).partition(":")[2]


@lru_cache
def _filter(*, first: bool) -> str:
    # Of the first sync of all we use invitations and `next_batch`; what need not be collected takes no time.
    timeline = {"types": [], "limit": 0} if first else FILTER
    # Lazy loading is what makes Synapse send summaries: how many are in a room.
    state = {"types": [], "lazy_load_members": not first}
    room = {"timeline": timeline, "state": state, "ephemeral": NOTHING, "account_data": NOTHING}
    return orjson.dumps({"room": room, "presence": NOTHING, "account_data": NOTHING}).decode()
