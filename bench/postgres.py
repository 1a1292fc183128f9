"""Turns through the queue on PostgreSQL, one worker and 64 conversations in flight, beside the direct way on SQLite."""

from __future__ import annotations

import asyncio
import gc
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import select, text

from bench.conversing import Talker, as_it_is, talking
from bench.figures import Sample, Spread, Watch, ratios, table
from bench.script import IDEA
from projektbot.app import House, build
from projektbot.config import Settings
from projektbot.messages import Letter
from projektbot.store.database import open_engine
from projektbot.store.listening import Bell
from projektbot.store.tables import sessions
from projektbot.turns import Turns
from projektbot.turns.queue import Queue
from tests.servers.postgres import NO_POSTGRES, Postgres, programs

IN_FLIGHT: Final = 64
TIMES: Final = 2  # ideas of each person, as in bench.road


class Asking:
    """People who do the next thing when they have been answered; what is said to them is not sent anywhere."""

    def __init__(self, house: House) -> None:
        self._people: dict[str, Talker] = {}
        self._answered: dict[str, asyncio.Future[None]] = {}
        bell = Bell(house.store.engine)
        self.turns = Turns(house.store, house.turns.world, house.media, house.channels, self._deliver, bell)

    async def ideas(self, lane: str, people: int) -> None:
        """Let people tell their ideas, one after another."""
        for number in range(people):
            name = f"{lane}-{number}"
            talker = self._people.setdefault(name, Talker("bench", name))
            for _ in range(TIMES * len(IDEA)):
                await self._do(talker)
            if not talker.is_done():
                raise RuntimeError(f"{talker.chat} has no number: {talker.told}")

    async def _do(self, talker: Talker) -> None:
        answered = self._answered[talker.chat] = asyncio.get_running_loop().create_future()
        await self.turns.take("bench", [talker.next()], as_it_is)
        await answered

    def _deliver(self, letters: Iterable[Letter]) -> None:
        for letter in letters:
            self._people[letter.chat].told = letter.message
            self._answered[letter.chat].set_result(None)


@asynccontextmanager
async def asking(url: str, folder: Path) -> AsyncIterator[Asking]:
    """Build a house on a database, with one worker."""
    house = build(Settings(data_dir=folder, database_url=url, web_listen="127.0.0.1:0", person_at_once=0))
    talk = Asking(house)
    assert isinstance(talk.turns.carrier, Queue)  # noqa: S101 - it was given a bell
    working = asyncio.create_task(talk.turns.carrier.work())
    try:
        yield talk
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        await house.close()


async def queued(server: Postgres, people: int) -> Sample:
    """Carry conversations of so many people in each lane through the queue; return what that took."""
    with server.database() as url, tempfile.TemporaryDirectory() as folder:
        async with asking(url, Path(folder)) as talk:
            gc.collect()
            gc.freeze()
            watch = Watch()
            await asyncio.gather(*[talk.ideas(str(lane), people) for lane in range(IN_FLIGHT)])
            return watch.sample(IN_FLIGHT * people * TIMES * len(IDEA))


async def direct(people: int) -> Sample:
    """Carry the same conversations straight through, on SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        async with talking(Path(folder)) as (_, talk):
            lanes = [[talk.talker(f"{lane}-{number}") for number in range(people)] for lane in range(IN_FLIGHT)]
            watch = Watch()
            await asyncio.gather(*[talk.ideas(lane, TIMES) for lane in lanes])
            return watch.sample(IN_FLIGHT * people * TIMES * len(IDEA))


async def gone_on(server: Postgres, *, killed: bool) -> float:
    """Return the seconds until a chat goes on that a worker had in hands when it was killed, or froze."""
    with server.database() as url, tempfile.TemporaryDirectory() as folder:
        async with asking(url, Path(folder)) as talk:
            await talk.ideas("before", 1)
            hands = open_engine(url).connect()
            pid = hands.scalar(text("SELECT pg_backend_pid()"))
            hands.execute(select(sessions.c.id).with_for_update())
            waiting = asyncio.create_task(talk.ideas("before", 1))
            began = time.perf_counter()
            if killed:
                server.order("SELECT pg_terminate_backend(%s)", pid)
            await waiting
            hands.invalidate()
            hands.close()
            return time.perf_counter() - began


def measure(rounds: int, people: int) -> None:
    """Alternate the contestants and print what came of it."""
    found = programs()
    if found is None:
        sys.exit(NO_POSTGRES)
    server = Postgres(found, durable=True)
    server.start()
    try:
        asyncio.run(queued(server, 1))  # everything is imported and compiled now
        ours, straight = [], []
        for _ in range(rounds):
            ours.append(asyncio.run(queued(server, people)))
            straight.append(asyncio.run(direct(people)))
        killed = [asyncio.run(gone_on(server, killed=True)) for _ in range(rounds)]
        frozen = [asyncio.run(gone_on(server, killed=False)) for _ in range(rounds)]
    finally:
        server.remove()
    print(f"{ours[0].done} turns, {IN_FLIGHT} conversations at once, {rounds} rounds")
    rates = [sample.per_second for sample in ours]
    table(
        ("", "turns/s", "our CPU µs a turn", "the queue as % of it"),
        [
            (
                name,
                Spread.of(sample.per_second for sample in samples).show(),
                Spread.of(sample.micros for sample in samples).show(),
                ratios(rates, [sample.per_second for sample in samples]).show(),
            )
            for name, samples in {"the queue, PostgreSQL": ours, "the direct way, SQLite": straight}.items()
        ],
    )
    print("Twenty turns of a chat that another worker had in hands, from then on:")
    table(
        ("", "s", "wanted"),
        [
            ("it was killed", Spread.of(killed).show(2), "under 0.2"),
            ("it froze", Spread.of(frozen).show(2), "under 3"),
        ],
    )
