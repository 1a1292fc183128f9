"""Turns through the whole road, engine and rendering included, beside the bare writing of their rows."""

from __future__ import annotations

import asyncio
import gc
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bench.bare import Batch, Recorder, replay, row_by_row
from bench.conversing import talking
from bench.figures import Sample, Spread, Watch, ratios, table
from bench.script import IDEA
from bench.served import served
from projektbot.store.database import open_engine
from projektbot.store.migrate import upgrade

IN_FLIGHT: Final = 32
TIMES: Final = 2  # ideas of each person: the second meets somebody we know


async def road(people: int) -> Sample:
    """Carry conversations of so many people in each lane; return what that took."""
    with tempfile.TemporaryDirectory() as folder:
        async with talking(Path(folder)) as (_, talk):
            lanes = [[talk.talker(f"{lane}-{number}") for number in range(people)] for lane in range(IN_FLIGHT)]
            gc.collect()
            gc.freeze()  # as the program does when it has started
            watch = Watch()
            await asyncio.gather(*[talk.ideas(lane, TIMES) for lane in lanes])
            return watch.sample(IN_FLIGHT * people * TIMES * len(IDEA))


async def recorded(people: int) -> list[Batch]:
    """Return the batches of writes that such a run makes."""
    recorder = Recorder()
    with recorder.listening():
        await road(people)
    return recorder.batches


def bare(batches: Sequence[Batch], turns: int) -> Sample:
    """Write the same rows into the same tables."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bare.db"
        engine = open_engine(f"sqlite:///{path}")
        upgrade(engine)
        engine.dispose()
        watch = Watch()
        replay(path, batches)
        return watch.sample(turns)


def measure(rounds: int, people: int) -> None:
    """Alternate the contestants and print what came of it."""
    batches = asyncio.run(recorded(people))
    single = row_by_row(batches)
    asyncio.run(road(1))  # everything is imported and compiled now
    ours, many, one, waited = [], [], [], []
    for _ in range(rounds):
        ours.append(asyncio.run(road(people)))
        many.append(bare(batches, ours[-1].done))
        one.append(bare(single, ours[-1].done))
        waited.append(asyncio.run(served(ours[-1].done, IN_FLIGHT)))
    turns = ours[0].done
    print(
        f"{turns} turns, {IN_FLIGHT} conversations at once, {turns / len(batches):.0f} turns a COMMIT, {rounds} rounds"
    )
    named = {"the road": ours, "bare, `executemany`": many, "bare, row by row": one, "bare, waited for": waited}
    rates = [sample.per_second for sample in ours]
    table(
        ("", "turns/s", "CPU µs a turn", "the road as % of it"),
        [
            (
                name,
                Spread.of(sample.per_second for sample in samples).show(),
                Spread.of(sample.micros for sample in samples).show(),
                ratios(rates, [sample.per_second for sample in samples]).show(),
            )
            for name, samples in named.items()
        ],
    )
