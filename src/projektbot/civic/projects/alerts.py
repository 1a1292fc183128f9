"""Alerts: "tell me of new projects in my area, or about my subject"."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, delete, func, select

from projektbot.civic.projects.queries import ProjectRow, followers_of
from projektbot.civic.projects.rules import FIELDS, MOST_ALERTS, AlertOutcome, reference
from projektbot.civic.projects.tables import alerts
from projektbot.civic.tx import Opens, Topic, Tx
from projektbot.dialog.engine import Result
from projektbot.store.upsert import unless_there
from projektbot.texts import N_, Own

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

    Not its author, and not who follows it: they hear of it anyway.
    """
    wanted = select(_columns.person_id).where(_columns.area.in_(("", row.area)), _columns.field.in_(("", row.field)))
    known = {row.person_id, *followers_of(tx.db, row.number)}
    areas = {area.code: area.name for area in tx.city.areas}
    news = N_("A new project: {ref} {title}\n{field}, {area}", ref=Own(reference(row.number)), title=row.title,
              field=FIELDS.get(row.field, FIELDS["other"]), area=Own(areas.get(row.area, row.area)))  # fmt: skip
    opens = Opens(N_("Have a look"), "project", "ref", reference(row.number))
    for person_id in tx.db.scalars(wanted.distinct().order_by(_columns.person_id)).all():
        if person_id not in known:
            tx.post(person_id, news, opens, Topic.ALERT)


def unite_alerts(db: Connection, person_id: int, into: int) -> None:
    """Let one person's alerts be another's, who they turned out to be, each once."""
    rows = [{"person_id": into, "area": area, "field": field, "at": at} for area, field, at in db.execute(
        select(_columns.area, _columns.field, _columns.at).where(_columns.person_id == person_id)
    )]  # fmt: skip
    if rows:
        db.execute(unless_there(alerts, rows))
        db.execute(delete(alerts).where(_columns.person_id == person_id))
