"""How much is in memory, and how the rest is found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, event
from sqlalchemy.engine.interfaces import DBAPICursor

from projektbot.delivery.letters import BULK, NOTICE, REPLY
from projektbot.delivery.outbox import Account, Wanted, find, recover
from tests.delivery.house import House, Row, broadcast, bulk, notice, receipt
from tests.delivery.platform import LIMITS


async def test_letters_that_nobody_hands_over_are_found(house: House) -> None:
    await house.start()

    await house.write(receipt("ann", "1"), notice("ben", "2"), bulk("cem", "3"))
    await house.wait(3)

    assert sorted(house.platform.texts()) == ["1", "2", "3"]


async def test_no_more_letters_are_in_memory_than_there_is_room_and_all_go_in_order(house: House) -> None:
    house.platform.limits = replace(LIMITS, rate=100, reserved=5)
    await house.start(room=40)
    most = 0

    letters = await house.write(*[bulk(f"b{number}", f"{number:03}") for number in range(300)])
    house.running.hand_over(letters)
    while (await house.states())["queued"]:
        await house.wait(0.1)
        most = max(most, house.running.in_memory()["telegram"])
    await house.finish()

    assert 10 < most <= 20
    assert house.platform.texts() == sorted(house.platform.texts())
    assert await house.states() == {"sent": 300}
    assert house.clock.seconds < 5  # a refill comes before memory is empty, not with the next look


async def test_a_full_memory_has_room_for_replies(house: House) -> None:
    await house.start(room=40)
    await house.post(*broadcast(300))
    await house.wait(1)
    at = house.clock.seconds

    await house.post(*[receipt(f"r{number}", "reply") for number in range(5)])
    await house.wait(0.5)

    assert {attempt.at for attempt in house.platform.attempts if attempt.text == "reply"} == {at}


async def test_replies_beyond_all_room_keep_their_order(house: House) -> None:
    house.platform.limits = replace(LIMITS, chat_rate=20, chat_burst=20, rate=100)
    await house.start(room=8)

    for start in range(0, 60, 6):
        await house.post(*[receipt("ann", str(number)) for number in range(start, start + 6)])
        await house.wait(0.2)
    await house.finish()

    assert house.platform.texts("ann") == [str(number) for number in range(60)]


async def test_what_waits_since_before_the_start_goes_before_what_is_new(house: House) -> None:
    await house.write(*[receipt("ann", str(number)) for number in range(5)])
    letters = await house.write(receipt("ann", "new"))
    house.store.answering.clear()
    await house.start()

    house.running.hand_over(letters)
    await house.wait(1)
    house.store.answering.set()
    await house.finish()

    assert house.platform.texts("ann") == ["0", "1", "2", "3", "4", "new"]


async def test_a_letter_handed_over_twice_or_found_as_well_is_sent_once(house: House) -> None:
    house.platform.latency = 5
    await house.start()

    letters = await house.post(receipt("ann", "1"), bulk("ben", "2"))
    house.running.hand_over(letters)
    await house.wait(3)
    house.running.hand_over(letters)
    await house.wait(30)

    assert sorted(house.platform.texts()) == ["1", "2"]


async def test_a_letter_that_ends_while_the_store_is_read_is_not_sent_again(house: House) -> None:
    await house.start()
    letters = await house.write(receipt("ann", "1"))
    house.store.answering.clear()
    await house.wait(2)  # the look has read the row as it was
    house.running.hand_over(letters)
    await house.wait(1)

    house.store.answering.set()
    await house.wait(30)

    assert house.platform.texts() == ["1"]


async def test_a_letter_committed_while_the_store_is_read_is_not_overtaken(house: House) -> None:
    house.store.answering.clear()
    await house.start()
    await house.post(receipt("ann", "1"))

    house.store.answering.set()
    await house.clock.settle()
    await house.post(receipt("ann", "2"))
    await house.wait(30)

    assert house.platform.texts() == ["1", "2"]


async def test_a_letter_that_another_process_has_written_before_is_not_overtaken(house: House) -> None:
    await house.start()
    await house.wait(1)

    (first,) = await house.write(receipt("ann", "1"))  # nobody hands it over here
    (second,) = await house.write(receipt("ann", "2"))
    house.running.hand_over([replace(second, older=(first.id,))])
    await house.wait(30)

    assert house.platform.texts() == ["1", "2"]


async def test_letters_for_much_later_stay_in_the_store(house: House) -> None:
    await house.start()

    await house.post(Row("notice", "ann", "tomorrow", after=86_400))
    await house.finish()

    assert house.running.in_memory() == {"telegram": 0}
    assert await house.states() == {"queued": 1}


async def test_looking_for_letters_uses_the_index_of_open_rows(house: House) -> None:
    """However many letters were sent before."""
    await house.write(*broadcast(3000), state="sent")
    await house.write(receipt("ann", "1"))
    await house.know_sizes()
    plans: list[str] = []

    def note(_db: Connection, cursor: DBAPICursor, statement: str, parameters: Sequence[str], *_: object) -> None:
        cursor.execute(f"{house.explain} {statement}", parameters)
        plans.extend(str(row[-1]) for row in cursor.fetchall())

    def explain(connection: Connection) -> None:
        event.listen(connection, "before_cursor_execute", note)
        for rank in (REPLY, NOTICE, BULK):
            find(connection, Wanted("telegram", rank, 0, 10, ()))
        recover(connection, [Account("telegram", idempotent=False)])

    await house.store.read(explain)

    scans = [plan for plan in plans if "scan" in plan.lower() and "outbox" in plan and "pkey" not in plan]
    assert scans
    assert [plan for plan in scans if "outbox_open" not in plan] == []
