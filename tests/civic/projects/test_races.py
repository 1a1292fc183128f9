"""Two moderators decide at once, in two processes on one PostgreSQL: one wins, the other hears of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import select, text

from projektbot.civic.projects.tables import projects
from projektbot.messages import Tap
from projektbot.store.audit import audit
from tests.civic.projects.town import sends_an_idea, with_role
from tests.turns.linked import notices
from tests.turns.test_queue import empty, post, workers
from tests.turns.town import WAIT, Person, Town

pytestmark = pytest.mark.parametrize("town", ["postgres"], indirect=True)

WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")


@contextmanager
def held(town: Town) -> Iterator[None]:
    """Hold the idea, so that whoever decides about it waits until the block ends."""
    with town.engine.connect() as db:
        db.execute(select(projects.c.number).with_for_update())
        yield


async def both_wait(town: Town) -> None:
    """Return when two transactions wait for somebody else's rows."""
    async with asyncio.timeout(WAIT):
        while await town.store.read(lambda db: db.scalar(WAITING)) != 2:  # noqa: ASYNC110 - the server tells nobody
            await asyncio.sleep(0.01)


def token(somebody: Person, label: str) -> str:
    """Return what a button under the last message carries."""
    mine = [letter for letter in somebody.town.letters if letter.chat == somebody.chat]
    return next(choice.token for choice in mine[-1].message.choices if choice.label == label)


@pytest.mark.parametrize(("one", "other"), [("Publish it", "Publish it"), ("Publish it", "Not now")])
async def test_of_two_who_decide_at_once_one_wins(town: Town, one: str, other: str) -> None:
    await sends_an_idea(town.person("anna"))
    mia, noor = await with_role(town, "mia"), await with_role(town, "noor")
    await mia.says("/queue", "1")
    await noor.says("/queue", "1")
    taps = {"mia": Tap(token(mia, one)), "noor": Tap(token(noor, other))}
    elsewhere = town.again()
    letters = len(town.letters)

    async with workers(town, elsewhere):
        with held(town):
            await asyncio.gather(
                *[post(there, there.inbound(chat, tap))
                  for there, (chat, tap) in zip((town, elsewhere), taps.items(), strict=True)]
            )  # fmt: skip
            if other == one:
                await both_wait(town)
        await empty(town)

    told = [letter.message.plain() for each in (town, elsewhere) for letter in each.letters]
    told = told[letters:]
    assert sum("Done. The author is being told." in words for words in told) == 1
    assert sum("Somebody was faster" in words for words in told) == (1 if other == one else 0)
    assert [row.act for row in await town.rows(audit)].count("publish") == 1
    assert len(await notices(town, "anna")) == 1
    assert (await town.rows(projects))[0].stage == "published"
    await elsewhere.close()
