"""Kills the bot again and again, at points and moments chosen by chance, while people talk to it; prints what comes.

Some tell their ideas, others work together in a group of their team.

python -m tests.crash --kills 200 --platform both --store postgres --workers 2
"""

from __future__ import annotations

import argparse
import asyncio
import secrets
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from time import monotonic
from typing import TypeAlias

from tests.crash.keeper import Keeper, Trap
from tests.crash.oracle import Verdict
from tests.crash.points import AT_START, AT_THE_DOOR, MATRIX, ON_THE_ROAD, TELEGRAM, WITH_FILES, points_on
from tests.crash.quarter import Quarter
from tests.crash.town import Town, matrix_town, telegram_town
from tests.servers.postgres import NO_POSTGRES, Postgres, programs
from tests.servers.synapse import Synapse

SQLITE, POSTGRES = "sqlite", "postgres"
KILLS = 200
CROWD = 8  # people at once
BY_TRAP = 0.6  # of all murders; the others happen at any time
LATEST_PASSING = 12
LONGEST_LIFE = 1.3  # seconds: the clock ticks after one, so some lives see it and some do not
LONGEST_WAIT = 3.0  # for a trap that nobody walks into
REMINDED_EVERY = 6  # rounds
FREEZES = 0.2  # of what befalls workers
LONGEST_FROST = 4.0  # seconds: longer than the database lets a transaction stand still
WORKER_TRAPS = ("turn_uncommitted", "turn_committed")


@dataclass(frozen=True, slots=True)
class How:
    """What makes it harder: a platform that fails too, rooms that are encrypted; and how `calm` the murderers are."""

    faults: bool
    encrypted: bool
    calm: float


Make: TypeAlias = Callable[[str, Path], AbstractAsyncContextManager[Town]]
HEAD = (
    *("platform", "kills", "frozen", "people", "meetings", "answers", "messages", "lost", "twice", "wrong", "doubled"),
    *("in doubt", "most in a chat", "seconds"),
)


