"""Questions about deadlines."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, String, bindparam, or_, select

from projektbot.civic.deadlines.tables import deadline_people, deadlines
from projektbot.store.statement import Statement

_columns = deadlines.c
_people = deadline_people.c
MOST = 100  # in one list


class DeadlineRow(NamedTuple):
    """A deadline. Times are microseconds UTC; an empty area is the whole city, an empty field every subject."""

    number: int
    title: str
    words: str | None
    url: str | None
    area: str
    field: str
    ends_at: int
    changed_at: int
    sequence: int
    reason: str | None
    withdrawn_at: int | None


_row = select(*(_columns[name] for name in DeadlineRow._fields))


def _concerns(name: str) -> ColumnElement[bool]:
    given = bindparam(name, type_=String)
    return or_(_columns[name] == given, _columns[name] == "", given == "")


def _after(*also: ColumnElement[bool]) -> Statement:
    ahead = _row.where(_columns.ends_at >= bindparam("at"), _concerns("area"), _concerns("field"), *also)
    ordered = ahead.order_by(_columns.ends_at, _columns.number).limit(bindparam("most"))
    return Statement(ordered, "at", "area", "field", "most")


_coming, _since = _after(_columns.withdrawn_at.is_(None)), _after()


def deadline(db: Connection, number: int | None) -> DeadlineRow | None:
    """Return a deadline, also one that is over or withdrawn."""
    row = db.execute(_row.where(_columns.number == number)).first()
    return DeadlineRow(*row) if row else None


def open_for_change(db: Connection, number: int | None, at: int) -> DeadlineRow | None:
    """Return a deadline that is still to come; nobody else changes it until the commit."""
    still = (_columns.number == number) & (_columns.ends_at >= at) & _columns.withdrawn_at.is_(None)
    row = db.execute(_row.where(still).with_for_update()).first()
    return DeadlineRow(*row) if row else None


def coming(db: Connection, at: int, *, area: str = "", field: str = "", most: int = MOST) -> list[DeadlineRow]:
    """Return what is still to come, the next first; with an area and a field what concerns a project of these."""
    return [DeadlineRow(*row) for row in _coming.rows(db, at, area, field, most)]


def since(db: Connection, at: int, *, area: str = "", field: str = "", most: int = MOST) -> list[DeadlineRow]:
    """Return what ends after a time, withdrawn or not, the next first: so calendars hear that something is off."""
    return [DeadlineRow(*row) for row in _since.rows(db, at, area, field, most)]


def wants_reminder(db: Connection, number: int, person_id: int) -> bool:
    """Say whether somebody is to be reminded of a deadline."""
    mine = (_people.deadline == number) & (_people.person_id == person_id)
    return db.scalar(select(_people.id).where(mine)) is not None
