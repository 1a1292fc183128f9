"""The letters that wait for one account, and which may go next: heaps only, no clock and no network.

Laws: a chat has one letter in flight; its receipts, ballots and notices go in the order of their ids, its bulk after
them. Among chats, those with a reply go first, then notices, then bulk, each in the order of ids. What is not a reply
leaves the reserved tokens and a quarter of the parallel sends alone, so no broadcast delays a reply.

Every chat that may go, or rests until a known time, has one live entry in `_ready` or `_resting`. An entry whose ticket
is no longer its chat's is stale and skipped when it comes up; so each step costs O(log n).
"""

from __future__ import annotations

import asyncio
from heapq import heapify, heappop, heappush
from typing import TypeAlias

from projektbot.delivery.letters import BULK, NOTICE, RANKS, REPLY, is_expired
from projektbot.delivery.pacing import ChatPace, Paces
from projektbot.messages import Letter, Limits

Line: TypeAlias = list[tuple[int, Letter]]  # a heap by id

SWEEP_FROM = 1000  # chats kept for nothing but their pace, before we look for those whose pace is as good as new


class Chat:
    """One chat's letters: `first` before `bulk`; each line rests until its `…_again` after its head has failed."""

    __slots__ = (
        "address_id",
        "bulk",
        "bulk_again",
        "busy",
        "chat",
        "first",
        "first_again",
        "newest",
        "noted",
        "pace",
        "paused_until",
        "place",
        "private",
        "replies",
        "ticket",
    )

    def __init__(self, letter: Letter, pace: ChatPace) -> None:
        self.address_id = letter.address_id
        self.chat = letter.chat
        self.newest = letter.id
        self.private = letter.private
        self.pace = pace
        self.first: Line = []
        self.bulk: Line = []
        self.replies = 0  # in `first`
        self.first_again = 0
        self.bulk_again = 0
        self.paused_until = 0
        self.busy = False
        self.place: tuple[int, int, int] | None = None  # rank, id and earliest time of its live entry
        self.ticket = 0
        self.noted = asyncio.Event()  # the end of its last letter is committed
        self.noted.set()

    def push(self, letter: Letter) -> None:
        """Add a letter to its line; the newest knows where the chat is by now, since the messenger may have told us."""
        if letter.id > self.newest:
            self.newest, self.chat = letter.id, letter.chat
        rank = RANKS[letter.kind]
        heappush(self.bulk if rank == BULK else self.first, (letter.id, letter))
        self.replies += rank == REPLY

    def pop(self) -> Letter:
        """Take the next letter out of its line."""
        letter = heappop(self.first or self.bulk)[1]
        self.replies -= RANKS[letter.kind] == REPLY
        return letter

    def next_place(self) -> tuple[int, int, int] | None:
        """Return rank, id and earliest time of the next letter. A notice before a reply has the reply's rank."""
        if self.first:
            rank, head, at = REPLY if self.replies else NOTICE, self.first[0][0], self.first_again
        elif self.bulk:
            rank, head, at = BULK, self.bulk[0][0], self.bulk_again
        else:
            return None
        return rank, head, max(at, self.paused_until, self.pace.ready_at())

    def drop(self, ids: set[int]) -> None:
        """Forget letters."""
        for line in (self.first, self.bulk):
            line[:] = [entry for entry in line if entry[0] not in ids]
            heapify(line)
        self.replies = sum(RANKS[letter.kind] == REPLY for _, letter in self.first)

    def set_back(self, by: int) -> None:
        """Follow the clock, which was set back."""
        self.first_again -= by
        self.bulk_again -= by
        self.paused_until -= by
        self.pace.set_back(by)


