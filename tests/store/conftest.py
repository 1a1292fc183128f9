"""The stores that are tried out here."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from projektbot.store.database import Store, open_engine
from tests.store.words import metadata


@pytest.fixture
async def store(empty_url: str) -> AsyncIterator[Store]:
    store = Store(open_engine(empty_url))
    await store.write(metadata.create_all)
    yield store
    await asyncio.to_thread(store.close)
