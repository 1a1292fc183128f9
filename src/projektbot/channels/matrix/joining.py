"""Accepting invitations: every one, at once, and again until it works; none holds up another or the conversation."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import orjson
import structlog

from projektbot.channels.matrix.retrying import insist, pause
from projektbot.channels.matrix.server import Server, path
from projektbot.errors import Blocked, ChannelError, Rejected, Revoked
from projektbot.messages import Road

AT_ONCE: Final = 8  # joins in flight: each costs a homeserver some 50 ms, and one of a far room may take a minute
SECONDS: Final = 180.0  # for one join: a large room of another homeserver
ATTEMPTS: Final = 12  # about eight minutes

log = structlog.get_logger(__name__)


class Joining:
    """The rooms we have been asked into and are not in yet. Kept durably, since no later sync repeats an invitation."""

    def __init__(self, channel: str, server: Server, road: Road, on_refused: Callable[[str], Awaitable[None]]) -> None:
        self._server = server
        self._on_refused = on_refused
        self._road = road
        self._key = f"{channel}:joining"
        self._wanted: dict[str, str] = {}  # room id → a homeserver that knows the room
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def resume(self) -> None:
        """Go on with what was asked before a restart."""
        await self.accept(orjson.loads(await self._road.recall(self._key) or "{}"))

    async def note(self, rooms: Mapping[str, str]) -> None:
        """Keep rooms (id → a homeserver that knows it) that `resume` is to begin with."""
        self._wanted |= orjson.loads(await self._road.recall(self._key) or "{}") | dict(rooms)
        await self._keep()

    async def accept(self, rooms: Mapping[str, str]) -> None:
        """Begin to join rooms (id → a homeserver that knows it); returns as soon as they are kept."""
        fresh = {room: via for room, via in rooms.items() if room not in self._tasks}
        if not fresh:
            return
        self._wanted |= fresh
        await self._keep()
        self._tasks |= {room: asyncio.create_task(self._join_until_in(room, via)) for room, via in fresh.items()}

    async def stop(self) -> None:
        """Let go of what is in flight; it stays kept for the next start."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _join_until_in(self, room: str, via: str) -> None:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                wait = await self._join(room, via)
            except Revoked:
                return  # receiving has been told as well; the room stays kept for when we are let in again
            if wait is None:
                break
            await asyncio.sleep(max(wait, pause(attempt)))
        else:
            log.warning("matrix_join_given_up", attempts=ATTEMPTS)
        await self._forget(room)

    async def _join(self, room: str, via: str) -> float | None:
        """Try once; return None if there is nothing more to do, else the seconds that the server asks us to wait."""
        try:
            async with self._slots:
                await self._server.call("POST", path("join", room, **_servers(via)), {}, seconds=SECONDS)
        except (Blocked, Rejected) as refused:
            # The invitation was taken back, or a room that replaces ours is closed: we may be invited to it later.
            log.info("matrix_join_refused", reason=refused.reason)
            await insist(lambda: self._on_refused(room), "refused")
            return None
        except Revoked:
            raise
        except ChannelError as error:
            log.warning("matrix_join_failed", reason=error.reason)
            return error.retry_after
        return None

    async def _forget(self, room: str) -> None:
        del self._wanted[room], self._tasks[room]
        await insist(self._keep, "joining")

    async def _keep(self) -> None:
        await self._road.keep(self._key, orjson.dumps(self._wanted).decode())


def _servers(via: str) -> dict[str, str]:
    return {"via": via, "server_name": via} if via else {}  # the second is what servers before Matrix 1.12 know
