"""What the program holds in memory with many people in the store, and after many conversations."""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from bench.bots import OURS, running
from bench.conversing import Talking, talking
from bench.crowd import Crowd
from bench.figures import Watch, table
from bench.script import IDEA
from projektbot.messages import Command

FILL_AT_ONCE: Final = 64
SERVE_AT_ONCE: Final = 32
TURNS: Final = 5  # of each conversation: it is left with a draft


async def fill(folder: Path, people: int) -> float:
    """Let so many people say their first word, over the road; return the turns a second."""
    watch = Watch()
    async with talking(folder, "telegram") as (_, talk):
        waiting = iter(range(1, people + 1))
        await asyncio.gather(*[_greet(talk, waiting) for _ in range(FILL_AT_ONCE)])
    with sqlite3.connect(folder / "projektbot.db") as db:
        db.execute("UPDATE outbox SET state = 'sent'")  # or they would all be sent when the program starts
    return watch.sample(people).per_second


async def _greet(talk: Talking, waiting: Iterator[int]) -> None:
    for number in waiting:
        talker = talk.talker(str(number))
        await talk.take(talker.act(Command("start")))


async def measure(people: int, conversations: Sequence[int]) -> None:
    """Print the resident memory on the way to so many conversations."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        rate = await fill(folder, people)
        size = (folder / "projektbot.db").stat().st_size / 1e6
        print(f"{people} people in the store, by the road at {rate:.0f} turns/s, {size:.0f} MB of database")
        crowd = Crowd()
        async with crowd.stub as stub, running(OURS, stub.url, folder) as bot:
            await stub.ready()
            rows, served = [("after the start", bot.megabytes())], 0
            for number in conversations:
                await crowd.ideas(range(served + 1, number + 1), at_once=SERVE_AT_ONCE, acts=IDEA[:TURNS])
                served = number
                rows.append((f"after {number} conversations of {TURNS} turns", bot.megabytes()))
    table(("", "resident MB (under 150)"), [(name, f"{megabytes:.0f}") for name, megabytes in rows])
