"""How much one person may say at once, before a friendly word and a rest: so nobody keeps the whole bot busy."""

from __future__ import annotations

from projektbot.dialog.saying import Line
from projektbot.texts import N_

REST = 60  # seconds

TOO_MUCH = Line(
    N_(
        "That was a lot at once, and I cannot keep up. In a minute I am listening again. What you told me before is "
        "kept; please send again what comes in between."
    )
)


def after(pace: int, now: int, at_once: int) -> int:
    """Return the pace after one more update at `now` (seconds since 1970 UTC); below 0 while a rest is needed.

    A pace is the time at which everything taken so far would be done at one update a second, and never more than
    `at_once` seconds from now; or, below 0, minus the time until which we rest.
    """
    if pace < 0:
        if now < -pace:
            return pace
        pace = now
    pace = max(pace, now) + 1
    return pace if pace - now <= at_once else -(now + REST)
