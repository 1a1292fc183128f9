"""Questions to a group, answered by buttons under one message that always shows how things stand."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import orjson
from sqlalchemy import Connection, and_, delete, insert, or_, select, update

from projektbot.civic.groups import reactions
from projektbot.civic.groups.counts import note_change, shown
from projektbot.civic.groups.here import Here
from projektbot.civic.groups.queries import QuestionRow, choices_of, question_for_change
from projektbot.civic.groups.rules import SEVERAL, Kind
from projektbot.civic.groups.tables import group_answers, group_askers, questions
from projektbot.civic.projects.rules import row_named
from projektbot.civic.tx import Post
from projektbot.errors import Refused
from projektbot.store.upsert import unless_there
from projektbot.texts import N_


def ask(here: Here, kind: Kind, words: str, options: Sequence[str], starts_at: int | None = None) -> QuestionRow:
    """Store a question."""
    row = {
        "project": here.project,
        "kind": kind.value,
        "words": words,
        "options": orjson.dumps(list(options)).decode(),
        "starts_at": starts_at,
        "at": here.tx.at,
    }
    made = int(here.tx.db.scalar(insert(questions).values(row).returning(questions.c.id)) or 0)
    asker = {"person_id": here.person_id, "guest": None if here.people else here.guest or None}
    here.tx.db.execute(insert(group_askers).values(question=made, **asker))
    return QuestionRow(made, here.project, kind, words, list(options), starts_at, here.tx.at, None)


def choose(here: Here, question_id: int, what: str) -> Post:
    """Take a choice; of several that may be taken, a second time takes it back.

    A reaction is there or it is not: a second one takes nothing back, but that one of them is gone does (`withdraw`).
    """
    question = question_for_change(here.tx.db, question_id)
    if question is None or question.project != here.project:
        raise Refused(N_("This question is gone."))
    if question.ended_at is not None:
        raise Refused(N_("This question is closed."))
    if not here.voter:
        raise Refused(N_("I cannot count you while you write anonymously."))
    if what.isdecimal() and (place := row_named(what)) < len(question.options):
        _note(here, question, place)
    return shown(here.tx.db, here.zone, question)


def _note(here: Here, question: QuestionRow, choice: int) -> None:
    if here.reaction:
        reactions.note(here, question.id, choice)
    take_choices(here, question, _wanted(here, question, choice))


def _wanted(here: Here, question: QuestionRow, choice: int) -> set[int]:
    if question.kind not in SEVERAL:
        return {choice}
    own = choices_of(here.tx.db, question.id, here.voters)
    return own | {choice} if here.reaction else own ^ {choice}


def withdraw(here: Here, reaction: str) -> Post | None:
    """Take back what was chosen by a reaction that is gone; return how it stands, or None if it changes nothing.

    Where one choice counts, it is the last of those that people still see under the message.
    """
    found = reactions.take(here.tx.db, here.tx.who.address_id, reaction, here.sender)
    question = question_for_change(here.tx.db, found.question) if found else None
    if found is None or question is None or question.project != here.project or question.ended_at is not None:
        return None
    own = choices_of(here.tx.db, question.id, here.voters)
    left = reactions.left(here.tx.db, question.id, here.sender)
    if found.choice not in own or found.choice in left:
        return None
    take_choices(here, question, own - {found.choice} if question.kind in SEVERAL else left[-1:])
    return shown(here.tx.db, here.zone, question)


def take_choices(here: Here, question: QuestionRow, wanted: Collection[int]) -> None:
    """Let these be the choices of who acts, under one name, and no others."""
    note_change(here.tx, question)
    columns = group_answers.c
    other = or_(columns.voter != here.voter, columns.choice.not_in(wanted))
    mine = and_(columns.question == question.id, columns.voter.in_(here.voters))
    here.tx.db.execute(delete(group_answers).where(mine, other))
    if wanted:
        about = {"question": question.id, "voter": here.voter, "person_id": here.person_id}
        here.tx.db.execute(unless_there(group_answers, [{**about, "choice": choice} for choice in sorted(wanted)]))


def unite_answers(db: Connection, person_id: int, into: int) -> None:
    """Let somebody's answers be another's, who they turned out to be; where both answered, the other's stay."""
    columns, twin = group_answers.c, group_answers.alias("twin")
    both = columns.question.in_(select(twin.c.question).where(twin.c.person_id == into))
    db.execute(delete(group_answers).where(columns.person_id == person_id, both))
    own = {"person_id": into, "voter": f"p:{into}"}
    db.execute(update(group_answers).where(columns.person_id == person_id).values(own))


def end(here: Here, question: QuestionRow) -> None:
    """Let nobody answer a question any more."""
    reactions.forget(here.tx.db, question.id)
    here.tx.db.execute(update(questions).where(questions.c.id == question.id).values(ended_at=here.tx.at))


# ---- how it looks ----------------------------------------------------------------------------------------------------


def show_everywhere(here: Here, question: QuestionRow) -> Post:
    """Show a new question in every chat of the project: whoever answers counts, wherever that is."""
    post = shown(here.tx.db, here.zone, question)
    first = Post(post.text, post.buttons, shows=question.id)
    here.say_elsewhere(first)
    return first
