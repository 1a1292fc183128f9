"""The house the tests of the delivery live in, on SQLite and on PostgreSQL."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import event

from projektbot.store.database import open_engine
from tests.delivery.house import House


@pytest.fixture
async def house(store_url: str) -> AsyncIterator[House]:
    engine = open_engine(store_url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _no_fsync)
    house = House(engine)
    yield house
    await house.end()
    assert house.platform.overlaps == 0


def _no_fsync(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")  # our crashes kill the process, not the machine
