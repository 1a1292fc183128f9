"""The writer, on both databases: groups of whatever waits, each item's fault its own, nothing half done."""

from __future__ import annotations

import asyncio
import threading

import pytest
from sqlalchemy import Connection, event, func, select
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from projektbot.errors import Bug
from projektbot.store.database import MAX_BATCH, Store, is_trouble
from tests.store.words import everything, hold, put, table, together


async def test_whatever_waits_is_one_transaction(store: Store) -> None:
    commits: list[Connection] = []
    event.listen(store.engine, "commit", commits.append)

    sizes = await together(store, *map(str, range(50)))

    assert sizes == [50] * 50
    assert len(commits) == 2  # with that of the item that kept the writer busy


async def test_a_batch_has_a_limit(store: Store) -> None:
    sizes = await together(store, *map(str, range(MAX_BATCH * 2 + 5)))

    assert sizes == [MAX_BATCH] * MAX_BATCH * 2 + [5] * 5


async def test_what_waits_is_written_in_the_order_it_came(store: Store) -> None:
    await together(store, *map(str, range(200)))

    assert await store.read(everything) == [str(number) for number in range(200)]


async def test_a_fault_is_only_its_own_items(store: Store) -> None:
    outcomes = await together(store, "a", "b", "a", "c")

    assert [type(outcome) for outcome in outcomes] == [int, int, IntegrityError, int]
    assert await store.read(everything) == ["a", "b", "c"]


async def test_two_handlers_share_a_transaction(store: Store) -> None:
    def other(db: Connection, words: list[str]) -> list[str]:
        put(db, words)
        return [word.upper() for word in words]

    go = hold(store)
    futures = [store.do(put, "a"), store.do(other, "b"), store.do(put, "c"), store.do(other, "d")]
    go.set()

    assert await asyncio.gather(*futures) == [2, "B", 2, "D"]


async def test_a_handler_that_returns_too_little_is_at_fault(store: Store) -> None:
    """Nothing is committed whose result nobody would hear of."""
    with pytest.raises(Bug) as raised:
        await store.do(lambda db, words: put(db, words)[1:], "a")

    assert isinstance(raised.value.cause, ValueError)
    assert await store.read(everything) == []


@pytest.mark.parametrize(
    "fault", [StopIteration(), KeyError("a"), MemoryError(), RecursionError(), ExceptionGroup("", [OSError()])]
)
async def test_whatever_a_handler_raises_reaches_the_one_who_waits_for_it(store: Store, fault: Exception) -> None:
    """A future refuses to carry StopIteration: whoever waits, and all behind them, would have waited for ever."""

    def fail(_db: Connection, _payloads: list[str]) -> list[str]:
        raise fault

    go = hold(store)
    bad, good = store.do(fail, "x"), store.do(put, "a")
    go.set()

    outcomes = await asyncio.wait_for(asyncio.gather(bad, good, return_exceptions=True), 30)

    assert isinstance(outcomes[0], Bug)
    assert outcomes[0].cause is fault
    assert outcomes[1] == 1


async def test_a_cancelled_waiter_leaves_the_others_alone(store: Store) -> None:
    go = hold(store)
    futures = [store.do(put, word) for word in "abc"]
    futures[1].cancel()
    go.set()

    assert [await futures[0], await futures[2]] == [3, 3]
    assert await store.read(everything) == ["a", "b", "c"]


async def test_what_waits_at_the_end_is_still_written(store: Store) -> None:
    go = hold(store)
    futures = [store.do(put, str(number)) for number in range(150)]
    closing = asyncio.ensure_future(asyncio.to_thread(store.close))
    go.set()
    await closing
    await asyncio.gather(*futures)

    with store.engine.connect() as db:
        assert db.scalar(select(func.count()).select_from(table)) == 150
    store.engine.dispose()
    store._thread = threading.Thread()  # noqa: SLF001 - closed already: the fixture must not wait
    store._thread.start()  # noqa: SLF001


async def test_readers_do_not_wait_for_the_writer(store: Store) -> None:
    await store.do(put, "a")
    go = hold(store)
    store.do(put, "b")

    assert await asyncio.wait_for(store.read(everything), 30) == ["a"]
    go.set()


async def test_a_mistake_in_a_statement_is_only_its_own_items(store: Store) -> None:
    """SQLite calls it an operational error like a full disk, but nothing is wrong with the store."""
    go = hold(store)
    before = store.do(put, "a")
    bad = store.do(lambda db, _: [db.exec_driver_sql("SELECT * FROM nowhere")], 1)
    after = store.do(put, "b")
    go.set()

    outcomes = await asyncio.gather(before, bad, after, return_exceptions=True)

    assert [type(outcomes[0]), type(outcomes[2])] == [int, int]
    assert isinstance(outcomes[1], OperationalError | ProgrammingError)
    assert not is_trouble(outcomes[1])


async def test_what_people_write_is_in_no_error(store: Store) -> None:
    await store.do(put, "I am Anna")

    with pytest.raises(IntegrityError) as raised:
        await store.do(put, "I am Anna")

    assert "Anna" not in str(raised.value)
    assert "Anna" not in str(raised.value.orig)
