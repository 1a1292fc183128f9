"""What is due is carried out once: together with its message, or not at all."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, update

from projektbot import jobs
from projektbot.clock import Clock
from projektbot.store.tables import due, inbox, outbox
from projektbot.turns import rows
from tests.turns.town import NOON, SQLITE, Town

DAY = timedelta(days=1)
REMINDER = "You began something"


async def drafts(town: Town, number: int) -> list[int]:
    """Let people begin ideas and leave; return the rows that wait for them."""
    for chat in range(number):
        await town.person(f"c{chat}").begins_an_idea()
    town.letters.clear()
    return [row.id for row in await town.rows(due)]


async def test_a_draft_is_due_after_a_day(town: Town) -> None:
    await drafts(town, 1)

    await town.pass_by(DAY - timedelta(seconds=1))
    assert not town.letters
    await town.pass_by(timedelta(seconds=1))

    assert REMINDER in town.told("c0")[0]
    assert await town.jobs.next_due() == NOON + 5 * DAY


async def test_a_due_row_is_carried_out_once_however_often_it_is_handed_over(town: Town) -> None:
    ids = await drafts(town, 20)
    town.clock.advance(DAY)

    await asyncio.gather(*[town.turns.wake(ids) for _ in range(10)])

    assert len(town.letters) == 20


async def test_a_tick_that_overlaps_another_does_nothing_twice(town: Town) -> None:
    await drafts(town, 20)
    town.clock.advance(DAY)

    await asyncio.gather(*[town.jobs.tick() for _ in range(10)])

    assert sorted(letter.chat for letter in town.letters) == sorted(f"c{number}" for number in range(20))


@pytest.mark.parametrize("town", SQLITE, indirect=True)  # SQLite's way to say no
async def test_a_reminder_and_the_end_of_its_row_are_one_transaction(town: Town) -> None:
    """The outbox refuses the message: then the row is still there, and the next look finds it."""
    (row,) = await drafts(town, 1)
    refuse = "CREATE TRIGGER refuse BEFORE INSERT ON outbox BEGIN SELECT RAISE(ABORT, 'no'); END"
    await town.store.write(lambda db: db.exec_driver_sql(refuse))
    town.clock.advance(DAY)
    failed = await asyncio.gather(town.store.do(town.turns.transactions.wake, row), return_exceptions=True)
    assert isinstance(failed[0], Exception)
    assert [found.id for found in await town.rows(due)] == [row]

    await town.store.write(lambda db: db.exec_driver_sql("DROP TRIGGER refuse"))
    await town.jobs.tick()

    assert len(town.letters) == 1
    assert (await town.session("c0")).frames[-1].reminded == 1


async def test_two_programs_on_one_store_carry_out_each_row_once(town: Town, tmp_path: Path) -> None:
    await drafts(town, 60)
    later = Clock(lambda: NOON + DAY)
    other = town.again(clock=later)
    town.clock.advance(DAY)

    await asyncio.gather(*[tick() for _ in range(5) for tick in (town.jobs.tick, other.jobs.tick)])

    told = sorted(letter.chat for letter in (*town.letters, *other.letters))
    stored = await town.rows(outbox, outbox.c.kind == "notice")
    assert told == sorted(f"c{number}" for number in range(60))
    assert len(stored) == 60
    await other.close()


async def test_two_programs_on_one_store_number_their_letters_apart(town: Town, tmp_path: Path) -> None:
    other = town.again()
    replays: list[Connection] = []
    for house in (town, other):
        event.listen(house.engine, "rollback", replays.append)
    people = [house.person(f"{name}{number}") for number in range(10) for name, house in (("a", town), ("b", other))]

    for person in people * 3:
        await person.says("Hello")

    assert not replays
    assert await town.count(outbox) == 60
    assert len({letter.id for letter in (*town.letters, *other.letters)}) == 60
    assert not any("Something went wrong" in letter.message.plain() for letter in (*town.letters, *other.letters))
    await other.close()


async def test_more_may_be_due_than_is_looked_for_at_once(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "DUE_AT_ONCE", 50)
    await drafts(town, 130)

    await town.pass_by(DAY)

    assert len(town.letters) == 130


async def test_what_was_due_while_the_program_was_away_is_done_at_the_start(town: Town, tmp_path: Path) -> None:
    await drafts(town, 3)
    back = town.again(clock=Clock(lambda: NOON + 3 * DAY))

    await back.jobs.tick()

    assert len(back.letters) == 3
    await back.close()


async def test_a_row_whose_draft_is_sent_says_nothing(town: Town) -> None:
    anna = town.person("anna")
    await anna.begins_an_idea()
    await anna.says("A place to rest for everybody", "Health", "Altstadt", "/skip", "/skip", "/skip", "Send the idea")
    town.letters.clear()

    await town.pass_by(100 * DAY)

    assert not town.letters
    assert not await town.count(due)


async def test_a_row_that_leads_to_nothing_more_is_gone_when_it_was_carried_out(town: Town) -> None:
    """Else it would be carried out again at every tick, for good."""
    anna = town.person("anna")
    await anna.begins_an_idea()
    await anna.says("A place to rest for everybody", "Health", "Altstadt", "/skip", "/skip", "/skip", "Send the idea")
    (row,) = await town.rows(due)
    town.clock.advance(DAY)

    await town.turns.wake([row.id])

    assert await town.rows(due) == []


async def test_each_draft_has_at_most_one_row(town: Town) -> None:
    anna = town.person("anna")
    await anna.begins_an_idea()
    await town.pass_by(DAY)
    await anna.says("A place to rest for everybody", "/back", "Another place to rest", "Health")

    assert await town.count(due) == 1


async def test_pruning_lets_the_numbers_of_letters_go_on(town: Town, tmp_path: Path) -> None:
    """A number used again would be taken for a letter sent again."""
    await town.person("anna").says("Hello", "Hello", "Hello")
    last = town.letters[-1].id
    await town.store.write(lambda db: db.execute(update(outbox).values(state="sent")))
    later = town.again(clock=Clock(lambda: NOON + 400 * DAY))

    await later.jobs.prune()
    assert await later.count(outbox) == 1
    await later.close()
    later = town.again(clock=Clock(lambda: NOON + 400 * DAY))
    await later.person("anna").says("Hello")

    assert later.letters[-1].id > last
    await later.close()


async def test_pruning_leaves_what_still_waits(town: Town) -> None:
    await town.person("anna").says("Hello", "Hello")
    town.clock.advance(400 * DAY)

    await town.jobs.prune()

    assert await town.count(outbox) == 2
    assert rows.HANDLED not in {row.state for row in await town.rows(inbox)}
