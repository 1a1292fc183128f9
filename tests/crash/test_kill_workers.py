"""PostgreSQL, one bot and two workers: all of them are killed, and workers freeze, while people send their ideas."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.crash.points import ON_THE_ROAD, TELEGRAM, WITH_FILES, Point, points_on, traps
from tests.crash.town import Town, telegram_town
from tests.servers.postgres import Postgres

pytestmark = pytest.mark.asyncio(loop_scope="module")

# what a turn, a letter or a file passes whoever has it in hands
ROAD = points_on(TELEGRAM, (*ON_THE_ROAD, *WITH_FILES))
LONGER_THAN_A_TRANSACTION_MAY = 2.5  # seconds


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory, postgres: Postgres) -> AsyncIterator[Town]:
    """Open one town for all tests."""
    with postgres.database() as url:
        folder: Path = tmp_path_factory.mktemp("several")
        async with telegram_town(folder / "bot", workers=2, database_url=url) as open_town:
            await open_town.start()
            yield open_town


@pytest.mark.parametrize("point", ROAD, ids=[point.name for point in ROAD])
async def test_a_kill_of_the_bot_beside_workers_loses_nothing_and_repeats_nothing(town: Town, point: Point) -> None:
    await town.tell_ideas(*traps([point], at_most=2))

    assert (await town.judged()).faults == []


async def test_workers_that_are_killed_in_the_middle_of_a_turn_cost_nothing(town: Town) -> None:
    for worker in town.workers:
        await worker.trap(("turn_uncommitted", 2), ("turn_committed", 2))

    await town.tell_ideas()

    assert (await town.judged()).faults == []
    for worker in town.workers:
        worker.forget_traps()


async def test_workers_that_freeze_hold_up_nobody_for_long(town: Town) -> None:
    frozen = [asyncio.create_task(worker.freeze(LONGER_THAN_A_TRANSACTION_MAY)) for worker in town.workers]

    await town.tell_ideas()
    await asyncio.gather(*frozen)

    assert (await town.judged()).faults == []


async def test_a_reminder_comes_once_beside_workers(town: Town) -> None:
    await town.be_reminded()

    assert (await town.judged()).faults == []
