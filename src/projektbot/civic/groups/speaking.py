"""Who stands behind what is done in a group: which person it is, and whether they may speak for a project."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, case, or_, select

from projektbot.civic.projects.queries import project
from projektbot.civic.teams import queries as teams
from projektbot.civic.teams.rules import SEATED
from projektbot.store.tables import addresses, sessions


def people_behind(db: Connection, channel: str, sender: str) -> list[int]:
    """Return the people who write to us in private as this account of a messenger, those we reach best first.

    On Telegram the id of the private chat is that of the account. Elsewhere one account may have several private chats,
    each with a person of its own until they are connected.
    """
    if not sender:
        return []
    theirs = or_(addresses.c.sender == sender, addresses.c.sender.is_(None) & (addresses.c.chat == sender))
    found = (
        select(sessions.c.person_id)
        .join(addresses, addresses.c.session_id == sessions.c.id)
        .where(addresses.c.channel == channel, addresses.c.private, theirs, sessions.c.person_id.is_not(None))
        .order_by(case((addresses.c.blocked_at.is_(None), 0), else_=1), addresses.c.id.desc())
    )
    return list(dict.fromkeys(db.scalars(found)))


def speaker_of(db: Connection, people: Sequence[int], number: int) -> int | None:
    """Return which of these people may speak for a project, if one may."""
    return next((person_id for person_id in people if person_id in leads_of(db, number)), None)


def leads_of(db: Connection, number: int) -> list[int]:
    """Return who may speak for a project: who leads its team."""
    return teams.leads_of(db, number)


def team_of(db: Connection, number: int) -> list[int]:
    """Return whose vote counts in the decisions of a project: of who is in its team all but the guests."""
    found = project(db, number)
    return [row.person_id for row in teams.team_of(db, found) if row.role in SEATED] if found else []
