"""Questions about projects."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, func, select

from projektbot.civic.projects.rules import FIRST_REF, PUBLIC, WAITING, Care, Stage, number_of
from projektbot.civic.projects.searching import Spellings, holds, titled, wanted_words
from projektbot.civic.projects.tables import (
    comments,
    project_files,
    project_people,
    project_words,
    projects,
    proposals,
)
from projektbot.civic.staff.queries import grants_of
from projektbot.civic.staff.rules import Duty, may
from projektbot.records import record
from projektbot.store.locks import PROJECT_NUMBERS, be_alone
from projektbot.store.statement import Statement

_highest = Statement(select(func.max(projects.c.number)))


class ProjectRow(NamedTuple):
    """A project as it stands. Times are microseconds UTC, money is cents."""

    number: int
    person_id: int | None
    stage: str
    kind: str
    service: str | None
    title: str
    description: str
    field: str
    area: str
    lat: float | None
    lon: float | None
    cost_cents: int | None
    currency: str | None
    contribution: str | None
    created_at: int
    waits_since: int | None
    published_at: int | None
    words: str | None
    merged_into: int | None
    answer: str | None
    answered_at: int | None


_row = select(*[projects.c[name] for name in ProjectRow._fields])
_project = Statement(_row.where(projects.c.number == bindparam("number")), "number")
_public = projects.c.stage.in_(sorted(PUBLIC))


# ---- one -------------------------------------------------------------------------------------------------------------


def project(db: Connection, number: int | None) -> ProjectRow | None:
    """Return a project."""
    found = _project.rows(db, number)
    return ProjectRow(*found[0]) if found else None


def project_for_change(db: Connection, number: int | None) -> ProjectRow | None:
    """Return a project that nobody else changes until the commit."""
    found = db.execute(_row.where(projects.c.number == number).with_for_update()).first()
    return ProjectRow(*found) if found else None


def projects_by_number(db: Connection, numbers: Sequence[int]) -> list[ProjectRow]:
    """Return projects in the order of these numbers, those that there are."""
    found = (
        {row[0]: ProjectRow(*row) for row in db.execute(_row.where(projects.c.number.in_(numbers)))} if numbers else {}
    )
    return [found[number] for number in numbers if number in found]


def where_it_went(db: Connection, number: int | None) -> ProjectRow | None:
    """Return a project or, if it was merged, the one it is part of now."""
    found = project(db, number)
    return project(db, found.merged_into) if found and found.merged_into else found


def where_it_went_for_change(db: Connection, number: int | None) -> ProjectRow | None:
    """Return what `where_it_went` does; nobody else changes it until the commit.

    Else what somebody does at the moment of a merge would be left behind.
    """
    found = where_it_went(db, number)
    found = project_for_change(db, found.number) if found else None
    while found and found.merged_into:  # while we waited for it
        found = project_for_change(db, found.merged_into)
    return found


def public_project(db: Connection, ref: str) -> ProjectRow | None:
    """Return the public project that is meant by a reference, or that one of this reference is part of now."""
    found = where_it_went(db, number_of(ref))
    return found if found and Stage(found.stage) in PUBLIC else None


def public_for_change(db: Connection, ref: str) -> ProjectRow | None:
    """Return the public project that is meant, as `public_project` does; nobody else changes it until the commit."""
    found = where_it_went_for_change(db, number_of(ref))
    return found if found and Stage(found.stage) in PUBLIC else None


def project_for_staff(db: Connection, person_id: int, ref: str) -> ProjectRow | None:
    """Return a project if this person may at least answer to it for the city."""
    found = project(db, number_of(ref))
    return found if found and may(grants_of(db, person_id), Duty.ANSWER_IDEAS, found.area) else None


class FileRow(NamedTuple):
    """A file that belongs to a project; `caption` is what its sender wrote with it."""

    kind: str
    sha256: str
    mime: str
    size: int
    caption: str | None


def picture_of(db: Connection, number: int) -> FileRow | None:
    """Return the first photo of a project."""
    return next((file for file in files_of(db, number) if file.kind == "image"), None)


_files = Statement(
    select(*[project_files.c[name] for name in FileRow._fields])
    .where(project_files.c.project == bindparam("number"))
    .order_by(project_files.c.id),
    "number",
)


def files_of(db: Connection, number: int) -> list[FileRow]:
    """Return the files of a project, the first sent first."""
    return [FileRow(*row) for row in _files.rows(db, number)]


def next_number(db: Connection) -> int:
    """Return the number of the next project."""
    be_alone(db, PROJECT_NUMBERS)  # two processes would find the same highest one
    ((highest,),) = _highest.rows(db)
    return FIRST_REF if highest is None else int(highest) + 1


# ---- of somebody -----------------------------------------------------------------------------------------------------


def projects_of(db: Connection, person_id: int) -> list[ProjectRow]:
    """Return a person's own projects, the newest first."""
    rows = db.execute(_row.where(projects.c.person_id == person_id).order_by(projects.c.number.desc()))
    return [ProjectRow(*row) for row in rows]


