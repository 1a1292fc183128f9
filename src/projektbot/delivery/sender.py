"""Sends the letters of one account: starts what may go, a task for each send, and does what the letter's fate says."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from datetime import datetime
from random import Random
from traceback import extract_tb
from typing import Any, TypeAlias

import structlog
from sqlalchemy.exc import SQLAlchemyError

from projektbot.delivery import outbox
from projektbot.delivery.fates import Again, Barred, End, Fate, Follow, State, Trouble, Whom, fate_of, wait
from projektbot.delivery.intake import Intake
from projektbot.delivery.letters import SECOND, SENDS, is_expired
from projektbot.delivery.outbox import Bar, Move, Released, Settled
from projektbot.delivery.waiting import Chat, Waiting
from projektbot.errors import Blocked, Bug, ChannelError, Moved, Rejected, Revoked, Throttled, cause_of, guarded
from projektbot.instants import micros
from projektbot.messages import Channel, Letter, Outgoing
from projektbot.polls import Sent
from projektbot.store.database import Handler, Store

log = structlog.get_logger()

Ours: TypeAlias = Callable[[], bool]  # whether the account is still this process's to serve

CLOSING_SECONDS = 5.0  # most sends take a tenth of one; container runtimes kill after ten


class Sender:
    """The delivery of one account. Everything but the awaits happens on the event loop in one go: no locks."""

    def __init__(
        self,
        store: Store,
        channel: Channel,
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]],
        chance: Random,
        room: int,
        ours: Ours = lambda: True,
    ) -> None:
        self.channel = channel
        self._ours = ours
        self._store = store
        self._now = now
        self._sleep = sleep
        self._chance = chance
        self._last = 0
        self._waiting = Waiting(channel.limits)
        self._intake = Intake(store, channel.name, room, self._put)
        self._troubles: dict[int, Trouble] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._alarm: asyncio.Task[None] | None = None
        self._alarm_at = 0
        self._running = False
        self._ill = ""  # the name of the fault the account suffers from
        self._changed = asyncio.Event()
        self._awaited = 0  # how many wait until all is quiet

    # ---- what Delivery asks ------------------------------------------------------------------------------------------

    @property
    def in_memory(self) -> int:
        """How many letters are waiting, in flight, or not yet noted as sent."""
        return len(self._intake)

    def accept(self, letter: Letter) -> None:
        """Take over a letter; `pump` sends it."""
        self._intake.accept(letter, self._time())

    async def look(self) -> int:
        """Read what waits in the store and is not known yet; return how many letters were new."""
        found = await self._intake.look(self._time())
        self.pump()
        return found

    def pump(self) -> None:
        """Start every send that may go now, and see to it that the next is started in time."""
        if not self._running:
            return
        now = self._time()
        while taken := self._waiting.take(now):
            self._start(self._deliver(*taken))
        self._set_alarm(now)

    def start(self) -> None:
        """Begin to send."""
        self._running = True
        self.pump()

    def stop(self) -> None:
        """Begin no further send."""
        self._running = False
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    async def quiet(self) -> None:
        """Return when nothing can go any more: all that was due has ended, or the account is revoked."""
        self._awaited += 1
        self._store.depart()
        try:
            while not self._is_quiet():
                self._changed.clear()
                await self._changed.wait()
        finally:
            self._awaited -= 1

    async def close(self) -> None:
        """Give what is in flight a moment to finish. What has not finished is in the store as after a crash."""
        self.stop()
        self._store.depart()
        if self._tasks:
            limit = asyncio.ensure_future(self._sleep(CLOSING_SECONDS))
            sends = asyncio.gather(*self._tasks, return_exceptions=True)
            await asyncio.wait((limit, sends), return_when=asyncio.FIRST_COMPLETED)
            limit.cancel()
            sends.cancel()
            await asyncio.gather(limit, sends, return_exceptions=True)

    # ---- one letter --------------------------------------------------------------------------------------------------

    async def _deliver(self, chat: Chat, letter: Letter) -> None:
        if is_expired(letter, self._last):
            await self._end(chat, letter, Settled(letter.id, State.EXPIRED, letter.attempts))
            return
        if self._is_claimed(letter) and not await self._insist(outbox.claim, letter.id):
            self._leave(chat, letter)  # its person is gone, and the row with them
            return
        if not self._ours():
            self._leave(chat, letter)  # as after a crash: whoever serves the account now knows what to do with it
            return
        began = self._last
        try:
            sending = self.channel.send(chat.chat, self._as_said(letter), f"o{letter.id}", private=chat.private)
            sent = await guarded(sending)
        except (ChannelError, Bug) as error:  # a bug must not silence the channel: three attempts, then refused
            chat.pace.take(self._time())
            await self._carry_out(self._fate(letter, error), chat, letter, began)
        else:
            chat.pace.take(self._time())
            self._note_well()
            poll = sent.poll if isinstance(sent, Sent) else ""
            settled = Settled(letter.id, State.SENT, letter.attempts + 1, str(sent), poll=poll)
            await self._end(chat, letter, settled)

    def _is_claimed(self, letter: Letter) -> bool:
        """Say whether it is noted that a letter is about to leave; of a poll, so that a second one says what it is."""
        return letter.kind in SENDS or (letter.message.poll is not None and not self.channel.idempotent)

    def _as_said(self, letter: Letter) -> Outgoing:
        """Return what is said; a poll that may stand there already is asked as such."""
        poll = letter.message.poll
        if poll is None or not poll.again or not letter.attempts or self.channel.idempotent:
            return letter.message
        return replace(letter.message, poll=replace(poll, question=poll.again))

    def _fate(self, letter: Letter, error: Exception) -> Fate:
        self._note_ill(letter, error)
        trouble = self._troubles.setdefault(letter.id, Trouble())
        idempotent = self.channel.idempotent
        return fate_of(letter, error, trouble, self._last, idempotent=idempotent, chance=self._chance)

    async def _carry_out(self, fate: Fate, chat: Chat, letter: Letter, began: int) -> None:
        match fate:
            case End(state, attempts, reason):
                log.warning("letter_not_sent", channel=self.channel.name, letter=letter.id, state=state, reason=reason)
                await self._end(chat, letter, Settled(letter.id, state, attempts, error=reason))
            case Again():
                await self._again(fate, chat, letter)
            case Barred():
                await self._bar(chat, letter, began)
            case Follow(to):
                address_id = await self._insist(outbox.move, Move(chat.address_id, self.channel.name, to))
                await self._unclaim(letter, letter.attempts)
                self._waiting.move(chat, letter, address_id, to, self._time())
                self.pump()

    async def _end(self, chat: Chat, letter: Letter, settled: Settled) -> None:
        # The chat's next letter goes before this one's end is committed, but not before that of the last one: others
        # may give turns quicker than this process writes. After a crash in between a receipt goes again, still in order
        # because ends are committed in order; the other kinds are claimed and know better.
        earlier, chat.noted = chat.noted, asyncio.Event()
        noted = chat.noted
        if earlier.is_set():
            self._release(chat)
            await self._insist(outbox.settle, settled, rides=self._may_ride(settled))
        else:
            noting = asyncio.ensure_future(self._insist(outbox.settle, settled))
            await earlier.wait()
            self._release(chat)
            await noting
        noted.set()
        self._forget(letter.id)

    def _may_ride(self, settled: Settled) -> bool:
        """Say whether an end may wait for the next transaction, which spares it one of its own.

        After a crash meanwhile the letter goes again and, known by its txn, does nothing. What asks for its end or its
        id does so in a transaction, and there the end comes first.
        """
        is_harmless = self.channel.idempotent and settled.state is State.SENT
        return is_harmless and self._running and not self._awaited

    async def _again(self, fate: Again, chat: Chat, letter: Letter) -> None:
        until = self._last + fate.after
        if fate.whom is Whom.ACCOUNT:
            self._waiting.pause(until)
        elif fate.whom is Whom.CHAT:
            chat.paused_until = until
        await self._unclaim(letter, fate.attempts)
        if fate.attempts != letter.attempts:
            letter = replace(letter, attempts=fate.attempts)
        self._waiting.put_back(chat, letter, self._time(), until if fate.whom is Whom.LETTER else 0)
        self._changed.set()
        self.pump()

    async def _unclaim(self, letter: Letter, attempts: int) -> None:
        """Put a claimed letter back into the queue, so that a crash while it waits leaves nobody in doubt."""
        if self._is_claimed(letter):
            await self._insist(outbox.release, Released(letter.id, attempts))

    async def _bar(self, chat: Chat, letter: Letter, began: int) -> None:
        refused = await self._insist(outbox.bar, Bar(letter.id, chat.address_id, began, self._last))
        self._waiting.drop(chat, set(refused))
        self._release(chat)
        for letter_id in {letter.id, *refused}:
            self._forget(letter_id)

    def _release(self, chat: Chat) -> None:
        self._waiting.release(chat, self._last)
        self.pump()

    def _leave(self, chat: Chat, letter: Letter) -> None:
        self._release(chat)
        self._forget(letter.id)

    def _forget(self, letter_id: int) -> None:
        self._intake.forget(letter_id)
        self._troubles.pop(letter_id, None)
        self._changed.set()
        if self._intake.wants_more and self._running:
            self._start(self._refill())

    # ---- inside ------------------------------------------------------------------------------------------------------

    def _put(self, letter: Letter) -> None:
        self._waiting.put(letter, self._last)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _time(self) -> int:
        now = micros(self._now())
        if now < self._last:
            self._waiting.set_back(self._last - now)
            self._alarm_at -= self._last - now
        self._last = now
        return now

    def _set_alarm(self, now: int) -> None:
        at = self._waiting.next_at()
        if at is None or (self._alarm is not None and self._alarm_at <= at):
            return
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm_at = at
        self._alarm = asyncio.create_task(self._ring((at - now) / SECOND))

    async def _ring(self, after: float) -> None:
        await self._sleep(after)
        self._alarm = None
        self.pump()

    async def _refill(self) -> None:
        try:
            await self.look()
        except SQLAlchemyError as error:  # Delivery looks again soon
            log.error("outbox_not_read", channel=self.channel.name, error=type(error).__name__)  # noqa: TRY400

    async def _insist(self, handler: Handler, payload: Any, *, rides: bool = False) -> Any:  # noqa: ANN401 - as Store.do
        """Write, again and again if the store is away: what has been sent must not be forgotten."""
        failures = 0
        while True:
            try:
                return await (self._store.ride if rides else self._store.do)(handler, payload)
            except SQLAlchemyError as error:
                failures += 1
                # Its name only: a statement's parameters may carry what people wrote.
                log.error("outbox_not_written", error=type(error).__name__, failures=failures)  # noqa: TRY400
            await self._sleep(wait(failures, self._chance) / SECOND)

    def _is_quiet(self) -> bool:
        if self._ill == Revoked.__name__:
            return not self._waiting.flying
        return len(self._intake) == self._waiting.postponed and not self._intake.is_behind

    # ---- what the operator hears -------------------------------------------------------------------------------------

    def _note_ill(self, letter: Letter, error: Exception) -> None:
        """Tell the operator about a fault: of the account when it begins, of our own code each time."""
        name, channel = type(cause_of(error)).__name__, self.channel.name
        match error:
            case Throttled():
                log.info("account_throttled", channel=channel, seconds=error.retry_after, everyone=error.everyone)
            case Blocked() | Moved() | Rejected():
                pass  # concerns the chat or the letter alone
            case ChannelError() if self._ill != name:
                self._ill = name
                tell = log.error if isinstance(error, Revoked) else log.warning
                tell("account_failing", channel=channel, fault=name, reason=error.reason)
            case ChannelError():
                pass  # told already
            case _:
                log.error("channel_bug", channel=channel, number=letter.id, error=name, at=_place_of(cause_of(error)))

    def _note_well(self) -> None:
        if self._ill:
            self._ill = ""
            log.info("account_works_again", channel=self.channel.name)


def _place_of(error: Exception) -> str:
    """Return file and line of the fault. The words of a foreign exception may be people's: they are not logged."""
    frame = extract_tb(error.__traceback__)[-1]
    return f"{frame.filename}:{frame.lineno}"
