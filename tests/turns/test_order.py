"""What a chat says is handled in order, also where one thing fails or must wait; nobody else waits for it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, update
from sqlalchemy.exc import OperationalError

from projektbot.civic import house
from projektbot.civic.groups.tables import tasks
from projektbot.messages import Command, Inbound, Pick, Tap, Words
from projektbot.store import database
from projektbot.store.tables import inbox, outbox
from projektbot.turns import lines, patience
from projektbot.turns.direct import Direct
from projektbot.turns.rows import WAITING
from tests.civic.groups.town import Member, bound
from tests.turns.test_batches import busy_writer
from tests.turns.town import Town, bare


@pytest.fixture(autouse=True)
def _one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "MAX_BATCH", 1)  # each update is a transaction of its own
    monkeypatch.setattr(patience, "STORE_PAUSE", 0.001)
    monkeypatch.setattr(lines, "LOOKS", 10_000)


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    """Return a town whose process is alone: what is tested here is its own."""
    town = Town(tmp_path)
    yield town
    await town.close()


@contextmanager
def full_disk(town: Town, times: int) -> Iterator[None]:
    """Let so many commits fail as on a full disk."""
    failures = [True] * times

    def fail(_connection: Connection) -> None:
        if failures:
            failures.pop()
            cause = sqlite3.OperationalError("database or disk is full")
            cause.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise OperationalError("COMMIT", None, cause)

    event.listen(town.engine, "commit", fail)
    yield
    event.remove(town.engine, "commit", fail)


async def in_a_row(town: Town, *inbounds: Inbound) -> None:
    """Let updates wait at the writer, so that the next transaction begins before anybody hears of the last."""
    with busy_writer(town):
        taking = asyncio.ensure_future(town.take(*inbounds))
        await asyncio.sleep(0)
    await taking


def titled(town: Town, chat: str = "anna") -> list[Inbound]:
    return [
        town.inbound(chat, Words("Benches along the river")),
        town.inbound(chat, Words("A place to rest for everybody")),
        town.inbound(chat, Words("Health")),
        town.inbound(chat, Words("Altstadt")),
    ]


@pytest.mark.parametrize("times", [1, 2, 3])
async def test_what_a_full_disk_kept_back_is_not_overtaken(town: Town, times: int) -> None:
    await town.person("anna").says("/idea", "new")

    with full_disk(town, times):
        await in_a_row(town, *titled(town))

    answers = (await town.session("anna")).frames[-1].answers
    assert answers["title"] == "Benches along the river"
    assert answers["description"] == "A place to rest for everybody"
    assert (answers["field"], answers["area"]) == ("health", "altstadt")


@pytest.mark.parametrize("times", [0, 1, 3])
async def test_what_a_group_does_is_done_in_order(town: Town, times: int) -> None:
    """Nobody is in the middle of anything there, so only the order says what comes of two who press one button."""
    lead, other = await bound(town), Member(town, "77")

    with full_disk(town, times):
        await in_a_row(
            town,
            lead.inbound(Command("task", "Buy wood")),
            other.inbound(Tap("task|1|done")),
            lead.inbound(Tap("task|1|open")),
            other.inbound(Command("task", "Order planks")),
        )

    assert [(row.words, row.done_at) for row in await town.rows(tasks)] == [("Buy wood", None), ("Order planks", None)]
    answers = [bare(letter.message) for letter in town.letters[-4:]]
    assert ["done: Buy wood" in answer for answer in answers] == [False, True, False, False]
    assert ["Order planks" in answer for answer in answers] == [False, False, False, True]


async def test_what_comes_later_finds_nobody_standing(town: Town) -> None:
    anna = town.person("anna")
    await anna.says("/idea", "new")
    with full_disk(town, 2):
        await in_a_row(town, *titled(town))

    told = await anna.says("1200 €")

    assert "photo" in told
    assert isinstance(town.turns.carrier, Direct)
    assert not town.turns.carrier._standing  # noqa: SLF001 - a chat that stays there is slow for good
    assert not town.turns.carrier._doors  # noqa: SLF001 - as above


async def test_what_our_mistake_kept_back_is_not_overtaken(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    count = house.CALCULATES["count_ideas"]
    failures = [LookupError(), LookupError()]

    def failing_twice(*given: object) -> object:
        if failures:
            raise failures.pop()
        return count(*given)  # type: ignore[arg-type] # as it was given

    monkeypatch.setitem(house.CALCULATES, "count_ideas", failing_twice)
    await in_a_row(town, town.inbound("anna", Command("ideas")), town.inbound("anna", Command("privacy")))

    assert "idea" in town.told("anna")[-2]
    assert "This service is run by" in town.told("anna")[-1]
    assert not failures


async def test_others_do_not_stand_with_it(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> int:
        raise LookupError

    monkeypatch.setitem(house.CALCULATES, "count_ideas", broken)
    await in_a_row(
        town,
        town.inbound("anna", Command("ideas")),
        town.inbound("anna", Command("help")),
        town.inbound("ben", Command("help")),
    )

    assert [letter.chat for letter in town.letters] == ["ben", "anna", "anna"]


async def sent(town: Town, message: str) -> None:
    """Let the last letter have arrived under an id."""
    arrived = update(outbox).where(outbox.c.id == town.letters[-1].id).values(state="sent", external_id=message)
    await town.store.write(lambda db: db.execute(arrived))


async def test_a_reaction_that_is_faster_than_its_question_waits_for_it(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = town.person("anna")
    await anna.says("/idea")

    await town.take(town.inbound("anna", Pick(1, "m1")), town.inbound("anna", Words("Benches along the river")))
    assert [row.state for row in await town.rows(inbox)].count(WAITING) == 2, "taken, and not answered yet"
    await sent(town, "m1")
    monkeypatch.setattr(lines, "LOOKS", 1)  # what is asked next does not arrive here
    await town.turns.settle()

    answers = (await town.session("anna")).frames[-1].answers
    assert answers == {"kind": "new", "title": "Benches along the river"}


async def test_a_reaction_that_waits_survives_the_end_of_the_program(town: Town) -> None:
    anna = town.person("anna")
    await anna.says("/idea")
    await town.take(town.inbound("anna", Pick(1, "m1")))
    await town.kill()

    again = Town(town.home, durable=False, made=True)
    again.letters += town.letters
    await sent(again, "m1")
    await again.turns.restore("desk")
    await again.turns.settle()

    assert (await again.session("anna")).frames[-1].answers == {"kind": "new"}
    await again.close()


async def test_a_reaction_to_nothing_of_ours_is_answered_after_a_while(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "LOOKS", 3)
    anna = town.person("anna")
    await anna.says("/idea")

    await anna.does(Pick(1, "of somebody else"))
    await town.turns.settle()

    assert "Is it something new" in town.told("anna")[-1]
    assert (await town.session("anna")).frames[-1].answers == {}


async def test_where_nothing_is_on_its_way_nobody_waits(town: Town) -> None:
    anna = town.person("anna")
    await anna.says("/idea")
    await sent(town, "m1")

    told = await anna.does(Pick(1, "of somebody else"))

    assert "Is it something new" in told


async def test_a_reply_that_is_faster_than_its_question_waits_for_it(town: Town) -> None:
    anna = town.person("anna")
    await anna.begins_an_idea()
    await anna.says("A place to rest for everybody")
    question = next(letter for letter in town.letters if letter.message.about.endswith("|title"))
    asked = update(outbox).where(outbox.c.id == question.id).values(state="sent", external_id="m1")

    await town.take(town.inbound("anna", Words("Benches by the water", "m1")))
    await town.store.write(lambda db: db.execute(asked))
    await town.store.write(lambda db: db.execute(update(outbox).values(state="sent")))
    await town.turns.settle()

    assert (await town.session("anna")).frames[-1].answers["title"] == "Benches by the water"
