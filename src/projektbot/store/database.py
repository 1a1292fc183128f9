"""Opening the database, and the one road into it: a writer that commits whatever waits as one transaction."""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, TypeAlias, TypeVar

import structlog
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from projektbot.errors import Bug

log = structlog.get_logger()

T = TypeVar("T")
Job: TypeAlias = Callable[[Connection], T]
Handler: TypeAlias = Callable[[Connection, list[Any]], Sequence[Any]]

MAX_BATCH = 64  # larger batches gain 20 % and double the wait of the last
BUSY_MS = 5_000  # a backup or an operator's tool may hold the file that long


def open_engine(url: str) -> Engine:
    """Open a database: SQLite in WAL with every commit on disk, every transaction begun as a writer's."""
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True, hide_parameters=True)
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


class _Item(NamedTuple):
    handler: Handler
    payload: Any
    future: asyncio.Future[Any]
    failed: Callable[[Any], None] | None


class Store:
    """The database of one process: `write` group-commits in one thread, `read` runs beside it.

    `do(handler, payload)` is for those who gain from a whole batch: the handler gets all payloads that wait for it in
    one call and returns one result for each. A batch that fails is rolled back and replayed one by one, so that only
    the item at fault fails; a handler must therefore have no effect but on the connection. It fails with SQLAlchemy's
    error if the database said no, and with a Bug for whatever else a handler raised.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._queue: queue.SimpleQueue[_Item | None] = queue.SimpleQueue()
        self._readers = ThreadPoolExecutor(4, "read")
        self._thread = threading.Thread(target=self._run, name="write", daemon=True)
        self._thread.start()

    def do(self, handler: Handler, payload: object, failed: Callable[[Any], None] | None = None) -> asyncio.Future[Any]:
        """Hand `payload` to `handler` in the next transaction; the future holds its result once that is committed.

        If it cannot be committed, `failed(payload)` is called in the writer's thread, before anything comes after it.
        """
        future = asyncio.get_running_loop().create_future()
        self._queue.put(_Item(handler, payload, future, failed))
        return future

    async def write(self, job: Job[T]) -> T:
        """Run `job` in a transaction and return its result after the commit."""
        result: T = await self.do(_run_jobs, job)
        return result

    async def read(self, job: Job[T]) -> T:
        """Run `job` on a reading connection beside the writer."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, job)

    def close(self) -> None:
        """Finish what waits, then give back every connection."""
        self._queue.put(None)
        self._thread.join()
        self._readers.shutdown()
        self.engine.dispose()

    def _read(self, job: Job[T]) -> T:
        with self.engine.connect() as connection:
            return job(connection)

    def _run(self) -> None:
        with self.engine.connect().execution_options(writes=True) as connection:
            while batch := self._next_batch():
                outcomes = _commit_batch(connection, batch)
                batch[0].future.get_loop().call_soon_threadsafe(_resolve, batch, outcomes)

    def _next_batch(self) -> list[_Item]:
        first = self._queue.get()
        if first is None:
            return []
        batch = [first]
        while len(batch) < MAX_BATCH:
            try:
                item = self._queue.get_nowait()
            except queue.Empty:
                break
            if item is None:
                self._queue.put(None)  # close after this batch
                break
            batch.append(item)
        return batch


def _run_jobs(connection: Connection, jobs: list[Job[Any]]) -> list[Any]:
    return [job(connection) for job in jobs]


def _commit_batch(connection: Connection, batch: list[_Item]) -> list[Any]:
    """Return a result or an exception for each item."""
    try:
        return _commit(connection, batch)
    except Exception as error:  # noqa: BLE001 - whatever it is belongs to one of the items, found by the replay
        connection.connection.rollback()  # the driver's own: a COMMIT that failed may leave it in its transaction
        if len(batch) == 1:
            return [_failed(batch[0], error if isinstance(error, SQLAlchemyError) else Bug(error))]
    outcomes: list[Any] = []
    for item in batch:
        last = outcomes[-1] if outcomes else None
        outcomes += [_failed(item, last)] if is_trouble(last) else _commit_batch(connection, [item])
    return outcomes


def _failed(item: _Item, outcome: object) -> object:
    if item.failed:
        item.failed(item.payload)
    return outcome


def is_trouble(outcome: object) -> bool:
    """Say whether the store itself fails (disk full, locked): then nothing may overtake what failed first.

    SQLite calls mistakes in our statements operational too; those belong to one item.
    """
    code = getattr(getattr(outcome, "orig", None), "sqlite_errorcode", None)
    return isinstance(outcome, OperationalError) and code != sqlite3.SQLITE_ERROR


def _commit(connection: Connection, batch: list[_Item]) -> list[Any]:
    groups: dict[Handler, list[int]] = {}
    for index, item in enumerate(batch):
        groups.setdefault(item.handler, []).append(index)
    outcomes: list[Any] = [None] * len(batch)
    with connection.begin():
        for handler, indexes in groups.items():
            results = handler(connection, [batch[index].payload for index in indexes])
            for index, result in zip(indexes, results, strict=True):
                outcomes[index] = result
    return outcomes


def _resolve(batch: list[_Item], outcomes: list[Any]) -> None:
    for item, outcome in zip(batch, outcomes, strict=True):
        if item.future.done():  # its waiter was cancelled; the work is committed all the same
            continue
        if isinstance(outcome, Exception):
            item.future.set_exception(outcome)
        else:
            item.future.set_result(outcome)
