"""The time in the city: the real one, or, in a demo, one that can be moved on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(slots=True)
class Clock:
    """Tells the time in UTC. `ahead` only ever grows: time does not go back."""

    real: Callable[[], datetime]
    ahead: timedelta = field(default_factory=timedelta)

    def now(self) -> datetime:
        """Return now."""
        return self.real() + self.ahead

    def advance(self, by: timedelta) -> datetime:
        """Move on, and return what time it is then."""
        self.ahead += max(by, timedelta())
        return self.now()
