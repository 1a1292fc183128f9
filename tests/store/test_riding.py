"""What rides with the next transaction, whosever it is: before all else in it, and never long without one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.exc import IntegrityError

from projektbot.store import database
from projektbot.store.database import Store, open_engine
from tests.store.words import everything, hold, metadata, put

LONG = 60.0  # seconds; no test lasts so long


@pytest.fixture
async def alone(tmp_path: Path) -> AsyncIterator[Store]:
    store = Store(open_engine(f"sqlite:///{tmp_path}/store.db"))
    await store.write(metadata.create_all)
    yield store
    await asyncio.to_thread(store.close)


@pytest.fixture
async def patient(monkeypatch: pytest.MonkeyPatch, alone: Store) -> Store:
    """Return a store in which nothing departs by itself."""
    monkeypatch.setattr(database, "RIDE_SECONDS", LONG)
    await alone.write(lambda _: None)  # from the next wait on
    return alone


async def test_a_rider_goes_with_the_next_transaction_and_comes_first_in_it(patient: Store) -> None:
    commits: list[Connection] = []
    event.listen(patient.engine, "commit", commits.append)

    riding = patient.ride(put, "first")
    await asyncio.sleep(0)
    assert not riding.done()
    seen = await patient.write(everything)

    assert await riding == 1
    assert seen == ["first"]
    assert len(commits) == 1


async def test_who_rides_since_before_something_was_given_goes_with_it(patient: Store) -> None:
    """Also while the writer is busy with others, and where more waits than a batch holds."""
    go = hold(patient)
    late = [patient.do(put, str(number)) for number in range(database.MAX_BATCH + 1)]
    riding = patient.ride(put, "rider")
    seen = patient.write(everything)
    go.set()

    assert "rider" in await seen
    await asyncio.gather(riding, *late)


async def test_a_rider_that_nobody_takes_along_goes_by_itself(alone: Store) -> None:
    await asyncio.wait_for(alone.ride(put, "a"), 30)

    assert await alone.read(everything) == ["a"]


async def test_a_rider_departs_when_it_is_told_to(patient: Store) -> None:
    riding = patient.ride(put, "a")
    patient.depart()

    await asyncio.wait_for(riding, LONG / 2)

    assert await patient.read(everything) == ["a"]


async def test_what_rides_at_the_end_is_still_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "RIDE_SECONDS", LONG)
    store = Store(open_engine(f"sqlite:///{tmp_path}/ending.db"))
    await store.write(metadata.create_all)

    riding = store.ride(put, "a")
    await asyncio.to_thread(store.close)

    assert await riding == 1


async def test_a_riders_fault_is_its_own_and_its_hosts_too(patient: Store) -> None:
    await patient.do(put, "a")

    riding, host = patient.ride(put, "a"), patient.do(put, "b")

    assert await host == 1
    with pytest.raises(IntegrityError):
        await riding
    riding, host = patient.ride(put, "c"), patient.do(put, "b")
    with pytest.raises(IntegrityError):
        await host
    assert await riding == 1
