"""How much somebody in a group has wanted of us lately: the first act too many has a word, what follows has none."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

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


def counted(batch: Batch, address_id: int, who: str, at_once: int) -> Pace:
    """Count an act of somebody in a chat, of whom so many are taken at once."""
    before = copies.pace_of(batch.db, address_id, who)
    pace = after(before, batch.at // 1_000_000 // PACE_SECONDS, at_once)
    if pace != before:
        upsert(batch.db, relay_paces, {"address_id": address_id, "sender": who}, {"pace": pace})
    if pace >= 0:
        return Pace.GOOD
    return Pace.RESTING if pace == before else Pace.TOO_MUCH
