"""What a crash leaves behind, and that nothing is lost and no bulk letter doubled whatever happens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest

from projektbot.errors import Blocked, ChannelError, Rejected, Throttled, Unsure
from projektbot.polls import Poll
from tests.delivery.house import House, Row, ballot, bulk, notice, receipt
from tests.delivery.platform import LIMITS, Fault

KINDS: dict[str, Callable[[str, str], Row]] = {"receipt": receipt, "ballot": ballot, "notice": notice, "bulk": bulk}


@pytest.mark.parametrize(
    ("kind", "state", "attempts", "left"),
    [
        ("receipt", "queued", 0, "sent"),
        ("ballot", "queued", 0, "sent"),
        ("notice", "queued", 0, "sent"),
        ("notice", "sending", 1, "sent"),
        ("notice", "sending", 3, "sent"),
        ("notice", "sending", 4, "unknown"),
        ("bulk", "queued", 0, "sent"),
        ("bulk", "sending", 1, "unknown"),
    ],
)
async def test_after_a_crash_each_kind_goes_again_or_stays_unknown(
    house: House, kind: str, state: str, attempts: int, left: str
) -> None:
    [letter] = await house.write(KINDS[kind]("ann", "1"), state=state, attempts=attempts)

    await house.start()
    await house.finish()

    assert (await house.row(letter)).state == left
    assert house.platform.texts() == (["1"] if left == "sent" else [])


@pytest.mark.parametrize("kind", KINDS)
async def test_after_a_crash_all_goes_again_where_resends_are_recognised(house: House, kind: str) -> None:
    house.platform.idempotent = True
    await house.write(KINDS[kind]("ann", "1"), state="sending", attempts=1)

    await house.start()
    await house.finish()

    assert house.platform.texts() == ["1"]


async def test_the_letters_of_another_process_are_none_of_our_business(house: House) -> None:
    await house.write(Row("bulk", "ann", "1", channel="elsewhere"), state="sending", attempts=1)

    await house.start()

    assert await house.states() == {"sending": 1}


@pytest.mark.parametrize(
    ("kind", "arrivals", "state"), [("receipt", 2, "sent"), ("notice", 2, "sent"), ("bulk", 1, "unknown")]
)
async def test_a_crash_after_the_send_and_before_the_mark(house: House, kind: str, arrivals: int, state: str) -> None:
    await house.start()
    [letter] = await house.post(KINDS[kind]("ann", "1"))
    await house.wait(house.platform.latency * 0.6)

    await house.restart()
    await house.finish()

    assert len(house.platform.got) == arrivals
    assert (await house.row(letter)).state == state


POLL = Poll("Which colour?", ("red", "green"), "Once more: which colour?")


@pytest.mark.parametrize(("idempotent", "asked"), [(False, [POLL.question, POLL.again]), (True, [POLL.question])])
async def test_a_poll_that_may_stand_there_already_says_so(house: House, *, idempotent: bool, asked: list[str]) -> None:
    house.platform.idempotent = idempotent
    await house.start()
    [letter] = await house.post(Row("receipt", "ann", "?", poll=POLL))
    await house.wait(house.platform.latency * 0.6)

    for _ in range(2):
        await house.restart()
    await house.finish()

    assert house.platform.texts() == asked
    assert (await house.row(letter)).state == "sent"


async def test_where_a_resend_is_recognised_a_poll_is_asked_in_the_same_words(house: House) -> None:
    house.platform.idempotent = True
    house.platform.fail("ann", Unsure("timeout"))
    await house.start()
    await house.post(Row("receipt", "ann", "?", poll=POLL))
    await house.finish()

    assert house.platform.texts() == [POLL.question]


async def test_a_poll_that_surely_did_not_arrive_is_asked_as_if_nothing_had_been(house: House) -> None:
    house.platform.fail("ann", Throttled(30))
    await house.start()
    await house.post(Row("receipt", "ann", "?", poll=POLL))
    await house.wait(10)

    await house.restart()
    await house.finish()

    assert house.platform.texts() == [POLL.question]


async def test_a_crash_while_a_bulk_letter_waits_for_its_next_attempt_leaves_no_doubt(house: House) -> None:
    house.platform.fail("ann", Throttled(30))
    await house.start()
    await house.post(bulk("ann", "1"))
    await house.wait(10)

    await house.restart()
    await house.finish()

    assert house.platform.texts() == ["1"]


async def test_doubts_before_and_after_a_crash_are_counted_together(house: House) -> None:
    house.platform.fail("ann", *[Fault(Unsure("timeout"), arrived=True)] * 5)
    await house.start()
    [letter] = await house.post(notice("ann", "1"))
    await house.wait(0.1)

    await house.restart()
    await house.finish()

    assert len(house.platform.got) == 4
    assert (await house.row(letter)).state == "unknown"


async def test_an_answer_does_not_wait_long_behind_news_in_doubt(house: House) -> None:
    house.platform.fail("ann", *[Fault(Unsure("timeout"), arrived=True)] * 4)
    await house.start()
    await house.post(notice("ann", "news"), receipt("ann", "answer"))

    await house.wait(5)

    assert house.platform.texts() == ["news"] * 4 + ["answer"]


async def test_bulk_is_claimed_in_the_store_before_it_leaves(house: House) -> None:
    await house.start()

    [letter] = await house.post(bulk("ann", "1"))
    await house.clock.settle()

    row = await house.row(letter)
    assert (row.state, row.attempts, house.platform.got) == ("sending", 1, [])


async def test_no_more_rows_are_claimed_than_are_in_flight(house: House) -> None:
    await house.start()
    await house.post(*[bulk(f"c{chat}", "news") for chat in range(200)])

    for _ in range(50):
        await house.wait(0.037)
        assert (await house.states())["sending"] <= house.platform.flying


@pytest.mark.parametrize("idempotent", [False, True])
@pytest.mark.parametrize("seed", range(12))
async def test_nothing_is_lost_and_no_bulk_doubled_whatever_happens(
    house: House, seed: int, *, idempotent: bool
) -> None:
    """Random letters, faults and crashes; then every letter has an end, and the ends are true."""
    chance = Random(seed)  # noqa: S311 - the same every time
    house.platform.idempotent = idempotent
    house.platform.limits = replace(LIMITS, rate=60, chat_rate=5, parallel=8)
    house.platform.latency = 0.2
    house.platform.mood = lambda _: _mood(chance)
    await house.start(room=40)
    written = 0

    for _ in range(12):
        letters = await house.write(*_rows(chance, written))
        written += len(letters)
        if chance.random() < 0.7:  # else found by the look
            house.running.hand_over(letters)
        await house.wait(chance.random() * 2)
        if chance.random() < 0.3:
            await house.restart(room=40)
        assert (await house.states()).total() == written
    house.platform.mood = lambda _: None
    await house.wait(3)  # until the last letter may go
    await house.finish()

    arrivals = Counter(house.platform.texts())
    for row in await house.rows():
        _check(row.kind, row.state, row.error, arrivals[f"letter {row.id}"], idempotent=idempotent)
    assert (await house.states()).total() == written


def _rows(chance: Random, before: int) -> list[Row]:
    rows = [
        Row(chance.choice(list(KINDS)), f"c{chance.randrange(9)}", f"letter {before + number + 1}")
        for number in range(chance.randrange(1, 20))
    ]
    return [replace(row, after=chance.random() * 3) if chance.random() < 0.1 else row for row in rows]


def _mood(chance: Random) -> Fault | None:
    roll = chance.random()
    if roll < 0.7:
        return None
    error = chance.choice(
        [
            ChannelError("down"),
            Throttled(chance.random() * 3, everyone=chance.random() < 0.2),
            Unsure("timeout"),
            Unsure("timeout"),
            Rejected("too_long"),
            Blocked("blocked"),
            ValueError("bug"),
        ]
    )
    in_doubt = isinstance(error, Unsure | ValueError)
    return Fault(error, arrived=in_doubt and chance.random() < 0.5)


def _check(kind: str, state: str, error: str | None, arrivals: int, *, idempotent: bool) -> None:
    assert arrivals <= (1 if idempotent else {"bulk": 1, "notice": 4}.get(kind, 99))
    match state:
        case "sent":
            assert arrivals >= 1
        case "refused":
            assert error in {"too_long", "blocked", "bug"}
        case "unknown":
            assert not idempotent
            assert kind in {"bulk", "notice"}
        case _:
            pytest.fail(f"{kind} has no end: {state}")
