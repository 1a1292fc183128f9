"""What is acknowledged is committed; what cannot be committed waits and is not lost."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.engine import ExceptionContext

from projektbot.messages import Command, Words
from projektbot.store import database
from projektbot.store.tables import inbox, outbox
from projektbot.turns import patience
from tests.turns.town import SQLITE, WAIT, Town

pytestmark = pytest.mark.parametrize("town", SQLITE, indirect=True)  # looked at, locked and filled up as a file

Logs = list[MutableMapping[str, Any]]


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "STORE_PAUSE", 0.01)
    monkeypatch.setattr(database, "BUSY_MS", 20)


@pytest.fixture
def other(town: Town, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Another process that has the file open."""
    with closing(sqlite3.connect(tmp_path / "town.db", isolation_level=None, check_same_thread=False)) as connection:
        yield connection


def keys(connection: sqlite3.Connection) -> set[str]:
    return {key for (key,) in connection.execute("SELECT key FROM inbox")}


async def until(happened: Callable[[], object]) -> None:
    """Return when something has happened."""
    async with asyncio.timeout(WAIT):
        while not happened():  # noqa: ASYNC110 - it happens in the program, which tells nobody
            await asyncio.sleep(0)


async def test_what_is_acknowledged_is_committed(town: Town, other: sqlite3.Connection) -> None:
    inbounds = [town.inbound(f"c{number}", Words("Hello")) for number in range(100)]

    await town.take(*inbounds)

    assert keys(other) == {inbound.key for inbound in inbounds}
    assert other.execute("SELECT count(*) FROM outbox").fetchone() == (100,)


async def test_an_answer_leaves_only_after_its_commit(town: Town, other: sqlite3.Connection) -> None:
    seen: list[tuple[int]] = []
    town.hand_over = lambda letters: seen.extend(
        other.execute("SELECT count(*) FROM outbox WHERE id = ?", (letter.id,)).fetchone() for letter in letters
    )

    await town.take(*[town.inbound(f"c{number}", Words("Hello")) for number in range(70)])

    assert seen == [(1,)] * 70


async def test_while_another_process_locks_the_database_updates_wait(
    town: Town, other: sqlite3.Connection, logs: Logs
) -> None:
    other.execute("BEGIN IMMEDIATE")
    taking = asyncio.ensure_future(town.take(*[town.inbound(f"c{number}", Words("Hello")) for number in range(5)]))
    await until(lambda: sum(entry["event"] == "store_unavailable" for entry in logs) >= 10)
    assert not taking.done()
    assert not town.letters

    other.execute("ROLLBACK")
    await taking

    assert len(town.letters) == 5
    assert await town.count(inbox) == 5


async def test_while_the_disk_is_full_updates_wait(town: Town, logs: Logs) -> None:
    await town.store.write(_fill_up)
    taking = asyncio.ensure_future(town.take(*_long_talk(town)))
    await until(lambda: any(entry["event"] == "store_unavailable" for entry in logs))
    await until(lambda: sum(entry["event"] == "store_unavailable" for entry in logs) >= 100)
    assert not taking.done()

    await town.store.write(lambda db: db.exec_driver_sql("PRAGMA max_page_count = 1000000"))
    await taking

    assert await town.count(inbox) == 60
    assert await town.count(outbox) == 60
    assert len(town.letters) == 60
    assert "full" in next(entry["error"] for entry in logs if entry["event"] == "store_unavailable")


def _fill_up(db: Connection) -> None:
    pages = db.exec_driver_sql("PRAGMA page_count").scalar_one()
    db.exec_driver_sql(f"PRAGMA max_page_count = {pages}")


def _long_talk(town: Town) -> list[Any]:
    return [town.inbound(f"c{number}", Command("idea")) for number in range(60)]


async def test_an_interrupted_batch_keeps_the_order_of_a_conversation(town: Town, other: sqlite3.Connection) -> None:
    """The lock goes away between two tries: what was said first is still taken first."""
    errors = 0

    def unlock_after_two(_context: ExceptionContext) -> None:
        nonlocal errors
        errors += 1
        if errors == 2:  # the batch, and the first of its updates on its own
            other.execute("ROLLBACK")

    await town.take(town.inbound("anna", Command("idea")), town.inbound("anna", Words("Something new")))
    other.execute("BEGIN IMMEDIATE")
    event.listen(town.engine, "handle_error", unlock_after_two)
    await town.take(
        town.inbound("anna", Words("Benches along the river")), town.inbound("anna", Words("For everybody"))
    )

    answers = (await town.session("anna")).frames[-1].answers
    assert (answers["title"], answers["description"]) == ("Benches along the river", "For everybody")


async def test_nothing_is_acknowledged_when_the_program_ends_meanwhile(
    town: Town, other: sqlite3.Connection, logs: Logs
) -> None:
    other.execute("BEGIN IMMEDIATE")
    inbound = town.inbound("anna", Words("Hello"))
    taking = asyncio.ensure_future(town.take(inbound))
    await until(lambda: any(entry["event"] == "store_unavailable" for entry in logs))

    taking.cancel()
    await asyncio.gather(taking, return_exceptions=True)
    other.execute("ROLLBACK")
    await town.take(inbound)

    assert taking.cancelled()
    assert len(town.told("anna")) == 1


async def test_what_is_kept_is_recalled_after_a_restart(town: Town, tmp_path: Path) -> None:
    await town.turns.keep("matrix:since", "s1")
    await town.turns.keep("matrix:since", "s2")
    again = town.again()

    assert await again.turns.recall("matrix:since") == "s2"
    assert await again.turns.recall("nothing") == ""
    await again.close()