# ---- waiting for staff -----------------------------------------------------------------------------------------------


def _waiting(areas: Collection[str] | None) -> ColumnElement[bool]:
    waits = projects.c.stage.in_(sorted(WAITING))
    return waits if areas is None else and_(waits, projects.c.area.in_(sorted(areas)))


def queue(db: Connection, areas: Collection[str] | None, limit: int) -> list[ProjectRow]:
    """Return the ideas that wait for staff in these areas (None: all), the longest waiting first."""
    found = _row.where(_waiting(areas)).order_by(projects.c.waits_since, projects.c.number).limit(limit)
    return [ProjectRow(*row) for row in db.execute(found)]


def count_queue(db: Connection, areas: Collection[str] | None) -> int:
    """Return how many ideas wait for staff in these areas."""
    return db.scalar(select(func.count()).select_from(projects).where(_waiting(areas))) or 0


class Proposal(NamedTuple):
    """What a moderator proposes to do with an idea."""

    person_id: int
    step: str
    words: str | None
    into: int | None


def proposal_for(db: Connection, number: int) -> Proposal | None:
    """Return what somebody proposes to do with an idea."""
    columns = proposals.c
    found = select(columns.person_id, columns.step, columns.words, columns.into).where(columns.project == number)
    row = db.execute(found).first()
    return Proposal(*row) if row else None


def sight_of(db: Connection, found: ProjectRow) -> str:
    """Return a sign of what staff see of an idea: it is another one as soon as they would see something else."""
    return hashlib.sha256(repr((found, proposal_for(db, found.number))).encode()).hexdigest()[:16]


# ---- public ----------------------------------------------------------------------------------------------------------


@record
class Filter:
    """Which projects somebody wants to see; empty: whichever."""

    area: str = ""
    field: str = ""
    words: str = ""
    answered: bool = False  # by the city
    needs_help: bool = False  # what that is, teams know: whoever asks hands over which numbers that are (`among`)


Among: TypeAlias = Select[tuple[int]]  # the numbers of projects that a later room chose


def _matching(
    db: Connection, wanted: Filter, words: Sequence[Spellings], among: Among | None
) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [_public] if among is None else [_public, projects.c.number.in_(among)]
    if wanted.area:
        found.append(projects.c.area == wanted.area)
    if wanted.field:
        found.append(projects.c.field == wanted.field)
    if wanted.answered:
        found.append(projects.c.answered_at.is_not(None))
    if words:
        found.append(holds(db, words))
    return found


def chosen(db: Connection, found: Select[Any], wanted: Filter, among: Among | None = None) -> Select[Any]:
    """Narrow a question about projects to the public ones that somebody wants to see."""
    words = wanted_words(wanted.words)
    joined = found.join(project_words, project_words.c.number == projects.c.number) if words else found
    return joined.where(*_matching(db, wanted, words, among))


