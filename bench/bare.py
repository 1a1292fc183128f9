"""The yardstick of a turn: the same rows, written by nothing but `sqlite3`, in the same batches."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, Self

from sqlalchemy import Dialect, Engine, event

WRITES = ("INSERT", "UPDATE", "DELETE")


class Write(NamedTuple):
    """A statement with its rows, as the driver was given them; several rows are one `executemany`."""

    sql: str
    rows: Sequence[Any]
    several: bool


Batch = list[Write]


class Recorder:
    """Notes every transaction that writes, statement by statement, as `sqlite3` is given it."""

    def __init__(self) -> None:
        self.batches: list[Batch] = []
        self._open: Batch = []

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Note what is written through connections that are opened meanwhile."""

        def connect(_dialect: Dialect, _record: object, _given: object, named: dict[str, Any]) -> None:
            named["factory"] = partial(_Noted, self)

        event.listen(Engine, "do_connect", connect)
        try:
            yield
        finally:
            event.remove(Engine, "do_connect", connect)

    def note(self, sql: str, rows: Sequence[Any], *, several: bool) -> None:
        """Note a statement of the open transaction; making the tables is no part of it."""
        if sql.startswith(WRITES) and "alembic_" not in sql and "sqlite_sequence" not in sql:
            self._open.append(Write(sql, rows, several))

    def close(self, *, kept: bool) -> None:
        """Note how the open transaction ended."""
        if self._open and kept:
            self.batches.append(self._open)
        self._open = []


class _Noted(sqlite3.Connection):
    def __init__(self, recorder: Recorder, *given: Any, **named: Any) -> None:  # noqa: ANN401 - sqlite3's own
        super().__init__(*given, **named)
        self._recorder = recorder

    def cursor(self, _factory: object = None) -> sqlite3.Cursor:  # type: ignore[override]  # never another
        return super().cursor(partial(_NotedCursor, self._recorder))

    def commit(self) -> None:
        super().commit()
        self._recorder.close(kept=True)

    def rollback(self) -> None:
        super().rollback()
        self._recorder.close(kept=False)


class _NotedCursor(sqlite3.Cursor):
    def __init__(self, recorder: Recorder, connection: sqlite3.Connection) -> None:
        super().__init__(connection)
        self._recorder = recorder

    def execute(self, sql: str, row: Any = ()) -> Self:  # noqa: ANN401 - as above
        self._recorder.note(sql, [row], several=False)
        super().execute(sql, row)
        return self

    def executemany(self, sql: str, rows: Any) -> Self:  # noqa: ANN401 - as above
        self._recorder.note(sql, rows, several=True)
        super().executemany(sql, rows)
        return self


def row_by_row(batches: Sequence[Batch]) -> list[Batch]:
    """Return the same batches with a statement of its own for each row."""
    return [[Write(write.sql, [row], several=False) for write in batch for row in write.rows] for batch in batches]


def replay(path: Path, batches: Sequence[Batch]) -> list[float]:
    """Write what was recorded into a database with the same tables, one COMMIT a batch; return the seconds of each."""
    db = sqlite3.connect(path, isolation_level=None, cached_statements=512)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        db.execute(f"PRAGMA {pragma}")
    seconds = []
    for batch in batches:
        begun = time.perf_counter()
        db.execute("BEGIN IMMEDIATE")
        for write in batch:
            _carry_out(db, write)
        db.execute("COMMIT")
        seconds.append(time.perf_counter() - begun)
    db.close()
    return seconds


def _carry_out(db: sqlite3.Connection, write: Write) -> None:
    if write.several:
        db.executemany(write.sql, write.rows)
    else:
        db.execute(write.sql, write.rows[0]).fetchall()  # RETURNING
