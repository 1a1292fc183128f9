"""The season of the sample city: played along the road, to its end, and found as it was told."""

from __future__ import annotations

import asyncio
import io
import re
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio
from PIL import Image
from sqlalchemy import func, select

from projektbot.app import House, build, make_web
from projektbot.civic.deadlines.tables import deadline_people, deadlines
from projektbot.civic.groups.tables import decisions, group_answers, questions, tasks
from projektbot.civic.projects.tables import comments, project_files, project_people, projects
from projektbot.civic.teams.tables import join_requests, matches, members, offers, partners
from projektbot.config import Settings
from projektbot.demo.cast import Cast
from projektbot.demo.pictures import SCENES, draw
from projektbot.demo.playing import Play, is_empty
from projektbot.demo.season import Idea, read_season
from projektbot.instants import micros
from projektbot.serving import accounts, hands
from projektbot.store.tables import inbox, outbox
from projektbot.web.demo import TEAM

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


def wanted(idea: Idea) -> str:
    """Return the stage in which the story leaves an idea."""
    if not idea.checked:
        return "submitted"
    if idea.declines or idea.joins:
        return "declined" if idea.declines else "merged"
    return "asked" if idea.asks and not idea.reply else "published"


@pytest.mark.asyncio(loop_scope="module")
async def test_every_idea_arrived_and_stands_where_the_story_left_it(city: House) -> None:
    stages: dict[str, str] = dict(await rows(city, projects.c.title, projects.c.stage))

    assert len(stages) == len(SEASON.ideas) >= 40
    for idea in SEASON.ideas:
        assert stages[idea.title] == wanted(idea), idea.title
    assert set(stages.values()) == {"submitted", "asked", "published", "declined", "merged"}


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
async def test_the_teams_are_those_of_the_story(city: House) -> None:
    titles: dict[int, str] = dict(await rows(city, projects.c.number, projects.c.title))
    named = await rows(city, members.c.project, members.c.name, members.c.sector)
    people = {(titles[number], name, sector) for number, name, sector in named}
    leads = {idea.title: idea.by for idea in SEASON.ideas}
    told = {(team.project, leads[team.project], team.sector) for team in SEASON.teams}
    told |= {(team.project, one.who, one.sector) for team in SEASON.teams for one in team.members if not one.waits}

    assert people == told
    assert len(SEASON.teams) >= 12
    assert {sector for _, _, sector in people} >= {"civil", "administration", "business"}
    asked = Counter(state for (state,) in await rows(city, join_requests.c.state))
    assert asked == {
        "open": sum(one.waits for team in SEASON.teams for one in team.members),
        "accepted": sum(not (one.waits or one.invited) for team in SEASON.teams for one in team.members),
    }
    assert len(await rows(city, partners.c.id)) == sum(len(team.partners) for team in SEASON.teams)
    assert len(await rows(city, offers.c.id)) == sum(len(team.has) + len(team.needs) for team in SEASON.teams)
    assert await rows(city, matches.c.id)


@pytest.mark.asyncio(loop_scope="module")
async def test_deadlines_are_those_of_the_story(city: House) -> None:
    columns = deadlines.c.title, deadlines.c.ends_at, deadlines.c.withdrawn_at
    kept = {title: (ends_at, withdrawn) for title, ends_at, withdrawn in await rows(city, *columns)}
    waiting = await rows(city, deadline_people.c.person_id)
    at = micros(city.clock.now())

    assert set(kept) == {deadline.title for deadline in SEASON.deadlines}
    for deadline in SEASON.deadlines:
        ends_at, withdrawn = kept[deadline.title]
        last = deadline.moved.until if deadline.moved else deadline.until
        assert (ends_at > at, bool(withdrawn)) == (last > SEASON.days, bool(deadline.withdrawn)), deadline.title
    ahead = [deadline for deadline in SEASON.deadlines if deadline.until > SEASON.days and not deadline.withdrawn]
    assert len(waiting) == sum(len(deadline.reminds) for deadline in ahead) > 0
    assert len({deadline.area for deadline in ahead} | {deadline.field for deadline in ahead}) > 2


@pytest.mark.asyncio(loop_scope="module")
async def test_a_team_has_planned_in_its_group(city: House) -> None:
    planned = await rows(city, tasks.c.until, tasks.c.done_at)
    today = city.clock.now().date().isoformat()
    (date,) = [starts_at for (starts_at,) in await rows(city, questions.c.starts_at) if starts_at]

    assert sum(done is not None for _, done in planned) == 2
    assert sorted(until < today for until, done in planned if done is None) == [False, True]  # one is late
    assert date > micros(city.clock.now())
    assert await rows(city, decisions.c.yes, decisions.c.no, decisions.c.abstain) == [(3, 0, 1)]
    assert {line.by for line in await city.web_chat.history(TEAM.room)} == {"", *TEAM.people}
    assert {voter[:2] for (voter,) in await rows(city, group_answers.c.voter)} == {"p:"}  # it knows all of them


@pytest.mark.asyncio(loop_scope="module")
async def test_nothing_failed_on_the_way_and_it_is_now(city: House) -> None:
    assert {state for (state,) in await rows(city, inbox.c.state)} == {0}
    assert {state for (state,) in await rows(city, outbox.c.state)} == {"sent"}
    assert city.clock.ahead == timedelta(0)
    assert not await is_empty(city)


@pytest.mark.asyncio(loop_scope="module")
async def test_whoever_opens_the_demo_goes_on_in_the_group_and_alone(city: House) -> None:
    browser = httpx.AsyncClient(
        transport=httpx.ASGITransport(make_web(city)), base_url=f"http://{city.settings.web_listen}",
        headers={"Sec-Fetch-Site": "same-origin"}, follow_redirects=True,
    )  # fmt: skip
    async with browser:
        await browser.post("/demo/2/chat/as", data={"by": "Birgit"})
        page = await browser.post("/demo/2/chat/say", data={"text": "/aufgaben"})
        message, token = re.findall(r'name="message" value="(\d+)">\s*<button [^>]*value="(task[^"]+)"', page.text)[-1]
        page = await browser.post("/demo/2/chat/tap", data={"message": message, "token": token})
        await browser.post("/demo/2/alone/as", data={"by": "Cem"})
        alone = await browser.get("/demo/2/alone")

    assert len([done for (done,) in await rows(city, tasks.c.done_at) if done]) == 3
    assert "erledigt: \u2068Plakate drucken" in re.sub("<[^>]+>", "", page.text)
    assert "\u2068Jonas\u2069 möchte bei P-1003" in re.sub("<[^>]+>", "", alone.text)


@pytest.mark.parametrize("subject", SCENES)
def test_a_picture_is_a_picture_and_always_the_same(subject: str) -> None:
    first = draw(f"{subject}-3")

    assert draw(f"{subject}-3") == first != draw(f"{subject}-4")
    assert Image.open(io.BytesIO(first)).size == (1200, 800)
    assert len(first) < 200_000
