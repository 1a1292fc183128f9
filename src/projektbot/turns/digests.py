"""News that somebody wants once a day or a week: kept as they come, and told in one message.

A due row of the person's session stands for the next digest. What is kept locks it, and the digest takes it away, so
that nothing is kept behind a digest that has just been made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import orjson
from sqlalchemy import case, delete, insert
from sqlalchemy.dialects import postgresql

from projektbot.civic.people.rules import Pace, next_digest
from projektbot.civic.people.tables import news
from projektbot.civic.people.telling import choices_of
from projektbot.civic.tx import Topic
from projektbot.instants import micros
from projektbot.messages import Choice, Letter, Outgoing, Part, outgoing_from
from projektbot.store.tables import due
from projektbot.texts import N_, NN_, Text
from projektbot.turns import notices, rows
from projektbot.turns.rendering import PARAGRAPH, Written, written

if TYPE_CHECKING:
    from projektbot.turns.batch import Batch

DIGEST = "digest"  # kind of the due rows
MOST = 20  # pieces of news in one digest; the others are counted, and stand under their projects
LONGEST = 400  # characters of one piece: enough to see whether to look
BUTTONS = 10
CLOSES = "\u2069"  # ends what somebody wrote, see i18n: a cut must not leave it open


def keep(batch: Batch, found: rows.Found, topic: Topic, piece: Written, pace: Pace) -> None:
    """Put a piece of news aside for a person's digest."""
    assert found.person_id  # noqa: S101 - groups are told no notices
    row = {"person_id": found.person_id, "topic": topic.value, "at": batch.at, "body": piece.body}
    batch.db.execute(insert(news), row)
    at = micros(next_digest(batch.now, batch.world.languages.zone, pace))
    wanted = postgresql.insert(due).values(kind=DIGEST, session_id=found.session_id, subject="", due_at=at)
    sooner = case((due.c.due_at < wanted.excluded.due_at, due.c.due_at), else_=wanted.excluded.due_at)
    keys = ["kind", "session_id", "subject"]
    batch.db.execute(wanted.on_conflict_do_update(index_elements=keys, set_={"due_at": sooner}))


def carry_out(batch: Batch, row: rows.DueRow) -> list[Letter]:
    """Tell a person all that was kept for them."""
    for found in rows.by_session(batch.db, [row.session_id]):
        mine = delete(news).where(news.c.person_id == found.person_id).returning(news.c.id, news.c.body)
        kept = [outgoing_from(orjson.loads(body)) for _, body in sorted(batch.db.execute(mine).all())]
        if kept and not found.blocked and found.person_id:
            chosen = choices_of(batch.db, [found.person_id]).get(found.person_id, {})
            message = _message(batch, kept, notices.locale_of(batch, found))
            return [batch.post(found, written(message), "notice", notices.rested(batch, chosen))]
    return []


def _message(batch: Batch, kept: Sequence[Outgoing], locale: str) -> Outgoing:
    """Return the pieces under each other, with a button for each thing they lead to."""
    pieces = [_own_words(batch, N_("This is new:"), locale), *(shortened(one.parts) for one in kept[:MOST])]
    if (more := len(kept) - MOST) > 0:
        pieces.append(_own_words(batch, NN_("And {n} more.", "And {n} more.", more), locale))
    parts = [part for piece in pieces for part in (*piece, Part(PARAGRAPH))][:-1]
    return Outgoing(tuple(parts), _buttons(kept), lang=locale)


def _own_words(batch: Batch, text: Text, locale: str) -> tuple[Part, ...]:
    return batch.renderer.languages.parts(text, locale)


def _buttons(kept: Sequence[Outgoing]) -> tuple[Choice, ...]:
    """Return one button for each thing, named as it is: a project by its reference.

    Where there are none its command is shown, as under the notice itself: numbers belong to the open question.
    """
    words = {choice.token: choice.word for one in kept for choice in one.choices}
    return tuple(Choice(token, token.rpartition("|")[2], word) for token, word in list(words.items())[:BUTTONS])


def shortened(parts: Sequence[Part]) -> tuple[Part, ...]:
    """Return the beginning of a piece of news, whole if it is not long."""
    left = LONGEST
    found: list[Part] = []
    for part in parts:
        if len(part.text) > left:
            closed = CLOSES if part.text.endswith(CLOSES) else ""
            return (*found, replace(part, text=f"{part.text[:left]}…{closed}"))
        left -= len(part.text)
        found.append(part)
    return tuple(found)
