"""Being woken when rows have been written: by this process itself, and on PostgreSQL by every other (LISTEN/NOTIFY).

On SQLite, where nobody else can be told, the writer rings after its commit.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import Any, Final, NoReturn

import structlog
from sqlalchemy import Connection, Engine

log = structlog.get_logger()

QUEUE: Final = "queue"  # updates wait for their turn
OUTBOX: Final = "outbox"  # letters wait to be sent
WEB: Final = "web"  # something was said in the web chat
NAMES: Final = (QUEUE, OUTBOX, WEB)
PREFIX: Final = "projektbot_"
TO_RING: Final = "to_ring"  # kept at the connection
PAUSE_SECONDS: Final = 1.0  # after a connection was lost; whoever waits looks by itself meanwhile


def notify(db: Connection, name: str) -> None:
    """Wake everybody who waits for `name`, once this transaction is committed. One for a whole batch is enough."""
    if db.dialect.name == "postgresql":
        db.exec_driver_sql(f"NOTIFY {PREFIX}{name}")
    else:
        db.info.setdefault(TO_RING, set()).add(name)


def taken_to_ring(db: Connection) -> set[str]:
    """Return, once, for what to ring: after a commit on SQLite. Before a transaction it forgets one that failed."""
    found: set[str] = db.info.pop(TO_RING, set())
    return found


class Bell:
    """Wakes those of this process who wait for rows. A ring is never lost, and many are as good as one."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._rung: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)

    def ring(self, name: str) -> None:
        """Wake who waits for `name` in this process."""
        self._rung[name].set()

    async def wait(self, name: str, seconds: float) -> None:
        """Return when `name` was rung since the last wait, or after so many seconds."""
        try:
            async with asyncio.timeout(seconds):
                await self._rung[name].wait()
        except TimeoutError:
            return
        self._rung[name].clear()

    async def listen(self) -> NoReturn:
        """Let other processes ring, until cancelled."""
        while True:
            try:
                await self._listen()
            except self._engine.dialect.loaded_dbapi.Error as error:
                log.warning("listening_interrupted", error=type(error).__name__)
            await asyncio.sleep(PAUSE_SECONDS)

    async def _listen(self) -> None:
        from psycopg import AsyncConnection, Notify  # noqa: PLC0415 - an extra; only PostgreSQL needs it

        _, how = self._engine.dialect.create_connect_args(self._engine.url)
        how = {**how, "application_name": "projektbot-listener"}
        connection: AsyncConnection[Any] = await AsyncConnection.connect(autocommit=True, **how)
        async with connection:
            for name in NAMES:
                await connection.execute(f"LISTEN {PREFIX}{name}".encode())
            for name in NAMES:
                self.ring(name)  # what was written while nobody listened
            note: Notify
            async for note in connection.notifies():
                self.ring(note.channel.removeprefix(PREFIX))
