"""How a question to a group stands: what is asked, how often each choice was taken, and the buttons."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import count
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from projektbot.civic.cards import lines, paragraphs
from projektbot.civic.groups.queries import QuestionRow, answers_to, chats_of_project, stored_question
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


def shown(db: Connection, zone: ZoneInfo, asked: QuestionRow) -> Post:
    """Show a question, how often each choice was taken, and the buttons."""
    labels = LABELS[asked.kind](zone, asked)
    buttons = [Button(f"{CHOOSE}|{asked.id}|{place}", label) for place, label in zip(count(), labels)]
    if asked.kind is Kind.DATES:
        buttons.append(Button(f"{FIX}|{asked.id}|", N_("Fix the date"), "/fix"))
    return Post(paragraphs(_heading(zone, asked), lines(*counted(db, zone, asked))), tuple(buttons))


def counted(db: Connection, zone: ZoneInfo, asked: QuestionRow) -> list[Text]:
    """Return each choice with how often it was taken."""
    labels, taken = LABELS[asked.kind](zone, asked), answers_to(db, asked)
    return [Text("{choice}: {n}", {"choice": label, "n": n}) for label, n in zip(labels, taken, strict=True)]


def moments(zone: ZoneInfo, asked: QuestionRow) -> list[datetime]:
    """Return the times a group may choose from."""
    return [datetime.fromisoformat(option).replace(tzinfo=zone) for option in asked.options]


def _heading(zone: ZoneInfo, asked: QuestionRow) -> Text:
    match asked.kind:
        case Kind.DATES:
            return N_("{title}: when does it suit you? Several answers are welcome.", title=asked.words)
        case Kind.COMING if asked.starts_at is not None:
            time = datetime.fromtimestamp(asked.starts_at / 1_000_000, zone)
            return N_("{title}: {time}. Are you coming?", title=asked.words, time=time)
    return Text("{it}", {"it": asked.words})


def _dates(zone: ZoneInfo, asked: QuestionRow) -> list[Text]:
    return [Text("{time}", {"time": moment}) for moment in moments(zone, asked)]


def _coming(_zone: ZoneInfo, _asked: QuestionRow) -> list[Text]:
    return list(COMING.values())


def _moods(_zone: ZoneInfo, asked: QuestionRow) -> list[Text]:
    own = [Text("{it}", {"it": option}) for option in asked.options]
    return own if any(asked.options) else list(MOODS)


LABELS: Mapping[Kind, Callable[[ZoneInfo, QuestionRow], list[Text]]] = {
    Kind.DATES: _dates,
    Kind.COMING: _coming,
    Kind.MOOD: _moods,
}


# ---- in the other chats ----------------------------------------------------------------------------------------------


def note_change(tx: Tx, asked: QuestionRow) -> None:
    """Let the other chats of a project see a little later how a question stands now."""
    if len(chats_of_project(tx.db, asked.project)) > 1:
        tx.due(STAND, str(asked.id), tx.at + AFTER)


def show_anew(tx: Tx, subject: str) -> None:
    """Bring the messages up to date that show a question, in all chats of its project."""
    # not locked: whoever chooses holds it, and waits for the row that is due
    found = stored_question(tx.db, int(subject))
    if found is None or found.ended_at is not None:
        return
    post = shown(tx.db, tx.zone, found)
    for address_id in chats_of_project(tx.db, found.project):
        tx.say(address_id, Post(post.text, post.buttons, shows=found.id, anew=True))
