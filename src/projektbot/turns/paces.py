"""How much somebody in a group has wanted of us lately: the first act too many has a word, what follows has none."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, NamedTuple

from projektbot.civic.groups import copies
from projektbot.civic.groups.rules import PACE_SECONDS
from projektbot.civic.groups.tables import relay_paces
from projektbot.dialog.pace import after
from projektbot.store.upsert import upsert

if TYPE_CHECKING:
    from projektbot.turns.batch import Batch


class Pace(Enum):
    """Whether an act can be taken."""

    GOOD = auto()
    TOO_MUCH = auto()  # for the first time: it is told
    RESTING = auto()


class Count(NamedTuple):
    """An act that is counted once it is noted: one that has to wait, and comes again, counts once."""

    pace: Pace
    value: int


def judged(batch: Batch, address_id: int, who: str, at_once: int) -> Count:
    """Say whether an act of somebody in a chat can be taken, of whom so many are taken at once."""
    before = copies.pace_of(batch.db, address_id, who)
    value = after(before, batch.at // 1_000_000 // PACE_SECONDS, at_once)
    if value >= 0:
        return Count(Pace.GOOD, value)
    return Count(Pace.RESTING if value == before else Pace.TOO_MUCH, value)


def note(batch: Batch, address_id: int, who: str, count: Count) -> Pace:
    """Count the act; return whether it can be taken."""
    if count.pace is not Pace.RESTING:
        upsert(batch.db, relay_paces, {"address_id": address_id, "sender": who}, {"pace": count.value})
    return count.pace
