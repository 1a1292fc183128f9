"""Whoever starts the bot and, whenever it dies, starts it again: as systemd does on a city's server."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self, TypeAlias

PATIENCE = 60.0  # seconds; a start takes 0.2 on an idle machine
PROGRAM = (sys.executable, "-m", "tests.crash.program")
ROOT = Path(__file__).parents[2]
BY_CHANCE = "at any time"

Trap: TypeAlias = tuple[str, int]
Died: TypeAlias = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Start:
    """Tells the program how to live its next life."""

    ahead: float
    trap: Trap | None
    command: str

    def line(self) -> str:
        """Write it as the program reads it."""
        return "start " + json.dumps({"ahead": self.ahead, "trap": self.trap, "command": self.command})


class Keeper:
    """Keeps one bot alive in one folder; `died` is awaited between a death and the next start.

    Use it as `async with`. `deaths` lists what the bot died of; `ahead` is how far its clock is ahead, from its next
    start on.
    """

    def __init__(self, folder: Path, died: Died, *, command: str = "run", **settings: str) -> None:
        self.folder = folder
        self._command = command
        self.deaths: list[str] = []
        self.frozen = 0
        self.ahead = 0.0
        self.url = ""
        self._died = died
        self._settings = {f"PROJEKTBOT_{name.upper()}": value for name, value in settings.items()}
        self._traps: deque[Trap] = deque()
        self._pid = 0
        self._struck = ""
        self._said: deque[str] = deque()
        self._changed = asyncio.Condition()
        self._lives = 0
        self._announced = 0
        self._fault: Exception | None = None
        self._log: IO[bytes] | None = None
        self._process: Process | None = None
        self._reading: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._log = (self.folder / "log").open("ab")
        self._process = await asyncio.create_subprocess_exec(
            *PROGRAM, stdin=PIPE, stdout=PIPE, stderr=self._log, cwd=ROOT, env=self._environment()
        )
        self._reading = asyncio.create_task(self._read(self._process))
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._reading is not None
        assert self._log is not None
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)
        self._process.stdin.close()
        await self._process.wait()
        self._log.close()

    # ---- what tests ask --------------------------------------------------------------------------------------------

    async def start(self, *traps: Trap) -> None:
        """Start the bot, with a trap for its first life, another for its second …; return when it is up for good."""
        self._traps.extend(traps)
        self._begin()
        await self.up()

    async def trap(self, *traps: Trap) -> None:
        """Lay a trap for the bot as it runs, then others for the lives that follow; return when the first is laid."""
        self._traps.extend(traps)
        said = self._lives
        self._write("trap {} {}".format(*self._traps[0]))
        await self._until(lambda: "#trapped" in self._said or self._lives > said)

    async def up(self) -> None:
        """Return when the bot runs, and is no longer to die while it starts."""
        await self._until(lambda: self._announced == self._lives and self._pid > 0)

    async def settled(self) -> None:
        """Return when the bot has done all that is due, whatever befalls it meanwhile."""
        while True:
            await self.up()
            life = self._lives
            self._said.clear()
            self._write("settle")
            await self._until(lambda: "#settled" in self._said or life != self._lives or not self._pid)  # noqa: B023
            if "#settled" in self._said:
                return

    async def sprung(self) -> None:
        """Return when the bot has walked into all traps: some are on its way only when nobody says anything."""
        await self._until(lambda: not self._traps)

    def must_be_free_of_traps(self) -> None:
        """Raise AssertionError if the bot has not walked into all of them."""
        left = list(self._traps)
        self._traps.clear()
        assert not left, f"never struck: {left}"

    def forget_traps(self) -> None:
        """Let the traps that have not struck yet be no traps for the lives that follow."""
        self._traps.clear()

    async def died(self) -> None:
        """Return when the life that is lived now has ended."""
        life = self._lives
        await self._until(lambda: life != self._lives or not self._pid, within=float("inf"))

    def kill(self, *traps: Trap) -> None:
        """Kill the bot now, if it runs, with traps for the lives that follow."""
        self._traps.extend(traps)
        if self._pid:
            with suppress(ProcessLookupError):  # it has just died of a trap, and we are about to read so
                os.kill(self._pid, signal.SIGKILL)
                self._struck = self._struck or BY_CHANCE

    async def freeze(self, seconds: float) -> None:
        """Stop the bot in the middle of whatever it does, and let it go on after a while."""
        if pid := self._pid:
            try:
                os.kill(pid, signal.SIGSTOP)
            except ProcessLookupError:  # as in `kill`
                return
            self.frozen += 1
            try:
                await asyncio.sleep(seconds)
            finally:  # also when the murders are over: nobody could bury a process that is frozen for ever
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    async def run(self, *words: str) -> str:
        """Run a command of operators beside the bot; return what it prints."""
        program = (sys.executable, "-m", "projektbot", *words)
        process = await asyncio.create_subprocess_exec(*program, stdout=PIPE, cwd=ROOT, env=self._environment())
        printed, _ = await process.communicate()
        assert process.returncode == 0, f"{words} ended with {process.returncode}"
        return printed.decode()

    # ---- inside ----------------------------------------------------------------------------------------------------

    def _environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PROJEKTBOT_")}
        place = {"PROJEKTBOT_DATA_DIR": str(self.folder), "PROJEKTBOT_WEB_LISTEN": "127.0.0.1:0"}
        pace = {"PROJEKTBOT_PERSON_AT_ONCE": "0"}  # residents here are quicker than people
        return inherited | place | pace | self._settings

    def _begin(self) -> None:
        self._said.clear()
        self._lives += 1
        self._write(Start(self.ahead, self._traps[0] if self._traps else None, self._command).line())

    def _write(self, line: str) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n".encode())

    async def _read(self, process: Process) -> None:
        assert process.stdout is not None
        try:
            while line := await process.stdout.readline():
                async with self._changed:
                    await self._note(line.decode(errors="replace"))
                    self._changed.notify_all()
            fault: Exception = EOFError(f"the program ended; its log:\n{self._end_of_log()}")
        except Exception as error:  # noqa: BLE001 - whatever it is, those who wait for the bot must hear of it
            fault = error
        async with self._changed:
            self._fault = fault
            self._changed.notify_all()

    async def _note(self, line: str) -> None:
        match line.split():
            case ["#started", pid]:
                self._pid = int(pid)
            case ["#struck", point]:
                self._struck = point
                if self._traps:
                    self._traps.popleft()
            case ["#ended", status]:
                await self._bury(status)
            case [str(url), "the", "web", "chat"]:
                self.url, self._announced = url.removesuffix("/chat"), self._lives
            case ["A", "worker", "has", "begun.", *_]:
                self._announced = self._lives
            case [str(word), *_]:
                self._said.append(word)

    async def _bury(self, status: str) -> None:
        self._pid = 0
        if not self._struck:
            raise ChildProcessError(f"the bot ended by itself with {status}; its log:\n{self._end_of_log()}")
        self.deaths.append(self._struck)
        self._struck = ""
        await self._died()
        self._begin()

    def _end_of_log(self) -> str:
        return (self.folder / "log").read_text("utf-8", errors="replace")[-3000:]

    async def _until(self, true: Callable[[], bool], within: float = PATIENCE) -> None:
        async with asyncio.timeout(within), self._changed:
            while not true():
                if self._fault is not None:
                    raise self._fault
                await self._changed.wait()
