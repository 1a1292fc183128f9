"""A town for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.web.town import Town, a_town, served, two_messengers


@pytest_asyncio.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    """Build a town without a server."""
    async with a_town(tmp_path) as town:
        yield town


@pytest_asyncio.fixture(loop_scope="session")
async def street(tmp_path: Path) -> AsyncIterator[Town]:
    """Build a town on a real server, with the demo, for the browser: it runs where that does."""
    async with a_town(tmp_path, demo=True, ways=two_messengers) as town, served(town):
        yield town
