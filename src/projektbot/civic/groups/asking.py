"""Questions to a group, answered by buttons under one message that always shows how things stand."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from itertools import count

import orjson
from sqlalchemy import Connection, and_, delete, insert, or_, select, update

from projektbot.civic.cards import lines, paragraphs
from projektbot.civic.groups.here import Here
from projektbot.civic.groups.queries import QuestionRow, answers_to, choices_of, question_for_change
from projektbot.civic.groups.rules import SEVERAL, Coming, Kind
from projektbot.civic.groups.tables import group_answers, group_askers, questions
from projektbot.civic.teams.rules import row_named
from projektbot.civic.tx import Post
from projektbot.dialog.saying import Button
from projektbot.errors import Refused
from projektbot.store.upsert import unless_there
from projektbot.texts import N_, Text

CHOOSE, FIX = "ask", "fix"  # begin the tokens of buttons

MOODS = (N_("I am for it"), N_("I can live with it"), N_("I have doubts"))
COMING: Mapping[Coming, Text] = {
    Coming.YES: N_("I come"),
    Coming.NO: N_("I cannot come"),
    Coming.MAYBE: N_("Perhaps"),
}


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
    """Take a choice; of several that may be taken, a second time takes it back."""
    question = question_for_change(here.tx.db, question_id)
    if question is None or question.project != here.project:
        raise Refused(N_("This question is gone."))
    if question.ended_at is not None:
        raise Refused(N_("This question is closed."))
    if not here.voter:
        raise Refused(N_("I cannot count you while you write anonymously."))
    if what.isdecimal() and (place := row_named(what)) < len(question.options):
        _note(here, question, place)
    return shown(here, question)


def _note(here: Here, question: QuestionRow, choice: int) -> None:
    if question.kind in SEVERAL:
        take_choices(here, question, choices_of(here.tx.db, question.id, here.voters) ^ {choice})
    else:
        take_choices(here, question, {choice})


def take_choices(here: Here, question: QuestionRow, wanted: Collection[int]) -> None:
    """Let these be the choices of who acts, under one name, and no others."""
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
    here.tx.db.execute(update(questions).where(questions.c.id == question.id).values(ended_at=here.tx.at))


# ---- how it looks ----------------------------------------------------------------------------------------------------


def show_everywhere(here: Here, question: QuestionRow) -> Post:
    """Show a new question in every chat of the project: whoever answers counts, wherever that is."""
    post = shown(here, question)
    here.say_elsewhere(post)
    return post


def shown(here: Here, question: QuestionRow, first: Text | None = None) -> Post:
    """Show a question, how often each choice was taken, and the buttons."""
    labels = LABELS[question.kind](here, question)
    buttons = [Button(f"{CHOOSE}|{question.id}|{place}", label) for place, label in zip(count(), labels)]
    if question.kind is Kind.DATES:
        buttons.append(Button(f"{FIX}|{question.id}|", N_("Fix the date"), "/fix"))
    return Post(paragraphs(first, _heading(here, question), lines(*counted(here, question))), tuple(buttons))


def counted(here: Here, question: QuestionRow) -> list[Text]:
    """Return each choice with how often it was taken."""
    labels, taken = LABELS[question.kind](here, question), answers_to(here.tx.db, question)
    return [Text("{choice}: {n}", {"choice": label, "n": n}) for label, n in zip(labels, taken, strict=True)]


def _heading(here: Here, question: QuestionRow) -> Text:
    match question.kind:
        case Kind.DATES:
            return N_("{title}: when does it suit you? Several answers are welcome.", title=question.words)
        case Kind.COMING if question.starts_at is not None:
            return N_("{title}: {time}. Are you coming?", title=question.words, time=when(here, question.starts_at))
    return Text("{it}", {"it": question.words})


def when(here: Here, at: int) -> datetime:
    """Return a stored time by the city's clocks."""
    return datetime.fromtimestamp(at / 1_000_000, here.zone)


def moments(here: Here, question: QuestionRow) -> list[datetime]:
    """Return the times a group may choose from."""
    return [datetime.fromisoformat(option).replace(tzinfo=here.zone) for option in question.options]


def _dates(here: Here, question: QuestionRow) -> list[Text]:
    return [Text("{time}", {"time": moment}) for moment in moments(here, question)]


def _coming(_here: Here, _question: QuestionRow) -> list[Text]:
    return list(COMING.values())


def _moods(_here: Here, question: QuestionRow) -> list[Text]:
    own = [Text("{it}", {"it": option}) for option in question.options]
    return own if any(question.options) else list(MOODS)


LABELS: Mapping[Kind, Callable[[Here, QuestionRow], list[Text]]] = {
    Kind.DATES: _dates,
    Kind.COMING: _coming,
    Kind.MOOD: _moods,
}
