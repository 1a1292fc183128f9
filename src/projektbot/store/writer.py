"""The connection that writes: a batch is one transaction, a fault its item's own, a lost connection is made anew."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from projektbot.errors import Bug
from projektbot.store import postgres
from projektbot.store.files import Files
from projektbot.store.listening import taken_to_ring
from projektbot.store.trouble import is_trouble, may_pass, named, outlives

log = structlog.get_logger()

Handler: TypeAlias = Callable[[Connection, list[Any]], Sequence[Any]]

ASK_SECONDS = 0.5  # between questions after a commit that nobody answered


class Item(NamedTuple):
    """What waits to be written: a handler with its payload, and who waits for the result."""

    handler: Handler
    payload: Any
    future: asyncio.Future[Any]
    failed: Callable[[Any], None] | None


class Writer:
    """Commits batches, in one thread. `closing` is set when the program ends: then nothing is waited for."""

    def __init__(self, engine: Engine, closing: threading.Event) -> None:
        self._engine = engine
        self._closing = closing
        self._on_postgres = engine.dialect.name == "postgresql"
        self._files = None if self._on_postgres or not engine.url.database else Files(Path(engine.url.database))
        self._connection: Connection | None = None
        self.to_ring: set[str] = set()  # for what others wait that was committed; whoever rings empties it

    def commit(self, batch: list[Item], *, again: bool = True) -> list[Any]:
        """Return a result or an exception for each item."""
        try:
            return self._commit(batch)
        except Exception as error:  # noqa: BLE001 - whatever it is belongs to one of the items, found by the replay
            failure = error
        self._clean_up(failure)
        if again and may_pass(failure):
            return self.commit(batch, again=False)
        if len(batch) == 1:
            return [_failed(batch[0], _as_outcome(failure))]
        return self._one_by_one(batch)

    def close(self) -> None:
        """Give the connection back."""
        if self._connection is not None:
            self._connection.close()

    def _one_by_one(self, batch: list[Item]) -> list[Any]:
        outcomes: list[Any] = []
        for item in batch:
            last = outcomes[-1] if outcomes else None
            outcomes += [_failed(item, last)] if is_trouble(last) else self.commit([item])
        return outcomes

    def _commit(self, batch: list[Item]) -> list[Any]:
        if self._files:
            self._look_after(self._files)
        connection = self._opened()
        outcomes: list[Any] | None = None
        mark = ""
        taken_to_ring(connection)
        try:
            with connection.begin():
                mark = postgres.begin(connection) if self._on_postgres else ""
                outcomes = _carried_out(connection, batch)
        except DBAPIError as error:
            if outcomes is None or not (mark and error.connection_invalidated and self._took(mark)):
                raise
        if self._files:
            self._files.note()
            self.to_ring |= taken_to_ring(connection)
        return outcomes

    def _look_after(self, files: Files) -> None:
        if self._connection is None:
            files.begin_anew()
        elif not files.are_there():
            files.mend(self._connection, self._engine)
            self._drop()

    def _took(self, mark: str) -> bool:
        """Find out whether a commit took whose answer was lost: said again, it might be done twice."""
        while not self._closing.is_set():
            try:
                took = postgres.fate(self._engine, mark)
            except DBAPIError as error:
                log.error("store_unavailable", error=str(error.orig))  # noqa: TRY400 - the cause is enough
            else:
                if took is not None:
                    return took
            self._closing.wait(ASK_SECONDS)
        return False

    def _opened(self) -> Connection:
        if self._connection is None and self._on_postgres:
            self._connection = postgres.for_writing(self._engine)
        elif self._connection is None:
            self._connection = self._engine.connect().execution_options(writes=True)
        return self._connection

    def _clean_up(self, error: Exception) -> None:
        """Leave the failed transaction; where the connection may have suffered, the next one takes another."""
        if self._connection is None or (outlives(error) and self._rolled_back(self._connection)):
            return
        self._drop()

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None

    def _rolled_back(self, connection: Connection) -> bool:
        if connection.invalidated:
            return False
        try:
            connection.connection.rollback()  # the driver's own: a COMMIT that failed may leave it in its transaction
        except self._engine.dialect.loaded_dbapi.Error:
            return False
        return True


def _carried_out(connection: Connection, batch: list[Item]) -> list[Any]:
    groups: dict[Handler, list[int]] = {}
    for index, item in enumerate(batch):
        groups.setdefault(item.handler, []).append(index)
    outcomes: list[Any] = [None] * len(batch)
    for handler, indexes in groups.items():
        results = handler(connection, [batch[index].payload for index in indexes])
        for index, result in zip(indexes, results, strict=True):
            outcomes[index] = result
    return outcomes


def _as_outcome(error: Exception) -> Exception:
    if isinstance(error, DBAPIError):
        return named(error)
    return error if isinstance(error, SQLAlchemyError) else Bug(error)


def _failed(item: Item, outcome: object) -> object:
    if item.failed:
        item.failed(item.payload)
    return outcome
