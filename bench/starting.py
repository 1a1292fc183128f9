"""How long it takes until there is something to see: the help, and the first reply."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from bench.bots import OURS, ROOT, free_port, our_settings, start, stop
from bench.figures import Spread, table
from bench.stub import TOKEN
from tests.servers import botapi

HELP: Final = [str(Path(sys.executable).with_name("projektbot")), "--help"]
HEAVY: Final = ("sqlalchemy", "telegram", "nio", "aiohttp", "asyncio", "pydantic")
LOADED: Final = f"""
import sys
from projektbot.cli import main
try:
    main(["--help"])
except SystemExit:
    print(*[name for name in {HEAVY} if name in sys.modules], file=sys.stderr)
"""
FIRST_REPLY_SECONDS: Final = 30.0


def help_seconds() -> float:
    """Return how long `projektbot --help` takes."""
    begun = time.perf_counter()
    subprocess.run(HELP, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


def loaded_for_help() -> str:
    """Return which of the heavy libraries the help loads."""
    done = subprocess.run([sys.executable, "-c", LOADED], check=True, capture_output=True, text=True, cwd=ROOT)
    return done.stderr.strip()


async def first_reply(folder: Path, *words: str) -> float:
    """Return how long it takes from the start of the program to the reply to somebody who has been waiting."""
    async with botapi.BotApiServer(TOKEN, limits=botapi.Limits.off()) as server:
        person = server.person(4711, "Anna", language_code="en")
        for word in words:
            await person.send(word)
        begun = time.perf_counter()
        process = start(OURS.command(server.url, 0), our_settings(server.url, folder, free_port(), webhook=False))
        try:
            await person.next_message(timeout=FIRST_REPLY_SECONDS)
            return time.perf_counter() - begun
        finally:
            await asyncio.to_thread(stop, process)


async def measure(rounds: int) -> None:
    """Print the times."""
    helps = [await asyncio.to_thread(help_seconds) for _ in range(rounds)]
    firsts, agains = [], []
    for _ in range(max(3, rounds // 2)):
        with tempfile.TemporaryDirectory() as folder:
            firsts.append(await first_reply(Path(folder), "/start"))
            # the server counts updates anew: the first has been taken already, and the reply is to the second
            agains.append(await first_reply(Path(folder), "/start", "/help"))
    table(
        ("", "seconds", "wanted"),
        [
            ("`projektbot --help`", Spread.of(helps).show(3), "under 0.3"),
            ("start to first reply, new database", Spread.of(firsts).show(2), "under 5"),
            ("start to first reply, old database", Spread.of(agains).show(2), "under 5"),
        ],
    )
    print(f"Of {', '.join(HEAVY)} the help loads: {await asyncio.to_thread(loaded_for_help) or 'none'}\n")
