"""The clock is set back by an hour while the program runs: nobody waits for it, and nothing is said twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta, tzinfo
from itertools import pairwise
from pathlib import Path
from typing import Self

import apscheduler.schedulers.base
import pytest
from sqlalchemy import select, update
from starlette.responses import Response

from projektbot import jobs
from projektbot.app import real_now
from projektbot.clock import Clock
from projektbot.messages import Words
from projektbot.store.tables import due, outbox
from projektbot.web.session import Cookies, new_chat
from tests.adversity.log import WAIT
from tests.turns.town import NOON, Town

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
REMINDER = "You began something"


class Wrong:
    """A clock of a machine, which somebody sets."""

    def __init__(self) -> None:
        self.shows = NOON

    def now(self) -> datetime:
        return self.shows


@pytest.fixture
def clock() -> Wrong:
    return Wrong()


@pytest.fixture
async def town(tmp_path: Path, clock: Wrong) -> AsyncIterator[Town]:
    town = Town(tmp_path, clock=Clock(clock.now))
    yield town
    town.jobs.close()
    await town.close()


async def test_people_are_answered_and_letters_keep_their_order(town: Town, clock: Wrong) -> None:
    anna, ben = town.person("anna"), town.person("ben")
    await anna.begins_an_idea()

    clock.shows -= HOUR

    assert await anna.says("A place to rest")
    assert await ben.begins_an_idea()
    ids = [letter.id for letter in town.letters]
    assert all(earlier < later for earlier, later in pairwise(ids))
    assert ids[-1] - ids[0] < HOUR / timedelta(microseconds=1)
    assert [row.id for row in await town.rows(outbox)] == ids


async def test_what_comes_again_is_still_known(town: Town, clock: Wrong) -> None:
    hello = town.inbound("anna", Words("Hello"))
    await town.take(hello)

    clock.shows -= HOUR
    await town.take(hello)

    assert len(town.told("anna")) == 1


async def test_a_reminder_comes_once(town: Town, clock: Wrong) -> None:
    await town.person("anna").begins_an_idea()
    town.letters.clear()
    clock.shows += DAY
    await town.jobs.tick()

    clock.shows -= HOUR
    await town.jobs.tick()
    clock.shows += HOUR
    await town.jobs.tick()

    assert len([words for words in town.told("anna") if REMINDER in words]) == 1
    assert await town.jobs.next_due() == NOON + 5 * DAY


async def test_the_ticks_go_on_at_once(town: Town, clock: Wrong, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scheduler that waits for a time of day would stand still for the hour."""
    monkeypatch.setattr(jobs, "TICK_SECONDS", 0.01)
    await town.person("anna").begins_an_idea()
    town.jobs.start()
    await made_due(town)

    class SetBack(datetime):
        """The time of day, as the libraries see it from now on."""

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return cls.fromtimestamp(real_now().timestamp() - 3600, tz)

    monkeypatch.setattr(apscheduler.schedulers.base, "datetime", SetBack)
    clock.shows -= HOUR

    await made_due(town)


async def made_due(town: Town) -> None:
    """Let everything be due, and return when it has been looked at: nothing is, so all of it is put off again."""
    still = select(due.c.id).where(due.c.due_at == 0)
    await town.store.write(lambda db: db.execute(update(due).values(due_at=0)))

    async with asyncio.timeout(WAIT):
        while await town.store.write(lambda db: db.execute(still).all()):  # behind whatever the writer does
            pass


def test_a_browser_stays_in_its_chat() -> None:
    """Its cookie says nothing of the time: what a clock says now cannot make it too old, or too new."""
    cookies = Cookies("a secret", "/chat", secure=False)
    answer = Response()
    cookies.keep(answer, new_chat())

    kept = answer.headers["set-cookie"]
    assert "expires" not in kept.lower()
    assert "Max-Age=31536000" in kept
