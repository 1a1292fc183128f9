"""Questions about projects."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, func, select

from projektbot.civic.projects.rules import FIRST_REF
from projektbot.civic.projects.tables import projects
from projektbot.store.locks import PROJECT_NUMBERS, be_alone
from projektbot.store.statement import Statement

_highest = Statement(select(func.max(projects.c.number)))


class ProjectRow(NamedTuple):
    """A project as its author sees it in a list."""

    number: int
    title: str
    stage: str
    created_at: int


def projects_of(db: Connection, person_id: int) -> list[ProjectRow]:
    """Return a person's own projects, the newest first."""
    columns = projects.c
    rows = db.execute(
        select(columns.number, columns.title, columns.stage, columns.created_at)
        .where(columns.person_id == person_id)
        .order_by(columns.number.desc())
    )
    return [ProjectRow(*row) for row in rows]


def next_number(db: Connection) -> int:
    """Return the number of the next project."""
    be_alone(db, PROJECT_NUMBERS)  # two processes would find the same highest one
    ((highest,),) = _highest.rows(db)
    return FIRST_REF if highest is None else int(highest) + 1
