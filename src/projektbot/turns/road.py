"""The road: updates in, committed turns out, acknowledged only then."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import structlog
from sqlalchemy import Connection, select
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from projektbot.errors import Bug, cause_of, where_from
from projektbot.messages import (
    Channel,
    Inbound,
    Letter,
    dump_inbound,
    micros,
)
from projektbot.records import record
from projektbot.store.database import Store, is_trouble
from projektbot.store.media import MediaStore
from projektbot.store.tables import inbox, settings
from projektbot.store.upsert import upsert
from projektbot.turns import outages, rows
from projektbot.turns.batch import DRAFT, Batch, Unsettled, World
from projektbot.turns.kept import Kept
from projektbot.turns.lines import Lines, awaits_file
from projektbot.turns.outages import Hearing
from projektbot.turns.rendering import Renderer
from projektbot.turns.standing import Behind, Chat, Standing
from projektbot.turns.storable import as_json, storable

log = structlog.get_logger()

P = TypeVar("P")
R = TypeVar("R")

TRIES = 3  # an update that fails so often is set aside
STORE_PAUSE = 1.0  # seconds between tries while the disk is full or the database locked


@record
class _Item:
    """An update on the road; `held` if its inbox row exists already, `first` of those that stand in its chat."""

    inbound: Inbound
    held: bool = False
    first: bool = False

    def chat(self) -> Chat:
        """Return where it comes from."""
        return self.inbound.channel, self.inbound.chat


class Turns:
    """Takes updates of all channels. Implements messages.Road."""

    def __init__(
        self,
        store: Store,
        world: World,
        media: MediaStore,
        channels: Mapping[str, Channel],
        hand_over: Callable[[Iterable[Letter]], None],
    ) -> None:
        self.store = store
        self.world = world
        self.hand_over = hand_over
        self._renderer = Renderer(world.languages)
        self.hearing = Hearing(channels)
        self._kept = Kept()
        self._last_id = 0
        self._last_number = 0
        self._seq = 0
        self._troubled = asyncio.Lock()
        self._standing = Standing()
        self._doors: dict[Chat, asyncio.Lock] = {}  # of chats in which updates stand
        self._lines = Lines(store, media, channels, lambda: micros(world.now()), self._carry_held)

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
                await self._put_aside(channel, raw, error)
        if len(wanted) == 1:
            await self._admit(wanted[0])  # as webhooks bring them: spares a task
        else:
            await asyncio.gather(*map(self._admit, wanted))
        if news := self.hearing.news(channel, at):
            await self._store_patiently(outages.keep, news)
            self.hearing.kept(news)

    async def recall(self, name: str) -> str:
        """Return a kept value, or an empty string."""
        return await self.store.read(
            lambda db: db.scalar(select(settings.c.value).where(settings.c.name == name)) or ""
        )

    async def keep(self, name: str, value: str) -> None:
        """Store a value durably."""
        await self.store.write(lambda db: upsert(db, settings, {"name": name}, {"value": value}))

    async def wake(self, ids: Sequence[int]) -> None:
        """Carry out due rows: each in one transaction with what it leads to."""
        await asyncio.gather(*[self._carry_out(row_id) for row_id in ids])

    async def restore(self) -> None:
        """Go on where the program ended: with updates that were waiting, and with when each platform was heard."""
        await self.store.read(self.hearing.load)
        for inbound in await self.store.read(rows.waiting):
            self._lines.join(inbound).set_result(True)

    async def settle(self) -> None:
        """Return when no chat waits for a file any more."""
        await self._lines.settle()

    # ---- taking ----------------------------------------------------------------------------------------------------

    async def _put_aside(self, channel: str, raw: object, error: Exception) -> None:
        number, problem = self._number(), type(error).__name__
        log.error("update_unreadable", number=number, channel=channel, error=problem, where=where_from(error))
        await self._store_patiently(self._keep_aside, (channel, number, as_json(raw), problem))

    def _admit(self, inbound: Inbound) -> Coroutine[Any, Any, None]:
        if awaits_file(inbound) or (self._lines and (inbound.channel, inbound.chat) in self._lines):
            return self._wait(inbound, self._lines.join(inbound))  # before the commit, so that nothing overtakes it
        return self._carry(_Item(inbound))

    async def _wait(self, inbound: Inbound, new: asyncio.Future[bool]) -> None:
        try:
            new.set_result(await self._store_patiently(self._hold, inbound))
        finally:
            new.cancel()  # unless set: our caller is gone before the commit, and the line goes on without it

    async def _carry(self, item: _Item) -> None:
        """Carry one update until it is committed."""
        try:
            letter = await self.store.do(self._handle, item, self._stop)
        except (Bug, SQLAlchemyError) as error:
            await self._stand(item, cause_of(error))
        else:
            self.hand_over([letter] if letter else [])

    async def _carry_held(self, inbound: Inbound) -> None:
        await self._carry(_Item(inbound, held=True))

    async def _stand(self, item: _Item, failure: Exception) -> None:
        """Go on with an update that failed, or that came after one; in order, since failures arrive in order."""
        door = self._doors.setdefault(item.chat(), asyncio.Lock())
        try:
            async with door:
                await self._insist(replace(item, first=True), failure)
        finally:
            if not self._standing.leave(item.chat()):
                del self._doors[item.chat()]

    async def _insist(self, item: _Item, failure: Exception) -> None:
        """Try until it is committed; after three failures of ours tell the person and set it aside."""
        failures = 0
        while failures < TRIES:
            if isinstance(failure, Unsettled) or (not item.held and item.chat() in self._lines):
                await self._wait(item.inbound, self._lines.join(item.inbound))
                return
            if not isinstance(failure, Behind) and not is_trouble(failure):
                failures += 1
                facts = {"error": type(failure).__name__, "where": where_from(failure)}
                log.warning("turn_failed", channel=item.inbound.channel, attempt=failures, **facts)
            if failures < TRIES:
                try:
                    letter = await self._store_patiently(self._handle, item)
                except (Bug, SQLAlchemyError) as error:  # our fault, whatever it is: it costs this turn alone
                    failure = cause_of(error)
                else:
                    self.hand_over([letter] if letter else [])
                    return
        await self._give_up(item, failure)

    async def _give_up(self, item: _Item, failure: Exception) -> None:
        number = self._number()
        log.error("turn_set_aside", number=number, channel=item.inbound.channel, error=type(failure).__name__)
        letter = await self._store_patiently(self._set_aside, (item, number, failure))
        self.hand_over([letter] if letter else [])

    async def _carry_out(self, row_id: int) -> None:
        """Carry out a due row; one that fails is dropped, since it would fail again every second."""
        try:
            letters = await self._store_patiently(self._wake, row_id)
        except (Bug, SQLAlchemyError) as error:  # our fault, whatever it is: it costs this row alone
            failure = cause_of(error)
            log.error("due_dropped", number=self._number(), error=type(failure).__name__, where=where_from(failure))  # noqa: TRY400
            await self._store_patiently(_drop_due, row_id)
        else:
            self.hand_over(letters)

    async def _store_patiently(self, handler: Callable[[Connection, list[P]], Sequence[R]], payload: P) -> R:
        """Run a handler; while the store itself fails (disk full, locked) wait: nothing is acknowledged meanwhile."""
        if not self._troubled.locked():
            try:
                result: R = await self.store.do(handler, payload)
            except OperationalError as error:
                if not is_trouble(error):
                    raise
            else:
                return result
        async with self._troubled:  # taken in order: nothing overtakes what failed first
            while True:
                try:
                    result = await self.store.do(handler, payload)
                except OperationalError as error:
                    if not is_trouble(error):
                        raise
                    log.error("store_unavailable", error=str(error.orig))  # noqa: TRY400 - the cause is enough
                    await asyncio.sleep(STORE_PAUSE)
                else:
                    return result

    # ---- in the writer's thread ------------------------------------------------------------------------------------

    def _stop(self, item: _Item) -> None:
        self._standing.stop(item.chat())

    def _handle(self, db: Connection, items: list[_Item]) -> list[Letter | None]:
        if self._standing and any(not item.first and item.chat() in self._standing for item in items):
            raise Behind
        batch = self._batch(db)
        fresh = self._fresh(db, items, batch)
        batch.load([item.inbound for item, new in zip(items, fresh, strict=True) if new])
        letters = [
            batch.take(item.inbound, patient=not item.held) if new else None
            for item, new in zip(items, fresh, strict=True)
        ]
        batch.save()
        return letters

    def _batch(self, db: Connection) -> Batch:
        now = self.world.now()
        # asked anew, since another process may write into the same store; not below the time, since a restored backup
        # has forgotten ids that a homeserver still knows, and would take for messages it has already
        at = micros(now)
        self._last_id = max(rows.last_outbox_id(db), at)
        return Batch(db, self.world, self._renderer, self._kept, self._next_id, now, at)

    def _fresh(self, db: Connection, items: list[_Item], batch: Batch) -> list[bool]:
        """Note every update as taken; return which had not been before."""
        keys: dict[str, list[str]] = {}
        for item in items:
            if item.held:
                rows.close(db, item.inbound)
            else:
                keys.setdefault(item.inbound.channel, []).append(item.inbound.key)
        new = {channel: rows.remember(db, channel, wanted, batch.at) for channel, wanted in keys.items()}
        fresh: list[bool] = []
        for item in items:
            fresh.append(item.held or item.inbound.key in new[item.inbound.channel])
            if not item.held:
                new[item.inbound.channel].discard(item.inbound.key)  # it may be in this batch once more
        return fresh

    def _wake(self, db: Connection, ids: list[int]) -> list[list[Letter]]:
        taken = rows.take_due(db, ids)  # gone: carried out already, or no longer wanted
        letters: dict[int, list[Letter]] = {}
        drafts = {row_id: row for row_id, row in taken.items() if row.kind == DRAFT}
        batch = self._batch(db)
        batch.load_sessions([row.session_id for row in drafts.values()])
        for row_id, row in drafts.items():
            letter = batch.wake(row.session_id, row.subject)
            letters[row_id] = [letter] if letter else []
        batch.save()
        for row_id in taken.keys() - drafts.keys():  # afterwards: who has just been reminded is not asked again
            letters[row_id] = self._ask_again(db, taken[row_id].subject)
        return [letters.pop(row_id, []) for row_id in ids]  # an id may be among them twice

    def _ask_again(self, db: Connection, subject: str) -> list[Letter]:
        batch = self._batch(db)
        letters = outages.ask_again(batch, subject)
        batch.save()
        return letters

    def _hold(self, db: Connection, inbounds: list[Inbound]) -> list[bool]:
        """Store updates that must wait; return which are new."""
        results = []
        for inbound in inbounds:
            at = micros(self.world.now())
            self._seq = max(self._seq + 1, at)
            results.append(rows.hold(db, inbound, self._seq, at))
        return results

    def _set_aside(self, db: Connection, payloads: list[tuple[_Item, str, Exception]]) -> list[Letter | None]:
        letters = []
        for item, number, error in payloads:
            inbound = item.inbound
            values = {"at": micros(self.world.now()), "state": rows.ASIDE, "raw": dump_inbound(inbound)}
            values["error"] = f"{number} {type(error).__name__}"
            upsert(db, inbox, {"channel": inbound.channel, "key": inbound.key}, values)
            batch = self._batch(db)
            if damaged := batch.load_sound(inbound):
                self._keep_aside(db, [(inbound.channel, number, damaged, "damaged session")])
            letters.append(batch.apologise(inbound, number))
            batch.save()
        return letters

    def _keep_aside(self, db: Connection, payloads: list[tuple[str, str, bytes, str]]) -> list[None]:
        """Keep what could not be read, for `doctor` and for us."""
        for channel, number, data, problem in payloads:
            values = {"at": micros(self.world.now()), "state": rows.ASIDE, "raw": data, "error": f"{number} {problem}"}
            upsert(db, inbox, {"channel": channel, "key": f"unreadable:{number}"}, values)
        return [None] * len(payloads)

    def _next_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def _number(self) -> str:
        """Return a number for a failure: short enough to say on the telephone, and not the same twice in a row."""
        self._last_number = max(self._last_number + 1, micros(self.world.now()) // 1000)
        return f"E-{self._last_number % 100_000_000}"


def _drop_due(db: Connection, ids: list[int]) -> list[None]:
    rows.take_due(db, ids)
    return [None] * len(ids)
