"""The bot is killed at every point of its road while four people send their ideas by its own web chat."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from socket import socket

import pytest
import pytest_asyncio

from tests.crash.oracle import Verdict
from tests.crash.points import ON_THE_ROAD, WEB, WITH_FILES, Point, points_on, traps
from tests.crash.town import Town
from tests.crash.web_seat import AtWeb, OnTheWeb

pytestmark = pytest.mark.asyncio(loop_scope="module")

EARLY = 3  # passings: so that the third life has something left to do
IN_ONE_STORY = 3
ROAD = points_on(WEB, ON_THE_ROAD)
STORIES = [ROAD[at : at + IN_ONE_STORY] for at in range(0, len(ROAD), IN_ONE_STORY)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """Open a town that has nothing but the web chat, always at the same address."""
    platform = OnTheWeb()
    open_town = Town(platform, tmp_path_factory.mktemp("web"), web_listen=f"127.0.0.1:{_free_port()}")
    platform.bot = open_town.bot
    async with open_town:
        await open_town.start()
        yield open_town
        await asyncio.gather(*[browser.aclose() for browser in platform.browsers])


@pytest.mark.parametrize("points", STORIES, ids=["-".join(point.name for point in story) for story in STORIES])
async def test_a_kill_loses_nothing_and_doubles_nothing(town: Town, points: list[Point]) -> None:
    await town.tell_ideas(*traps(points, EARLY))

    assert (await _judged(town)).faults == []


async def test_kills_on_the_way_of_a_file_change_nothing(town: Town) -> None:
    """The same file is taken one step further by each life."""
    await town.tell_ideas(*traps(points_on(WEB, WITH_FILES), 1))

    assert (await _judged(town)).faults == []


async def _judged(town: Town) -> Verdict:
    """Let everybody load their page once more: what stands there now is what they were told."""
    for resident in town.residents:
        assert isinstance(resident.seat, AtWeb)
        await resident.seat.load()
    return await town.judged()


def _free_port() -> int:
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
