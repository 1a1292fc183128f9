"""The road: updates in, committed turns out, acknowledged only then."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from projektbot.civic.groups import copies, early, relay
from projektbot.civic.groups.rules import PACE_SECONDS
from projektbot.errors import Bug, cause_of, where_from
from projektbot.instants import micros
from projektbot.messages import Channel, Inbound, Letter
from projektbot.store.database import Store
from projektbot.store.listening import Bell
from projektbot.store.media import MediaStore
from projektbot.store.tables import settings
from projektbot.store.trouble import may_pass
from projektbot.store.upsert import upsert
from projektbot.turns import outages
from projektbot.turns.aside import Aside
from projektbot.turns.batch import World
from projektbot.turns.direct import Direct
from projektbot.turns.files import Files
from projektbot.turns.outages import Hearing
from projektbot.turns.patience import Patience
from projektbot.turns.queue import Queue
from projektbot.turns.storable import storable
from projektbot.turns.transactions import Transactions, drop_due
from projektbot.turns.votes import addressed, keep_early

log = structlog.get_logger()

PASSED_ON_KEPT = timedelta(days=2)  # Bot API, deleteMessage: messages less than 48 hours old


class Carrier(Protocol):
    """How an update comes to its turn: `Direct`, where we are alone, or by the `Queue`, where others help."""

    def admit(self, inbound: Inbound) -> Awaitable[None]:
        """Take an update; it is committed when this returns, and keeps its place in its chat from the call on."""

    async def restore(self, channel: str) -> None:
        """Go on with what was waiting on a channel when its last process ended."""

    async def settle(self) -> None:
        """Return when nothing waits any more."""


class Turns:
    """Takes updates of all channels. Implements messages.Road."""

    def __init__(
        self,
        store: Store,
        world: World,
        media: MediaStore,
        channels: Mapping[str, Channel],
        hand_over: Callable[[Iterable[Letter]], None],
        bell: Bell | None = None,
    ) -> None:
        self.store = store
        self.world = world
        self.hand_over = hand_over
        self.hearing = Hearing(channels)
        self.transactions = Transactions(world)
        self._patience = Patience(store)
        self._media = media
        self._aside = Aside(self._patience, self.transactions, hand_over)
        files = Files(media, channels)
        self.carrier: Carrier = (
            Queue(self._patience, self.transactions, self._aside, files, hand_over, bell)
            if bell
            else Direct(self._patience, self.transactions, self._aside, files, hand_over)
        )

    # ---- messages.Road ---------------------------------------------------------------------------------------------

    async def take(self, channel: str, raws: Sequence[Any], read: Callable[[Any], Inbound | None]) -> None:
        """Carry raw updates along the road in order; return when every one is committed."""
        at = micros(self.world.now())
        wanted: list[Inbound] = []
        for raw in raws:
            try:
                inbound = read(raw)
                wanted += [storable(inbound)] if inbound else []
            except Exception as error:  # noqa: BLE001 - whatever a messenger sends, the rest goes on
                await self._aside.put_unreadable(channel, raw, error)
        if len(wanted) == 1 and wanted[0].chat:
            await self.carrier.admit(wanted[0])  # as webhooks bring them: spares a task
        else:
            wanted = await addressed(self.store, wanted)
            await asyncio.gather(*[self.carrier.admit(inbound) for inbound in wanted if inbound.chat])
            for vote in [inbound for inbound in wanted if not inbound.chat]:
                await self._patience.do(keep_early, (vote, at))
        if news := self.hearing.news(channel, at):
            await self._patience.do(outages.keep, news)
            self.hearing.kept(news)

    async def relays(self, channel: str, chats: Collection[str]) -> frozenset[str]:
        """Return in which of these groups plain messages are passed on."""
        return await self.store.read(partial(relay.relaying, channel=channel, chats=chats))

    async def recall(self, name: str) -> str:
        """Return a kept value, or an empty string."""
        return await self.store.read(
            lambda db: db.scalar(select(settings.c.value).where(settings.c.name == name)) or ""
        )

    async def keep(self, name: str, value: str) -> None:
        """Store a value durably."""
        await self.store.write(lambda db: upsert(db, settings, {"name": name}, {"value": value}))

    # ---- what the house asks ---------------------------------------------------------------------------------------

    async def wake(self, ids: Sequence[int]) -> None:
        """Carry out due rows: each in one transaction with what it leads to."""
        await asyncio.gather(*[self._carry_out(row_id) for row_id in ids])

    async def restore(self, channel: str) -> None:
        """Go on where a channel's last process ended: with what waited, and with when the platform was heard."""
        await self.store.read(partial(self.hearing.load, channel=channel))
        await self.carrier.restore(channel)

    async def forget_passed_on(self, now: datetime) -> None:
        """Forget what was passed on between chats so long ago that nobody can correct or delete it any more."""
        old, paces = now - PASSED_ON_KEPT, micros(now) // 1_000_000 // PACE_SECONDS
        await self.store.write(lambda db: copies.prune(db, micros(old), paces))
        await self.store.write(lambda db: early.prune(db, micros(old)))
        await asyncio.to_thread(self._media.passing.forget, old.timestamp())

    async def settle(self) -> None:
        """Return when no chat waits for a file any more."""
        await self.carrier.settle()

    async def _carry_out(self, row_id: int) -> None:
        """Carry out a due row; one that fails is dropped, since it would fail again every second.

        Not so one that met another transaction, again and again: it stays, and is carried out in a moment.
        """
        try:
            letters = await self._patience.do(self.transactions.wake, row_id)
        except (Bug, SQLAlchemyError) as error:  # our fault, whatever it is: it costs this row alone
            if may_pass(error):
                log.warning("due_again", error=type(error).__name__)
                return
            number, failure = self._aside.number(self.world.now()), cause_of(error)
            log.error("due_dropped", number=number, error=type(failure).__name__, where=where_from(failure))  # noqa: TRY400
            await self._patience.do(drop_due, row_id)
        else:
            self.hand_over(letters)
