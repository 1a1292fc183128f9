"""A platform that keeps what people got, and fails when it is told to."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from projektbot.errors import Moved
from projektbot.messages import Limits, Outgoing, Road
from tests.delivery.clock import Clock

LIMITS = Limits(rate=30, reserved=5, chat_rate=1, chat_burst=5, group_per_minute=20, parallel=32)


@dataclass(frozen=True, slots=True)
class Got:
    """A message as it arrived: `at` seconds after the start."""

    at: float
    chat: str
    text: str


@dataclass(frozen=True, slots=True)
class Fault:
    """An error instead of an answer; the message may have `arrived` all the same."""

    error: Exception
    arrived: bool = False


class Platform:
    """A channel. `latency` seconds pass until the platform answers; half of them until the message has arrived."""

    def __init__(
        self,
        clock: Clock,
        *,
        name: str = "telegram",
        limits: Limits | None = None,
        idempotent: bool = False,
        latency: float = 0.05,
    ) -> None:
        self.name = name
        self.limits = limits or LIMITS
        self.idempotent = idempotent
        self.one_receiver = True
        self.latency = latency
        self.got: list[Got] = []
        self.attempts: list[Got] = []
        self.flying = 0
        self.most_flying = 0
        self.overlaps = 0  # sends to a chat that has one in flight: there should be none
        self.answering = asyncio.Event()
        self.answering.set()
        self.mood: Callable[[str], Fault | None] = lambda _: None  # asked when nothing is planned
        self._clock = clock
        self._faults: defaultdict[str, deque[Fault]] = defaultdict(deque)
        self._moved: dict[str, str] = {}
        self._txns: dict[str, str] = {}
        self._busy: set[str] = set()

    def fail(self, chat: str, *faults: Fault | Exception) -> None:
        """Meet the next messages to the chat ("*": to any chat) with these errors."""
        self._faults[chat].extend(fault if isinstance(fault, Fault) else Fault(fault) for fault in faults)

    def move(self, chat: str, to: str) -> None:
        """Let a chat go on under another id."""
        self._moved[chat] = to

    def recover(self, chat: str) -> None:
        """Forget what was planned for the chat."""
        self._faults[chat].clear()

    def texts(self, chat: str | None = None) -> list[str]:
        """Return what arrived, in order."""
        return [got.text for got in self.got if chat is None or got.chat == chat]

    async def send(self, chat: str, message: Outgoing, txn: str, *, private: bool) -> str:  # noqa: ARG002 - of Channel
        self.overlaps += chat in self._busy
        self._busy.add(chat)
        self.flying += 1
        self.most_flying = max(self.most_flying, self.flying)
        try:
            return await self._send(chat, message.poll.question if message.poll else message.plain(), txn)
        finally:
            self.flying -= 1
            self._busy.discard(chat)

    async def _send(self, chat: str, text: str, txn: str) -> str:
        self.attempts.append(Got(self._clock.seconds, chat, text))
        await self._clock.sleep(self.latency / 2)
        fault = self._next_fault(chat)
        if fault is None or fault.arrived:
            self._arrive(chat, text, txn)
        await self._clock.sleep(self.latency / 2)
        await self.answering.wait()
        if fault is not None:
            raise fault.error
        return self._txns[txn]

    def _next_fault(self, chat: str) -> Fault | None:
        if chat in self._moved:
            return Fault(Moved(self._moved[chat]))
        faults = self._faults[chat] or self._faults["*"]
        return faults.popleft() if faults else self.mood(chat)

    def _arrive(self, chat: str, text: str, txn: str) -> None:
        if self.idempotent and txn in self._txns:
            return
        self._txns[txn] = f"m{len(self.got)}"
        self.got.append(Got(self._clock.seconds, chat, text))

    async def receive(self, road: Road) -> None:
        raise NotImplementedError("tests of delivery receive nothing")

    async def fetch(self, ref: str) -> bytes:
        raise NotImplementedError("tests of delivery receive nothing")

    def address(self, start: str = "") -> str:  # noqa: ARG002 - of Channel
        """Return nothing: nobody writes to us."""
        return ""

    async def close(self) -> None:
        """Nothing to give back."""


def most_in(times: Iterable[float], window: float) -> int:
    """Return the largest number of moments that lie in any window of so many seconds."""
    recent: deque[float] = deque()
    most = 0
    for at in sorted(times):
        recent.append(at)
        while recent[0] <= at - window:
            recent.popleft()
        most = max(most, len(recent))
    return most
