"""The clock: code-defined ticks that look for what is due. Everything that is data is a row, not a job."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger

from projektbot.civic.groups import reactions
from projektbot.errors import Bug, ChannelError, cause_of, guarded
from projektbot.i18n import Languages
from projektbot.instants import micros
from projektbot.store.database import Store
from projektbot.turns import Turns, rows

log = structlog.get_logger()

TICK_SECONDS = 1.0
DUE_AT_ONCE = 500
HANDLED_KEPT = timedelta(days=7)  # no platform redelivers after that (Telegram: one day)
SENT_KEPT = timedelta(days=90)  # buttons and reactions of this age still find their question


class Jobs:
    """Holds the ticks. `tick` may be called at any time; it does what is due and nothing twice."""

    def __init__(
        self,
        store: Store,
        turns: Turns,
        languages: Languages,
        now: Callable[[], datetime],
        forget_files: Callable[[datetime], Awaitable[None]],
    ) -> None:
        self.store = store
        self.turns = turns
        self.now = now
        self._forget_files = forget_files  # of conversations that end before a time
        self._scheduler = AsyncIOScheduler(
            timezone=languages.zone,
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
        )
        # after the hour that DST skips or repeats
        self._scheduler.add_job(self.prune, CronTrigger(hour=4, timezone=languages.zone), id="prune")
        self._ticking: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to tick."""
        self._scheduler.start()
        self._ticking = asyncio.create_task(self._tick_on())

    def close(self) -> None:
        """Stop ticking."""
        if self._ticking:
            self._ticking.cancel()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def _tick_on(self) -> None:
        # not a job of the scheduler's, which waits for a time of day: for an hour, if the clock is set back by one
        while True:
            try:
                await guarded(self.tick())
            except (Bug, ChannelError) as error:  # the store is away, or our mistake: what is due stays where it is
                log.error("due_not_read", error=type(cause_of(error)).__name__)  # noqa: TRY400 - its words may be a person's
            await asyncio.sleep(TICK_SECONDS)

    async def tick(self) -> None:
        """Carry out everything that is due."""
        at = micros(self.now())
        while ids := await self.store.read(lambda db: rows.due_now(db, at, DUE_AT_ONCE)):
            await self.turns.wake(ids)

    async def next_due(self) -> datetime | None:
        """Return when something is due next."""
        at = await self.store.read(rows.next_due)
        return None if at is None else datetime.fromtimestamp(at / 1_000_000, UTC)

    async def prune(self) -> None:
        """Forget what nobody needs any more."""
        now = self.now()
        handled, sent = micros(now - HANDLED_KEPT), micros(now - SENT_KEPT)
        await self.store.write(lambda db: rows.prune(db, handled, sent))
        await self.store.write(lambda db: reactions.prune(db, sent))
        await self.turns.forget_passed_on(now)
        await self._forget_files(now - SENT_KEPT)
