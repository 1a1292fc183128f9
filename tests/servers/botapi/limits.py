"""Telegram's flood limits as data, and the buckets that hold to them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

from tests.servers.botapi.clock import Clock


@dataclass(frozen=True, slots=True)
class Rate:
    """So many messages a second in the long run, so many at once."""

    per_second: float
    burst: int


@dataclass(frozen=True, slots=True)
class Limits:
    """What a bot may send; None lifts a limit. Figures from core.telegram.org/bots/faq ("My bot is hitting limits").

    The sizes of the bursts are not published; these follow what bots see.
    """

    token: Rate | None = Rate(30, 30)
    paid: Rate | None = Rate(1000, 1000)  # with allow_paid_broadcast
    private: Rate | None = Rate(1, 5)
    group: Rate | None = Rate(20 / 60, 20)
    edits: bool = True  # edits count like messages

    @classmethod
    def off(cls) -> Limits:
        """Lift all limits."""
        return cls(token=None, paid=None, private=None, group=None)

    def but(self, **changes: Rate | bool | None) -> Limits:
        """Return these limits with some changed."""
        return replace(self, **changes)  # type: ignore[arg-type]  # names are checked by replace itself


@dataclass(slots=True)
class Bucket:
    """A token bucket that, once empty, stays shut until the wait it asked for is over."""

    rate: Rate
    level: float
    at: float
    shut_until: float = 0.0

    def wait(self, now: float) -> int:
        """Return 0 if a message may go now, else the whole seconds to wait."""
        if now < self.shut_until:
            return math.ceil(self.shut_until - now)
        self.level = min(self.rate.burst, self.level + (now - self.at) * self.rate.per_second)
        self.at = now
        if self.level >= 1:
            return 0
        seconds = max(1, math.ceil((1 - self.level) / self.rate.per_second))
        self.shut_until = now + seconds
        return seconds


@dataclass(slots=True)
class FloodGate:
    """All buckets of one bot."""

    limits: Limits
    clock: Clock
    buckets: dict[int | str, Bucket] = field(default_factory=dict)

    def retry_after(self, chat_id: int, *, paid: bool) -> int:
        """Take one message's place in all buckets that concern it, or return the seconds to wait."""
        limits = self.limits
        now = self.clock()
        chat = self._bucket(chat_id, limits.private if chat_id > 0 else limits.group, now)
        whole = self._bucket("paid", limits.paid, now) if paid else self._bucket("token", limits.token, now)
        wait = max(chat.wait(now) if chat else 0, whole.wait(now) if whole else 0)
        if wait == 0:
            for bucket in (chat, whole):
                if bucket:
                    bucket.level -= 1
        return wait

    def _bucket(self, key: int | str, rate: Rate | None, now: float) -> Bucket | None:
        if rate is None:
            return None
        bucket = self.buckets.get(key)
        if bucket is None or bucket.rate != rate:
            bucket = self.buckets[key] = Bucket(rate, rate.burst, now)
        return bucket
