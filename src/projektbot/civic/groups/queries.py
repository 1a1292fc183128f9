"""Questions about groups and what is planned in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, Row, and_, distinct, func, or_, select

from projektbot.civic.groups.rules import Counts, Kind
from projektbot.civic.groups.tables import (
    decision_voters,
    decisions,
    group_answers,
    group_askers,
    project_chats,
    questions,
    tasks,
)

DAY = 86_400_000_000  # microseconds
FEWEST_DONE = 3  # of the tasks that were just done a full list shows so many


class TaskRow(NamedTuple):
    """A task. Times are microseconds UTC, `until` a day ("2026-06-19")."""

    id: int
    project: int
    words: str
    who: str | None
    until: str | None
    done_at: int | None


class QuestionRow(NamedTuple):
    """Something a group was asked. Times are microseconds UTC."""

    id: int
    project: int
    kind: Kind
    words: str
    options: list[str]
    starts_at: int | None
    at: int
    ended_at: int | None


class DecisionRow(NamedTuple):
    """A question that is decided by votes. Times are microseconds UTC."""

    id: int
    project: int
    words: str
    until: int
    counts: Counts
    ended_at: int | None


# ---- groups ----------------------------------------------------------------------------------------------------------


def project_of_chat(db: Connection, address_id: int) -> int | None:
    """Return which project a group belongs to."""
    found: int | None = db.scalar(select(project_chats.c.project).where(project_chats.c.address_id == address_id))
    return found


def thread_of_chat(db: Connection, address_id: int) -> str:
    """Return in which topic of a group we speak by ourselves."""
    return db.scalar(select(project_chats.c.thread).where(project_chats.c.address_id == address_id)) or ""


def chats_of_project(db: Connection, project: int) -> list[int]:
    """Return the addresses of the groups of a project."""
    mine = project_chats.c.project == project
    return list(db.scalars(select(project_chats.c.address_id).where(mine).order_by(project_chats.c.address_id)))


class ChatRow(NamedTuple):
    """A group of a project."""

    address_id: int
    channel: str


def bound_chats(db: Connection, project: int) -> list[ChatRow]:
    """Return the groups of a project, with their messengers."""
    mine = select(project_chats.c.address_id, project_chats.c.channel).where(project_chats.c.project == project)
    return [ChatRow(*row) for row in db.execute(mine.order_by(project_chats.c.address_id))]


def chat_on(db: Connection, project: int, channel: str) -> int | None:
    """Return the address of a project's group on a messenger."""
    mine = and_(project_chats.c.project == project, project_chats.c.channel == channel)
    found: int | None = db.scalar(select(project_chats.c.address_id).where(mine))
    return found


# ---- tasks -----------------------------------------------------------------------------------------------------------

_task = select(tasks.c.id, tasks.c.project, tasks.c.words, tasks.c.who, tasks.c.until, tasks.c.done_at)


def task(db: Connection, task_id: int) -> TaskRow | None:
    """Return a task."""
    found = db.execute(_task.where(tasks.c.id == task_id)).first()
    return TaskRow(*found) if found else None


def tasks_of(db: Connection, project: int, at: int, limit: int) -> list[TaskRow]:
    """Return the open tasks of a project and those done within the last day, the oldest first.

    So a list keeps its order while it is worked off, and whoever ticked off the wrong one finds it there. Where it
    grows too long, the open ones have the room but for the last few that were done.
    """
    mine = _task.where(tasks.c.project == project)
    waits = db.execute(mine.where(tasks.c.done_at.is_(None)).order_by(tasks.c.id).limit(limit)).all()
    latest = mine.where(tasks.c.done_at > at - DAY).order_by(tasks.c.done_at.desc(), tasks.c.id.desc())
    done = db.execute(latest.limit(max(FEWEST_DONE, limit - len(waits)))).all()
    return sorted(TaskRow(*row) for row in (*waits[: limit - len(done)], *done))


def count_open(db: Connection, project: int) -> int:
    """Return how many tasks of a project are open."""
    mine = and_(tasks.c.project == project, tasks.c.done_at.is_(None))
    return db.scalar(select(func.count()).select_from(tasks).where(mine)) or 0


# ---- questions with buttons ------------------------------------------------------------------------------------------

_question = select(*[questions.c[name] for name in QuestionRow._fields])


def _asked(row: Row[*tuple[Any, ...]] | None) -> QuestionRow | None:
    if row is None:
        return None
    found = QuestionRow(*row)
    return found._replace(kind=Kind(found.kind), options=orjson.loads(row.options))


