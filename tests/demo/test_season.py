"""The season of the sample city: played along the road, to its end, and found as it was told."""

from __future__ import annotations

import asyncio
import io
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from PIL import Image
from sqlalchemy import func, select

from projektbot.app import House, build
from projektbot.civic.projects.tables import comments, project_files, project_people, projects
from projektbot.config import Settings
from projektbot.demo.cast import Cast
from projektbot.demo.pictures import SCENES, draw
from projektbot.demo.playing import Play, is_empty
from projektbot.demo.season import read_season
from projektbot.serving import accounts, hands
from projektbot.store.tables import inbox, outbox

SEASON = read_season()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def city(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """Let the season be played once."""
    cast = Cast()
    house = build(Settings(data_dir=tmp_path_factory.mktemp("city")), cast, demo=True)
    tasks = [asyncio.create_task(work) for work in [*hands(house), *accounts(house)]]
    assert await is_empty(house)
    await Play(house, cast, SEASON).play()
    yield house
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await house.close()


async def rows(house: House, *columns: Any) -> list[Any]:  # noqa: ANN401 - columns of any type
    """Return these columns of all rows."""
    query = select(*columns)
    return [tuple(row) for row in await house.store.read(lambda db: db.execute(query).all())]


@pytest.mark.asyncio(loop_scope="module")
async def test_every_idea_arrived_and_stands_where_the_story_left_it(city: House) -> None:
    stages: dict[str, str] = dict(await rows(city, projects.c.title, projects.c.stage))

    assert len(stages) == len(SEASON.ideas) >= 40
    for idea in SEASON.ideas:
        wanted = (
            "declined" if idea.declines else "merged" if idea.joins else "published" if idea.checked else "submitted"
        )
        assert stages[idea.title] == wanted, idea.title


@pytest.mark.asyncio(loop_scope="module")
async def test_support_comments_photos_and_answers_are_those_of_the_story(city: House) -> None:
    mine = (project_people.c.project == projects.c.number) & project_people.c.supports_at.is_not(None)
    counted = select(func.count()).select_from(project_people).where(mine).scalar_subquery()
    supporters: dict[str, int] = dict(await rows(city, projects.c.title, counted))
    joined = Counter(idea.joins for idea in SEASON.ideas if idea.joins)
    for idea in SEASON.ideas:
        if not idea.joins and not joined[idea.title]:
            assert supporters[idea.title] == idea.support, idea.title

    assert len(await rows(city, comments.c.id)) == sum(len(idea.comments) for idea in SEASON.ideas)
    assert len(await rows(city, project_files.c.id)) == sum(bool(idea.picture) for idea in SEASON.ideas)
    answered = [title for title, answer in await rows(city, projects.c.title, projects.c.answer) if answer]
    assert sorted(map(str, answered)) == sorted(idea.title for idea in SEASON.ideas if idea.answer)


@pytest.mark.asyncio(loop_scope="module")
async def test_nothing_failed_on_the_way_and_it_is_now(city: House) -> None:
    assert {state for (state,) in await rows(city, inbox.c.state)} == {0}
    assert {state for (state,) in await rows(city, outbox.c.state)} == {"sent"}
    assert city.clock.ahead == timedelta(0)
    assert not await is_empty(city)


@pytest.mark.parametrize("subject", SCENES)
def test_a_picture_is_a_picture_and_always_the_same(subject: str) -> None:
    first = draw(f"{subject}-3")

    assert draw(f"{subject}-3") == first != draw(f"{subject}-4")
    assert Image.open(io.BytesIO(first)).size == (1200, 800)
    assert len(first) < 200_000
