"""Questions about who acts for the city."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, select

from projektbot.civic.staff.rules import Duty, Grant, Role, areas_of, may
from projektbot.civic.staff.tables import grants


class GrantRow(NamedTuple):
    """A role as the operator sees it. `at` is microseconds UTC."""

    id: int
    role: str
    area: str
    at: int


def grants_of(db: Connection, person_id: int) -> list[Grant]:
    """Return the roles of a person."""
    mine = select(grants.c.role, grants.c.area).where(grants.c.person_id == person_id).order_by(grants.c.id)
    return [Grant(Role(role), area) for role, area in db.execute(mine)]


def all_grants(db: Connection) -> list[GrantRow]:
    """Return all roles that were taken, the oldest first."""
    found = db.execute(select(grants.c.id, grants.c.role, grants.c.area, grants.c.at).order_by(grants.c.id))
    return [GrantRow(*row) for row in found]


def people_for(db: Connection, duty: Duty, area: str) -> list[int]:
    """Return the ids of those who may do this in an area."""
    roles: dict[int, list[Grant]] = {}
    for person_id, role, of_area in db.execute(select(grants.c.person_id, grants.c.role, grants.c.area)):
        roles.setdefault(person_id, []).append(Grant(Role(role), of_area))
    return sorted(person_id for person_id, theirs in roles.items() if may(theirs, duty, area))


def areas_for(db: Connection, person_id: int, duty: Duty) -> frozenset[str] | None:
    """Return the areas in which a person may do this; None: all of them."""
    return areas_of(grants_of(db, person_id), duty)
