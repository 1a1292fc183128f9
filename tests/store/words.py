"""A store with one table of words, and somebody who writes them together."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Connection, MetaData, Table, Text, insert, select

from projektbot.store.database import Store
from projektbot.store.tables import Id

metadata = MetaData()
table = Table("words", metadata, Column("id", Id, primary_key=True), Column("word", Text, unique=True))


def put(db: Connection, words: list[str]) -> list[int]:
    """Write words; return how many came in one call."""
    for word in words:
        db.execute(insert(table), {"word": word})
    return [len(words)] * len(words)


def everything(db: Connection) -> Sequence[str]:
    """Return all words in the order in which they were written."""
    return db.scalars(select(table.c.word).order_by(table.c.id)).all()


def hold(store: Store) -> threading.Event:
    """Keep the writer busy until the returned event is set."""
    busy, go = threading.Event(), threading.Event()

    def wait(_db: Connection, jobs: list[str]) -> list[bool]:
        busy.set()
        return [go.wait() for _ in jobs]

    store.do(wait, "busy")
    busy.wait()
    return go


async def together(store: Store, *words: str) -> list[Any]:
    """Write words in one batch; return what became of each."""
    go = hold(store)
    futures = [store.do(put, word) for word in words]
    go.set()
    return await asyncio.gather(*futures, return_exceptions=True)
