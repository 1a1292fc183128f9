"""What is particular about PostgreSQL: the server goes away and comes back, two transactions meet, words in errors."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator

import pytest
from psycopg.errors import lookup
from sqlalchemy import Connection, TextClause, event, insert, select, text
from sqlalchemy.exc import DBAPIError, OperationalError
from structlog.testing import capture_logs

from projektbot.store import postgres as ours
from projektbot.store.database import Store, is_trouble, open_engine
from projektbot.store.migrate import upgrade
from projektbot.store.statement import Statement
from projektbot.store.tables import settings
from tests.servers.postgres import Postgres
from tests.store.words import everything, hold, metadata, put, table, together

WAIT = 60.0  # seconds until a test that hangs has failed


@pytest.fixture
def url(postgres: Postgres) -> Iterator[str]:
    with postgres.database() as url:
        yield url


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    store = Store(open_engine(url))
    await store.write(metadata.create_all)
    yield store
    await asyncio.to_thread(store.close)


async def test_where_others_read_nothing_rides(store: Store) -> None:
    riding = store.ride(put, "a")

    assert not store._riders  # noqa: SLF001 - after a second it would have gone by itself
    assert await riding == 1


# ---- the server goes away ------------------------------------------------------------------------------------------


async def test_who_is_idle_does_not_notice_a_restart(store: Store, postgres: Postgres) -> None:
    await store.do(put, "a")
    await store.read(everything)

    postgres.restart()

    assert await store.do(put, "b") == 1
    assert await store.read(everything) == ["a", "b"]


@pytest.mark.parametrize("end", ["disconnect", "restart"])
async def test_a_transaction_that_loses_its_connection_is_done_once_more(
    store: Store, postgres: Postgres, url: str, end: str
) -> None:
    tries = 0

    def interrupted(db: Connection, words: list[str]) -> list[int]:
        nonlocal tries
        tries += 1
        put(db, words)
        if tries == 1:
            postgres.restart() if end == "restart" else postgres.disconnect(url)
        return put(db, [f"{word}, twice" for word in words])

    assert await store.do(interrupted, "a") == 1
    assert await store.read(everything) == ["a", "a, twice"]


async def test_what_goes_to_the_driver_as_it_is_notices_a_lost_connection_too(
    store: Store, postgres: Postgres, url: str
) -> None:
    direct = Statement(insert(table), "word")
    lost: list[bool] = []

    def interrupted(db: Connection, words: list[str]) -> list[None]:
        direct.many(db, [(word,) for word in words])
        if not lost:
            lost.append(True)
            postgres.disconnect(url)
        direct.many(db, [(f"{word}, twice",) for word in words])
        return [None for _ in words]

    await store.do(interrupted, "a")

    assert await store.read(everything) == ["a", "a, twice"]


async def test_while_the_server_is_away_all_fail_as_trouble_and_nothing_overtakes(
    store: Store, postgres: Postgres
) -> None:
    postgres.stop()
    try:
        outcomes = await asyncio.gather(*[store.do(put, word) for word in "abc"], return_exceptions=True)
    finally:
        postgres.start()

    assert [type(outcome) for outcome in outcomes] == [OperationalError] * 3
    assert all(map(is_trouble, outcomes))
    assert await store.do(put, "d") == 1
    assert await store.read(everything) == ["d"]


async def test_a_store_may_be_opened_before_its_server_runs(postgres: Postgres, url: str) -> None:
    postgres.stop()
    store = Store(open_engine(url))
    try:
        with pytest.raises(OperationalError):
            await store.write(metadata.create_all)
    finally:
        postgres.start()

    await store.write(metadata.create_all)

    assert await store.read(everything) == []
    await asyncio.to_thread(store.close)


async def test_a_commit_whose_answer_was_lost_is_not_done_twice(store: Store, postgres: Postgres, url: str) -> None:
    """The server has committed and is gone before it could say so."""
    losing = [True]

    @event.listens_for(store.engine, "commit")
    def lose(connection: Connection) -> None:
        if losing:
            losing.pop()
            driver = connection.connection.dbapi_connection
            assert driver is not None
            driver.commit()
            postgres.disconnect(url)
            connection.exec_driver_sql("SELECT 1")  # raises what the driver's COMMIT would: the connection is lost

    assert await store.do(put, "a") == 1
    assert await store.read(everything) == ["a"]


async def test_a_commit_that_did_not_take_is_done_again(store: Store, postgres: Postgres, url: str) -> None:
    losing = [True]

    @event.listens_for(store.engine, "commit")
    def lose(_connection: Connection) -> None:
        if losing:
            losing.pop()
            postgres.disconnect(url)

    assert await store.do(put, "a") == 1
    assert await store.read(everything) == ["a"]


async def test_what_became_of_a_commit_is_asked_until_the_server_is_back(store: Store, postgres: Postgres) -> None:
    losing, questions = [True], []

    @event.listens_for(store.engine, "commit")
    def lose(_connection: Connection) -> None:
        if losing:
            losing.pop()
            postgres.stop()

    @event.listens_for(store.engine, "do_connect")
    def come_back(*_: object) -> None:
        questions.append("What became of it?")
        if len(questions) == 2:
            postgres.start()

    with capture_logs() as logs:
        assert await asyncio.wait_for(store.do(put, "a"), WAIT) == 1

    assert [entry["event"] for entry in logs] == ["store_unavailable"]
    assert await store.read(everything) == ["a"]


async def test_a_transaction_of_a_process_that_stood_still_is_void(
    store: Store, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever took over meanwhile finds its rows free; the process itself says it again when it goes on."""
    monkeypatch.setattr(ours, "FROZEN_MS", 50)
    frozen = Store(open_engine(url))
    other = open_engine(url)
    stood: list[object] = []

    def stands_still(db: Connection, words: list[str]) -> list[int]:
        number = put(db, words)
        if not stood:
            with other.connect() as elsewhere, elsewhere.begin():  # waits for our row, until we are thrown out
                elsewhere.execute(insert(table), {"word": words[0] + " of the other"})
                stood.append(elsewhere.execute(text("LOCK TABLE words IN EXCLUSIVE MODE")))
        return number

    assert await frozen.do(stands_still, "a") == 1

    assert sorted(await store.read(everything)) == ["a", "a of the other"]
    await asyncio.to_thread(frozen.close)
    other.dispose()


