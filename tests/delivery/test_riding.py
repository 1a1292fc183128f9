"""Where a resend is recognised, the end of a letter is noted with the next transaction: what may be seen of that."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, select

from projektbot.errors import Blocked
from projektbot.store import database
from projektbot.store.tables import outbox
from tests.delivery.house import House, bulk, notice, receipt
from tests.delivery.platform import Fault


@pytest.fixture
async def slow(house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    """Return a house on a platform that knows resends, where nothing departs by itself; on PostgreSQL nothing rides."""
    monkeypatch.setattr(database, "RIDE_SECONDS", 60.0)
    house.platform.idempotent = True
    house.store.is_slow_to_depart = True
    await house.start()
    return house


def rides(house: House) -> bool:
    return house.store.engine.dialect.name == "sqlite"


def states(db: Connection) -> list[tuple[str, str | None]]:
    return [(row.state, row.external_id) for row in db.execute(select(outbox).order_by(outbox.c.id))]


async def test_whatever_is_written_next_finds_the_end_and_the_id(slow: House) -> None:
    """A reaction to a letter must find it, however soon it comes."""
    await slow.post(receipt("ann", "1"))
    await slow.wait(1)

    assert await slow.store.read(states) == [("queued", None) if rides(slow) else ("sent", "m0")]
    assert await slow.store.write(states) == [("sent", "m0")]


async def test_after_a_crash_meanwhile_it_goes_again_and_is_recognised(slow: House) -> None:
    await slow.post(receipt("ann", "1"), notice("ben", "2"), bulk("cem", "3"))
    await slow.wait(1)
    slow.store._riders.clear()  # noqa: SLF001 - the process dies with what rides

    await slow.restart()
    await slow.finish()

    assert sorted(slow.platform.texts()) == ["1", "2", "3"]
    assert (len(slow.platform.attempts) > 3) is rides(slow)
    assert await slow.states() == {"sent": 3}


async def test_a_chat_that_closes_refuses_nothing_that_has_arrived(slow: House) -> None:
    await slow.post(receipt("ann", "1"))
    await slow.wait(1)
    slow.platform.fail("ann", Fault(Blocked("left")))
    await slow.post(receipt("ann", "2"))
    await slow.wait(1)

    assert [state for state, _ in await slow.store.read(states)] == ["sent", "refused"]


async def test_letters_to_one_chat_do_not_wait_for_a_transaction_of_others(slow: House) -> None:
    await slow.post(*[receipt("ann", f"{number}") for number in range(5)])
    await slow.wait(10)

    assert slow.platform.texts("ann") == ["0", "1", "2", "3", "4"]


async def test_who_waits_until_all_is_sent_does_not_wait_for_a_transaction_of_others(slow: House) -> None:
    await slow.post(receipt("ann", "1"))
    await slow.wait(1)

    await slow.finish()

    assert await slow.states() == {"sent": 1}


async def test_where_a_resend_would_double_the_end_is_noted_at_once(slow: House) -> None:
    slow.platform.idempotent = False
    await slow.post(receipt("ann", "1"))
    await slow.wait(1)

    assert await slow.store.read(states) == [("sent", "m0")]
