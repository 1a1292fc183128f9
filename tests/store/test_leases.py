"""An account is served by one process at a time: the one with the lease, and it knows when it has it no longer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager

import pytest
from sqlalchemy import select, update

from projektbot.store import leases
from projektbot.store.database import Store, open_engine
from projektbot.store.leases import Lease, Leases
from projektbot.store.tables import leases as table
from tests.servers.postgres import Postgres

WAIT = 20.0


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "LEASE_SECONDS", 0.6)
    monkeypatch.setattr(leases, "MARGIN_SECONDS", 0.1)
    monkeypatch.setattr(leases, "RENEWED_EVERY", 0.05)


@pytest.fixture
async def store(postgres: Postgres, migrated: str) -> AsyncIterator[Store]:
    with postgres.database(migrated) as url:
        store = Store(open_engine(url))
        yield store
        await asyncio.to_thread(store.close)


class Serving:
    """What a process does while it serves: nothing, until it is told to end."""

    def __init__(self) -> None:
        self.began = asyncio.Event()
        self.ended = asyncio.Event()
        self.leases: list[Lease] = []
        self.lives: asyncio.Queue[Lease] = asyncio.Queue()

    async def __call__(self, lease: Lease) -> None:
        self.leases.append(lease)
        self.lives.put_nowait(lease)
        self.ended.clear()
        self.began.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.began.clear()
            self.ended.set()


@asynccontextmanager
async def process(store: Store, holder: str) -> AsyncIterator[Serving]:
    """Let a process stand by for the account, and serve it while it may."""
    serving = Serving()
    task = asyncio.create_task(Leases(store, holder).hold("telegram", serving))
    try:
        yield serving
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def soon(event: asyncio.Event) -> None:
    await asyncio.wait_for(event.wait(), WAIT)


async def test_one_serves_and_the_other_stands_by_until_the_first_ends(store: Store) -> None:
    async with AsyncExitStack() as life:
        first = await life.enter_async_context(process(store, "a"))
        await soon(first.began)
        async with process(store, "b") as second:
            await store.read(lambda db: db.execute(select(table)).all())
            assert not second.began.is_set()
            await life.aclose()
            await soon(second.began)

            assert second.leases[-1].is_good()
            assert not first.began.is_set()


async def test_who_cannot_renew_stops_before_another_begins(store: Store) -> None:
    """As a process that was frozen: its row is somebody else's when it looks again."""
    async with process(store, "a") as first:
        await soon(first.began)
        lease = first.leases[-1]
        taken = update(table).values(holder="b", until=1 << 60)
        await store.write(lambda db: db.execute(taken))
        await soon(first.ended)

        assert not lease.is_good()


async def test_a_lease_that_is_not_renewed_is_no_longer_trusted() -> None:
    lease = Lease()
    lease.granted(asyncio.get_running_loop().time() - leases.LEASE_SECONDS)

    assert not lease.is_good()
    lease.granted(asyncio.get_running_loop().time())  # too late: letters were left to whoever serves next
    assert not lease.is_good()


async def test_who_renews_too_late_begins_anew(store: Store) -> None:
    """As a process that had to wait for a processor: what it left alone meanwhile it finds as after a start."""
    async with process(store, "a") as first, asyncio.timeout(WAIT):
        lease = await first.lives.get()
        with held(store):
            await asyncio.sleep(leases.LEASE_SECONDS)  # it runs out, and is being renewed

        again = await first.lives.get()
        assert (lease.is_good(), again.is_good()) == (False, True)


@contextmanager
def held(store: Store) -> Iterator[None]:
    """Keep everybody from renewing until the block ends."""
    engine = open_engine(store.engine.url.render_as_string(hide_password=False))
    try:
        with engine.begin() as db:
            db.execute(update(table).values(name="telegram"))
            yield
    finally:
        engine.dispose()


async def test_who_comes_back_under_the_same_name_serves_at_once(store: Store) -> None:
    """Its last life was killed, and gave nothing back."""
    far = table.insert().values(name="telegram", holder="a", until=1 << 60)
    await store.write(lambda db: db.execute(far))

    async with process(store, "a") as again, process(store, "b") as other:
        await soon(again.began)

        assert not other.began.is_set()


async def test_the_lease_of_a_process_that_died_runs_out(store: Store) -> None:
    over = table.insert().values(name="telegram", holder="dead", until=1)
    await store.write(lambda db: db.execute(over))

    async with process(store, "a") as heir:
        await soon(heir.began)
