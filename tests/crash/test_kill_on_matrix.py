"""The bot is killed at every point of its road on Synapse, while four people invite it and send their ideas."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.crash.points import (
    AT_START,
    AT_THE_DOOR,
    FIRST_START,
    MATRIX,
    ON_THE_ROAD,
    WHEN_DUE,
    WITH_FILES,
    Point,
    points_on,
    traps,
)
from tests.crash.town import Town, matrix_town
from tests.servers.synapse import Synapse

pytestmark = pytest.mark.asyncio(loop_scope="session")

IN_ONE_STORY = 3  # Synapse takes two seconds for four people's ideas: enough to die three times on the way
EARLY = 3  # passings: so that the third life has something left to do
ROAD = points_on(MATRIX, ON_THE_ROAD)
STORIES = [points_on(MATRIX, AT_THE_DOOR), *[ROAD[at : at + IN_ONE_STORY] for at in range(0, len(ROAD), IN_ONE_STORY)]]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def town(tmp_path_factory: pytest.TempPathFactory, synapse: Synapse) -> AsyncIterator[Town]:
    """Open one town for all tests: each has people of its own, and everybody is judged again after each."""
    async with matrix_town(tmp_path_factory.mktemp("matrix"), synapse) as open_town:
        await open_town.bot.start()
        yield open_town


@pytest.mark.parametrize("points", STORIES, ids=["-".join(point.name for point in story) for story in STORIES])
async def test_a_kill_loses_nothing_and_doubles_nothing(town: Town, points: list[Point]) -> None:
    await town.tell_ideas(*traps(points, EARLY))

    assert (await town.judged()).faults == []


async def test_kills_on_the_way_of_a_file_change_nothing(town: Town) -> None:
    """The same file is taken one step further by each life."""
    await town.tell_ideas(*traps(points_on(MATRIX, WITH_FILES), 1))

    assert (await town.judged()).faults == []


async def test_kills_while_starting_change_nothing(town: Town) -> None:
    """A death with letters in flight and a file half fetched, then one after another at the next starts."""
    await town.tell_ideas(("file_fetching", 2), *traps(points_on(MATRIX, AT_START)))

    assert (await town.judged()).faults == []


async def test_a_reminder_comes_once_however_often_the_bot_dies_over_it(town: Town) -> None:
    await town.be_reminded(*traps(points_on(MATRIX, WHEN_DUE)))

    assert (await town.judged()).faults == []


async def test_kills_at_the_very_first_start(tmp_path: Path, synapse: Synapse) -> None:
    async with matrix_town(tmp_path, synapse) as new_town:
        await new_town.bot.start(*traps(points_on(MATRIX, FIRST_START)))
        await new_town.tell_ideas()

        assert (await new_town.judged()).faults == []
        assert (tmp_path / "secret").read_text("ascii") != ""


async def test_who_invites_the_bot_before_its_first_sync_is_greeted(tmp_path: Path, synapse: Synapse) -> None:
    """A first life notes the invitations, a second joins, and neither keeps how far it has read."""
    async with matrix_town(tmp_path, synapse) as new_town:
        invited = await new_town.arrive()
        await new_town.bot.start(("since_unkept", 1), ("since_unkept", 1))
        await asyncio.gather(*[resident.tell() for resident in invited])
        await new_town.bot.settled()

        assert (await new_town.judged()).faults == []


async def test_in_encrypted_rooms_kills_lose_no_key_and_no_message(tmp_path: Path, synapse: Synapse) -> None:
    async with matrix_town(tmp_path, synapse, encrypted=True) as new_town:
        await new_town.bot.start()
        for points in STORIES[::2]:
            await new_town.tell_ideas(*traps(points, EARLY))

        assert (await new_town.judged()).faults == []
