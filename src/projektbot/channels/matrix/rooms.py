"""Our rooms: which are private, and which goes on in place of another. Kept durably, since no sync repeats it."""

from __future__ import annotations

from hashlib import sha256
from typing import Final

import orjson

from projektbot.channels.matrix.events import Raw, as_object, as_text, heir_of
from projektbot.channels.matrix.server import Server, path
from projektbot.errors import Blocked, Rejected
from projektbot.messages import Road

MAX_NAME: Final = 64  # what a road keeps something under; ids of rooms may have 255 characters
DIGITS: Final = 40  # of a digest: two rooms will not have the same
IN_PRIVATE: Final = 2  # people in a private room: somebody and we


class Rooms:
    """What we know of our rooms beyond the events of the moment.

    A room is private as long as no third person is in it or invited. The `is_direct` of an invitation does not count:
    clients say so of direct chats with three people too, and say nothing when a room is made first.
    """

    def __init__(self, channel: str, server: Server, road: Road) -> None:
        self._channel = channel
        self._server = server
        self._road = road
        self._private: dict[str, bool] = {}

    async def is_private(self, room: str) -> bool:
        if room not in self._private:
            kept = as_object(orjson.loads(await self._road.recall(self._key("room", room)) or "null"))
            private = kept.get("private")
            self._private[room] = private if isinstance(private, bool) else await self._counted_private(room)
        return self._private[room]

    async def note(self, room: str, summary: Raw, *, joined: bool) -> None:
        """Learn from a room's summary: how many are in it and invited. A group stays one, unless we joined anew."""
        people = _people(summary)
        if joined:
            await self._keep(room, private=people <= IN_PRIVATE if people else await self._counted_private(room))
        elif people > IN_PRIVATE and await self.is_private(room):
            await self._keep(room, private=False)

    async def _keep(self, room: str, *, private: bool) -> None:
        await self._road.keep(self._key("room", room), orjson.dumps({"private": private}).decode())
        self._private[room] = private

    async def _counted_private(self, room: str) -> bool:
        try:
            members = await self._server.call("GET", path("rooms", room, "joined_members"))
        except (Blocked, Rejected):
            return False  # we are no longer in it; what is said to a group needs less care than the reverse
        return len(as_object(members.get("joined"))) <= IN_PRIVATE

    def _key(self, what: str, room: str) -> str:
        name = f"{self._channel}:{what}:{room}"
        if len(name) <= MAX_NAME:
            return name
        return f"{self._channel}:{what}:{sha256(room.encode()).hexdigest()[:DIGITS]}"

    # ---- a room that goes on as another ----------------------------------------------------------------------------

    async def note_heir(self, tombstone: Raw) -> None:
        """Remember what is to become of a room until we are in the new one, perhaps by an invitation weeks later."""
        await self._road.keep(self._key("heir", heir_of(tombstone)), orjson.dumps(tombstone).decode())

    async def tombstone_for(self, joined: str) -> Raw | None:
        """Return the tombstone of the room that goes on as the one we have joined, if there is one.

        Anybody who may write a tombstone could name any room; so the new one must name the old one too.
        """
        tombstone = await self.tombstone_naming(joined)
        if not tombstone or tombstone.get("room_id") != await self._predecessor(joined):
            return None
        # Counting would take a group for private whose members have not followed yet.
        await self._keep(joined, private=await self.is_private(tombstone["room_id"]))
        return tombstone

    async def tombstone_naming(self, heir: str) -> Raw:
        """Return the tombstone that names a room as the one it goes on as, true or not; empty if there is none."""
        return as_object(orjson.loads(await self._road.recall(self._key("heir", heir)) or "null"))

    async def _predecessor(self, room: str) -> str:
        try:
            created = await self._server.call("GET", path("rooms", room, "state", "m.room.create"))
        except (Blocked, Rejected):
            return ""
        return as_text(as_object(created.get("predecessor")).get("room_id"))


def _people(summary: Raw) -> int:
    counts = [summary.get("m.joined_member_count"), summary.get("m.invited_member_count")]
    return sum(count for count in counts if isinstance(count, int))
