"""Questions about who has voted."""

from __future__ import annotations

from sqlalchemy import Connection, select

from projektbot.civic.ballots.tables import voters


def rounds_of_both(db: Connection, person_id: int, other_id: int) -> list[str]:
    """Return the rounds in which both of two people have voted."""
    rounds = [select(voters.c.round).where(voters.c.person_id == one) for one in (person_id, other_id)]
    return sorted(db.scalars(rounds[0].intersect(rounds[1])))