def main(arguments: Sequence[str]) -> int:
    """Return 0 if nothing was lost, done twice or otherwise wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=KILLS, help="how often on each platform")
    parser.add_argument("--platform", choices=[TELEGRAM, MATRIX, "both"], default="both")
    parser.add_argument("--seed", type=int, default=secrets.randbits(32), help="of points and moments, to repeat them")
    parser.add_argument("--store", choices=[SQLITE, POSTGRES], default=SQLITE)
    parser.add_argument("--workers", type=int, default=2, help="beside the bot, on PostgreSQL; they freeze, too")
    parser.add_argument(
        "--faults", action="store_true", help="let Telegram's server lose answers, fail and be late, too"
    )
    parser.add_argument("--calm", type=float, default=1.0, help="lives so many times longer, on a busy machine")
    parser.add_argument("--encrypted", action="store_true", help="let everybody on Matrix make encrypted rooms")
    options = parser.parse_args(arguments)
    how = How(options.faults, options.encrypted, options.calm)
    _say(f"seed {options.seed}")
    platforms = [TELEGRAM, MATRIX] if options.platform == "both" else [options.platform]
    if options.store == SQLITE:
        return asyncio.run(_run(platforms, options.kills, options.seed, partial(_town, how=how), how))
    with _server() as server:
        town = partial(_town_on, server, workers=options.workers, how=how)
        return asyncio.run(_run(platforms, options.kills, options.seed, town, how))


async def _run(platforms: list[str], kills: int, seed: int, make: Make, how: How) -> int:
    rows, deaths, faults = list[tuple[str, ...]]([HEAD]), Counter[str](), list[str]()
    for platform in platforms:
        began = monotonic()
        with tempfile.TemporaryDirectory() as folder:
            async with make(platform, Path(folder)) as town:
                faults += [
                    f"{platform}: {fault}" for fault in await _live_dangerously(town, platform, kills, seed, how)
                ]
                verdict = await town.judged()
        faults += [f"{platform}: {fault}" for fault in verdict.faults]
        rows.append(_row(platform, town, verdict, monotonic() - began))
        deaths.update(_deaths(town))
    __say(rows, deaths, faults)
    return 1 if faults else 0


@contextmanager
def _server() -> Iterator[Postgres]:
    """Run a PostgreSQL whose commits are on disk."""
    found = programs()
    if found is None:
        sys.exit(NO_POSTGRES)
    server = Postgres(found, durable=True)
    server.start()
    try:
        yield server
    finally:
        server.remove()


@asynccontextmanager
async def _town_on(server: Postgres, platform: str, folder: Path, *, workers: int, how: How) -> AsyncIterator[Town]:
    with server.database() as url:
        async with _town(platform, folder, workers=workers, how=how, database_url=url) as town:
            yield town


@asynccontextmanager
async def _town(
    platform: str, folder: Path, *, how: How, workers: int = 0, database_url: str = ""
) -> AsyncIterator[Town]:
    if platform == TELEGRAM:
        async with telegram_town(folder / "bot", workers, faults=int(how.faults), database_url=database_url) as town:
            yield town
        return
    synapse = Synapse(folder / "synapse")
    await synapse.start()
    try:
        async with matrix_town(
            folder / "bot", synapse, workers, encrypted=how.encrypted, database_url=database_url
        ) as town:
            yield town
    finally:
        await synapse.stop()


async def _live_dangerously(town: Town, platform: str, kills: int, seed: int, how: How) -> list[str]:
    """Let people come and talk until the bot has died so often; return what went wrong with them."""
    chance = Random(seed)  # noqa: S311 - to be repeated
    await town.start()
    murders = asyncio.gather(
        _murder(town.bot, platform, chance, how.calm),
        *[_murder_worker(worker, chance, how.calm) for worker in town.workers],
    )
    quarter = Quarter(town, chance)
    rounds = 0
    try:
        while len(_deaths(town)) < kills:
            if murders.done():
                await murders  # it never ends but by a fault, of which nobody else would hear
            rounds += 1
            # the day that passes for a reminder is an outage to the bot: where Telegram is slow, it asks again
            reminded = rounds % REMINDED_EVERY == 0 and not how.faults
            await (town.be_reminded() if reminded else _act(town, quarter))
            if sys.stdout.isatty():
                _say(f"{platform}: {len(_deaths(town))} kills, {len(town.residents)} people", end="\r")
    except (TimeoutError, EOFError, ChildProcessError, LookupError, AssertionError) as fault:
        return [f"in round {rounds}: {fault}"]
    finally:
        murders.cancel()
        await asyncio.gather(murders, return_exceptions=True)
    for keeper in (town.bot, *town.workers):
        keeper.forget_traps()
    await town.bot.settled()
    return []


async def _act(town: Town, quarter: Quarter) -> None:
    """Let new people tell their ideas while a team meets, as soon as there are enough people for one."""
    if not town.residents:
        await town.tell_ideas(people=CROWD)
        return
    team, _ = await asyncio.gather(quarter.work(), town.tell_ideas(people=CROWD))
    await town.bot.settled()
    await team.close()
    await town.bot.settled()


def _deaths(town: Town) -> list[str]:
    return [death for keeper in (town.bot, *town.workers) for death in keeper.deaths]


async def _murder_worker(worker: Keeper, chance: Random, calm: float) -> None:
    """Kill a worker for ever, at any time or in the middle of a turn, or let it freeze."""
    while True:
        await worker.up()
        await asyncio.sleep(calm * chance.uniform(0.02, LONGEST_LIFE))
        match chance.random():
            case luck if luck < FREEZES:
                await worker.freeze(chance.uniform(0.1, LONGEST_FROST))
            case luck if luck < 0.5:
                await worker.trap((chance.choice(WORKER_TRAPS), chance.randint(1, LATEST_PASSING)))
            case _:
                worker.forget_traps()
                worker.kill()


async def _murder(bot: Keeper, platform: str, chance: Random, calm: float) -> None:
    """Kill the bot for ever: by a trap, or at any time."""
    points = points_on(platform, (*ON_THE_ROAD, *WITH_FILES, *AT_THE_DOOR))
    at_start = points_on(platform, AT_START)
    while True:
        await bot.up()
        patience = calm * chance.uniform(0.02, LONGEST_LIFE)
        if chance.random() < BY_TRAP:
            trap: Trap = chance.choice(points).name, chance.randint(1, LATEST_PASSING)
            await bot.trap(trap)
            patience = calm * LONGEST_WAIT
        dead = asyncio.create_task(bot.died())
        done, _ = await asyncio.wait({dead}, timeout=patience)
        dead.cancel()
        if not done:
            bot.forget_traps()
            bot.kill(*[(point.name, 1) for point in at_start if chance.random() < 0.05])


def _row(platform: str, town: Town, verdict: Verdict, seconds: float) -> tuple[str, ...]:
    lost, twice, wrong = (len(found) for found in (verdict.lost, verdict.twice, verdict.wrong))
    doubt = (0, 0) if platform == MATRIX else (len(town.in_doubt.ids), town.in_doubt.most)
    frozen = sum(worker.frozen for worker in town.workers)
    who = (len(_deaths(town)), frozen, len(town.residents), sum(team.meetings for team in town.teams))
    figures = (*who, verdict.answers, verdict.messages, lost, twice, wrong, verdict.doubled, *doubt, round(seconds))
    return (platform, *map(str, figures))


def __say(rows: list[tuple[str, ...]], deaths: Counter[str], faults: list[str]) -> None:
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    for row in rows:
        _say("  ".join(word.rjust(width) for word, width in zip(row, widths, strict=True)))
    _say("died of: " + ", ".join(f"{name} {count}" for name, count in deaths.most_common()))
    for fault in faults:
        _say(f"!!! {fault}")


def _say(line: str, end: str = "\n") -> None:
    sys.stdout.write(line + end)
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
