"""What residents say about projects: comments, reports, and the author's answer to a question of staff."""

from __future__ import annotations

from sqlalchemy import Table, func, insert, select, update

from projektbot.civic.projects.caring import note_care, tell_followers
from projektbot.civic.projects.comments import comment_numbered, numbering_of
from projektbot.civic.projects.queries import ProjectRow, project_for_change, public_for_change
from projektbot.civic.projects.reports import count_reports
from projektbot.civic.projects.rules import (
    COMMENTS_A_DAY,
    REPORTS_A_DAY,
    Care,
    ReplyOutcome,
    SayOutcome,
    Stage,
    number_of,
    reference,
)
from projektbot.civic.projects.tables import comments, projects, reports
from projektbot.civic.staff.queries import people_for
from projektbot.civic.staff.rules import Duty
from projektbot.civic.tx import Opens, Topic, Tx
from projektbot.dialog.engine import Result
from projektbot.texts import N_, Own

DAY = 24 * 60 * 60 * 1_000_000  # microseconds


def reply_to_staff(tx: Tx, *, idea: str, reply: str) -> Result:
    """Add a question of staff and its author's answer to the idea and put it back into the queue."""
    found = project_for_change(tx.db, number_of(idea))
    if found is None or found.person_id != tx.who.person_id or found.stage != Stage.ASKED:
        return Result(ReplyOutcome.NOT_ASKED)
    added = f"{found.description}\n\n– {found.words}\n– {reply}"  # as talk is written; it is read in every language
    changes = {"description": added, "stage": Stage.SUBMITTED.value, "words": None, "waits_since": tx.at}
    tx.db.execute(update(projects).where(projects.c.number == found.number).values(changes))
    return Result(ReplyOutcome.SENT)


def add_comment(tx: Tx, *, ref: str, comment: str) -> Result:
    """Say something about a project where everybody can read it; its author and followers are told."""
    found = public_for_change(tx.db, ref)
    if found is None:
        return Result(SayOutcome.GONE)
    if _today(tx, comments) >= COMMENTS_A_DAY:
        return Result(SayOutcome.TOO_MANY)
    row = {"project": found.number, "person_id": tx.who.person_id, "words": comment, "at": tx.at}
    tx.db.execute(insert(comments), row)
    _tell(tx, found, comment)
    note_care(tx, found.number, tx.who.person_id, Care.FOLLOW)  # whoever speaks wants to hear the answer
    return Result(SayOutcome.SAID)


def _tell(tx: Tx, found: ProjectRow, comment: str) -> None:
    news = N_("Somebody has written about {ref} {title}:\n{comment}", ref=Own(reference(found.number)),
              title=found.title, comment=comment)  # fmt: skip
    opens = Opens(N_("Have a look"), "project", "ref", reference(found.number))
    tx.post(found.person_id, news, opens, Topic.COMMENT, found.number)
    tell_followers(tx, found.number, news, opens, but=found.person_id, topic=Topic.COMMENT)


def report(tx: Tx, *, ref: str, report: str, number: int | None = None, seen: str | None = None) -> Result:
    """Tell staff that a project should not be public, or the comment of this `number` on it; `seen` as to delete it."""
    found = public_for_change(tx.db, ref)
    if found is None:
        return Result(SayOutcome.GONE)
    if number is not None and seen and seen != numbering_of(tx.db, found.number):
        return Result(SayOutcome.CHANGED)
    comment = comment_numbered(tx.db, found.number, number, tx.who.person_id) if number is not None else None
    if number is not None and comment is None:
        return Result(SayOutcome.UNKNOWN)
    if _today(tx, reports) >= REPORTS_A_DAY:
        return Result(SayOutcome.TOO_MANY)
    first = not count_reports(tx.db, found.number)
    row = {"project": found.number, "person_id": tx.who.person_id, "words": report, "at": tx.at}
    added = insert(reports).values({**row, "comment": comment.id if comment else None}).returning(reports.c.id)
    report_id = tx.db.execute(added).scalar_one()
    if first:
        _tell_staff(tx, found, report_id)
    return Result(SayOutcome.SAID)


def _tell_staff(tx: Tx, found: ProjectRow, report_id: int) -> None:
    """Tell of the first open report of a project; the others stand beside it."""
    news = N_("Somebody has reported {ref} {title}.", ref=Own(reference(found.number)), title=found.title)
    for person_id in people_for(tx.db, Duty.SETTLE_REPORTS, found.area):
        tx.post(person_id, news, Opens(N_("Have a look"), "check_report", "report", str(report_id)))


def _today(tx: Tx, table: Table) -> int:
    mine = (table.c.person_id == tx.who.person_id) & (table.c.at > tx.at - DAY)
    return tx.db.scalar(select(func.count()).select_from(table).where(mine)) or 0
