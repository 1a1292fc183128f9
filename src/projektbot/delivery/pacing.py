"""How fast we may send: token buckets and a window, pure; times and spans are microseconds."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from projektbot.delivery.letters import SECOND
from projektbot.messages import Limits

MINUTE: Final = 60 * SECOND
GRAIN = 0.02  # seconds a timer may be late: the bucket of a fast channel must hold what comes in meanwhile


@dataclass(slots=True)
class Bucket:
    """Tokens that come back one each `step`, at most `depth / step + 1` of them.

    One number tells its level: `full_at`, when it will be full again if nobody takes any (this is called GCRA).
    """

    step: int
    depth: int
    full_at: int = 0

    def ready_at(self, kept: float = 0) -> int:
        """Return from when on a token may be taken that leaves `kept` others inside."""
        return self.full_at - self.depth + round(kept * self.step)

    def take(self, now: int) -> None:
        """Take a token."""
        self.full_at = max(self.full_at, now) + self.step


@dataclass(slots=True)
class ChatPace:
    """The pace of one chat; a group has a number a minute besides: `recent` are the times of its last messages."""

    bucket: Bucket
    recent: deque[int] | None = None

    def ready_at(self) -> int:
        """Return from when on the chat may get its next message."""
        at = self.bucket.ready_at()
        if self.recent and len(self.recent) == self.recent.maxlen:
            return max(at, self.recent[0] + MINUTE)
        return at

    def take(self, now: int) -> None:
        """Count a message that has just been answered by the platform.

        Counted when it is answered, not when it leaves: so our bucket never fills earlier than theirs.
        """
        self.bucket.take(now)
        if self.recent is not None:
            self.recent.append(now)

    def set_back(self, by: int) -> None:
        """Follow the clock, which was set back."""
        self.bucket.full_at -= by
        if self.recent is not None:
            self.recent = deque((at - by for at in self.recent), self.recent.maxlen)

    def is_fresh(self, now: int) -> bool:
        """Say whether a new pace would be the same as this."""
        return self.bucket.full_at <= now and (not self.recent or self.recent[-1] + MINUTE <= now)


@dataclass(frozen=True, slots=True)
class Paces:
    """Makes the paces that a platform's limits ask for."""

    limits: Limits
    chat_step: int = field(init=False)
    chat_depth: int = field(init=False)

    def __post_init__(self) -> None:
        step = round(SECOND / self.limits.chat_rate)
        object.__setattr__(self, "chat_step", step)
        object.__setattr__(self, "chat_depth", (self.limits.chat_burst - 1) * step)

    def of_account(self) -> Bucket:
        """Return the account's bucket: what is reserved, and as little more as keeps the rate.

        The platform's own bucket is larger; the difference is the cushion for what the network delays and bunches.
        """
        step = round(SECOND / self.limits.rate)
        extra = max(1.0, self.limits.rate * GRAIN)
        return Bucket(step, round((self.limits.reserved + extra - 1) * step))

    def of_chat(self, *, private: bool) -> ChatPace:
        """Return a new chat's pace."""
        bucket = Bucket(self.chat_step, self.chat_depth)
        return ChatPace(bucket, None if private else deque(maxlen=self.limits.group_per_minute))
