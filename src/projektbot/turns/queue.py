"""Several processes on one store: an update is committed into the queue, and whoever is free gives it its turn.

Law: a conversation is in one pair of hands at a time, and its updates have their turns in their order. The hands are a
transaction that has locked the session: if the process dies or freezes, the database ends it and lets go.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import replace
from functools import partial
from typing import Any, Final, NoReturn

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from projektbot.errors import Bug, cause_of, where_from
from projektbot.instants import micros
from projektbot.messages import Inbound, Letter, Migrated, Upload
from projektbot.records import record
from projektbot.store.database import MAX_BATCH
from projektbot.store.listening import QUEUE, Bell, notify
from projektbot.turns import queued, rows
from projektbot.turns.aside import TRIES, Aside
from projektbot.turns.files import Files, awaits_file
from projektbot.turns.patience import Patience
from projektbot.turns.queued import Queued
from projektbot.turns.transactions import Transactions
from projektbot.turns.unsettled import Unsettled

log = structlog.get_logger()

SECOND: Final = 1_000_000  # microseconds
LOOK_SECONDS: Final = 0.5  # how often we look without being woken
UNTOLD_PAUSE: Final = SECOND // 10  # between looks whether the id of a letter has become known
UNTOLD_PATIENCE: Final = 10 * SECOND
FETCH_PATIENCE: Final = 600 * SECOND  # after that whoever was to fetch a file is gone, and nobody else has taken over


@record
class Drained:
    """What a transaction took out of the queue, and the answers; `again` if something is to be looked at soon."""

    taken: int
    letters: list[Letter]
    again: bool


NOTHING: Final = Drained(0, [], again=False)


class Queue:
    """The queue as one process sees it: `admit` puts in, `work` takes out."""

    def __init__(
        self,
        patience: Patience,
        transactions: Transactions,
        aside: Aside,
        files: Files,
        hand_over: Callable[[Iterable[Letter]], None],
        bell: Bell,
    ) -> None:
        self._patience = patience
        self._transactions = transactions
        self._aside = aside
        self._files = files
        self._hand_over = hand_over
        self._bell = bell
        self._tasks: set[asyncio.Task[None]] = set()

    async def admit(self, inbound: Inbound) -> None:
        """Put an update into the queue; it is committed when this returns."""
        queued_id = await self._patience.do(self._put, inbound)
        if queued_id:
            self._start(self._fetch(queued_id, inbound))
        self._bell.ring(QUEUE)

    async def restore(self, channel: str) -> None:
        """Fetch the files of a channel that are waited for: whoever was to fetch them is gone."""
        for waiting in await self._patience.store.read(partial(queued.not_ready, channel=channel, at=self._now())):
            if awaits_file(waiting.inbound):
                self._start(self._fetch(waiting.id, waiting.inbound))

    async def work(self) -> NoReturn:
        """Give turns until cancelled; while the store is away, wait for it."""
        while True:
            try:
                drained = await self.drained()
            except SQLAlchemyError as error:
                log.error("queue_not_read", error=type(error).__name__)  # noqa: TRY400 - the cause is enough
                drained = NOTHING
            if not drained.taken:
                await self._bell.wait(QUEUE, UNTOLD_PAUSE / SECOND if drained.again else LOOK_SECONDS)

    async def settle(self) -> None:
        """Return when nothing is in the queue that this process could give its turn."""
        while self._tasks or (drained := await self.drained()).taken or drained.again:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    # ---- files -----------------------------------------------------------------------------------------------------

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _fetch(self, queued_id: int, inbound: Inbound) -> None:
        upload = inbound.event
        assert isinstance(upload, Upload)  # noqa: S101 - asked by the callers
        whole = replace(inbound, event=await self._files.fetched(inbound, upload))
        await self._patience.do(_make_ready, (queued_id, whole))
        self._bell.ring(QUEUE)

    # ---- turns -----------------------------------------------------------------------------------------------------

    async def drained(self) -> Drained:
        """Give some of those that are ready their turns, and hand over the answers."""
        try:
            drained = await self._patience.do(self._drain, MAX_BATCH)
        except (Bug, SQLAlchemyError):  # one of them fails
            drained = await self._one_by_one()
        self._hand_over(drained.letters)
        return drained

    async def _one_by_one(self) -> Drained:
        """Give each a transaction of its own, so that what fails costs only itself."""
        at = self._now()
        ready = await self._patience.store.read(partial(queued.next_ready, at=at, most=MAX_BATCH))
        letters = [letter for one in ready for letter in await self._insist(one)]
        return Drained(len(ready), letters, again=False)

    async def _insist(self, one: Queued) -> list[Letter]:
        """Try three times, then set it aside."""
        failure: Exception = LookupError()
        for attempt in range(1, TRIES + 1):
            try:
                return (await self._patience.do(self._take_one, one.id)).letters
            except (Bug, SQLAlchemyError) as error:  # our fault, whatever it is: it costs this turn alone
                failure = cause_of(error)
            facts = {"error": type(failure).__name__, "where": where_from(failure)}
            log.warning("turn_failed", channel=one.inbound.channel, attempt=attempt, **facts)
        await self._aside.put(one.inbound, failure, queued_id=one.id)
        return []

    def _now(self) -> int:
        return micros(self._transactions.world.now())

    # ---- in the writer's thread ------------------------------------------------------------------------------------

    def _put(self, db: Connection, inbounds: list[Inbound]) -> list[int]:
        """Put updates into the queue, each once however often it comes; return the ids there of those with files."""
        at = self._now()
        fresh = [inbound for inbound, new in zip(inbounds, rows.fresh(db, inbounds, at), strict=True) if new]
        # At once: what comes from the new chat, perhaps among these, must not begin another conversation.
        for inbound in fresh:
            if isinstance(inbound.event, Migrated):
                queued.follow(db, inbound)
        put = self._put_rest(db, [inbound for inbound in fresh if not isinstance(inbound.event, Migrated)], at)
        return [put.pop(id(inbound), 0) for inbound in inbounds]

    def _put_rest(self, db: Connection, inbounds: list[Inbound], at: int) -> dict[int, int]:
        if not inbounds:
            return {}
        ids = queued.addresses_of(db, inbounds, at)
        waiting: dict[int, int] = {}
        ready: list[tuple[Inbound, int]] = []
        for inbound in inbounds:
            address_id = ids[inbound.channel, inbound.chat]
            if awaits_file(inbound):
                queued.put(db, ready, at)  # first, since the order of ids is theirs
                ready = []
                waiting[id(inbound)] = queued.put_waiting(db, inbound, address_id, at, at + FETCH_PATIENCE)
            else:
                ready.append((inbound, address_id))
        queued.put(db, ready, at)
        notify(db, QUEUE)
        return waiting

    def _drain(self, db: Connection, most: list[int]) -> list[Drained]:
        at = self._now()
        locked = queued.lock_ready(db, at, most[0])
        drained = self._take(db, queued.of_sessions(db, locked, at, most[0]))
        return [drained, *[NOTHING] * (len(most) - 1)]

    def _take_one(self, db: Connection, ids: list[int]) -> list[Drained]:
        at = self._now()
        found = [queued.lock_one(db, queued_id, at) for queued_id in ids]
        return [self._take(db, [one] if one else []) for one in found]

    def _take(self, db: Connection, waiting: list[Queued]) -> Drained:
        """Give updates of locked sessions their turns."""
        if not waiting:
            return NOTHING
        batch = self._transactions.batch(db)
        batch.load([one.inbound for one in waiting])
        letters, taken, untold = [], [], set[int]()
        for one in waiting:
            if one.address_id in untold:
                continue
            try:
                letter = batch.take(_given_up(one.inbound), patient=batch.at - one.at < UNTOLD_PATIENCE)
            except Unsettled:
                untold.add(one.address_id)
                queued.postpone(db, one.id, batch.at + UNTOLD_PAUSE)
            else:
                taken.append(one.id)
                letters += [letter] if letter else []
        queued.take_away(db, taken)
        batch.save()
        batch.wake_delivery(len(letters))
        return Drained(len(taken), _behind_others(db, letters, batch.at), again=bool(untold))


def _behind_others(db: Connection, letters: list[Letter], at: int) -> list[Letter]:
    """Return letters with those to the same chats that wait before them: another process may have written them."""
    if not letters:
        return []
    waiting = rows.letters_being_told(db, {letter.address_id for letter in letters}, at)
    return [
        replace(letter, older=tuple(one for one in waiting.get(letter.address_id, ()) if one < letter.id))
        for letter in letters
    ]


def _given_up(inbound: Inbound) -> Inbound:
    """Return an update as it has its turn: a file that has not come by now will not come."""
    match inbound.event:
        case Upload(file=None, problem="") as upload:
            return replace(inbound, event=replace(upload, problem="unreachable"))
    return inbound


def _make_ready(db: Connection, payloads: list[tuple[int, Inbound]]) -> list[None]:
    for queued_id, inbound in payloads:
        queued.make_ready(db, queued_id, inbound)
    notify(db, QUEUE)
    return [None] * len(payloads)
