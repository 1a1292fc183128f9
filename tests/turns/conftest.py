"""The town the tests of the road live in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, MutableMapping
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from projektbot.turns import lines
from tests.servers.postgres import Postgres
from tests.turns.town import SQLITE, Town


@pytest.fixture(params=[*SQLITE, "postgres"])
async def town(tmp_path: Path, request: pytest.FixtureRequest, database: str) -> AsyncIterator[Town]:
    """Return a town: one process alone, or with a queue for several, that on both databases."""
    town = Town(tmp_path, queued=request.param != "direct", database=database)
    yield town
    await town.close()


@pytest.fixture
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """Return the address of a PostgreSQL database of one's own, where a test is to have one."""
    if "postgres" not in request.node.name:
        yield ""
        return
    server: Postgres = request.getfixturevalue("postgres")
    with server.database(request.getfixturevalue("migrated")) as address:
        yield address


@pytest.fixture(autouse=True)
def logs() -> Iterator[list[MutableMapping[str, Any]]]:
    """Keep what is logged: nothing of it is for the person who runs the tests."""
    with capture_logs() as entries:
        yield entries


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look a few times, quickly, whether a letter has arrived: nothing is sent in this town."""
    monkeypatch.setattr(lines, "LOOKS", 3)
    monkeypatch.setattr(lines, "LOOK_PAUSE", 0.001)