def _in_order(db: Connection, found: Select[Any], wanted: Filter, among: Among | None) -> Select[Any]:
    words = wanted_words(wanted.words)
    order = [projects.c.published_at.desc(), projects.c.number.desc()]
    if words:
        order.insert(0, titled(words).desc())
    return chosen(db, found, wanted, among).order_by(*order)


def public_projects(
    db: Connection, wanted: Filter, limit: int, offset: int = 0, among: Among | None = None
) -> list[ProjectRow]:  # fmt: skip
    """Return public projects, the newest first; of those that were looked for, first those that are called so."""
    found = _in_order(db, _row, wanted, among)
    return [ProjectRow(*row) for row in db.execute(found.limit(limit).offset(offset))]


def numbers_in_order(db: Connection, wanted: Filter, among: Among | None = None) -> list[int]:
    """Return the numbers of all public projects that somebody wants to see, in the same order."""
    return list(db.scalars(_in_order(db, select(projects.c.number), wanted, among)))


def count_public(db: Connection, wanted: Filter, among: Among | None = None) -> int:
    """Return how many public projects there are."""
    return db.scalar(chosen(db, select(func.count()).select_from(projects), wanted, among)) or 0


_support = Statement(
    select(func.count())
    .select_from(project_people)
    .where(project_people.c.project == bindparam("number"), project_people.c.supports_at.is_not(None)),
    "number",
)


def support_of(db: Connection, number: int) -> int:
    """Return how many people support a project."""
    ((count,),) = _support.rows(db, number)
    return int(count)


def people_who_hear(db: Connection, number: int, after: int, limit: int) -> list[int]:
    """Return who follows a project, and its author, in order of their numbers."""
    author = select(projects.c.person_id).where(projects.c.number == number, projects.c.person_id.is_not(None))
    every = following(number).union(author).subquery()
    return list(
        db.scalars(select(every.c.person_id).where(every.c.person_id > after).order_by(every.c.person_id).limit(limit))
    )


def followers_of(db: Connection, number: int) -> list[int]:
    """Return who follows a project."""
    return list(db.scalars(following(number).order_by(project_people.c.id)))


def following(number: int) -> Select[tuple[int]]:
    """Return the question who follows a project, for others that name its people: they may be too many to list."""
    columns = project_people.c
    return select(columns.person_id).where(columns.project == number, columns.follows_at.is_not(None))


def followed_by(db: Connection, person_id: int, limit: int) -> list[ProjectRow]:
    """Return the public projects that somebody follows, the last one first."""
    columns = project_people.c
    joined = _row.join(project_people, columns.project == projects.c.number)
    mine = joined.where(_public, columns.person_id == person_id, columns.follows_at.is_not(None))
    rows = db.execute(mine.order_by(columns.follows_at.desc(), columns.id.desc()).limit(limit))
    return [ProjectRow(*row) for row in rows]


_cares = Statement(
    select(project_people.c.supports_at, project_people.c.follows_at).where(
        project_people.c.project == bindparam("number"), project_people.c.person_id == bindparam("person_id")
    ),
    "number", "person_id",
)  # fmt: skip
_comments = Statement(
    select(func.count())
    .select_from(comments)
    .where(comments.c.project == bindparam("number"), comments.c.hidden_at.is_(None)),
    "number",
)


def cares_of(db: Connection, number: int, person_id: int) -> frozenset[Care]:
    """Return what somebody does about a project: supports it, follows it."""
    found = _cares.rows(db, number, person_id)
    times = found[0] if found else (None, None)
    return frozenset(care for care, at in zip((Care.SUPPORT, Care.FOLLOW), times, strict=True) if at is not None)


def count_comments(db: Connection, number: int) -> int:
    """Return how many comments everybody may read."""
    ((count,),) = _comments.rows(db, number)
    return int(count)
