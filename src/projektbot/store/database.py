"""Opening the database, and the one road into it: a writer that commits whatever waits as one transaction."""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Final, TypeAlias, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.pool import QueuePool

from projektbot.store.postgres import open_postgres
from projektbot.store.trouble import is_trouble
from projektbot.store.writer import Handler, Item, Writer

__all__ = ["BUSY_MS", "MAX_BATCH", "Handler", "Job", "Store", "T", "is_trouble", "open_engine"]

T = TypeVar("T")
Job: TypeAlias = Callable[[Connection], T]

MAX_BATCH = 64  # larger batches gain 20 % and double the wait of the last
RIDE_SECONDS: Final = 1.0  # at most: a crash repeats what has not been noted
BUSY_MS = 5_000  # a backup or an operator's tool may hold the file that long


def open_engine(url: str) -> Engine:
    """Open a database: PostgreSQL, or SQLite in WAL with every commit on disk, a writer's transaction begun as one."""
    address = make_url(url)
    if address.get_backend_name() == "postgresql":
        return open_postgres(address)
    engine = create_engine(
        url,
        poolclass=QueuePool,
        hide_parameters=True,  # what people write has no place in error messages
        connect_args={"timeout": BUSY_MS / 1000, "check_same_thread": False, "cached_statements": 512},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_as_writer)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin_as_writer(connection: Connection) -> None:
    # IMMEDIATE: a transaction that reads first and writes later would fail at once beside another writer
    immediate = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _nobody_waits(_name: str) -> None:
    """Wake nobody."""


class Store:
    """The database of one process: `write` group-commits in one thread, `read` runs beside it.

    `do(handler, payload)` is for those who gain from a whole batch: the handler gets all payloads that wait for it in
    one call and returns one result for each. A batch that fails is rolled back and replayed one by one, so that only
    the item at fault fails; a handler must therefore have no effect but on the connection. It fails with SQLAlchemy's
    error if the database said no, and with a Bug for whatever else a handler raised. `ring` wakes who waits for what
    was committed (see `listening`).
    """

    def __init__(self, engine: Engine, ring: Callable[[str], None] = _nobody_waits) -> None:
        self.engine = engine
        self._ring = ring
        self._queue: queue.SimpleQueue[Item | None] = queue.SimpleQueue()
        self._riders: deque[Item] = deque()
        self._readers = ThreadPoolExecutor(4, "read")
        self._closing = threading.Event()
        self._reading = engine
        self._is_alone = engine.dialect.name == "sqlite"
        if engine.dialect.name == "postgresql":  # where each statement sees what is committed, inside a transaction too
            self._reading = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._thread = threading.Thread(target=self._run, name="write", daemon=True)
        self._thread.start()

    def do(self, handler: Handler, payload: object, failed: Callable[[Any], None] | None = None) -> asyncio.Future[Any]:
        """Hand `payload` to `handler` in the next transaction; the future holds its result once that is committed.

        If it cannot be committed, `failed(payload)` is called in the writer's thread, before anything comes after it.
        """
        future = asyncio.get_running_loop().create_future()
        self._queue.put(Item(handler, payload, future, failed))
        return future

    def ride(self, handler: Handler, payload: object) -> asyncio.Future[Any]:
        """As `do`, but with the next transaction, whosever it is; of its own only if for a second there is none.

        It comes before all else in that transaction, so whatever is written later finds it written. Readers may not:
        on PostgreSQL, where other processes read, it is the same as `do`.
        """
        if not self._is_alone:
            return self.do(handler, payload)
        future = asyncio.get_running_loop().create_future()
        self._riders.append(Item(handler, payload, future, None))
        return future

    def depart(self) -> None:
        """Let what rides wait for nobody."""
        if self._riders:
            self.do(_run_jobs, _nothing)

    async def write(self, job: Job[T]) -> T:
        """Run `job` in a transaction and return its result after the commit."""
        result: T = await self.do(_run_jobs, job)
        return result

    async def read(self, job: Job[T]) -> T:
        """Run `job` on a reading connection beside the writer."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, job)

    def close(self) -> None:
        """Finish what waits, then give back every connection."""
        self._closing.set()
        self._queue.put(None)
        self._thread.join()
        self._readers.shutdown()
        self.engine.dispose()

    def _read(self, job: Job[T]) -> T:
        with self._reading.connect() as connection:
            return job(connection)

    def _run(self) -> None:
        writer = Writer(self.engine, self._closing)
        is_last = False
        while not is_last:
            waiting, is_last = self._waiting()
            # Riders are looked for last: whoever rides since before something was given goes with it, and first.
            if batch := [*self._riding(), *waiting]:
                outcomes = writer.commit(batch)
                loop = batch[0].future.get_loop()
                while writer.to_ring:
                    loop.call_soon_threadsafe(self._ring, writer.to_ring.pop())
                loop.call_soon_threadsafe(_resolve, batch, outcomes)
        writer.close()

    def _waiting(self) -> tuple[list[Item], bool]:
        """Return what waits, nothing if for a second nothing has, and whether the store closes after it."""
        found: list[Item] = []
        with suppress(queue.Empty):
            while len(found) < MAX_BATCH:
                item = self._queue.get(not found, RIDE_SECONDS if self._is_alone else None)
                if item is None:
                    return found, True
                found.append(item)
        return found, False

    def _riding(self) -> Iterator[Item]:
        while self._riders:
            yield self._riders.popleft()


def _run_jobs(connection: Connection, jobs: list[Job[Any]]) -> list[Any]:
    return [job(connection) for job in jobs]


def _nothing(_connection: Connection) -> None:
    """Be a transaction in which others ride."""


def _resolve(batch: list[Item], outcomes: list[Any]) -> None:
    for item, outcome in zip(batch, outcomes, strict=True):
        if item.future.done():  # its waiter was cancelled; the work is committed all the same
            continue
        if isinstance(outcome, Exception):
            item.future.set_exception(outcome)
        else:
            item.future.set_result(outcome)