# ---- two transactions meet -----------------------------------------------------------------------------------------


async def test_a_deadlock_costs_nobody_anything(store: Store, url: str) -> None:
    await together(store, "a", "b")
    other = open_engine(url)
    has_b, has_a = threading.Event(), threading.Event()
    lock = text("SELECT 1 FROM words WHERE word = :word FOR UPDATE")
    met = []

    def take_b_then_a() -> None:
        with other.connect() as db, db.begin():
            db.execute(text("SET LOCAL deadlock_timeout = '10s'"))  # so that the store is the one that finds it
            db.execute(lock, {"word": "b"})
            has_b.set()
            has_a.wait()
            db.execute(lock, {"word": "a"})

    def take_a_then_b(db: Connection, words: list[str]) -> list[int]:
        met.append(words)
        if len(met) > 1:
            thread.join()  # else it could take the row once more before the other one wakes, and they would meet again
        db.execute(lock, {"word": "a"})
        has_a.set()
        db.execute(text("SET LOCAL deadlock_timeout = '10ms'"))
        db.execute(lock, {"word": "b"})
        return put(db, words)

    thread = threading.Thread(target=take_b_then_a)
    thread.start()
    has_b.wait()

    assert await asyncio.wait_for(store.do(take_a_then_b, "c"), WAIT) == 1
    thread.join()
    assert len(met) == 2
    other.dispose()


async def test_a_lock_that_somebody_holds_for_long_is_trouble_of_the_store(
    url: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ours, "LOCKED_MS", 50)
    impatient = Store(open_engine(url))
    with store.engine.connect() as db, db.begin():
        db.execute(text("LOCK TABLE words IN ACCESS EXCLUSIVE MODE"))

        outcome = (await asyncio.gather(impatient.do(put, "a"), return_exceptions=True))[0]

    assert is_trouble(outcome)
    assert await impatient.do(put, "a") == 1
    await asyncio.to_thread(impatient.close)


