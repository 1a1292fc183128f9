"""The town the tests of the road live in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, MutableMapping
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from projektbot.turns import lines
from tests.turns.town import Town


@pytest.fixture(params=["direct", "queued"])
async def town(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Town]:
    town = Town(tmp_path, queued=request.param == "queued")
    yield town
    await town.close()


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
