"""The server's clock: real by default, or one that a test moves by hand."""

from __future__ import annotations

import time
from collections.abc import Callable

Clock = Callable[[], float]
"""Returns Unix time in seconds."""

wall_clock: Clock = time.time  # noqa: TID251 - a server has a clock of its own; tests give it another


class ManualClock:
    """A clock that stands still until `advance` is called: for expiry, dying taps and flood limits."""

    def __init__(self, start: float = 1_790_000_000.0) -> None:
        self.now = start

    def __call__(self) -> float:
        """Return the time it stands at."""
        return self.now

    def advance(self, seconds: float) -> None:
        """Move on; nothing wakes up by itself, the next request sees the new time."""
        self.now += seconds
