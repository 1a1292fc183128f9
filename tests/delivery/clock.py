"""Time that passes only when nothing else can happen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from projektbot.store.database import Handler, Job, Store, T

START = datetime(2027, 3, 1, 9, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
ROUNDS = 12  # of the event loop: more than any chain of callbacks between two waits for the store or the clock


class WatchedStore(Store):
    """A store that knows whether anybody waits for it."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self._pending = 0
        self._free = asyncio.Event()
        self._free.set()
        self.is_slow_to_depart = False  # else whoever waits until nothing more happens lets nothing ride on
        self.failing = 0  # so many of the next writes fail
        self.answering = asyncio.Event()  # while it is not set, what was read is held back
        self.answering.set()

    def do(self, handler: Handler, payload: object, failed: Callable[[Any], None] | None = None) -> asyncio.Future[Any]:
        return self._lost() or self._watched(super().do(handler, payload, failed))

    def ride(self, handler: Handler, payload: object) -> asyncio.Future[Any]:
        if self.is_slow_to_depart:
            return super().ride(handler, payload)
        return self._lost() or self._watched(super().ride(handler, payload))

    def _lost(self) -> asyncio.Future[Any] | None:
        if not self.failing:
            return None
        self.failing -= 1
        lost: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        lost.set_exception(OperationalError("disk", {}, OSError("full")))
        return lost

    def _watched(self, future: asyncio.Future[Any]) -> asyncio.Future[Any]:
        self._enter()
        future.add_done_callback(lambda _: self._leave())
        return future

    async def read(self, job: Job[T]) -> T:
        self._enter()
        try:
            result = await super().read(job)
        finally:
            self._leave()
        await self.answering.wait()
        return result

    @property
    def is_free(self) -> bool:
        return not self._pending

    async def free(self) -> None:
        """Return when nobody waits for the store."""
        if not self.is_slow_to_depart:
            self.depart()
        await self._free.wait()

    def _enter(self) -> None:
        self._pending += 1
        self._free.clear()

    def _leave(self) -> None:
        self._pending -= 1
        if not self._pending:
            self._free.set()


class Clock:
    """A clock that stands still until it is advanced; those who sleep by it are woken in order.

    `elapsed` is the time that has passed; what the clock shows may be set otherwise.
    """

    def __init__(self, store: WatchedStore) -> None:
        self.elapsed = timedelta()
        self._store = store
        self._shows = START
        self._sleepers: list[tuple[timedelta, int, asyncio.Future[None]]] = []
        self._number = 0

    def now(self) -> datetime:
        return self._shows + self.elapsed

    @property
    def seconds(self) -> float:
        """Seconds that have passed."""
        return self.elapsed.total_seconds()

    async def sleep(self, seconds: float) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._number += 1
        span = max(timedelta(seconds=seconds), MICROSECOND)
        heappush(self._sleepers, (self.elapsed + span, self._number, future))
        await future

    async def settle(self) -> None:
        """Return when nothing more happens without time passing."""
        calm = 0
        while calm < ROUNDS:
            await self._store.free()
            await asyncio.sleep(0)
            calm = calm + 1 if self._store.is_free else 0

    async def advance(self, seconds: float) -> None:
        """Let time pass."""
        end = self.elapsed + timedelta(seconds=seconds)
        await self.settle()
        while self._sleepers and self._sleepers[0][0] <= end:
            await self._wake_first()
        self.elapsed = end

    def jump(self, seconds: float) -> None:
        """Set what the clock shows, as an operator does; nobody is woken by it."""
        self._shows += timedelta(seconds=seconds)

    async def until(self, task: asyncio.Future[Any]) -> None:
        """Let time pass until the task is done."""
        await self.settle()
        while not task.done() and self._sleepers:
            await self._wake_first()
        await asyncio.wait_for(task, 30)

    async def _wake_first(self) -> None:
        at, _, future = heappop(self._sleepers)
        if not future.done():
            self.elapsed = max(self.elapsed, at)
            future.set_result(None)
            await self.settle()
