"""Chats that wait for a file, or for the id of a letter of ours: what comes meanwhile lines up behind it, in order."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from functools import partial
from typing import Any

from sqlalchemy import Connection

from projektbot.civic.groups import copies
from projektbot.messages import Command, Edited, Gone, Inbound, Pick, Upload, Vote, Words
from projektbot.records import record
from projektbot.store.database import Store
from projektbot.turns import rows
from projektbot.turns.files import Files
from projektbot.turns.standing import Chat

LOOKS, LOOK_PAUSE = 100, 0.1  # seconds between looks whether a letter has arrived


@record
class _Waiting:
    """An update in line; `new` resolves once its inbox row is committed."""

    inbound: Inbound
    new: asyncio.Future[bool]


class Lines:
    """The lines of one process.

    `carry` takes an update from the head of its line along the road; `now` is the time in microseconds since 1970 UTC.
    """

    def __init__(
        self, store: Store, files: Files, now: Callable[[], int], carry: Callable[[Inbound], Awaitable[None]]
    ) -> None:
        self._store = store
        self._files = files
        self._now = now
        self._carry = carry
        self._lines: dict[Chat, deque[_Waiting]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def __contains__(self, chat: Chat) -> bool:
        return chat in self._lines

    def __bool__(self) -> bool:
        return bool(self._lines)

    def join(self, inbound: Inbound) -> asyncio.Future[bool]:
        """Queue an update behind what its chat waits for; the future takes whether it is new."""
        chat = (inbound.channel, inbound.chat)
        waiting = _Waiting(inbound, asyncio.get_running_loop().create_future())
        if chat in self._lines:
            self._lines[chat].append(waiting)
        else:
            self._lines[chat] = deque([waiting])
            self._start(self._work_off(chat))
        return waiting.new

    async def settle(self) -> None:
        """Return when no chat waits any more."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _work_off(self, chat: Chat) -> None:
        line = self._lines[chat]
        while line:
            if await _is_new(line[0]):
                await self._carry(await self._ready(line[0].inbound))
            line.popleft()
        del self._lines[chat]

    async def _ready(self, inbound: Inbound) -> Inbound:
        match inbound.event:
            case Upload(file=None) as upload:
                whole = replace(inbound, event=await self._files.fetched(inbound, upload))
                if upload.to:
                    await self._until_told((inbound.channel, inbound.chat))
                return whole
            case Pick() | Words() | Edited() | Gone() | Vote():
                await self._until_told((inbound.channel, inbound.chat))
            case Command() if not inbound.private:
                await self._until_told((inbound.channel, inbound.chat))
        return inbound

    async def _until_told(self, chat: Chat) -> None:
        """Return when our letters to a chat have arrived, so that their ids are known; a moment later in any case."""
        for _ in range(LOOKS):
            self._store.depart()
            if not await self._store.read(partial(_is_being_told, chat=chat, at=self._now())):
                return
            await asyncio.sleep(LOOK_PAUSE)  # the sender may be another process, which tells the store alone


def _is_being_told(db: Connection, chat: Chat, at: int) -> bool:
    channel, name = chat
    here = [found.address_id for found in rows.by_chat(db, channel, [name])]
    there = [partner for address_id in here for partner in copies.partners_of(db, address_id)]
    return any(rows.is_being_told(db, address_id, at) for address_id in (*here, *there))


async def _is_new(waiting: _Waiting) -> bool:
    await asyncio.wait([waiting.new])
    return not waiting.new.cancelled() and waiting.new.result()
