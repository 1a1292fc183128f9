"""What other people are told because of somebody's turn: each once, in the chat they used last, when they want it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from projektbot.civic.people.rules import NEWS_FROM, NIGHTS, Nights, Pace, about
from projektbot.civic.people.telling import choices_of
from projektbot.civic.tx import Notice, Opens, Topic
from projektbot.dialog.book import Book
from projektbot.dialog.drafts import awake
from projektbot.dialog.saying import Button
from projektbot.instants import micros
from projektbot.store.tables import sessions
from projektbot.turns import digests, rows
from projektbot.turns.rows import Found

if TYPE_CHECKING:
    from projektbot.turns.batch import Batch

AT_ONCE: Final = 512  # people asked for in one statement: no database takes as many parameters as a city has people
Choices = Mapping[str, str]  # what one person chose, by name


def tell(batch: Batch, notices: Sequence[Notice]) -> None:
    """Put notices into the outbox, where delivery finds them; who has blocked us everywhere is told nothing."""
    for first in range(0, len(notices), AT_ONCE):
        some = notices[first : first + AT_ONCE]
        people = {notice.person_id for notice in some}
        chats, choices = chats_of(batch, people), choices_of(batch.db, people)
        for notice in some:
            found = chats.get(notice.person_id)
            if found and not found.blocked:
                _tell_one(batch, found, notice, choices.get(notice.person_id, {}))


def _tell_one(batch: Batch, found: Found, notice: Notice, chosen: Choices) -> None:
    pace = pace_of(chosen, notice.topic, notice.about)
    if pace is Pace.NEVER:
        return
    buttons = [button_of(batch.world.book, notice.opens)] if notice.opens else []
    written = batch.renderer.text(notice.text, locale_of(batch, found), buttons)
    if pace is Pace.AT_ONCE:
        batch.post(found, written, "notice", rested(batch, chosen))
    else:
        digests.keep(batch, found, notice.topic, written, pace)


def pace_of(chosen: Choices, topic: Topic, project: int = 0) -> Pace:
    """Return how often somebody wants to be told of a topic; their own matters are always told by themselves."""
    if topic is Topic.OWN:
        return Pace.AT_ONCE
    return Pace(chosen.get(about(project)) or chosen.get(topic, Pace.AT_ONCE))


def rested(batch: Batch, chosen: Choices) -> int:
    """Return before when a notice must not go: in the night, the morning (microseconds UTC); else 0."""
    if chosen.get(NIGHTS) == Nights.ALL:
        return 0
    morning = awake(batch.now, batch.world.languages.zone, NEWS_FROM)
    return micros(morning) if morning > batch.now else 0


def chats_of(batch: Batch, people: Collection[int]) -> dict[int | None, Found]:
    """Return the chat that each person used last."""
    theirs = select(sessions.c.id).where(sessions.c.person_id.in_(people))
    return {found.person_id: found for found in rows.by_session(batch.db, list(batch.db.scalars(theirs)))}


def locale_of(batch: Batch, found: Found) -> str:
    """Return a person's language; their conversation may be in other hands, so it is looked at and not kept."""
    known = batch.by_session.get(found.session_id)
    return (known.session if known else batch.kept.read(found.session_id, found.state)).locale


def button_of(book: Book, opens: Opens) -> Button:
    """Return the button of a notice: where there are none a command is shown that does the same.

    It gets no number: those belong to the question that is open, which this notice may come in between.
    """
    word = next((f"/{command} {opens.value}" for command in book.with_words if _is_for(book, command, opens)), "")
    return Button(f"={opens.dialog}|{opens.question}|{opens.value}", opens.label, word)


def _is_for(book: Book, command: str, opens: Opens) -> bool:
    dialog, trigger = book.with_words[command]
    return (dialog.name, trigger.fill) == (opens.dialog, opens.question)
