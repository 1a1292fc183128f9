"""Somebody who reads the log and waits for a line."""

from __future__ import annotations

import asyncio
from typing import Any, NoReturn

import structlog
from structlog.typing import EventDict, WrappedLogger

WAIT = 30.0  # seconds until a test that hangs has failed


class Log:
    """All lines of this process's log from now on; `says` waits for one."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.lines: list[EventDict] = []
        self._loop = loop
        self._changed = asyncio.Event()
        structlog.configure(processors=[self._take])

    async def says(self, event: str) -> dict[str, Any]:
        """Return the first line of this name, once it is written."""
        async with asyncio.timeout(WAIT):
            while not (found := [line for line in self.lines if line["event"] == event]):
                self._changed.clear()
                await self._changed.wait()
        return dict(found[0])

    def names(self) -> set[str]:
        """Return what has been logged so far."""
        return {line["event"] for line in self.lines}

    def _take(self, _logger: WrappedLogger, _name: str, event: EventDict) -> NoReturn:
        self.lines.append(event)
        self._loop.call_soon_threadsafe(self._changed.set)
        raise structlog.DropEvent
