"""Whatever waits is one transaction, and a fault in it costs only the turn it is in."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, text

from projektbot.civic import house
from projektbot.civic.projects.tables import projects
from projektbot.messages import Command, Event, Inbound, Words
from projektbot.store.tables import inbox, sessions
from projektbot.turns.aside import TRIES
from projektbot.turns.rows import ASIDE, HANDLED
from tests.turns.town import Town


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    """Return a town whose process is alone: what is tested here is its own."""
    town = Town(tmp_path)
    yield town
    await town.close()


class Count:
    """How often something happened."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, _connection: Connection) -> None:
        self.times += 1


@contextmanager
def counted(town: Town, what: str) -> Iterator[Count]:
    """Count commits or rollbacks."""
    count = Count()
    event.listen(town.engine, what, count)
    yield count
    event.remove(town.engine, what, count)


@contextmanager
def busy_writer(town: Town) -> Iterator[None]:
    """Keep the writer busy until the block ends, so that everything in between waits for one batch."""
    busy, go = threading.Event(), threading.Event()

    def wait(_db: Connection, jobs: list[str]) -> list[bool]:
        busy.set()
        return [go.wait() for _ in jobs]

    town.store.do(wait, "busy")
    busy.wait()
    yield
    go.set()


async def together(town: Town, inbounds: list[Inbound]) -> None:
    """Let updates wait at the writer and be taken in one batch."""
    with busy_writer(town):
        taking = asyncio.ensure_future(town.take(*inbounds))
        while town.store._queue.qsize() < len(inbounds):  # noqa: ASYNC110, SLF001 - nobody else knows how many wait
            await asyncio.sleep(0)
    await taking


def hello(town: Town, chats: int) -> list[Inbound]:
    return [town.inbound(f"c{number}", Words("Hello")) for number in range(chats)]


async def test_whatever_waits_is_one_transaction(town: Town) -> None:
    with counted(town, "commit") as commits:
        await together(town, hello(town, 40))

    assert commits.times == 2  # the one that kept the writer busy, and one for all
    assert len(town.letters) == 40


async def test_turns_that_wait_for_nobody_are_committed_one_by_one(town: Town) -> None:
    with counted(town, "commit") as commits:
        for inbound in hello(town, 5):
            await town.take(inbound)

    assert commits.times == 5


async def test_a_batch_has_at_most_64_turns(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    handle = town.turns.transactions.handle  # what the store hands a batch to

    def measured(db: Connection, items: list[Any]) -> list[Any]:
        sizes.append(len(items))
        return handle(db, items)

    monkeypatch.setattr(town.turns.transactions, "handle", measured)

    await together(town, hello(town, 150))

    assert sum(sizes) == 150
    assert max(sizes) == 64
    assert len(town.letters) == 150


async def test_the_answers_of_a_batch_are_those_of_turns_alone(town: Town) -> None:
    """Ten people answer three questions each, all of it in one transaction."""
    steps: list[Event] = [Command("idea"), Words("Something new"), Words("Benches along the river")]
    inbounds = [town.inbound(f"c{number}", step) for step in steps for number in range(10)]

    await together(town, inbounds)

    for number in range(10):
        session = await town.session(f"c{number}")
        assert session.frames[-1].answers["title"] == "Benches along the river"
        assert "What exactly is it" in town.told(f"c{number}")[-1]


async def test_a_bug_in_one_turn_costs_only_that_turn(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> int:
        raise ZeroDivisionError

    monkeypatch.setitem(house.CALCULATES, "count_ideas", broken)
    good = hello(town, 30)
    bad = town.inbound("unlucky", Command("ideas"))

    await together(town, [*good[:15], bad, *good[15:]])

    taken = {row.key: row.state for row in await town.rows(inbox)}
    assert taken == {inbound.key: HANDLED for inbound in good} | {bad.key: ASIDE}
    assert all(len(town.told(inbound.chat)) == 1 for inbound in good)
    assert "Something went wrong" in town.told("unlucky")[-1]


async def test_a_damaged_session_costs_only_its_own_conversation(town: Town) -> None:
    await town.take(*hello(town, 10))
    await damage(town, "c3")
    town.letters.clear()

    await together(town, hello(town, 10))

    assert all(len(town.told(f"c{number}")) == 1 for number in range(10))
    assert "Something went wrong" in town.told("c3")[0]
    assert "Something went wrong" not in "".join(town.told("c4"))


async def test_somebody_with_a_damaged_session_can_write_again(town: Town) -> None:
    """Once told, they begin anew: a conversation that can never be read again would be silent for good."""
    anna = town.person("anna")
    await anna.begins_an_idea()
    await damage(town, "anna")
    await anna.says("Hello?")

    told = await anna.says("/menu")

    assert "What would you like to do?" in told


async def damage(town: Town, chat: str) -> None:
    """Write something into a session that nobody can read."""
    found = text("SELECT session_id FROM addresses WHERE chat = :chat")
    spoil = sessions.update().values(state=b'{"frames": [')
    await town.store.write(lambda db: db.execute(spoil.where(sessions.c.id == db.scalar(found, {"chat": chat}))))


async def test_a_clash_in_an_action_is_replayed_one_by_one(town: Town) -> None:
    """A constraint of the database refuses one idea: the others of the batch are stored, each exactly once."""
    refuse = (
        "CREATE TRIGGER refuse BEFORE INSERT ON projects WHEN NEW.title = 'Clash' "
        "BEGIN SELECT RAISE(ABORT, 'clash'); END"
    )
    await town.store.write(lambda db: db.exec_driver_sql(refuse))
    people = [town.person(f"c{number}") for number in range(6)]
    for number, person in enumerate(people):
        await person.says("/idea", "new", "Clash" if number == 3 else f"Idea {number}", "A long enough description")
        await person.says("Health", "Altstadt", "/skip", "/skip", "/skip")

    with counted(town, "rollback") as rollbacks:
        await together(town, [town.inbound(person.chat, Words("Send the idea")) for person in people])

    titles = [row.title for row in await town.rows(projects)]
    assert sorted(titles) == [f"Idea {number}" for number in (0, 1, 2, 4, 5)]
    assert [row.number for row in await town.rows(projects)] == [1001, 1002, 1003, 1004, 1005]
    assert rollbacks.times == 1 + TRIES  # the batch, then the one at fault as often as it is tried
    assert "Something went wrong" in town.told("c3")[-1]
    assert "P-1005" in town.told("c5")[-1]


async def test_nothing_of_a_failed_turn_remains(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> int:
        raise ZeroDivisionError

    anna = town.person("anna")
    await anna.begins_an_idea()
    before = await town.session("anna")
    monkeypatch.setitem(house.CALCULATES, "count_ideas", broken)

    await anna.says("/ideas")

    assert await town.session("anna") == before
