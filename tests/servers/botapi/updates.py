"""The queue of updates of one bot, with the confirmation rules of getUpdates."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Any

import orjson

from tests.servers.botapi.clock import Clock
from tests.servers.botapi.errors import OTHER_POLLER, bad_request, conflict

DAY = 86400.0
TAP_LIFE = 150.0  # a callback_query waits no longer (tdlib/telegram-bot-api, add_update_callback_query)
OFF_BY_DEFAULT = frozenset(("chat_member", "message_reaction", "message_reaction_count"))
CONFLICT_PAUSE = 3.0  # a second conflict within this time is answered after it, so that two pollers do not race
MAX_TIMEOUT = 50
MAX_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Update:
    """One update as it will be sent; `lane` keeps the order in webhook delivery (one lane for each chat)."""

    id: int
    kind: str
    body: bytes
    lane: int
    expires_at: float


class UpdateQueue:
    """Updates wait here until a higher offset, or a webhook, has confirmed them."""

    def __init__(self, clock: Clock, known: frozenset[str], first_id: int) -> None:
        self.clock = clock
        self.known = known
        self.standard = known - OFF_BY_DEFAULT
        self.allowed = self.standard
        self.pending: OrderedDict[int, Update] = OrderedDict()
        self.next_id = first_id
        self.on_update: Callable[[Update], None] | None = None
        self.polled = asyncio.Event()  # set while a getUpdates waits for something to come
        self._poll: asyncio.Future[bool] | None = None
        self._last_conflict = float("-inf")

    def allow(self, names: list[str] | None) -> None:
        """Remember which kinds the bot wants; None leaves it as it was, an empty list is the default."""
        if names is None:
            return
        unknown = [name for name in names if name not in self.known]
        if unknown:
            # the real server ignores a misspelt kind, and the bot then waits for ever
            raise bad_request(f'parameter "allowed_updates" has the unknown update type "{unknown[0]}"')
        self.allowed = frozenset(names) if names else self.standard

    def add(self, kind: str, content: dict[str, Any], lane: int) -> int | None:
        """Queue an update of an allowed kind and return its id; others are dropped for good, as on the real server."""
        if kind not in self.allowed:
            return None
        update_id = self.next_id
        self.next_id += 1
        life = TAP_LIFE if kind == "callback_query" else DAY
        body = orjson.dumps({"update_id": update_id, kind: content})
        update = Update(update_id, kind, body, lane, self.clock() + life)
        self.pending[update_id] = update
        if self.on_update is not None:
            self.on_update(update)
        self.wake(found=True)
        return update_id

    def expire(self) -> None:
        """Forget what has waited too long."""
        now = self.clock()
        for update_id in [u.id for u in self.pending.values() if u.expires_at <= now]:
            del self.pending[update_id]

    def confirm(self, offset: int) -> None:
        """Forget all updates below `offset`; a negative one keeps only that many of the newest."""
        if offset < 0:
            for _ in range(len(self.pending) + offset):
                self.pending.popitem(last=False)
            return
        while self.pending and next(iter(self.pending)) < offset:
            self.pending.popitem(last=False)

    def batch(self, offset: int, limit: int) -> list[Update]:
        """Return the oldest unconfirmed updates from `offset` on."""
        waiting = (u for u in self.pending.values() if u.id >= offset)
        return list(islice(waiting, limit))

    async def poll(self, offset: int, limit: int, timeout: float) -> list[Update]:
        """Do what getUpdates does: confirm, then answer or wait up to `timeout` seconds; 409 for the older of two."""
        self.end_poll(OTHER_POLLER)
        self.expire()
        self.confirm(offset)
        limit = min(max(limit, 1), MAX_LIMIT)
        found = self.batch(offset, limit)
        if found or timeout <= 0:
            return found
        await self._wait(min(timeout, MAX_TIMEOUT))
        return self.batch(offset, limit)

    async def _wait(self, timeout: float) -> None:
        loop = asyncio.get_running_loop()
        poll: asyncio.Future[bool] = loop.create_future()
        self._poll = poll
        self.polled.set()
        handle = loop.call_later(timeout, _settle, poll)
        try:
            await poll
        finally:
            handle.cancel()
            if self._poll in (poll, None):
                self._poll = None
                self.polled.clear()

    def end_poll(self, why: str) -> None:
        """Fail a waiting getUpdates with 409; at once the first time, after a pause when it happens again."""
        poll, self._poll = self._poll, None
        if poll is None or poll.done():
            return
        loop = asyncio.get_running_loop()
        if loop.time() < self._last_conflict + CONFLICT_PAUSE:
            loop.call_later(CONFLICT_PAUSE, _fail, poll, why)
            return
        self._last_conflict = loop.time()
        _fail(poll, why)

    def wake(self, *, found: bool) -> None:
        """Let a waiting getUpdates answer now."""
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(found)


def _settle(poll: asyncio.Future[bool]) -> None:
    if not poll.done():
        poll.set_result(False)


def _fail(poll: asyncio.Future[bool], why: str) -> None:
    if not poll.done():
        poll.set_exception(conflict(why))
