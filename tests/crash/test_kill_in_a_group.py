"""The bot is killed at every point of its road on the strict Bot API server, while a group plans and votes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.crash.points import ON_THE_ROAD, TELEGRAM, Point, points_on
from tests.crash.town import RATE, OnTelegram, Town
from tests.servers import botapi

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROAD = points_on(TELEGRAM, ON_THE_ROAD)
PASSING = 3  # in the middle of what the group does, which is fewer acts than people with an idea make
PLANKS = 2  # a point: a list shows twenty tasks at most

TASKS = "SELECT words, count(*) AS n, count(done_at) AS done FROM tasks GROUP BY words"
VOTES = "SELECT choice, count(*) AS n FROM group_answers GROUP BY choice"


@dataclass(slots=True)
class Square:
    """A project's group, and what must be in the store: tasks that were written down, ticked off, and votes."""

    town: Town
    group: botapi.Group
    people: list[botapi.Person]
    bot: str
    poll: int = 0
    written: list[str] = field(default_factory=list)
    ticked: set[str] = field(default_factory=set)

    async def plan(self, name: str) -> None:
        """Let three write down tasks while another votes, and then tick off the first."""
        tasks = [f"Plank {number} of {name}" for number in range(PLANKS)]
        self.written += tasks
        for number, words in enumerate(tasks):
            await self.group.send(self.people[number % 3], f"/task@{self.bot} {words}")
            await self.group.vote(self.people[-number % 3], self.poll, number % 2)
            listed = await self.group.wait_for(lambda seen: words in seen.text)  # noqa: B023
        await self.group.vote(self.people[2], self.poll)
        await self.group.tap(self.people[2], f"Done: {tasks[0]}", listed)
        self.ticked.add(tasks[0])
        await self.group.wait_for(lambda seen: f"done: \u2068{tasks[0]}" in seen.text)
        last = await self.group.send(self.people[0], f"/polls@{self.bot}")  # fetched when all before it is committed
        await self.group.wait_for(lambda seen: seen.id > last and "red" in seen.text)
        await self.town.bot.settled()

    def differences(self) -> list[str]:
        """Compare what is stored with what was done."""
        with self.town.record.now() as db:
            rows = {row["words"]: (row["n"], row["done"]) for row in db.ask(TASKS)}
            votes = {row["choice"]: row["n"] for row in db.ask(VOTES)}
            wrong = db.damage()
        for words in self.written:
            must = (1, int(words in self.ticked))
            if rows.pop(words, None) != must:
                wrong.append(f"not once, or not as it was left: {words}")
        counted = [option["voter_count"] for option in self._asked()["options"]]
        if [votes.get(place, 0) for place in (0, 1)] != counted:
            wrong.append(f"votes: {votes}, on Telegram {counted}")
        return [*wrong, *map(str, rows)]

    def _asked(self) -> dict[str, Any]:
        asked: dict[str, Any] = next(seen.raw["poll"] for seen in self.group.sees if seen.id == self.poll)
        return asked


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def square(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Square]:
    """Open one group for all tests: what they wrote down is looked at again after each."""
    folder: Path = tmp_path_factory.mktemp("group")
    async with (
        botapi.BotApiServer(limits=botapi.Limits.off()) as server,
        Town(
            OnTelegram(server), folder, telegram_token=server.token, telegram_api_url=server.url, telegram_rate=RATE
        ) as town,
    ):
        await town.start()
        yield await opened(server, town)


async def opened(server: botapi.BotApiServer, town: Town) -> Square:
    """Let somebody send an idea, connect their group with it, and ask something."""
    (lead,) = await town.arrive(1)
    await lead.tell()
    people = [server.person(number, "Anna", language_code="en") for number in (1001, 1, 2)]  # the first is the lead
    group = server.group(-500, "Benches", people)
    await group.add_bot(server.bot(), people[0])
    there = Square(town, group, people, server.bot().username)
    for said, answered in (("/team", "P-1001"), ("/language", "en")):
        await group.send(people[0], f"{said}@{there.bot} {answered}")
    await group.send(people[1], f"/poll@{there.bot} Which colour?; red; green")
    there.poll = (await group.wait_for(lambda seen: "poll" in seen.raw)).id
    await asyncio.gather(*[group.vote(person, there.poll, 0) for person in people])
    await town.bot.settled()
    return there


@pytest.mark.parametrize("point", ROAD, ids=[point.name for point in ROAD])
async def test_a_kill_loses_nothing_and_repeats_nothing(square: Square, point: Point) -> None:
    await square.town.bot.trap((point.name, PASSING))

    await square.plan(point.name)

    square.town.bot.must_be_free_of_traps()
    assert square.differences() == []
