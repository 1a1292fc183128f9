"""A road that keeps what it was given, recognises what it knows already, and can be made to fail."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar, cast

from sqlalchemy import String

from projektbot.channels.matrix import MatrixChannel
from projektbot.messages import Event, Inbound
from projektbot.store.tables import settings

E = TypeVar("E")

MOST_OF_A_NAME = cast(String, settings.c.name.type).length or 0  # PostgreSQL refuses what is longer
WAIT_SECONDS = 30.0  # for what should come at once, on a busy machine


class RecordingRoad:
    """Stands where turns.py stands: takes in order, once by key, sets aside what cannot be read."""

    def __init__(self) -> None:
        self.taken: list[Inbound] = []
        self.kept: dict[str, str] = {}
        self.unreadable: list[Any] = []
        self.redelivered = 0
        self.relayed: frozenset[str] = frozenset()
        self.faults: list[BaseException] = []  # raised by the next calls of `take`, one each
        self._keys: set[tuple[str, str]] = set()
        self._changed = asyncio.Condition()

    async def take(self, channel: str, raws: Sequence[Any], read: Callable[[Any], Inbound | None]) -> None:
        assert channel == "matrix"
        if self.faults:
            await self._tell()
            raise self.faults.pop(0)
        for raw in raws:
            self._take(raw, read)
        await self._tell()

    async def relays(self, channel: str, chats: Collection[str]) -> frozenset[str]:
        assert channel == "matrix"
        return self.relayed.intersection(chats)

    async def recall(self, name: str) -> str:
        assert len(name) <= MOST_OF_A_NAME
        return self.kept.get(name, "")

    async def keep(self, name: str, value: str) -> None:
        assert len(name) <= MOST_OF_A_NAME
        self.kept[name] = value
        await self._tell()

    def events(self, room: str) -> list[Event]:
        return [inbound.event for inbound in self.taken if inbound.chat == room]

    async def until(self, ready: Callable[[], bool]) -> None:
        """Wait until something holds of what was taken or kept."""
        async with asyncio.timeout(WAIT_SECONDS), self._changed:
            await self._changed.wait_for(ready)

    async def event(self, room: str, kind: type[E], number: int = 1) -> E:
        """Wait for the `number`-th event of a kind in a room."""

        def found() -> list[E]:
            return [event for event in self.events(room) if isinstance(event, kind)]

        await self.until(lambda: len(found()) >= number)
        return found()[number - 1]

    def _take(self, raw: object, read: Callable[[Any], Inbound | None]) -> None:
        try:
            inbound = read(raw)
        except (KeyError, TypeError):
            self.unreadable.append(raw)
            return
        if inbound is None:
            return
        if (inbound.channel, inbound.key) in self._keys:
            self.redelivered += 1
            return
        self._keys.add((inbound.channel, inbound.key))
        self.taken.append(inbound)

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()


@asynccontextmanager
async def receiving(channel: MatrixChannel, road: RecordingRoad) -> AsyncIterator[asyncio.Task[None]]:
    """Let a channel receive while the block runs; it starts when the first sync is through."""
    before = road.kept.get("matrix:since")
    task = asyncio.create_task(channel.receive(road))
    try:
        # A first sync that finds nothing new keeps no other `since`: then there is nothing to wait for.
        if before is None:
            await road.until(lambda: "matrix:since" in road.kept)
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
