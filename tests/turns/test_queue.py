"""Several processes on one PostgreSQL: each update has its turn once and in order, whoever is killed or freezes."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import OperationalError

from projektbot.civic import house
from projektbot.civic.groups.tables import tasks
from projektbot.civic.projects.tables import projects
from projektbot.dialog.session import dump
from projektbot.messages import Command, Event, Kind, Migrated, Tap, Upload, Words
from projektbot.store.database import open_engine
from projektbot.store.tables import addresses, outbox, queue, sessions
from projektbot.turns import queued
from projektbot.turns.ids import SLOTS
from projektbot.turns.queue import Queue
from tests.civic.groups.town import Member, bound
from tests.playing.people import VOICE
from tests.turns.town import WAIT, Town

pytestmark = pytest.mark.parametrize("town", ["postgres"], indirect=True)

PEOPLE = 40
IDEA: tuple[Event, ...] = (
    Command("idea"), Words("Something new"), Words("Benches along the river"),
    Words("A back and arms, every two hundred metres."), Words("1"), Words("1"), Command("skip"), Command("skip"),
    Command("skip"), Words("Send the idea"),
)  # fmt: skip


@asynccontextmanager
async def workers(*towns: Town) -> AsyncIterator[None]:
    """Let towns work on the queue, each as a process of its own would; at the end what they answered is handed over."""
    carriers = [town.turns.carrier for town in towns]
    tasks = [asyncio.create_task(carrier.work()) for carrier in carriers if isinstance(carrier, Queue)]
    try:
        yield
        for town in towns:  # a commit empties the queue before its answers are handed over
            await town.turns.settle()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def empty(town: Town) -> None:
    """Return when nothing waits any more."""
    async with asyncio.timeout(WAIT):
        while await town.count(queue):  # noqa: ASYNC110 - it happens in other processes' hands, which tell nobody
            await asyncio.sleep(0.01)


async def post(town: Town, *inbounds: object) -> None:
    """Let updates arrive, and be handled by whoever works."""
    await asyncio.wait_for(town.turns.take("desk", inbounds, lambda raw: raw), WAIT)


async def test_three_workers_give_every_update_its_turn_once_and_in_order(town: Town) -> None:
    towns = [town, town.again(), town.again()]
    async with workers(*towns):
        for number, event in enumerate(IDEA):
            inbounds = [town.inbound(f"c{person}", event, key=f"{person}/{number}") for person in range(PEOPLE)]
            await post(towns[number % 3], *inbounds, *inbounds[:5])
        await empty(town)

    answers = await town.rows(outbox)
    numbers = [row.number for row in await town.rows(projects)]
    assert sorted(numbers) == list(range(1001, 1001 + PEOPLE))
    assert sum(len(each.letters) for each in towns) == PEOPLE * len(IDEA) == len(answers)
    assert len({row.id for row in answers}) == len(answers)
    for each in towns[1:]:
        await each.close()


async def test_a_conversation_in_other_hands_is_passed_over_and_the_others_go_on(town: Town) -> None:
    await town.take(town.inbound("anna", Words("Hello")), town.inbound("ben", Words("Hello")))
    with in_other_hands(town, "anna"):
        await town.take(town.inbound("anna", Command("help")), town.inbound("ben", Command("help")))

        assert (len(town.told("anna")), len(town.told("ben"))) == (1, 2)

    await town.turns.settle()
    assert len(town.told("anna")) == 2


@contextmanager
def in_other_hands(town: Town, chat: str) -> Iterator[Connection]:
    """Hold a conversation as a worker does that has frozen in the middle of a turn."""
    engine = open_engine(town.database)
    try:
        with engine.connect() as hands, hands.begin() as turn:
            session = select(addresses.c.session_id).where(addresses.c.chat == chat).scalar_subquery()
            hands.execute(select(sessions.c.id).where(sessions.c.id == session).with_for_update())
            yield hands
            if turn.is_active:
                turn.rollback()
    finally:
        engine.dispose()


async def test_a_killed_workers_chats_go_on_at_once(town: Town) -> None:
    await town.take(town.inbound("anna", Words("Hello")))
    async with workers(town):
        with suppress(Exception), in_other_hands(town, "anna") as hands:
            pid = hands.scalar(text("SELECT pg_backend_pid()"))
            await post(town, town.inbound("anna", Command("help")))
            await town.store.write(lambda db: db.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid}))
            await empty(town)

    assert len(town.told("anna")) == 2


async def test_a_frozen_worker_is_ended_by_the_database_and_cannot_commit(town: Town) -> None:
    await town.take(town.inbound("anna", Words("Hello")))
    frozen = town.again()
    began = monotonic()

    async with workers(town):
        holding = asyncio.Event()
        turn = frozen.store.do(partial(_freeze, holding=holding, loop=asyncio.get_running_loop()), "anna")
        await holding.wait()
        await post(town, town.inbound("anna", Command("help")))
        await empty(town)
        waited = monotonic() - began
        failure = (await asyncio.gather(turn, return_exceptions=True))[0]

    assert isinstance(failure, Exception)
    assert waited >= 1.5, "the worker was not passed over before the database had ended it"
    assert len(town.told("anna")) == 2
    await frozen.close()


def _freeze(db: Connection, chats: list[str], *, holding: asyncio.Event, loop: asyncio.AbstractEventLoop) -> list[None]:
    """Take a conversation in hands, and then do nothing for longer than the database puts up with."""
    session = select(addresses.c.session_id).where(addresses.c.chat == chats[0]).scalar_subquery()
    db.execute(select(sessions.c.id).where(sessions.c.id == session).with_for_update())
    loop.call_soon_threadsafe(holding.set)
    threading.Event().wait(3.0)  # nobody sets it
    db.execute(sessions.update().values(state=b"{}"))
    return [None] * len(chats)


async def test_a_platforms_own_order_counts_where_two_receivers_took_them_crosswise(town: Town) -> None:
    await town.take(town.inbound("anna", Command("idea"), order=1), town.inbound("anna", Words("1"), order=2))
    second = town.inbound("anna", Words("A back and arms, every two hundred metres."), order=4)
    first = town.inbound("anna", Words("Benches along the river"), order=3)

    await post(town, second)
    await post(town, first)
    await town.turns.settle()

    answers = (await town.session("anna")).frames[-1].answers
    assert answers["title"] == "Benches along the river"
    assert answers["description"] == "A back and arms, every two hundred metres."


async def test_that_order_counts_in_a_group_too(town: Town) -> None:
    lead, other = await bound(town), Member(town, "77")
    await town.take(lead.inbound(Command("task", "Buy wood"), order=1))

    await post(town, lead.inbound(Tap("task|1|open"), order=3))
    await post(town, other.inbound(Tap("task|1|done"), order=2))
    await town.turns.settle()

    assert [row.done_at for row in await town.rows(tasks)] == [None]


async def test_what_no_platform_counts_keeps_the_order_in_which_it_was_taken(town: Town) -> None:
    """Also over a restart on a machine whose clock is behind."""
    await post(town, town.inbound("anna", Command("idea")), town.inbound("anna", Words("1")))
    other = town.again()
    other.clock.real = lambda: town.clock.now() - timedelta(hours=1)

    await post(other, other.inbound("anna", Words("Benches along the river")))
    await town.turns.settle()

    assert (await town.session("anna")).frames[-1].answers["title"] == "Benches along the river"
    await other.close()


async def test_a_file_that_nobody_fetches_is_given_up_and_said_to_be_missing(town: Town) -> None:
    """Its receiver has died, and nobody took over the account."""
    await town.person("anna").begins_an_idea()
    town.desk.hold("voice")
    await post(town, town.inbound("anna", Upload(Kind.AUDIO, "voice")), town.inbound("anna", Command("help")))
    other = town.again()
    await other.read([], lambda raw: raw)
    assert not other.letters

    other.clock.advance(timedelta(minutes=11))
    await other.read([], lambda raw: raw)

    assert len(other.letters) == 2
    assert not await town.count(queue)
    await other.close()


async def test_what_comes_behind_a_file_waits_though_something_before_it_was_ready(town: Town) -> None:
    await town.person("anna").begins_an_idea()
    town.desk.files["voice"] = VOICE
    gate = town.desk.hold("voice")
    description, contribution = "A back and arms, every two hundred metres.", "My hands"
    before: list[Event] = [Words(description), Words("1"), Words("1"), Command("skip")]

    await town.take(
        *[town.inbound("anna", event) for event in (*before, Upload(Kind.AUDIO, "voice"), Words(contribution))]
    )
    assert "photo" in town.told("anna")[-1]
    gate.set()
    await town.turns.settle()

    answers = (await town.session("anna")).frames[-1].answers
    assert answers["picture"]["kind"] == "audio"
    assert answers["contribution"] == contribution


async def test_a_chat_that_waits_with_hundreds_of_messages_keeps_nobody_else_waiting(town: Town) -> None:
    town.desk.hold("voice")
    await town.take(town.inbound("anna", Upload(Kind.AUDIO, "voice")))
    await town.take(*[town.inbound("anna", Words("And another thing")) for _ in range(300)])

    await town.take(town.inbound("ben", Words("Hello")))

    assert len(town.told("ben")) == 1
    assert not town.told("anna")


async def test_a_wake_up_waits_for_a_conversation_in_other_hands_and_keeps_what_they_did(town: Town) -> None:
    await town.person("anna").begins_an_idea()
    town.clock.advance(timedelta(days=1))
    with in_other_hands(town, "anna") as hands:
        changed = dump(replace(await town.session("anna"), locale="de"))
        hands.execute(sessions.update().values(state=changed))
        waking = asyncio.create_task(town.jobs.tick())
        await until_it_waits(town)
        hands.commit()
        await waking

    session = await town.session("anna")
    assert (session.locale, session.frames[-1].reminded) == ("de", 1)


async def until_it_waits(town: Town) -> None:
    """Return when a transaction waits for another one's rows."""
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    async with asyncio.timeout(WAIT):
        while not await town.store.read(lambda db: db.scalar(waiting)):  # noqa: ASYNC110 - the server tells nobody
            await asyncio.sleep(0.01)


