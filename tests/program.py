"""Our program as operators see it: a process with settings, output and an exit code."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.ending import end

CHECKOUT = Path(__file__).parent.parent
PATIENCE = 30.0  # seconds; on an idle machine nothing here takes two


def environment(folder: Path, tree: Path = CHECKOUT, **settings: str) -> dict[str, str]:
    """Return an environment with these settings and no others; data lie in `folder`/var."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith("PROJEKTBOT_")}
    chosen = {"data_dir": str(folder / "var"), "web_listen": "127.0.0.1:0"} | settings
    return bare | {f"PROJEKTBOT_{name.upper()}": value for name, value in chosen.items()} | _from(tree)


def _from(tree: Path) -> dict[str, str]:
    return {"PYTHONPATH": str(tree / "src"), "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"}


def run(
    *arguments: str, folder: Path, tree: Path = CHECKOUT, typed: str = "", **settings: str
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; `tree` is where code, dialogs and catalogs come from."""
    return subprocess.run(
        (sys.executable, "-m", "projektbot", *arguments),
        cwd=folder,
        env=environment(folder, tree, **settings),
        input=typed,
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )


def copied(folder: Path) -> Path:
    """Return a copy of the program that a test may break."""
    for name in ("src", "dialogs", "locales"):
        shutil.copytree(CHECKOUT / name, folder / name)
    return folder


def spoil(tree: Path, name: str, right: str, wrong: str) -> str:
    """Replace the first `right` in a file of a copy; return "file:line" of where it stood."""
    file = tree / name
    before, found, after = file.read_text("utf-8").partition(right)
    assert found, f"{name} has no {right!r}"
    file.write_text(before + wrong + after, "utf-8")
    return f"{name}:{before.count(chr(10)) + 1}"


@dataclass(slots=True)
class Running:
    """A program that goes on: what it has said so far, and waiting for what it will say."""

    process: asyncio.subprocess.Process
    out: list[str] = field(default_factory=list)
    err: list[str] = field(default_factory=list)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def says(self, words: str, *, start: int = 0) -> str:
        """Return the first line from number `start` on with these words, on either output."""

        def found() -> str | None:
            return next((line for line in [*self.out[start:], *self.err] if words in line), None)

        try:
            async with asyncio.timeout(PATIENCE), self._changed:
                await self._changed.wait_for(found)
        except TimeoutError:
            raise AssertionError(f"{words!r} was not said in {self.out[start:]} {self.err}") from None
        return found() or ""

    async def tell(self, line: str) -> None:
        """Type a line."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n".encode())
        await self.process.stdin.drain()

    async def ends(self) -> int:
        """Return the exit code."""
        return await asyncio.wait_for(self.process.wait(), PATIENCE)

    async def listen(self) -> None:
        """Collect both outputs to their end."""
        streams = ((self.process.stdout, self.out), (self.process.stderr, self.err))
        await asyncio.gather(*[self._collect(stream, lines) for stream, lines in streams if stream])

    async def _collect(self, stream: asyncio.StreamReader, lines: list[str]) -> None:
        async for line in stream:
            lines.append(line.decode().rstrip("\n"))
            async with self._changed:
                self._changed.notify_all()


@asynccontextmanager
async def running(*command: str, environ: Mapping[str, str], cwd: Path) -> AsyncIterator[Running]:
    """Run `python -m` something until the block ends; everything it says is there afterwards."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", *command, env=environ, cwd=cwd, stdin=pipe, stdout=pipe, stderr=pipe
    )
    program = Running(process)
    listening = asyncio.create_task(program.listen())
    try:
        yield program
    finally:
        await end(process, PATIENCE)
        await listening
