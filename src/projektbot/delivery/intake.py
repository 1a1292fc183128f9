"""Which letters of one account are in memory: those handed over while there is room, the others read when there is.

Laws: a letter is in memory at most once, and never again after it has ended. What is in the store and not in memory
makes the account `behind` in that rank; from then on letters of the rank come from the store alone, in the order of
their ids, until everything has been read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

from projektbot.delivery import outbox
from projektbot.delivery.letters import BULK, NOTICE, RANKS, REPLY, SECOND
from projektbot.delivery.outbox import Found, Settled, Wanted
from projektbot.messages import Letter
from projektbot.store.database import Store

LOOK_SECONDS = 2.0  # how often we look for rows that nobody has handed over
AHEAD = 2 * round(LOOK_SECONDS * SECOND)  # what is due before the look after next: later letters stay in the store
# The part of the room that a rank may fill: what waits there in numbers must leave room for what is more urgent.
SHARES = {REPLY: 1.0, NOTICE: 0.75, BULK: 0.5}
REFILL_BELOW = 0.25  # of the room: a broadcast is then read in portions of a quarter


class Intake:
    """The letters of one account in memory, waiting or in flight; `put` takes those that are new."""

    def __init__(self, store: Store, channel: str, room: int, put: Callable[[Letter], None]) -> None:
        self._store = store
        self._channel = channel
        self._room = room
        self._put = put
        self._known: set[int] = set()
        self._behind = set(SHARES)  # until the first look
        self._missed: set[int] = set()  # ranks of letters left in the store since the last read of the rank began
        self._gone: set[int] | None = None  # those that ended while we read: what was read of them is outdated
        self._reading = asyncio.Lock()

    def __len__(self) -> int:
        return len(self._known)

    @property
    def is_behind(self) -> bool:
        """Say whether letters wait that are not in memory."""
        return bool(self._behind)

    @property
    def wants_more(self) -> bool:
        """Say whether there is enough room to be worth a look into the store."""
        return len(self._known) <= self._room * REFILL_BELOW and self.is_behind and not self._reading.locked()

    def accept(self, letter: Letter, now: int) -> None:
        """Take a letter that was just committed, or leave it in the store for later.

        It is left there too if an older one to its chat is nowhere but there: another process has written that.
        """
        if letter.not_before > now + AHEAD or letter.id in self._known:
            return
        rank = RANKS[letter.kind]
        if rank in self._behind or self._room_for(rank) <= 0 or not self._known.issuperset(letter.older):
            self._behind.add(rank)
            self._missed.add(rank)
        else:
            self._add(letter)

    def forget(self, letter_id: int) -> None:
        """Note that a letter has ended, and that the store knows it."""
        self._known.discard(letter_id)
        if self._gone is not None:
            self._gone.add(letter_id)

    async def look(self, now: int) -> int:
        """Read what waits in the store, as far as there is room; return how many letters were new."""
        async with self._reading:
            self._gone = set()
            try:
                found = [await self._look(rank, now) for rank in SHARES]
            finally:
                self._gone = None
        return sum(found)

    async def _look(self, rank: int, now: int) -> int:
        room = self._room_for(rank)
        if room <= 0:
            return 0
        self._missed.discard(rank)
        wanted = Wanted(self._channel, rank, now + AHEAD, room, frozenset(self._known))
        found: Found = await self._store.read(partial(outbox.find, wanted=wanted))
        new = sum(map(self._add, found.letters))
        if not found.more and rank not in self._missed:
            self._behind.discard(rank)
        else:
            self._behind.add(rank)
        await self._settle(found.unsendable)
        return new

    async def _settle(self, ended: list[Settled]) -> None:
        await asyncio.gather(*[self._store.do(outbox.settle, one) for one in ended])

    def _add(self, letter: Letter) -> bool:
        if letter.id in self._known or (self._gone and letter.id in self._gone):
            return False
        self._known.add(letter.id)
        self._put(letter)
        return True

    def _room_for(self, rank: int) -> int:
        return int(self._room * SHARES[rank]) - len(self._known)
