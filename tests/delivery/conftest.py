"""The house the tests of the delivery live in."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import event

from projektbot.store.database import open_engine
from projektbot.store.tables import metadata
from tests.delivery.house import House


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    engine = open_engine(f"sqlite:///{tmp_path}/house.db")
    event.listen(engine, "connect", _no_fsync)
    metadata.create_all(engine)
    house = House(engine)
    yield house
    await house.end()
    assert house.platform.overlaps == 0


def _no_fsync(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")  # our crashes kill the process, not the machine
