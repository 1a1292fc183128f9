"""How a question to a group stands: what is asked, how often each choice was taken, and the buttons."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import count
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from projektbot.civic.cards import lines, paragraphs
from projektbot.civic.groups.queries import QuestionRow, answers_to, chats_of_project, question_for_change
from projektbot.civic.groups.rules import Coming, Kind
from projektbot.civic.tx import Post, Tx
from projektbot.dialog.saying import Button
from projektbot.texts import N_, Text

CHOOSE, FIX = "ask", "fix"  # begin the tokens of buttons
STAND = "stand"  # kind of the due rows
AFTER: Final = 5_000_000  # microseconds: what others choose meanwhile is shown along with it

MOODS = (N_("I am for it"), N_("I can live with it"), N_("I have doubts"))
COMING: Mapping[Coming, Text] = {
    Coming.YES: N_("I come"),
    Coming.NO: N_("I cannot come"),
    Coming.MAYBE: N_("Perhaps"),
}


def shown(db: Connection, zone: ZoneInfo, question: QuestionRow) -> Post:
    """Show a question, how often each choice was taken, and the buttons."""
    labels = LABELS[question.kind](zone, question)
    buttons = [Button(f"{CHOOSE}|{question.id}|{place}", label) for place, label in zip(count(), labels)]
    if question.kind is Kind.DATES:
        buttons.append(Button(f"{FIX}|{question.id}|", N_("Fix the date"), "/fix"))
    return Post(paragraphs(_heading(zone, question), lines(*counted(db, zone, question))), tuple(buttons))


def counted(db: Connection, zone: ZoneInfo, question: QuestionRow) -> list[Text]:
    """Return each choice with how often it was taken."""
    labels, taken = LABELS[question.kind](zone, question), answers_to(db, question)
    return [Text("{choice}: {n}", {"choice": label, "n": n}) for label, n in zip(labels, taken, strict=True)]


def moments(zone: ZoneInfo, question: QuestionRow) -> list[datetime]:
    """Return the times a group may choose from."""
    return [datetime.fromisoformat(option).replace(tzinfo=zone) for option in question.options]


def _heading(zone: ZoneInfo, question: QuestionRow) -> Text:
    match question.kind:
        case Kind.DATES:
            return N_("{title}: when does it suit you? Several answers are welcome.", title=question.words)
        case Kind.COMING if question.starts_at is not None:
            time = datetime.fromtimestamp(question.starts_at / 1_000_000, zone)
            return N_("{title}: {time}. Are you coming?", title=question.words, time=time)
    return Text("{it}", {"it": question.words})


def _dates(zone: ZoneInfo, question: QuestionRow) -> list[Text]:
    return [Text("{time}", {"time": moment}) for moment in moments(zone, question)]


def _coming(_zone: ZoneInfo, _question: QuestionRow) -> list[Text]:
    return list(COMING.values())


def _moods(_zone: ZoneInfo, question: QuestionRow) -> list[Text]:
    own = [Text("{it}", {"it": option}) for option in question.options]
    return own if any(question.options) else list(MOODS)


LABELS: Mapping[Kind, Callable[[ZoneInfo, QuestionRow], list[Text]]] = {
    Kind.DATES: _dates,
    Kind.COMING: _coming,
    Kind.MOOD: _moods,
}


# ---- in the other chats ----------------------------------------------------------------------------------------------


def note_change(tx: Tx, question: QuestionRow) -> None:
    """Let the other chats of a project see a little later how a question stands now."""
    if len(chats_of_project(tx.db, question.project)) > 1:
        tx.due(STAND, str(question.id), tx.at + AFTER)


def show_anew(tx: Tx, subject: str) -> None:
    """Bring the messages up to date that show a question, in all chats of its project."""
    question = question_for_change(tx.db, int(subject))
    if question is None or question.ended_at is not None:
        return
    post = shown(tx.db, tx.zone, question)
    for address_id in chats_of_project(tx.db, question.project):
        tx.say(address_id, Post(post.text, post.buttons, shows=question.id, anew=True))
