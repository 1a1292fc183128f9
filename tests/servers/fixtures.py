"""The servers and the browser as pytest fixtures."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

import projektbot.civic.house  # noqa: F401 - knows every room, so that all their tables are in the metadata
from projektbot.store.database import open_engine
from projektbot.store.migrate import upgrade
from tests.ready import lay_ready
from tests.servers.browser import LONGEST_LOOK, NO_CHROMIUM, browse, chromium
from tests.servers.js_person import NO_NODE, NOT_INSTALLED, has_node, install
from tests.servers.postgres import NO_POSTGRES, Postgres, programs
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


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Run one PostgreSQL for all tests; where there is none, they are skipped. Each takes databases of its own.

    A test may stop or restart it, if it runs again afterwards: no other test is under way in this process.
    """
    found = programs()
    if found is None:
        pytest.skip(NO_POSTGRES)
    server = Postgres(found)
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture(scope="session")
def migrated(postgres: Postgres) -> str:
    """Return the name of a database at our newest revision: the template of those the tests take."""
    name = postgres.create()
    engine = open_engine(postgres.url(name))
    upgrade(engine)
    engine.dispose()
    return name


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the address of an empty database: the test is played on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/store.db"
        return
    server: Postgres = request.getfixturevalue("postgres")
    with server.database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the address of a database with all our tables: the test is played on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{lay_ready(tmp_path, 'store.db')}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    with server.database(request.getfixturevalue("migrated")) as url:
        yield url


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