async def test_a_group_that_moves_is_followed_before_anything_from_its_new_place(town: Town) -> None:
    await town.take(town.inbound("-1", Words("Hello"), private=False))

    moved = town.inbound("-1", Migrated("-100"), private=False)
    await town.take(moved, town.inbound("-100", Command("help"), private=False))

    assert [row.chat for row in await town.rows(addresses)] == ["-100"]


async def test_two_processes_never_make_the_same_id_of_a_letter(town: Town, tmp_path: Path) -> None:
    towns = [town, town.again(), town.again()]
    async with workers(*towns):
        await asyncio.gather(
            *[post(each, *[each.inbound(f"{index}/{person}", Words("Hello")) for person in range(100)])
              for index, each in enumerate(towns)]
        )  # fmt: skip
        await empty(town)

    remainders = [{letter.id % SLOTS for letter in each.letters} for each in towns]
    assert sum(map(len, remainders)) == len(set[int]().union(*remainders)), "they may meet"
    ids = [row.id for row in await town.rows(outbox)]
    assert len(ids) == len(set(ids)) == 300
    for each in towns[1:]:
        await each.close()


async def test_a_letter_knows_which_ones_of_other_processes_wait_before_it(town: Town) -> None:
    other = town.again()
    await other.person("anna").says("Hello")
    await other.person("ben").says("Hello")
    await town.take(town.inbound("anna", Words("Hello")))

    theirs = [row.id for row in await town.rows(outbox)]
    assert [letter.older for letter in other.letters] == [(), ()]
    assert [letter.older for letter in town.letters] == [(theirs[0],)]
    await other.close()


async def test_work_goes_on_when_a_look_into_the_store_fails(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """One fails for good, and while each is tried alone the store cannot be read for a moment."""
    failures = [OperationalError("SELECT", None, Exception())]
    look = queued.next_ready

    def failing_once(*given: Any, **named: Any) -> Any:  # noqa: ANN401 - as next_ready
        if failures:
            raise failures.pop()
        return look(*given, **named)

    monkeypatch.setattr(queued, "next_ready", failing_once)
    monkeypatch.setitem(house.CALCULATES, "count_ideas", broken)
    async with workers(town):
        await post(town, town.inbound("anna", Command("ideas")), town.inbound("ben", Words("Hello")))
        await empty(town)

    assert not failures
    assert "Something went wrong" in town.told("anna")[-1]
    assert len(town.told("ben")) == 1


def broken(*_: object) -> None:
    raise LookupError


async def test_a_button_is_answered_by_any_of_them(town: Town) -> None:
    other = town.again()
    await town.person("anna").says("/idea")
    token = town.letters[-1].message.choices[0].token

    await other.take(other.inbound("anna", Tap(token)))

    assert (await town.session("anna")).frames[-1].answers == {"kind": "new"}
    await other.close()
