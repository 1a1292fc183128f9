"""The servers and the browser as pytest fixtures."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.servers.browser import LONGEST_LOOK, NO_CHROMIUM, browse, chromium
from tests.servers.js_person import NO_NODE, NOT_INSTALLED, has_node, install
from tests.servers.synapse import Synapse


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def synapse(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Synapse]:
    """Run one Matrix homeserver for all tests: each takes people and rooms of its own and leaves it running."""
    server = Synapse(tmp_path_factory.mktemp("synapse"))
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def js_client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install a client built on matrix-js-sdk; where that cannot be, the tests with it are skipped."""
    if not has_node():
        pytest.skip(NO_NODE)
    folder = tmp_path_factory.mktemp("js") / "client"
    if not await install(folder):
        pytest.skip(NOT_INSTALLED)
    return folder


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def open_browser() -> AsyncIterator[Browser]:
    """Open one browser for all tests; where there is none, they are skipped."""
    executable = chromium()
    if executable is None:
        pytest.skip(NO_CHROMIUM)
    expect.set_options(timeout=LONGEST_LOOK)
    async with browse(executable) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def browser(open_browser: Browser) -> AsyncIterator[Browser]:
    """Lend the browser to one test, and close all pages it has left open: the next begins without its cookies."""
    yield open_browser
    for context in open_browser.contexts:
        await context.close()
