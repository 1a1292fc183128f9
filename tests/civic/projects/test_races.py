"""Two moderators decide at once, in two processes on one PostgreSQL: one wins, the other hears of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager

import pytest
from sqlalchemy import Column, select, text

from projektbot.civic.projects.tables import projects
from projektbot.messages import Inbound, Tap
from projektbot.store.audit import audit
from tests.civic.projects.test_comments import a_published_project
from tests.civic.projects.test_reports import reports_project
from tests.civic.projects.town import sends_an_idea, with_role
from tests.turns.linked import notices
from tests.turns.test_queue import empty, post, workers
from tests.turns.town import WAIT, Person, Town

pytestmark = pytest.mark.parametrize("town", ["postgres"], indirect=True)

# for a row of somebody else's: a NOTIFY waits for its turn too, and that may be over before anything was decided
WAITING = text("""SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'
    AND wait_event IN ('transactionid', 'tuple') AND datname = current_database()""")


@contextmanager
def held(town: Town, what: Column[int]) -> Iterator[None]:
    """Hold the idea, or another row, so that whoever decides about it waits until the block ends."""
    with town.engine.connect() as db:
        db.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        db.execute(select(what).with_for_update())
        yield


async def until_waiting(town: Town, many: int) -> None:
    """Return when so many transactions wait for somebody else's rows."""
    async with asyncio.timeout(WAIT):
        while await town.store.read(lambda db: db.scalar(WAITING)) != many:  # noqa: ASYNC110 - the server tells nobody
            await asyncio.sleep(0.01)


def token(somebody: Person, label: str) -> str:
    """Return what a button under the last message carries."""
    mine = [letter for letter in somebody.town.letters if letter.chat == somebody.chat]
    return next(choice.token for choice in mine[-1].message.choices if choice.label == label)


async def meet(town: Town, first: Inbound, second: Inbound, over: Column[int] = projects.c.number) -> list[str]:
    """Let two updates have their turns at once, each in a process of its own; return what their chats are told.

    Both go as far as they get while another transaction holds the rows they meet over, the first before the second.
    """
    before, elsewhere = len(town.letters), town.again()
    async with AsyncExitStack() as working:
        await working.enter_async_context(workers(town))
        with held(town, over):
            await post(town, first)
            await until_waiting(town, 1)
            # not before: it could have taken the first, and would not get round to the second
            await working.enter_async_context(workers(elsewhere))
            await post(elsewhere, second)
            await until_waiting(town, 2)
        await empty(town)
    told = [letter.message.plain() for letter in (*town.letters[before:], *elsewhere.letters)]
    await elsewhere.close()
    return told


async def both_tap(town: Town, label: str) -> list[str]:
    """Let two moderators press the same button at once, each in a process of their own; return what both are told."""
    mia, noor = (town.inbound(name, Tap(token(town.person(name), label))) for name in ("mia", "noor"))
    return await meet(town, mia, noor)


async def test_of_two_who_decide_at_once_one_wins(town: Town) -> None:
    await sends_an_idea(town.person("anna"))
    mia, noor = await with_role(town, "mia"), await with_role(town, "noor")
    await mia.says("/queue", "1")
    await noor.says("/queue", "1")

    told = await both_tap(town, "Publish it")

    assert sum("Done. The author is being told." in words for words in told) == 1
    assert sum("Somebody was faster" in words for words in told) == 1
    assert [row.act for row in await town.rows(audit)].count("publish") == 1
    assert len(await notices(town, "anna")) == 1
    assert (await town.rows(projects))[0].stage == "published"


async def test_of_two_who_settle_a_report_at_once_one_wins(town: Town) -> None:
    await a_published_project(town)
    await reports_project(town.person("ben"))
    mia, noor = town.person("mia"), await with_role(town, "noor")
    await mia.says("/reports", "1")
    await noor.says("/reports", "1")

    told = await both_tap(town, "It may stand")

    assert sum("Done." in words for words in told) == 1
    assert sum("Somebody was faster" in words for words in told) == 1
    assert [row.act for row in await town.rows(audit)].count("let_stand") == 1
