"""The yardstick of a turn: the same rows, written by nothing but `sqlite3`, in the same batches."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, event

WRITES = ("INSERT", "UPDATE", "DELETE")


class Write(NamedTuple):
    """A statement with its rows, as the driver was given them; several rows are one `executemany`."""

    sql: str
    rows: Sequence[Any]
    several: bool


Batch = list[Write]


class Recorder:
    """Notes every transaction that writes, statement by statement."""

    def __init__(self, engine: Engine) -> None:
        self.batches: list[Batch] = []
        self._open: Batch = []
        event.listen(engine, "before_cursor_execute", self._note)
        event.listen(engine, "commit", self._close)

    def _note(
        self,
        _db: Connection,
        _cursor: object,
        sql: str,
        given: Any,  # noqa: ANN401 - a row, or several
        _context: object,
        several: bool,  # noqa: FBT001 - as above
    ) -> None:
        if sql.startswith(WRITES):
            self._open.append(Write(sql, given if several else [given], several))

    def _close(self, _db: Connection) -> None:
        if self._open:
            self.batches.append(self._open)
            self._open = []


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
