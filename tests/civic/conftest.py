"""The town in which what residents and staff do is tested, on both databases.

Updates that wait in a queue on SQLite are a matter of the road, and tests/turns has them: no room knows of it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.turns.conftest import database, logs
from tests.turns.town import Town

__all__ = ["database", "logs", "town"]


@pytest.fixture(params=["direct", "postgres"])
async def town(tmp_path: Path, request: pytest.FixtureRequest, database: str) -> AsyncIterator[Town]:
    """Return a town: on SQLite in one process, on PostgreSQL with a queue for several."""
    town = Town(tmp_path, queued=request.param != "direct", database=database)
    yield town
    await town.close()
