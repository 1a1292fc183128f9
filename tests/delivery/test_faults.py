"""What becomes of a letter that does not arrive at the first attempt."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest
from sqlalchemy import delete, update
from structlog.testing import capture_logs

from projektbot.errors import Blocked, ChannelError, Rejected, Revoked, Throttled, Unsure
from projektbot.store.tables import addresses, outbox
from tests.delivery.house import House, Row, ballot, broadcast, bulk, notice, receipt
from tests.delivery.platform import LIMITS, Fault

EVERY_KIND = [receipt, ballot, notice, bulk]


# ---- to be asked to wait ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", EVERY_KIND)
async def test_a_throttled_chat_waits_as_long_as_it_is_told_and_no_other_does(
    house: House, kind: Callable[[str, str], Row]
) -> None:
    house.platform.fail("ann", Throttled(7))
    await house.start()

    await house.post(kind("ann", "1"), kind("ann", "2"))
    await house.wait(1)
    await house.post(kind("ben", "b"))
    await house.finish()

    times = {(attempt.chat, attempt.text): attempt.at for attempt in house.platform.attempts}
    assert times["ben", "b"] == 1
    assert times["ann", "1"] == pytest.approx(7 + house.platform.latency)
    assert house.platform.texts("ann") == ["1", "2"]


async def test_a_throttled_account_waits_as_long_as_it_is_told(house: House) -> None:
    house.platform.fail("ann", Throttled(7, everyone=True))
    await house.start()
    await house.post(receipt("ann", "1"))
    await house.wait(1)

    await house.post(receipt("ben", "b"), bulk("cem", "c"))
    await house.finish()

    assert min(got.at for got in house.platform.got) > 7
    assert sorted(house.platform.texts()) == ["1", "b", "c"]


async def test_to_be_throttled_for_days_is_no_reason_to_give_up(house: House) -> None:
    house.platform.fail("ann", Throttled(60), Throttled(60), ChannelError("down"))
    await house.start()

    await house.post(receipt("ann", "1"))
    await house.wait(70)
    house.clock.jump(3 * 86_400)
    await house.finish()

    assert house.platform.texts() == ["1"]


# ---- closed and moved chats ------------------------------------------------------------------------------------------


async def test_a_blocked_chat_is_noted_and_all_that_waits_for_it_refused(house: House) -> None:
    house.platform.fail("ann", Blocked("blocked"))
    await house.start(room=8)

    mine = await house.post(receipt("ann", "1"), receipt("ann", "2"), notice("ann", "3"), bulk("ann", "4"))
    mine += await house.post(Row("receipt", "ann", "5", after=1), bulk("ann", "6"), bulk("ann", "7"))
    await house.post(receipt("ben", "b"))
    await house.finish()
    await house.wait(5)

    assert house.platform.texts() == ["b"]
    assert len(house.platform.attempts) == 2
    assert (await house.address("ann")).blocked_at is not None
    assert {(row.state, row.error) for row in [await house.row(letter) for letter in mine]} == {("refused", "blocked")}
    assert await house.states() == {"refused": 7, "sent": 1}


async def test_what_is_written_to_a_blocked_chat_is_refused_without_an_attempt(house: House) -> None:
    house.platform.fail("ann", Blocked("blocked"))
    await house.start()
    await house.post(receipt("ann", "1"))
    await house.finish()

    await house.write(bulk("ann", "2"))
    await house.finish()

    assert len(house.platform.attempts) == 1
    assert await house.states() == {"refused": 2}


async def test_who_comes_back_gets_letters_again(house: House) -> None:
    house.platform.fail("ann", Blocked("blocked"))
    await house.start()
    await house.post(receipt("ann", "1"))
    await house.finish()

    await house.unblock("ann")
    await house.post(receipt("ann", "welcome back"))
    await house.finish()

    assert house.platform.texts() == ["welcome back"]


async def test_a_reply_written_while_an_older_letter_is_being_refused_is_tried_on_its_own(house: House) -> None:
    house.platform.fail("ann", Blocked("blocked"))
    await house.start()
    await house.post(bulk("ann", "news"))
    await house.wait(house.platform.latency / 2)

    await house.post(receipt("ann", "you are back"))
    await house.finish()

    assert house.platform.texts() == ["you are back"]
    assert (await house.address("ann")).blocked_at is None


async def test_a_moved_chat_is_followed(house: House) -> None:
    house.platform.move("-1", "-100")
    await house.start()

    await house.post(notice("-1", "1"), receipt("-1", "2"), bulk("-1", "3"))
    await house.finish()

    assert house.platform.texts("-100") == ["1", "2", "3"]
    assert await house.chats() == {"-100"}
    assert await house.states() == {"sent": 3}


async def test_a_letter_goes_where_the_messenger_has_told_us_that_the_chat_is_now(house: House) -> None:
    await house.start()
    await house.post(receipt("-1", "1"))
    await house.finish()

    (letter,) = await house.write(receipt("-1", "2"))
    house.running.hand_over([replace(letter, chat="-100")])
    await house.finish()

    assert house.platform.texts("-100") == ["2"]


async def test_letters_of_a_moved_chat_join_those_of_the_chat_it_became(house: House) -> None:
    house.platform.limits = replace(LIMITS, chat_rate=0.2, chat_burst=1)
    house.platform.move("-1", "-100")
    await house.start()
    await house.post(bulk("-100", "0"))
    await house.wait(1)

    await house.post(receipt("-1", "1"), bulk("-1", "2"), receipt("-100", "3"))
    await house.finish()

    there = await house.address("-100")
    assert house.platform.texts("-100") == ["0", "1", "3", "2"]
    assert {row.address_id for row in await house.rows()} == {there.id}
    assert await house.states() == {"sent": 4}


async def test_the_chat_it_became_may_be_busy(house: House) -> None:
    house.platform.move("-1", "-100")
    await house.start()

    await house.post(receipt("-1", "1"))
    await house.wait(house.platform.latency / 2)
    await house.post(*[receipt("-100", str(number)) for number in (2, 3, 4)], *[receipt("-1", "5")])
    await house.finish()

    assert sorted(house.platform.texts("-100")) == ["1", "2", "3", "4", "5"]
    assert house.platform.most_flying == 2


async def test_two_chats_that_point_at_each_other_are_given_up(house: House) -> None:
    house.platform.move("-1", "-2")
    house.platform.move("-2", "-1")
    await house.start()

    [letter] = await house.post(receipt("-1", "1"))
    await house.finish()

    row = await house.row(letter)
    assert (row.state, row.error) == ("refused", "moved")


# ---- refused and failed ----------------------------------------------------------------------------------------------


async def test_a_rejected_letter_is_refused_and_the_next_one_goes(house: House) -> None:
    house.platform.fail("ann", Rejected("too_long"))
    await house.start()

    [first, _] = await house.post(bulk("ann", "1"), receipt("ben", "b"))
    await house.finish()

    row = await house.row(first)
    assert (row.state, row.error, row.attempts) == ("refused", "too_long", 0)
    assert house.platform.texts() == ["b"]


@pytest.mark.parametrize("kind", EVERY_KIND)
async def test_what_surely_was_not_sent_goes_again_and_again_in_order(
    house: House, kind: Callable[[str, str], Row]
) -> None:
    house.platform.fail("ann", *[ChannelError("down")] * 12)
    await house.start()

    [letter, _] = await house.post(kind("ann", "1"), kind("ann", "2"))
    await house.finish()

    pauses = [later.at - earlier.at for earlier, later in pairwise(house.platform.attempts)][:12]
    assert house.platform.texts("ann") == ["1", "2"]
    assert (await house.row(letter)).attempts == 1
    assert pauses[0] < 1
    assert 30 < pauses[-1] < 61
    assert all(pause < 61 for pause in pauses)


async def test_a_failing_bulk_letter_holds_up_no_reply(house: House) -> None:
    house.platform.fail("ann", *[ChannelError("down")] * 9)
    await house.start()
    await house.post(bulk("ann", "news"))
    await house.wait(60)

    await house.post(receipt("ann", "reply"))
    house.platform.recover("ann")
    await house.wait(1)

    assert house.platform.texts() == ["reply"]


@pytest.mark.parametrize("kind", EVERY_KIND)
async def test_after_a_day_without_success_a_letter_is_given_up(house: House, kind: Callable[[str, str], Row]) -> None:
    house.platform.mood = lambda _: Fault(ChannelError("down"))
    await house.start()

    [letter] = await house.post(kind("ann", "1"))
    await house.wait(10)
    house.clock.jump(86_400)
    await house.finish()

    row = await house.row(letter)
    assert (row.state, row.error) == ("refused", "unreachable")


@pytest.mark.parametrize(
    ("kind", "arrivals", "state"),
    [(receipt, 5, "sent"), (ballot, 5, "sent"), (notice, 4, "unknown"), (bulk, 1, "unknown")],
)
async def test_a_letter_in_doubt_goes_as_often_as_its_kind_allows(
    house: House, kind: Callable[[str, str], Row], arrivals: int, state: str
) -> None:
    house.platform.fail("ann", *[Fault(Unsure("timeout"), arrived=True)] * 4)
    await house.start()

    [letter] = await house.post(kind("ann", "1"))
    await house.finish()

    row = await house.row(letter)
    assert (row.state, row.attempts, len(house.platform.got)) == (state, arrivals, arrivals)


@pytest.mark.parametrize("kind", EVERY_KIND)
async def test_where_resends_are_recognised_nothing_ends_in_doubt_or_twice(
    house: House, kind: Callable[[str, str], Row]
) -> None:
    house.platform.idempotent = True
    house.platform.fail("ann", *[Fault(Unsure("timeout"), arrived=True)] * 4)
    await house.start()

    [letter] = await house.post(kind("ann", "1"))
    await house.finish()

    assert (await house.row(letter)).state == "sent"
    assert house.platform.texts() == ["1"]


async def test_a_revoked_account_keeps_its_letters_and_says_so_once(house: House) -> None:
    house.platform.mood = lambda _: Fault(Revoked("unauthorized"))
    await house.start()

    with capture_logs() as logs:
        await house.post(receipt("ann", "1"), *broadcast(20))
        await house.wait(1300)
        await house.finish()  # says idle: only the operator can help
    waiting = await house.states()
    house.platform.mood = lambda _: None
    await house.wait(700)

    errors = [entry for entry in logs if entry["log_level"] == "error"]
    assert [(entry["event"], entry["fault"]) for entry in errors] == [("account_failing", "Revoked")]
    assert waiting == {"queued": 21}
    assert await house.states() == {"sent": 21}


@pytest.mark.parametrize(
    ("kind", "state", "attempts"),
    [(receipt, "refused", 3), (ballot, "refused", 3), (notice, "unknown", 3), (bulk, "unknown", 1)],
)
async def test_a_bug_in_a_channel_costs_one_letter_and_not_the_channel(
    house: House, kind: Callable[[str, str], Row], state: str, attempts: int
) -> None:
    house.platform.fail("ann", *[ZeroDivisionError("a text that must not be logged")] * 3)
    await house.start()

    with capture_logs() as logs:
        [letter, _] = await house.post(kind("ann", "1"), receipt("ben", "b"))
        await house.finish()

    row = await house.row(letter)
    assert (row.state, row.error, row.attempts) == (state, "bug", attempts)
    assert house.platform.texts("ben") == ["b"]
    bugs = [entry for entry in logs if entry["event"] == "channel_bug"]
    assert [(bug["number"], bug["error"]) for bug in bugs] == [(letter.id, "ZeroDivisionError")] * attempts
    assert "must not" not in str(logs)


# ---- the store -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", EVERY_KIND)
async def test_a_store_that_is_away_for_a_while_loses_and_doubles_nothing(
    house: House, kind: Callable[[str, str], Row]
) -> None:
    await house.start()
    letters = await house.write(kind("ann", "1"), kind("ann", "2"), kind("ben", "b"))
    house.store.failing = 20

    house.running.hand_over(letters)
    await house.finish()

    assert sorted(house.platform.texts()) == ["1", "2", "b"]
    assert await house.states() == {"sent": 3}


async def test_while_ends_cannot_be_noted_no_chat_gets_further_than_two_letters(house: House) -> None:
    """After a crash those go again: one in flight, and the one before it."""
    await house.start()
    letters = await house.write(*[receipt("ann", f"{number}") for number in range(5)], receipt("ben", "b"))
    house.store.failing = 1_000_000

    house.running.hand_over(letters)
    await house.wait(10)

    assert house.platform.texts("ann") == ["0", "1"]
    assert house.platform.texts("ben") == ["b"]
    house.store.failing = 0
    await house.finish()
    assert house.platform.texts("ann") == ["0", "1", "2", "3", "4"]


async def test_a_letter_whose_person_is_gone_is_not_sent(house: House) -> None:
    house.platform.limits = replace(LIMITS, rate=1, reserved=0)
    await house.start()
    [_, letter] = await house.post(bulk("ann", "1"), bulk("ben", "2"))

    def forget(connection: object) -> None:
        connection.execute(delete(addresses).where(addresses.c.id == letter.address_id))  # type: ignore[attr-defined]

    await house.change(forget)
    await house.finish()

    assert house.platform.texts() == ["1"]
    assert await house.states() == {"sent": 1}


async def test_a_row_that_cannot_be_read_is_refused_and_the_others_go(house: House) -> None:
    [letter, _] = await house.write(receipt("ann", "1"), receipt("ben", "b"))
    await house.change(
        lambda connection: connection.execute(update(outbox).where(outbox.c.id == letter.id).values(body=b"{"))
    )

    await house.start()
    await house.finish()

    row = await house.row(letter)
    assert (row.state, row.error) == ("refused", "unreadable")
    assert house.platform.texts() == ["b"]


async def test_letters_of_a_channel_that_is_not_ours_are_left_alone(house: House) -> None:
    await house.start()

    await house.post(Row("receipt", "ann", "1", channel="elsewhere"))
    await house.finish()

    assert await house.states() == {"queued": 1}


# ---- the end ---------------------------------------------------------------------------------------------------------


async def test_closing_waits_for_what_is_in_flight_and_begins_nothing(house: House) -> None:
    await house.start()
    await house.post(receipt("ann", "1"), receipt("ann", "2"))

    await house.clock.until(asyncio.ensure_future(house.running.close()))

    assert await house.states() == {"sent": 1, "queued": 1}


async def test_closing_does_not_wait_for_ever(house: House) -> None:
    house.platform.answering.clear()
    await house.start()
    await house.post(receipt("ann", "1"), bulk("ben", "2"))
    await house.wait(1)

    await house.clock.until(asyncio.ensure_future(house.running.close()))

    assert house.clock.seconds < 10
    assert await house.states() == {"queued": 1, "sending": 1}
