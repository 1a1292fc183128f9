"""Delivery of updates to a webhook: in order within a chat, in parallel across chats, again until it is accepted."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import aiohttp

from tests.servers.botapi.faults import Faults
from tests.servers.botapi.updates import Update, UpdateQueue

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits between attempts, in seconds; the first repetition is immediate, as in WebhookActor.cpp."""

    first: float = 0.0
    second: float = 2.0  # doubles from here
    longest: float = 60.0
    request: float = 60.0  # how long one attempt may take

    def wait(self, failures: int) -> float:
        """Return the wait after so many failures."""
        return self.first if failures <= 1 else min(self.longest, self.second * 2.0 ** (failures - 2))


@dataclass(frozen=True, slots=True)
class Target:
    """What setWebhook asked for."""

    url: str
    secret: str
    max_connections: int


Execute = Callable[[str, bytes], Awaitable[None]]
"""Takes the content type and body of a webhook's answer and carries out the method in it."""


@dataclass(slots=True)
class WebhookPump:
    """Pushes one bot's queue to its webhook while it is set."""

    queue: UpdateQueue
    target: Target
    session: aiohttp.ClientSession
    execute: Execute
    faults: Faults
    backoff: Backoff
    last_error: tuple[int, str] | None = None
    _lanes: dict[int, deque[Update]] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _free: asyncio.Semaphore = field(init=False)

    def start(self) -> None:
        """Deliver what waits, and from now on what comes."""
        self._free = asyncio.Semaphore(self.target.max_connections)
        self.queue.on_update = self._take
        self.queue.expire()
        for update in self.queue.pending.values():
            self._take(update)

    def stop(self) -> None:
        """Stop delivering; what was not accepted stays in the queue."""
        self.queue.on_update = None
        for task in self._tasks:
            task.cancel()

    def _take(self, update: Update) -> None:
        lane = self._lanes.get(update.lane)
        if lane is not None:
            lane.append(update)
            return
        self._lanes[update.lane] = deque((update,))
        task = asyncio.get_running_loop().create_task(self._empty(update.lane))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _empty(self, lane_id: int) -> None:
        lane = self._lanes[lane_id]
        while lane:
            batch = self.faults.in_order(list(lane))
            lane.clear()
            for update in batch:
                await self._deliver(update)
                if self.faults.active and self.faults.redelivers():
                    await self._attempt(update)
        del self._lanes[lane_id]

    async def _deliver(self, update: Update) -> None:
        failures = 0
        while update.id in self.queue.pending and update.expires_at > self.queue.clock():
            retry_after = await self._attempt(update)
            if retry_after is None:
                break
            failures += 1
            await asyncio.sleep(retry_after or self.backoff.wait(failures))
        self.queue.pending.pop(update.id, None)

    async def _attempt(self, update: Update) -> float | None:
        """Post once; None when it was accepted, else the seconds the webhook asks to wait (0: it does not say)."""
        headers = {"Content-Type": "application/json"}
        if self.target.secret:
            headers[SECRET_HEADER] = self.target.secret
        timeout = aiohttp.ClientTimeout(total=self.backoff.request)
        try:
            async with (
                self._free,
                self.session.post(self.target.url, data=update.body, headers=headers, timeout=timeout) as answer,
            ):
                body = await answer.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            self._failed(str(error) or "Connection timed out")
            return 0.0
        if 200 <= answer.status <= 299:
            if body:
                await self.execute(answer.content_type, body)
            return None
        self._failed(f"Wrong response from the webhook: {answer.status} {answer.reason}")
        asked = answer.headers.get("Retry-After", "")
        return float(asked) if asked.isdigit() else 0.0

    def _failed(self, why: str) -> None:
        self.last_error = (int(self.queue.clock()), why)
