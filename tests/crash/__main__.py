"""Kills the bot again and again, at points and moments chosen by chance, while people talk to it; prints what comes.

python -m tests.crash --kills 200 --platform both
"""

from __future__ import annotations

import argparse
import asyncio
import secrets
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from time import monotonic

from tests.crash.keeper import Trap
from tests.crash.oracle import Verdict
from tests.crash.points import AT_START, AT_THE_DOOR, MATRIX, ON_THE_ROAD, TELEGRAM, WITH_FILES, points_on
from tests.crash.town import Town, matrix_town, telegram_town
from tests.servers.synapse import Synapse

KILLS = 200
CROWD = 8  # people at once
BY_TRAP = 0.6  # of all murders; the others happen at any time
LATEST_PASSING = 12
LONGEST_LIFE = 1.3  # seconds: the clock ticks after one, so some lives see it and some do not
LONGEST_WAIT = 3.0  # for a trap that nobody walks into
REMINDED_EVERY = 6  # rounds
HEAD = (
    *("platform", "kills", "people", "answers", "messages", "lost", "twice", "wrong", "doubled"),
    *("in doubt", "most in a chat", "seconds"),
)


def main(arguments: Sequence[str]) -> int:
    """Return 0 if nothing was lost, done twice or otherwise wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=KILLS, help="how often on each platform")
    parser.add_argument("--platform", choices=[TELEGRAM, MATRIX, "both"], default="both")
    parser.add_argument("--seed", type=int, default=secrets.randbits(32), help="of points and moments, to repeat them")
    options = parser.parse_args(arguments)
    _say(f"seed {options.seed}")
    platforms = [TELEGRAM, MATRIX] if options.platform == "both" else [options.platform]
    return asyncio.run(_run(platforms, options.kills, options.seed))


async def _run(platforms: list[str], kills: int, seed: int) -> int:
    rows, deaths, faults = list[tuple[str, ...]]([HEAD]), Counter[str](), list[str]()
    for platform in platforms:
        began = monotonic()
        with tempfile.TemporaryDirectory() as folder:
            async with _town(platform, Path(folder)) as town:
                faults += [f"{platform}: {fault}" for fault in await _live_dangerously(town, platform, kills, seed)]
                verdict = await town.judged()
        faults += [f"{platform}: {fault}" for fault in verdict.faults]
        rows.append(_row(platform, town, verdict, monotonic() - began))
        deaths.update(town.bot.deaths)
    __say(rows, deaths, faults)
    return 1 if faults else 0


@asynccontextmanager
async def _town(platform: str, folder: Path) -> AsyncIterator[Town]:
    if platform == TELEGRAM:
        async with telegram_town(folder / "bot") as town:
            yield town
        return
    synapse = Synapse(folder / "synapse")
    await synapse.start()
    try:
        async with matrix_town(folder / "bot", synapse) as town:
            yield town
    finally:
        await synapse.stop()


async def _live_dangerously(town: Town, platform: str, kills: int, seed: int) -> list[str]:
    """Let people come and talk until the bot has died so often; return what went wrong with them."""
    chance = Random(seed)  # noqa: S311 - to be repeated
    await town.bot.start()
    murders = asyncio.create_task(_murder(town, platform, chance))
    rounds = 0
    try:
        while len(town.bot.deaths) < kills:
            rounds += 1
            await (town.be_reminded() if rounds % REMINDED_EVERY == 0 else town.tell_ideas(people=CROWD))
            if sys.stdout.isatty():
                _say(f"{platform}: {len(town.bot.deaths)} kills, {len(town.residents)} people", end="\r")
    except (TimeoutError, EOFError, ChildProcessError) as fault:
        return [f"in round {rounds}: {fault}"]
    finally:
        murders.cancel()
        await asyncio.gather(murders, return_exceptions=True)
    town.bot.forget_traps()
    await town.bot.settled()
    return []


async def _murder(town: Town, platform: str, chance: Random) -> None:
    """Kill the bot for ever: by a trap, or at any time."""
    points = points_on(platform, (*ON_THE_ROAD, *WITH_FILES, *AT_THE_DOOR))
    at_start = points_on(platform, AT_START)
    while True:
        await town.bot.up()
        patience = chance.uniform(0.02, LONGEST_LIFE)
        if chance.random() < BY_TRAP:
            trap: Trap = chance.choice(points).name, chance.randint(1, LATEST_PASSING)
            await town.bot.trap(trap)
            patience = LONGEST_WAIT
        dead = asyncio.create_task(town.bot.died())
        done, _ = await asyncio.wait({dead}, timeout=patience)
        dead.cancel()
        if not done:
            town.bot.forget_traps()
            town.bot.kill(*[(point.name, 1) for point in at_start if chance.random() < 0.05])


def _row(platform: str, town: Town, verdict: Verdict, seconds: float) -> tuple[str, ...]:
    lost, twice, wrong = (len(found) for found in (verdict.lost, verdict.twice, verdict.wrong))
    doubt = (0, 0) if platform == MATRIX else (len(town.in_doubt.ids), town.in_doubt.most)
    figures = (len(town.bot.deaths), len(town.residents), verdict.answers, verdict.messages, lost, twice, wrong)
    return (platform, *map(str, (*figures, verdict.doubled, *doubt, round(seconds))))


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
