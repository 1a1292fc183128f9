"""The bots that are measured, each in a process of its own."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

from bench.stub import TOKEN

ROOT: Final = Path(__file__).resolve().parents[1]
PEERS_PYTHON = ROOT / ".venv-bench" / "bin" / "python"
OPEN_SECONDS: Final = 30
STOP_SECONDS: Final = 10


@dataclass(frozen=True, slots=True)
class Contestant:
    """A bot by webhook: its name, and the module that is it; without one it is ours."""

    name: str
    module: str = ""

    def command(self, api: str, port: int) -> list[str]:
        """Return how to start it."""
        if not self.module:
            return [sys.executable, "-m", "projektbot", "run"]
        return [str(PEERS_PYTHON), "-m", self.module, api, TOKEN, str(port)]


OURS: Final = Contestant("projektbot")
FLOOR: Final = Contestant("aiohttp alone", "bench.peers.floor")
AIOGRAM: Final = Contestant("aiogram", "bench.peers.aiogram_bot")
PTB: Final = Contestant("python-telegram-bot", "bench.peers.ptb_bot")
CONTESTANTS: Final = (OURS, FLOOR, AIOGRAM, PTB)


def our_settings(api: str, folder: Path, port: int, *, webhook: bool = True) -> dict[str, str]:
    """Return the settings of our program, by webhook or by polling."""
    given = {
        "DATA_DIR": str(folder),
        "WEB_LISTEN": f"127.0.0.1:{port}",
        "TELEGRAM_TOKEN": TOKEN,
        "TELEGRAM_API_URL": api,
        "TELEGRAM_RATE": "100000",  # the peers hold nothing back; at 1,000 a second ours would wait, in batches of one
        "LOG_LEVEL": "warning",
        "PERSON_AT_ONCE": "0",  # our people never rest
    }
    if webhook:
        given |= {"TELEGRAM_WEBHOOK_URL": f"http://127.0.0.1:{port}/telegram/telegram"}
        given |= {"TELEGRAM_WEBHOOK_SECRET": "only-for-tests"}
    return {f"PROJEKTBOT_{name}": value for name, value in given.items()}


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True, slots=True)
class Running:
    """A bot's process."""

    process: psutil.Process

    def cpu(self) -> float:
        """Return the seconds of CPU it has used, its children's included."""
        family = [self.process, *self.process.children(recursive=True)]
        return float(sum(times.user + times.system for times in (one.cpu_times() for one in family)))

    def megabytes(self) -> float:
        """Return its resident memory."""
        return float(self.process.memory_info().rss) / 1e6


@asynccontextmanager
async def running(contestant: Contestant, api: str, folder: Path | None = None) -> AsyncIterator[Running]:
    """Run a bot on a server until the block ends; `folder` is where ours keeps its data."""
    port = free_port()
    with tempfile.TemporaryDirectory() as made:
        settings = our_settings(api, folder or Path(made), port)
        process = start(contestant.command(api, port), settings)
        try:
            await listening(port, process)
            yield Running(psutil.Process(process.pid))
        finally:
            await asyncio.to_thread(stop, process)


def start(command: list[str], settings: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start a program in the repository's folder."""
    return subprocess.Popen(command, cwd=ROOT, env={**os.environ, **settings}, stdout=subprocess.DEVNULL)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask a program to end, then make it."""
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(STOP_SECONDS)


async def listening(port: int, process: subprocess.Popen[bytes]) -> None:
    """Return when somebody answers at a port; raise RuntimeError if the program has ended, TimeoutError."""
    async with asyncio.timeout(OPEN_SECONDS):
        while True:
            if process.poll() is not None:
                raise RuntimeError(f"the bot has ended with {process.returncode}")
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                await writer.wait_closed()
                return
