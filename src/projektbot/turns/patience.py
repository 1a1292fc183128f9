"""Writing to a store that may be away: while it is, everything waits in its order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from projektbot.store.database import Store, is_trouble

log = structlog.get_logger()

P = TypeVar("P")
R = TypeVar("R")

STORE_PAUSE = 1.0  # seconds between tries while the disk is full or the database locked


class Patience:
    """A store whose trouble is waited out: nothing is acknowledged meanwhile."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._troubled = asyncio.Lock()

    async def do(self, handler: Callable[[Connection, list[P]], Sequence[R]], payload: P) -> R:
        """Run a handler as `Store.do`; while the store itself fails (disk full, locked) wait. Raises all else."""
        if not self._troubled.locked():
            try:
                result: R = await self.store.do(handler, payload)
            except SQLAlchemyError as error:
                if not is_trouble(error):
                    raise
            else:
                return result
        async with self._troubled:  # taken in order: nothing overtakes what failed first
            return await self._insist(handler, payload)

    async def _insist(self, handler: Callable[[Connection, list[P]], Sequence[R]], payload: P) -> R:
        while True:
            try:
                result: R = await self.store.do(handler, payload)
            except SQLAlchemyError as error:
                if not is_trouble(error):
                    raise
                log.error("store_unavailable", error=str(getattr(error, "orig", error)))  # noqa: TRY400 - the cause is enough
                await asyncio.sleep(STORE_PAUSE)
            else:
                return result