class Waiting:
    """The letters that wait for one account. Times are microseconds since 1970 UTC."""

    def __init__(self, limits: Limits) -> None:
        self.flying = 0
        self._limits = limits
        self._paces = Paces(limits)
        self._bucket = self._paces.of_account()
        self._paused_until = 0
        self._chats: dict[int, Chat] = {}
        self._sweep_at = SWEEP_FROM
        self._ready: list[tuple[int, int, int, Chat]] = []  # rank, id, ticket
        self._resting: list[tuple[int, int, Chat]] = []  # until, ticket
        self._later: list[tuple[int, int, Letter]] = []  # not before, id
        self._tickets = 0

    @property
    def postponed(self) -> int:
        """How many letters wait for nothing but the time before which they must not go."""
        return len(self._later)

    # ---- the way of a letter -----------------------------------------------------------------------------------------

    def put(self, letter: Letter, now: int) -> None:
        """Add a letter."""
        if letter.not_before > now:
            heappush(self._later, (letter.not_before, letter.id, letter))
            return
        chat = self._chats.get(letter.address_id)
        if chat is None:
            chat = self._add_chat(letter, now)
        chat.push(letter)
        self._place(chat, now)

    def take(self, now: int) -> tuple[Chat, Letter] | None:
        """Take out the next letter that may go now; its chat is busy until `release` or `put_back`.

        An expired letter is given out like the others but costs no token.
        """
        self._wake(now)
        rank = self._next_rank()
        if rank is None or not self._has_slot(rank) or self._affordable_at(rank) > now:
            return None
        chat = heappop(self._ready)[3]
        letter = chat.pop()
        chat.busy, chat.place, chat.ticket = True, None, 0
        self.flying += 1
        if not is_expired(letter, now):
            self._bucket.take(now)
        return chat, letter

    def release(self, chat: Chat, now: int) -> None:
        """Let the chat's next letter go."""
        self.flying -= 1
        chat.busy = False
        self._place(chat, now)

    def put_back(self, chat: Chat, letter: Letter, now: int, again: int = 0) -> None:
        """Let the letter go again, not before `again`. A bulk letter that failed does not hold up replies."""
        chat.push(letter)
        if RANKS[letter.kind] == BULK:
            chat.bulk_again = again
        else:
            chat.first_again = again
        self.release(chat, now)

    # ---- what happens on the way -------------------------------------------------------------------------------------

    def pause(self, until: int) -> None:
        """Let everything rest."""
        self._paused_until = max(self._paused_until, until)

    def drop(self, chat: Chat, ids: set[int]) -> None:
        """Forget letters of a chat that is busy."""
        chat.drop(ids)
        if any(letter_id in ids for _, letter_id, _ in self._later):
            self._later = [entry for entry in self._later if entry[1] not in ids]
            heapify(self._later)

    def move(self, chat: Chat, letter: Letter, address_id: int, to: str, now: int) -> None:
        """Put back a letter whose chat goes on under another id; `address_id` is new if that chat is known to us."""
        chat.chat = to
        if address_id != chat.address_id:
            del self._chats[chat.address_id]
            target = self._chats.setdefault(address_id, chat)
            if target is not chat:
                self._merge(chat, letter, target, now)
                return
            chat.address_id = address_id
        self.put_back(chat, letter, now)

    def set_back(self, by: int) -> None:
        """Follow the clock, which was set back: all that rests goes on resting as long as it would have."""
        self._bucket.full_at -= by
        self._paused_until -= by
        self._resting = [(at - by, ticket, chat) for at, ticket, chat in self._resting]
        for chat in self._chats.values():
            chat.set_back(by)

    def next_at(self) -> int | None:
        """Return when to call `take` again unless something happens before; None: only when something happens."""
        times = [heap[0][0] for heap in (self._later, self._resting) if heap]
        rank = self._next_rank()
        if rank is not None and self._has_slot(rank):
            times.append(self._affordable_at(rank))
        return min(times, default=None)

    # ---- inside ------------------------------------------------------------------------------------------------------

    def _add_chat(self, letter: Letter, now: int) -> Chat:
        if len(self._chats) >= self._sweep_at:
            self._sweep(now)
        chat = self._chats[letter.address_id] = Chat(letter, self._paces.of_chat(private=letter.private))
        return chat

    def _sweep(self, now: int) -> None:
        """Forget chats that nothing needs to be known of: each costs this once for each time their number doubles."""
        self._chats = {
            address_id: chat
            for address_id, chat in self._chats.items()
            if chat.first or chat.bulk or chat.busy or chat.paused_until > now or not chat.pace.is_fresh(now)
        }
        self._sweep_at = max(SWEEP_FROM, 2 * len(self._chats))

    def _merge(self, chat: Chat, letter: Letter, target: Chat, now: int) -> None:
        for moved in (letter, *(moved for _, moved in chat.first + chat.bulk)):
            target.push(moved)
        self.flying -= 1  # not `release`: the target may have a letter of its own in flight
        self._place(target, now)

    def _place(self, chat: Chat, now: int) -> None:
        """Give the chat its entry, if it may have one and has not got it yet."""
        if chat.busy:
            return
        place = chat.next_place()
        if place is None or place == chat.place:
            return
        chat.place = place
        self._tickets += 1
        chat.ticket = self._tickets
        rank, head, at = place
        if at <= now:
            heappush(self._ready, (rank, head, chat.ticket, chat))
        else:
            heappush(self._resting, (at, chat.ticket, chat))

    def _wake(self, now: int) -> None:
        while self._later and self._later[0][0] <= now:
            self.put(heappop(self._later)[2], now)
        while self._resting and self._resting[0][0] <= now:
            _, ticket, chat = heappop(self._resting)
            if ticket == chat.ticket and chat.place is not None:
                rank, head, _ = chat.place
                heappush(self._ready, (rank, head, ticket, chat))

    def _next_rank(self) -> int | None:
        ready = self._ready
        while ready and ready[0][2] != ready[0][3].ticket:
            heappop(ready)  # stale
        return ready[0][0] if ready else None

    def _has_slot(self, rank: int) -> bool:
        parallel = self._limits.parallel
        return self.flying < (parallel if rank == REPLY else parallel - parallel // 4)

    def _affordable_at(self, rank: int) -> int:
        kept = 0.0 if rank == REPLY else self._limits.reserved
        return max(self._paused_until, self._bucket.ready_at(kept))
