"""Questions about the chats of a person, and about codes."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, select

from projektbot.civic.people.rules import Maker
from projektbot.civic.people.tables import link_codes, link_tries
from projektbot.store.tables import addresses, sessions


class Chat(NamedTuple):
    """A chat of a person."""

    address_id: int
    channel: str


def chats_of(db: Connection, person_id: int) -> list[Chat]:
    """Return the chats of a person, the oldest first."""
    mine = select(addresses.c.id, addresses.c.channel).join(sessions, sessions.c.id == addresses.c.session_id)
    return [Chat(*row) for row in db.execute(mine.where(sessions.c.person_id == person_id).order_by(addresses.c.id))]


def maker_of(db: Connection, digest: bytes, at: int) -> Maker | None:
    """Return who was given a code that is still good at `at` (microseconds UTC); nobody else uses it meanwhile."""
    code = select(link_codes.c.person_id, link_codes.c.address_id).where(
        link_codes.c.digest == digest, link_codes.c.expires_at > at
    )
    row = db.execute(code.with_for_update()).first()
    return Maker(*row) if row else None


def wrong_tries(db: Connection, person_id: int) -> list[int]:
    """Return when a person entered wrong codes (microseconds UTC), the oldest first."""
    mine = select(link_tries.c.at).where(link_tries.c.person_id == person_id)
    return list(db.scalars(mine.order_by(link_tries.c.at)))
