"""What is said about a project, as everybody reads it: page by page, each comment under its number."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, func, or_, select, update

from projektbot.civic.projects.queries import public_for_change
from projektbot.civic.projects.rules import COMMENTS_A_PAGE, DeleteOutcome, reference
from projektbot.civic.projects.tables import comments, projects, reports
from projektbot.civic.tx import Opens, Tx, Unsaid
from projektbot.dialog.engine import Result
from projektbot.texts import N_


class CommentRow(NamedTuple):
    """A comment. Its number stays the same if others go; `ours`: by the author of the project, `mine`: by the reader.

    `at` is microseconds UTC.
    """

    id: int
    number: int
    person_id: int | None
    words: str
    at: int
    ours: bool
    mine: bool


def _numbered(project: int, reader: int) -> Select[Any]:
    columns = comments.c
    number = func.row_number().over(order_by=columns.id).label("number")  # those counts, too, that are hidden
    ours = func.coalesce(columns.person_id == projects.c.person_id, False).label("ours")
    mine = func.coalesce(columns.person_id == reader, False).label("mine")
    found = select(columns.id, number, columns.person_id, columns.words, columns.at, ours, mine, columns.hidden_at)
    return found.join(projects).where(columns.project == project)


def comments_on(db: Connection, project: int, reader: int, page: int) -> list[CommentRow]:
    """Return a page of comments, page 0 the newest, the oldest of them first."""
    return _newest(db, project, reader, COMMENTS_A_PAGE, page * COMMENTS_A_PAGE)


def newest_comments(db: Connection, project: int, limit: int) -> list[CommentRow]:
    """Return the newest comments as nobody in particular reads them, the oldest of them first."""
    return _newest(db, project, 0, limit, 0)


def _newest(db: Connection, project: int, reader: int, limit: int, offset: int) -> list[CommentRow]:
    every = _numbered(project, reader).subquery()
    shown = select(every).where(every.c.hidden_at.is_(None)).order_by(every.c.id.desc())
    return [_row(row) for row in reversed(db.execute(shown.limit(limit).offset(offset)).all())]


def comment_numbered(db: Connection, project: int, number: int, reader: int) -> CommentRow | None:
    """Return the comment of this number that everybody may read."""
    every = _numbered(project, reader).subquery()
    found = db.execute(select(every).where(every.c.number == number, every.c.hidden_at.is_(None))).first()
    return _row(found) if found else None


def comment_by_id(db: Connection, project: int, comment: int) -> CommentRow | None:
    """Return a comment, also one that is hidden."""
    every = _numbered(project, 0).subquery()
    found = db.execute(select(every).where(every.c.id == comment)).first()
    return _row(found) if found else None


def _row(row: Row[Any]) -> CommentRow:
    return CommentRow(row.id, row.number, row.person_id, row.words, row.at, bool(row.ours), bool(row.mine))


def numbering_of(db: Connection, number: int) -> str:
    """Return a sign of how the comments on a project are numbered: another one once others came in by a merge."""
    merged = select(func.count()).select_from(projects).where(projects.c.merged_into == number)
    return f"{number}|{db.scalar(merged)}"


def delete_comment(tx: Tx, *, ref: str, number: int, seen: str | None = None) -> Result:
    """Delete what this person said about a project. Its number is not given again, and nobody reads it any more.

    With `seen` (`numbering_of`) nothing is done once other comments are called by these numbers.
    """
    found = public_for_change(tx.db, ref)
    if found and seen and seen != numbering_of(tx.db, found.number):
        return Result(DeleteOutcome.CHANGED)
    comment = comment_numbered(tx.db, found.number, number, tx.who.person_id) if found else None
    if found is None or comment is None or not comment.mine:
        return Result(DeleteOutcome.NOT_YOURS)
    itself = comments.c.id == comment.id
    unsay_comment(tx, found.number, comment)
    tx.db.execute(update(comments).where(itself).values(words="", hidden_at=tx.at))
    tx.db.execute(update(reports).where(reports.c.comment == comment.id).values(settled_at=tx.at))
    return Result(DeleteOutcome.DELETED)


def unsay_comment(tx: Tx, number: int, comment: CommentRow) -> None:
    """Let nobody be told any more of a comment on a project, nor of what has just these words elsewhere.

    It may have been told of under the number of an idea that goes on in this project by now.
    """
    columns = projects.c
    parts = select(columns.number, columns.title).where(or_(columns.number == number, columns.merged_into == number))
    for part, title in tx.db.execute(parts).all():
        opens = Opens(N_("Have a look"), "project", "ref", reference(part))
        # news of any kind name the project: by its title alone none of them is this one
        tx.unsay(Unsaid(comment.words, comment.at, opens, times=2 if title == comment.words else 1))
