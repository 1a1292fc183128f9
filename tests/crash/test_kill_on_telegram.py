"""The bot is killed at every point of its road on the strict Bot API server, while four people send their ideas."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.crash.points import (
    AT_START,
    FIRST_START,
    ON_THE_ROAD,
    TELEGRAM,
    WHEN_DUE,
    WITH_FILES,
    Point,
    points_on,
    traps,
)
from tests.crash.town import Town, telegram_town

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROAD = points_on(TELEGRAM, (*ON_THE_ROAD, *WITH_FILES))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """Open one town for all tests: each has people of its own, and everybody is judged again after each."""
    async with telegram_town(tmp_path_factory.mktemp("telegram")) as open_town:
        await open_town.bot.start()
        yield open_town


@pytest.mark.parametrize("point", ROAD, ids=[point.name for point in ROAD])
async def test_a_kill_loses_nothing_and_repeats_nothing(town: Town, point: Point) -> None:
    await town.tell_ideas(*traps([point]))

    assert (await town.judged()).faults == []


async def test_kills_while_starting_change_nothing(town: Town) -> None:
    """A death with letters in flight and a file half fetched, then one after another at the next starts."""
    await town.tell_ideas(("file_fetching", 2), *traps(points_on(TELEGRAM, AT_START)))

    assert (await town.judged()).faults == []


async def test_a_reminder_comes_once_however_often_the_bot_dies_over_it(town: Town) -> None:
    await town.be_reminded(*traps(points_on(TELEGRAM, WHEN_DUE)))

    assert (await town.judged()).faults == []


async def test_kills_at_the_very_first_start(tmp_path: Path) -> None:
    async with telegram_town(tmp_path) as new_town:
        await new_town.bot.start(*traps(points_on(TELEGRAM, FIRST_START)))
        await new_town.tell_ideas()

        assert (await new_town.judged()).faults == []
        assert (tmp_path / "secret").read_text("ascii") != ""
        assert (tmp_path / "secret").read_text("ascii") != ""
