"""Alerts: "tell me of new projects in my area, or about my subject"."""

from __future__ import annotations

from typing import Final, NamedTuple

from sqlalchemy import Connection, delete, func, select

from projektbot.civic.projects.queries import ProjectRow, following, project
from projektbot.civic.projects.rules import ALERT, FIELDS, MOST_ALERTS, PUBLIC, AlertOutcome, Stage, reference
from projektbot.civic.projects.tables import alerts
from projektbot.civic.tx import Opens, Topic, Tx
from projektbot.dialog.engine import Result
from projektbot.store.upsert import unless_there
from projektbot.texts import N_, Own

AT_ONCE: Final = 500  # people who are told in one transaction: some ten milliseconds

_columns = alerts.c


class AlertRow(NamedTuple):
    """Of which new projects somebody wants to be told; an empty area or field stands for all of them."""

    id: int
    area: str
    field: str


def alerts_of(db: Connection, person_id: int) -> list[AlertRow]:
    """Return a person's alerts, the oldest first."""
    mine = select(_columns.id, _columns.area, _columns.field).where(_columns.person_id == person_id)
    return [AlertRow(*row) for row in db.execute(mine.order_by(_columns.id))]


def add_alert(tx: Tx, *, area: str | None = None, field: str | None = None) -> Result:
    """Tell this person of new projects in an area, about a subject, or both; twice is once."""
    mine = tx.db.scalar(select(func.count()).where(_columns.person_id == tx.who.person_id)) or 0
    if mine >= MOST_ALERTS:
        return Result(AlertOutcome.TOO_MANY)
    row = {"person_id": tx.who.person_id, "area": area or "", "field": field or "", "at": tx.at}
    tx.db.execute(unless_there(alerts, [row]))
    return Result(AlertOutcome.ADDED)


def drop_alert(tx: Tx, *, alert: str) -> Result:
    """Tell this person no longer of such projects."""
    itself = (_columns.id == int(alert)) & (_columns.person_id == tx.who.person_id)
    tx.db.execute(delete(alerts).where(itself))
    return Result(AlertOutcome.DROPPED)


def tell_of_new(tx: Tx, row: ProjectRow) -> None:
    """Tell whoever asked for it of a project that is published for the first time.

    Not its author, and not who follows it: they hear of it anyway. Where many have asked, the others are told a page at
    a time, so that no turn of staff waits for all of them, and nobody's behind it.
    """
    _tell(tx, row, after=0)


def tell_more(tx: Tx, subject: str) -> None:
    """Tell the next page of those who asked for it of a new project, unless it is not public any more."""
    number, after = map(int, subject.split("|"))
    row = project(tx.db, number)
    if row and Stage(row.stage) in PUBLIC:
        _tell(tx, row, after=after)


def _tell(tx: Tx, row: ProjectRow, *, after: int) -> None:
    people = _wanting(tx.db, row, after)
    if len(people) == AT_ONCE:
        tx.due(ALERT, f"{row.number}|{people[-1]}", tx.at)
    areas = {area.code: area.name for area in tx.city.areas}
    news = N_("A new project: {ref} {title}\n{field}, {area}", ref=Own(reference(row.number)), title=row.title,
              field=FIELDS.get(row.field, FIELDS["other"]), area=Own(areas.get(row.area, row.area)))  # fmt: skip
    opens = Opens(N_("Have a look"), "project", "ref", reference(row.number))
    for person_id in people:
        tx.post(person_id, news, opens, Topic.ALERT)


def _wanting(db: Connection, row: ProjectRow, after: int) -> list[int]:
    """Return a page of those who are to be told of a project, in order of their numbers."""
    # as an expression: SQLite would look all of them up by area for each page, and sort them
    here = _columns.area.concat("").in_(("", row.area)), _columns.field.in_(("", row.field))
    known = _columns.person_id.in_(following(row.number)) | (_columns.person_id == (row.person_id or 0))
    found = select(_columns.person_id).distinct().where(_columns.person_id > after, *here, ~known)
    return list(db.scalars(found.order_by(_columns.person_id).limit(AT_ONCE)))


def unite_alerts(db: Connection, person_id: int, into: int) -> None:
    """Let one person's alerts be another's, who they turned out to be, each once."""
    rows = [{"person_id": into, "area": area, "field": field, "at": at} for area, field, at in db.execute(
        select(_columns.area, _columns.field, _columns.at).where(_columns.person_id == person_id)
    )]  # fmt: skip
    if rows:
        db.execute(unless_there(alerts, rows))
        db.execute(delete(alerts).where(_columns.person_id == person_id))