def raising(state: str) -> TextClause:
    """Return a statement on which the server raises an error of its own."""
    assert lookup(state)
    return text(f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{state}', MESSAGE = 'so it is'; END $$")


@pytest.mark.parametrize(
    "state",
    [
        "08006",  # connection_failure
        "25006",  # read_only_sql_transaction: the server has become a standby
        "53100",  # disk_full
        "53200",  # out_of_memory
        "53300",  # too_many_connections
        "55P03",  # lock_not_available
        "57P01",  # admin_shutdown
        "57P03",  # cannot_connect_now
        "58030",  # io_error
        "XX001",  # data_corrupted
        "XX002",  # index_corrupted
    ],
)
async def test_trouble_of_the_server_is_trouble_of_the_store(store: Store, state: str) -> None:
    """And all of it an OperationalError, whatever the driver calls it."""
    with pytest.raises(OperationalError, match="so it is") as caught:
        await store.write(lambda db: db.execute(raising(state)))

    assert is_trouble(caught.value)
    assert await store.do(put, "a") == 1


@pytest.mark.parametrize(
    "state",
    [
        "22021",  # character_not_in_repertoire
        "23505",  # unique_violation
        "25P03",  # idle_in_transaction_session_timeout
        "40001",  # serialization_failure
        "40P01",  # deadlock_detected
        "42P01",  # undefined_table
        "57014",  # query_canceled
    ],
)
async def test_a_fault_of_one_item_stays_its_own(store: Store, state: str) -> None:
    with pytest.raises(DBAPIError) as caught:
        await store.write(lambda db: db.execute(raising(state)))

    assert not is_trouble(caught.value)
    assert await store.do(put, "a") == 1


# ---- what is sent, and what comes back -----------------------------------------------------------------------------


async def test_the_writer_is_as_it_should_be(store: Store) -> None:
    def shown(db: Connection) -> list[object]:
        names = ("application_name", "transaction_isolation", "idle_in_transaction_session_timeout", "lock_timeout")
        return [db.exec_driver_sql(f"SHOW {name}").scalar() for name in names]

    assert await store.write(shown) == ["projektbot", "read committed", "2s", "5s"]
    assert (await store.read(shown))[:2] == ["projektbot", "read committed"]


async def test_a_host_that_is_gone_is_noticed(store: Store) -> None:
    def parameters(db: Connection) -> dict[str, str]:
        driver = db.connection.dbapi_connection
        return dict(driver.info.get_parameters())  # type: ignore[union-attr] # psycopg's

    for found in (await store.write(parameters), await store.read(parameters)):
        assert found["keepalives"] == "1"
        assert int(found["keepalives_idle"]) + int(found["keepalives_interval"]) * int(found["keepalives_count"]) <= 30
        assert int(found["tcp_user_timeout"]) <= 30_000


async def test_an_address_may_say_it_differently(url: str) -> None:
    engine = open_engine(f"{url}&application_name=other")

    with engine.connect() as db:
        assert db.exec_driver_sql("SHOW application_name").scalar() == "other"
    engine.dispose()


async def test_readers_hold_no_transaction_open(store: Store, url: str) -> None:
    open_ones = text("SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction'")
    other = open_engine(url)

    def look(db: Connection) -> int | None:
        db.execute(select(table.c.word)).all()
        with other.connect() as elsewhere:
            number: int | None = elsewhere.scalar(open_ones)
            return number

    assert await store.read(look) == 0
    assert await store.write(look) == 1
    other.dispose()


async def test_a_nul_is_kept_from_the_server(url: str) -> None:
    """It cannot store one. People's words have lost it long before; this is for whatever else a messenger sends."""
    engine = open_engine(url)
    upgrade(engine)
    store = Store(engine)

    await store.write(lambda db: db.execute(insert(settings), {"name": "a\0b", "value": "\0"}))

    found = await store.read(lambda db: db.execute(select(settings).where(settings.c.name == "a\0b")).all())
    assert [tuple(row) for row in found] == [("a\ufffdb", "\ufffd")]
    await asyncio.to_thread(store.close)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO words (word) VALUES ('I am Anna')",
        "SELECT CAST('I am Anna' AS integer)",
        "SELECT CAST('I am Anna' AS timestamp)",
        "INSERT INTO words (id, word) VALUES (1, 'I am Anna')",
    ],
)
async def test_what_people_write_is_in_no_error(store: Store, statement: str) -> None:
    await store.do(put, "I am Anna")
    value, quoted = "I am Anna", statement.replace("'I am Anna'", ":word")

    with pytest.raises(DBAPIError) as raised:
        await store.write(lambda db: db.execute(text(quoted), {"word": value}))

    for error in (raised.value, raised.value.orig):
        assert "Anna" not in str(error)
        assert "Anna" not in repr(error)


async def test_an_upgrade_has_all_the_time_it_needs(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ours, "FROZEN_MS", 50)
    monkeypatch.setattr(ours, "LOCKED_MS", 50)
    engine = open_engine(url)
    limits: set[object] = set()

    @event.listens_for(engine, "before_cursor_execute")
    def look(_connection: object, cursor: object, statement: str, *_: object) -> None:
        if statement.strip().startswith("CREATE"):
            for name in ("idle_in_transaction_session_timeout", "lock_timeout"):
                limits.add(cursor.connection.execute(f"SHOW {name}").fetchone())  # type: ignore[attr-defined]

    upgrade(engine)

    assert limits == {("0",)}
    engine.dispose()


async def test_what_waits_at_the_end_is_not_waited_for_for_ever(store: Store, postgres: Postgres, url: str) -> None:
    """The server is away when the program is told to end."""
    ending = Store(open_engine(url))
    go = hold(ending)
    lost = ending.do(put, "a")
    postgres.stop()
    go.set()

    await asyncio.wait_for(asyncio.to_thread(ending.close), WAIT)

    postgres.start()
    with pytest.raises(OperationalError):
        await lost
