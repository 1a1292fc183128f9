"""Someone with a client on matrix-js-sdk, which lets only cross-signed devices read: as Element does when told to."""

from __future__ import annotations

import asyncio
import json
import shutil
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeAlias

from tests.ending import end

Json: TypeAlias = dict[str, Any]

SOURCE = Path(__file__).parent / "jsclient"
NO_NODE = "NO NODE: no client built on another library than ours is tested (apt install nodejs npm; Node 20 or later)"
NOT_INSTALLED = "NO JS-SDK: npm could not install matrix-js-sdk; no client built on another library is tested"
WAIT_SECONDS = 60.0


def has_node() -> bool:
    """Say whether Node and npm are here."""
    return shutil.which("node") is not None and shutil.which("npm") is not None


async def install(folder: Path) -> bool:
    """Install the client into a folder, by the hashes of its lock file; False if npm cannot."""
    await asyncio.to_thread(shutil.copytree, SOURCE, folder)
    npm = await asyncio.create_subprocess_exec("npm", "ci", "--no-audit", "--no-fund", cwd=folder, stdout=PIPE)
    await npm.communicate()
    return npm.returncode == 0


class JsPerson:
    """One account at one client."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._seen: list[Json] = []

    async def open_chat(self, other: str) -> str:
        """Open an encrypted direct chat; return the room's id."""
        return str(await self._do("open", other=other))

    async def say(self, room: str, body: str) -> str:
        """Say something; return the event's id."""
        return str(await self._do("say", room=room, body=body))

    async def vouched_for(self, user: str) -> list[bool]:
        """Return for each device of somebody whether their account vouches for it."""
        return [bool(vouched) for vouched in await self._do("signed", user=user)]

    async def wait_for(self, predicate: Callable[[Json], bool]) -> Json:
        """Return the first message that fits, seen already or still to come."""
        async with asyncio.timeout(WAIT_SECONDS):
            while (found := next(filter(predicate, self._seen), None)) is None:
                await self._read()
        return found

    async def until_ready(self) -> None:
        async with asyncio.timeout(WAIT_SECONDS):
            while "ready" not in await self._read():
                pass

    async def _do(self, command: str, **args: str) -> Any:  # noqa: ANN401 - whatever the command answers
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"command": command, **args}).encode() + b"\n")
        await self._process.stdin.drain()
        async with asyncio.timeout(WAIT_SECONDS):
            while not ({"done", "failed"} & (answer := await self._read()).keys()):
                pass
        assert "done" in answer, answer
        return answer["done"]

    async def _read(self) -> Json:
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError("the client has ended")
        told: Json = json.loads(line)
        if "seen" in told:
            self._seen.append(told["seen"])
        return told


@asynccontextmanager
async def at_js_client(
    folder: Path, url: str, *, user: str, device: str, token: str, password: str
) -> AsyncIterator[JsPerson]:
    """Let someone sit at a client until the block ends."""
    process = await asyncio.create_subprocess_exec(
        "node", "client.js", url, user, device, token, password, cwd=folder, stdin=PIPE, stdout=PIPE, limit=1 << 20
    )
    try:
        person = JsPerson(process)
        await person.until_ready()
        yield person
    finally:
        await end(process, 5.0)
