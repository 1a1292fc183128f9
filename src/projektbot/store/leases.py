"""Which process serves an account: the one whose lease is good. A frozen one loses it, and finds out before it acts."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

import structlog
from sqlalchemy import Connection, delete, text
from sqlalchemy.exc import SQLAlchemyError

from projektbot.store.database import Store
from projektbot.store.tables import leases

log = structlog.get_logger()

LEASE_SECONDS: Final = 3.0  # so long an account may be without anybody after a crash
RENEWED_EVERY: Final = 1.0  # seconds; two may fail
MARGIN_SECONDS: Final = 0.5  # before its end we no longer trust a lease: the request that begins takes time too
SECOND: Final = 1_000_000  # microseconds

# By the clock of the database, since those of our hosts may differ; the real time, not that of the transaction's begin.
_NOW: Final = "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint"
_TAKE: Final = text(
    f"INSERT INTO leases (name, holder, until) VALUES (:name, :holder, {_NOW} + :span) "  # noqa: S608 - no value of others
    "ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until "
    f"WHERE leases.holder = excluded.holder OR leases.until < {_NOW} RETURNING name"
)


class Lease:
    """The right to serve an account, as far as we know. Once it has run out it never comes back: another is taken."""

    def __init__(self) -> None:
        self._until: float | None = None  # on our own steady clock, which runs on while we are frozen

    def is_good(self) -> bool:
        """Say whether the account is ours for the moment."""
        return self._until is not None and time.monotonic() < self._until

    def granted(self, asked_at: float) -> None:
        """Note that the store granted it, having been asked at `asked_at` (monotonic seconds).

        A grant that comes too late is none: what was due meanwhile was left to whoever serves next.
        """
        if self._until is None or self.is_good():
            self._until = asked_at + LEASE_SECONDS - MARGIN_SECONDS

    def gone(self) -> None:
        """Note that somebody else has it."""
        self._until = 0.0


class _Always(Lease):
    def is_good(self) -> bool:
        return True


ALWAYS: Final = _Always()  # of a process that is alone on its store


class Leases:
    """The leases that one process, the `holder`, asks for."""

    def __init__(self, store: Store, holder: str) -> None:
        self._store = store
        self._holder = holder

    async def hold(self, name: str, serve: Callable[[Lease], Awaitable[None]]) -> None:
        """Stand by until the lease of `name` is free, and `serve` while it is ours; again and again.

        Returns when `serve` does; raises what it raises. `serve` is cancelled when the lease is lost.
        """
        lease = Lease()
        try:
            while True:
                lease = Lease()
                if not await self._ask(name, lease):
                    await asyncio.sleep(RENEWED_EVERY)
                    continue
                log.info("lease_taken", name=name)
                if await self._while_ours(name, lease, serve):
                    return
                log.warning("lease_lost", name=name)
        finally:
            if lease.is_good():
                await self._give_back(name)

    async def _while_ours(self, name: str, lease: Lease, serve: Callable[[Lease], Awaitable[None]]) -> bool:
        """Serve; return whether it came to its end before the lease did."""
        serving = asyncio.ensure_future(serve(lease))
        renewing = asyncio.ensure_future(self._renew(name, lease))
        try:
            await asyncio.wait((serving, renewing), return_when=asyncio.FIRST_COMPLETED)
            if serving.done():
                await serving
                return True
            return False
        finally:
            for task in (serving, renewing):
                task.cancel()
            await asyncio.gather(serving, renewing, return_exceptions=True)

    async def _renew(self, name: str, lease: Lease) -> None:
        """Return when the lease is lost."""
        while lease.is_good():
            await asyncio.sleep(RENEWED_EVERY)
            await self._ask(name, lease)

    async def _ask(self, name: str, lease: Lease) -> bool:
        asked_at = time.monotonic()
        try:
            granted = await self._store.write(partial(_take, name=name, holder=self._holder))
        except SQLAlchemyError as error:  # the store is away: the lease runs on while it may
            log.warning("lease_not_asked", name=name, error=type(error).__name__)
            return lease.is_good()
        if granted:
            lease.granted(asked_at)
        else:
            lease.gone()
        return lease.is_good()

    async def _give_back(self, name: str) -> None:
        try:
            await self._store.write(partial(_release, name=name, holder=self._holder))
        except SQLAlchemyError as error:  # then it runs out
            log.warning("lease_not_returned", name=name, error=type(error).__name__)


def _take(db: Connection, *, name: str, holder: str) -> bool:
    """Take or renew a lease; return whether it is the holder's."""
    span = round(LEASE_SECONDS * SECOND)
    return db.execute(_TAKE, {"name": name, "holder": holder, "span": span}).first() is not None


def _release(db: Connection, *, name: str, holder: str) -> None:
    db.execute(delete(leases).where(leases.c.name == name, leases.c.holder == holder))
