"""The clock: code-defined ticks that look for what is due. Everything that is data is a row, not a job."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy.exc import SQLAlchemyError

from projektbot.i18n import Languages
from projektbot.messages import micros
from projektbot.store.database import Store
from projektbot.turns import Turns, rows

log = structlog.get_logger()

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
        self._add(self.tick, IntervalTrigger(seconds=1))
        self._add(self.prune, CronTrigger(hour=4, timezone=languages.zone))  # after the hour that DST skips or repeats

    def start(self) -> None:
        """Begin to tick."""
        self._scheduler.start()

    def close(self) -> None:
        """Stop ticking."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def tick(self) -> None:
        """Carry out everything that is due; while the store is away, a later tick does."""
        at = micros(self.now())
        try:
            while ids := await self.store.read(lambda db: rows.due_now(db, at, DUE_AT_ONCE)):
                await self.turns.wake(ids)
        except SQLAlchemyError as error:
            log.error("due_not_read", error=type(error).__name__)  # noqa: TRY400 - the cause is enough

    async def next_due(self) -> datetime | None:
        """Return when something is due next."""
        at = await self.store.read(rows.next_due)
        return None if at is None else datetime.fromtimestamp(at / 1_000_000, UTC)

    async def prune(self) -> None:
        """Forget what nobody needs any more."""
        now = self.now()
        handled, sent = micros(now - HANDLED_KEPT), micros(now - SENT_KEPT)
        await self.store.write(lambda db: rows.prune(db, handled, sent))
        await self._forget_files(now - SENT_KEPT)

    def _add(self, tick: Callable[[], Awaitable[None]], trigger: IntervalTrigger | CronTrigger) -> None:
        self._scheduler.add_job(tick, trigger, id=tick.__name__)
