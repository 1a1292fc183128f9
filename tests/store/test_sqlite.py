"""What is particular about SQLite: every commit on disk, a writer's transaction from its beginning, a full disk."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from projektbot.store.database import Store, open_engine
from tests.store.words import everything, metadata, put, together


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = Store(open_engine(f"sqlite:///{tmp_path}/store.db"))
    await store.write(metadata.create_all)
    yield store
    await asyncio.to_thread(store.close)


async def test_every_commit_is_on_disk(store: Store) -> None:
    def settings(db: Connection) -> list[object]:
        names = ("journal_mode", "synchronous", "foreign_keys")
        return [db.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]

    assert await store.read(settings) == ["wal", 2, 1]
    assert await store.write(settings) == ["wal", 2, 1]


async def test_a_transaction_begins_as_a_writers(store: Store, tmp_path: Path) -> None:
    """Begun as a reader's, it would fail at once if another process wrote between its reading and its writing."""

    def locked(_db: Connection) -> str:
        with sqlite3.connect(tmp_path / "store.db", timeout=0) as other:
            try:
                other.execute("INSERT INTO words (word) VALUES ('other')")
            except sqlite3.OperationalError as error:
                return str(error)
        return "free"

    assert await store.write(locked) == "database is locked"
    assert await store.read(locked) == "free"


async def test_trouble_of_the_store_fails_a_batch_as_a_whole(store: Store) -> None:
    """The disk is full: were each item tried alone, a short one would overtake the long one before it."""

    def fill_up(db: Connection) -> None:
        pages = db.exec_driver_sql("PRAGMA page_count").scalar_one()
        db.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    await store.write(fill_up)

    outcomes = await together(store, "long " * 10_000, "short", "brief")

    assert [type(outcome) for outcome in outcomes] == [OperationalError] * 3
    assert await store.read(everything) == []
    assert await store.do(put, "short") == 1
