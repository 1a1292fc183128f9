"""How long a turn takes while people come as they like: an open load, by chance and not in step."""

from __future__ import annotations

import asyncio
import gc
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random
from typing import Final

from bench.conversing import Talker, Talking, talking
from bench.figures import Spread, percentile, table

RATE: Final = 500.0  # turns a second
PEOPLE: Final = 1000  # so each acts every two seconds
LIMIT: Final = 15.0  # ms, the 99th percentile


async def spread_out(rate: float, number: int, act: Callable[[int], Awaitable[None]]) -> list[float]:
    """Begin acts at random instants, `rate` a second on average; return the seconds from each instant to its end."""
    chance = Random(1)  # noqa: S311 - the same instants in every run
    loop = asyncio.get_running_loop()
    waits: list[float] = []

    async def one(index: int, at: float) -> None:
        await act(index)
        waits.append(loop.time() - at)

    at = loop.time()
    async with asyncio.TaskGroup() as tasks:
        for index in range(number):
            at += chance.expovariate(rate)
            if (early := at - loop.time()) > 0:
                await asyncio.sleep(early)
            tasks.create_task(one(index, at))
    return waits


async def waits_on_road(seconds: float) -> list[float]:
    """Return how long turns took, from the instant they were due to their commit."""
    with tempfile.TemporaryDirectory() as folder:
        async with talking(Path(folder)) as (_, talk):
            people = [talk.talker(str(number)) for number in range(PEOPLE)]
            gc.collect()
            gc.freeze()
            return await spread_out(RATE, int(seconds * RATE), lambda index: _act(talk, people[index % PEOPLE]))


async def _act(talk: Talking, talker: Talker) -> None:
    await talk.take(talker.next())


def measure(rounds: int, seconds: float) -> None:
    """Print the percentiles."""
    runs = [[1000 * wait for wait in asyncio.run(waits_on_road(seconds))] for _ in range(rounds)]
    print(f"{RATE:.0f} turns/s for {seconds:.0f} s, {rounds} rounds; ms from due to committed (p99 under {LIMIT:.0f})")
    shares = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "worst": 1.0}
    table(tuple(shares), [[Spread.of(percentile(run, share) for run in runs).show(1) for share in shares.values()]])