def stored_question(db: Connection, question_id: int) -> QuestionRow | None:
    """Return a question as it stands."""
    return _asked(db.execute(_question.where(questions.c.id == question_id)).first())


def question_for_change(db: Connection, question_id: int) -> QuestionRow | None:
    """Return a question that nobody else changes until the commit."""
    return _asked(db.execute(_question.where(questions.c.id == question_id).with_for_update()).first())


def newest_dates(db: Connection, project: int) -> int | None:
    """Return the id of the newest question for a date that is still open."""
    mine = and_(questions.c.project == project, questions.c.kind == Kind.DATES, questions.c.ended_at.is_(None))
    found: int | None = db.scalar(select(func.max(questions.c.id)).where(mine))
    return found


def has_asked(db: Connection, question_id: int, people: Sequence[int], guest: str) -> bool:
    """Say whether one of these people has asked something, or somebody who was a guest of this name then."""
    theirs = or_(group_askers.c.person_id.in_(people), and_(group_askers.c.guest == guest, group_askers.c.guest != ""))
    asked = select(group_askers.c.question).where(group_askers.c.question == question_id, theirs)
    return db.scalar(asked) is not None


def open_polls(db: Connection, project: int) -> list[QuestionRow]:
    """Return the mood polls of a project that are not over, the oldest first."""
    mine = and_(questions.c.project == project, questions.c.kind == Kind.MOOD, questions.c.ended_at.is_(None))
    found = map(_asked, db.execute(_question.where(mine).order_by(questions.c.id)))
    return [row for row in found if row is not None]


def choices_of(db: Connection, question_id: int, voters: Sequence[str]) -> set[int]:
    """Return which choices were taken under these names."""
    mine = and_(group_answers.c.question == question_id, group_answers.c.voter.in_(voters))
    return set(db.scalars(select(group_answers.c.choice).where(mine)))


def count_voters(db: Connection, question_id: int) -> int:
    """Return how many have answered a question."""
    its = group_answers.c.question == question_id
    return db.scalar(select(func.count(distinct(group_answers.c.voter))).where(its)) or 0


def answers_to(db: Connection, question: QuestionRow) -> list[int]:
    """Return how often each choice was taken."""
    taken = select(group_answers.c.choice).where(group_answers.c.question == question.id)
    found = Counter(db.scalars(taken))
    return [found[place] for place in range(len(question.options))]


# ---- decisions -------------------------------------------------------------------------------------------------------


def decision_for_change(db: Connection, decision_id: int) -> DecisionRow | None:
    """Return a decision that nobody else changes until the commit."""
    columns = decisions.c
    wanted = select(columns.id, columns.project, columns.words, columns.until, columns.ended_at)
    counted = wanted.add_columns(columns.yes, columns.no, columns.abstain).where(columns.id == decision_id)
    row = db.execute(counted.with_for_update()).first()
    if row is None:
        return None
    return DecisionRow(row.id, row.project, row.words, row.until, Counts(row.yes, row.no, row.abstain), row.ended_at)


def has_voted(db: Connection, decision_id: int, person_id: int) -> bool | None:
    """Say whether somebody has voted; None if they may not."""
    mine = and_(decision_voters.c.decision == decision_id, decision_voters.c.person_id == person_id)
    found = db.scalar(select(decision_voters.c.has_voted).where(mine))
    return None if found is None else bool(found)


def silent_in(db: Connection, decision_id: int) -> list[int]:
    """Return who was asked and has not voted yet."""
    mine = and_(decision_voters.c.decision == decision_id, decision_voters.c.has_voted == 0)
    return list(db.scalars(select(decision_voters.c.person_id).where(mine)))


def open_decisions(db: Connection, project: int) -> list[int]:
    """Return the votes of a project that are under way, the oldest first."""
    mine = and_(decisions.c.project == project, decisions.c.ended_at.is_(None))
    return list(db.scalars(select(decisions.c.id).where(mine).order_by(decisions.c.id)))


def decisions_of_both(db: Connection, person_id: int, other_id: int) -> list[int]:
    """Return open decisions in which two people have both voted."""
    mine, other = decision_voters.alias("mine"), decision_voters.alias("other")
    voted = and_(mine.c.decision == other.c.decision, mine.c.has_voted == 1, other.c.has_voted == 1)
    both = and_(mine.c.person_id == person_id, other.c.person_id == other_id)
    open_ = and_(decisions.c.id == mine.c.decision, decisions.c.ended_at.is_(None))
    return list(db.scalars(select(mine.c.decision).join(other, voted).join(decisions, open_).where(both)))
