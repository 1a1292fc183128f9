"""The database as a bare reader sees it, between two lives of the bot: never by the bot's own code."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import psycopg

DATABASE = "projektbot.db"


Row: TypeAlias = dict[str, Any]  # by the names of its columns


class Bare(Protocol):
    """An open database; `ask` takes SQL with ? for parameters."""

    def ask(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """Return what is found."""

    def has_tables(self) -> bool:
        """Say whether the bot lived long enough to make its tables."""

    def damage(self) -> list[str]:
        """Return what is broken in it."""


class Record(Protocol):
    """Where the bot keeps what it knows."""

    def left_behind(self) -> AbstractContextManager[Bare]:
        """Open what a dead bot has left, without touching it."""

    def now(self) -> AbstractContextManager[Bare]:
        """Open it when nothing is on its way."""


# ---- SQLite --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _File:
    db: sqlite3.Connection

    def ask(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        cursor = self.db.execute(sql, tuple(values))
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, found, strict=True)) for found in cursor]

    def has_tables(self) -> bool:
        return bool(self.ask("SELECT 1 FROM sqlite_master WHERE name = 'outbox'"))

    def damage(self) -> list[str]:
        found = [row[0] for row in self.db.execute("PRAGMA integrity_check")]
        return [line for line in found if line != "ok"] + [
            f"no parent: {row}" for row in self.db.execute("PRAGMA foreign_key_check")
        ]


@dataclass(frozen=True, slots=True)
class SqliteRecord:
    """The file in the bot's folder."""

    folder: Path

    @contextmanager
    def left_behind(self) -> Iterator[Bare]:
        """Open a copy: opening the file itself would do the next start's recovery for it."""
        with tempfile.TemporaryDirectory() as copy:
            for file in self.folder.glob(f"{DATABASE}*"):
                shutil.copy(file, copy)
            with closing(sqlite3.connect(Path(copy) / DATABASE)) as db:
                yield _File(db)

    @contextmanager
    def now(self) -> Iterator[Bare]:
        """Open the file."""
        with closing(sqlite3.connect(self.folder / DATABASE)) as db:
            yield _File(db)


# ---- PostgreSQL ----------------------------------------------------------------------------------------------------

Connection: TypeAlias = "psycopg.Connection[tuple[Any, ...]]"


@dataclass(frozen=True, slots=True)
class _Server:
    db: Connection

    def ask(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        cursor = self.db.execute(sql.replace("?", "%s").encode(), tuple(values))
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, found, strict=True)) for found in cursor]

    def has_tables(self) -> bool:
        return bool(self.ask("SELECT 1 WHERE to_regclass('outbox') IS NOT NULL"))

    def damage(self) -> list[str]:
        return [f"still queued: {row['id']}" for row in self.ask("SELECT id FROM queue")]


@dataclass(frozen=True, slots=True)
class PostgresRecord:
    """A database of a server: what is committed is seen, whoever lives or dies."""

    url: str

    @contextmanager
    def left_behind(self) -> Iterator[Bare]:
        """Open it."""
        with psycopg.connect(self.url.replace("+psycopg", "", 1), autocommit=True) as db:
            yield _Server(db)

    now = left_behind
