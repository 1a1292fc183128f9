"""A strict Bot API server, and our channel to it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from projektbot.channels.telegram import TelegramChannel
from tests.channels.telegram.house import channel_for
from tests.servers.botapi import BotApiServer, Limits


@pytest_asyncio.fixture
async def server() -> AsyncIterator[BotApiServer]:
    """Run a server without flood limits."""
    async with BotApiServer(limits=Limits.off()) as running:
        yield running


@pytest_asyncio.fixture
async def channel(server: BotApiServer) -> AsyncIterator[TelegramChannel]:
    """Make a channel to it."""
    made = channel_for(server)
    yield made
    await made.close()
