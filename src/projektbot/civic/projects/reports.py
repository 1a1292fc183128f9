"""Reports: what somebody finds should not be public waits for staff, and what they decide about it."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, func, select, update

from projektbot.civic.projects.comments import CommentRow, comment_by_id, unsay_comment
from projektbot.civic.projects.moderation import moderate
from projektbot.civic.projects.queries import ProjectRow, project_for_change
from projektbot.civic.projects.rules import PUBLIC, ModerateOutcome, SettleOutcome, Step, reference, row_named
from projektbot.civic.projects.tables import comments, projects, reports
from projektbot.civic.staff.queries import grants_of
from projektbot.civic.staff.rules import Duty, may
from projektbot.civic.tx import Opens, Tx
from projektbot.dialog.engine import Result
from projektbot.texts import N_, Own

FINE, HIDE, OFF = "fine", "hide", "off"  # what staff may decide
TAKEN_OFF = {
    ModerateOutcome.DONE: SettleOutcome.SETTLED,
    ModerateOutcome.PROPOSED: SettleOutcome.PROPOSED,
    ModerateOutcome.MAY_NOT: SettleOutcome.MAY_NOT,
}
_columns = reports.c
_open = _columns.settled_at.is_(None)


class ReportRow(NamedTuple):
    """A report that waits; `at` is microseconds UTC."""

    id: int
    project: int
    comment: int | None
    words: str
    at: int


class Reported(NamedTuple):
    """A project, or a comment on it, that was reported; `report` is the first report of it that waits."""

    report: int
    project: int
    comment: int | None
    title: str
    times: int


_row = select(_columns.id, _columns.project, _columns.comment, _columns.words, _columns.at)


def _same(project: int, comment: int | None) -> ColumnElement[bool]:
    about = _columns.comment.is_(None) if comment is None else _columns.comment == comment
    return _open & (_columns.project == project) & about


def open_report(db: Connection, report: int) -> ReportRow | None:
    """Return a report that waits."""
    row = db.execute(_row.where(_columns.id == report, _open)).first()
    return ReportRow(*row) if row else None


def reports_like(db: Connection, report: ReportRow) -> list[ReportRow]:
    """Return all reports of the same thing that wait, the oldest first."""
    found = db.execute(_row.where(_same(report.project, report.comment)).order_by(_columns.id))
    return [ReportRow(*row) for row in found]


def count_reports(db: Connection, project: int) -> int:
    """Return how many reports of a project, or of comments on it, wait."""
    return db.scalar(select(func.count()).where(_columns.project == project, _open)) or 0


def reported(db: Connection, areas: Collection[str] | None) -> list[Reported]:
    """Return what was reported in these areas (None: all) and is still public, the longest waiting first."""
    first = func.min(_columns.id)
    found = select(first, _columns.project, _columns.comment, projects.c.title, func.count()).join(projects)
    wanted = found.where(_open, projects.c.stage.in_(sorted(PUBLIC)))
    if areas is not None:
        wanted = wanted.where(projects.c.area.in_(sorted(areas)))
    grouped = wanted.group_by(_columns.project, _columns.comment, projects.c.title).order_by(first)
    return [Reported(*row) for row in db.execute(grouped)]


# ---- what staff decide -----------------------------------------------------------------------------------------------


def settle_report(tx: Tx, *, report: str, act: str, reason: str | None = None) -> Result:
    """Let what was reported stand, hide the comment, or take the project off; the reason goes to whoever wrote it."""
    asked = open_report(tx.db, row_named(report))
    found = project_for_change(tx.db, asked.project) if asked else None
    wanted = open_report(tx.db, row_named(report))  # once more: now nobody else settles it, or merges its project
    if wanted is None or found is None or wanted.project != found.number:
        return Result(SettleOutcome.GONE)
    if not may(grants_of(tx.db, tx.who.person_id), Duty.SETTLE_REPORTS, found.area):
        return Result(SettleOutcome.MAY_NOT)
    if act == OFF:
        return _take_off(tx, found, reason or "")
    if act == HIDE and wanted.comment is not None:
        _hide(tx, found, wanted.comment, reason or "")
    else:
        tx.audit("let_stand", reference(found.number), area=found.area, words=wanted.words)
    tx.db.execute(update(reports).where(_same(wanted.project, wanted.comment)).values(settled_at=tx.at))
    return Result(SettleOutcome.SETTLED)


def _hide(tx: Tx, found: ProjectRow, comment: int, reason: str) -> None:
    said = comment_by_id(tx.db, found.number, comment)
    tx.db.execute(update(comments).where(comments.c.id == comment).values(hidden_at=tx.at))
    tx.audit("hide_comment", reference(found.number), area=found.area, words=reason)
    if said:
        unsay_comment(tx, found.number, said)
        _tell_author(tx, found, said, reason)


def _tell_author(tx: Tx, found: ProjectRow, said: CommentRow, reason: str) -> None:
    news = N_(
        "What you said about {ref} {title} is no longer shown:\n{words}\nThe reason:\n{reason}\n"
        "If you see it another way, write to {contact}.",
        ref=Own(reference(found.number)), title=found.title, words=said.words, reason=reason, contact=tx.city.contact,
    )  # fmt: skip
    tx.post(said.person_id, news, Opens(N_("Have a look"), "project", "ref", reference(found.number)))


def _take_off(tx: Tx, found: ProjectRow, reason: str) -> Result:
    """Decline the project, as moderation does it: with its reason, and where the city wants it with four eyes."""
    outcome = ModerateOutcome(moderate(tx, idea=reference(found.number), act=Step.DECLINE, reason=reason).outcome)
    if outcome is ModerateOutcome.DONE:
        waiting = _open & (_columns.project == found.number)
        tx.db.execute(update(reports).where(waiting).values(settled_at=tx.at))
    return Result(TAKEN_OFF.get(outcome, SettleOutcome.GONE))
