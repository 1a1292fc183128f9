"""One process alone: each update has its turn at once, in the very transaction that notes it as taken."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import replace
from functools import partial
from typing import Any

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from projektbot.errors import Bug, cause_of, where_from
from projektbot.instants import micros
from projektbot.messages import Inbound, Letter
from projektbot.store.database import is_trouble
from projektbot.turns import rows
from projektbot.turns.aside import TRIES, Aside
from projektbot.turns.files import Files, awaits_file
from projektbot.turns.lines import Lines
from projektbot.turns.patience import Patience
from projektbot.turns.standing import Behind, Chat, Standing
from projektbot.turns.transactions import Item, Transactions
from projektbot.turns.unsettled import Unsettled

log = structlog.get_logger()


class Direct:
    """Carries updates straight through. What must wait, for a file or behind a failure, lines up in its chat."""

    def __init__(
        self,
        patience: Patience,
        transactions: Transactions,
        aside: Aside,
        files: Files,
        hand_over: Callable[[Iterable[Letter]], None],
    ) -> None:
        self._patience = patience
        self._transactions = transactions
        self._aside = aside
        self._hand_over = hand_over
        self._standing = Standing()
        self._doors: dict[Chat, asyncio.Lock] = {}  # of chats in which updates stand
        now = transactions.world.now
        self._lines = Lines(patience.store, files, lambda: micros(now()), self._carry_held)

    def admit(self, inbound: Inbound) -> Coroutine[Any, Any, None]:
        """Carry an update until it is committed; in order within its chat from this call on."""
        if awaits_file(inbound) or (self._lines and _chat(inbound) in self._lines):
            return self._wait(inbound, self._lines.join(inbound))  # before the commit, so that nothing overtakes it
        return self._carry(Item(inbound))

    async def restore(self, channel: str) -> None:
        """Go on with what was waiting on a channel when the program ended."""
        for inbound in await self._patience.store.read(partial(rows.waiting, channel=channel)):
            self._lines.join(inbound).set_result(True)

    async def settle(self) -> None:
        """Return when no chat waits for a file any more."""
        await self._lines.settle()

    # ---- one update ------------------------------------------------------------------------------------------------

    async def _wait(self, inbound: Inbound, new: asyncio.Future[bool]) -> None:
        try:
            new.set_result(await self._patience.do(self._transactions.hold, inbound))
        finally:
            new.cancel()  # unless set: our caller is gone before the commit, and the line goes on without it

    async def _carry(self, item: Item) -> None:
        try:
            letter = await self._patience.store.do(self._handle, item, self._stop)
        except (Bug, SQLAlchemyError) as error:
            await self._stand(item, cause_of(error))
        else:
            self._hand_over([letter] if letter else [])

    async def _carry_held(self, inbound: Inbound) -> None:
        await self._carry(Item(inbound, held=True))

    async def _stand(self, item: Item, failure: Exception) -> None:
        """Go on with an update that failed, or that came after one; in order, since failures arrive in order."""
        chat = _chat(item.inbound)
        door = self._doors.setdefault(chat, asyncio.Lock())
        try:
            async with door:
                await self._insist(replace(item, first=True), failure)
        finally:
            if not self._standing.leave(chat):
                del self._doors[chat]

    async def _insist(self, item: Item, failure: Exception) -> None:
        """Try until it is committed; after three failures of ours tell the person and set it aside."""
        failures = 0
        while failures < TRIES:
            if isinstance(failure, Unsettled) or (not item.held and _chat(item.inbound) in self._lines):
                await self._wait(item.inbound, self._lines.join(item.inbound))
                return
            if not isinstance(failure, Behind) and not is_trouble(failure):
                failures += 1
                facts = {"error": type(failure).__name__, "where": where_from(failure)}
                log.warning("turn_failed", channel=item.inbound.channel, attempt=failures, **facts)
            if failures < TRIES:
                try:
                    letter = await self._patience.do(self._handle, item)
                except (Bug, SQLAlchemyError) as error:  # our fault, whatever it is: it costs this turn alone
                    failure = cause_of(error)
                else:
                    self._hand_over([letter] if letter else [])
                    return
        await self._aside.put(item.inbound, failure)

    # ---- in the writer's thread ------------------------------------------------------------------------------------

    def _stop(self, item: Item) -> None:
        self._standing.stop(_chat(item.inbound))

    def _handle(self, db: Connection, items: list[Item]) -> list[Letter | None]:
        if self._standing and any(not item.first and _chat(item.inbound) in self._standing for item in items):
            raise Behind
        return self._transactions.handle(db, items)


def _chat(inbound: Inbound) -> Chat:
    return inbound.channel, inbound.chat
