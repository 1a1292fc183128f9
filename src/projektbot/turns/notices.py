"""What other people are told because of somebody's turn: each once, in the chat they used last."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import select

from projektbot.civic.tx import Notice, Opens
from projektbot.dialog.book import Book
from projektbot.dialog.saying import Button
from projektbot.store.tables import sessions
from projektbot.turns import rows
from projektbot.turns.rows import Found

if TYPE_CHECKING:
    from projektbot.turns.batch import Batch


def tell(batch: Batch, notices: Sequence[Notice]) -> None:
    """Put notices into the outbox, where delivery finds them; who has blocked us everywhere is told nothing."""
    if not notices:
        return
    chats = _chats(batch, {notice.person_id for notice in notices})
    for notice in notices:
        found = chats.get(notice.person_id)
        if found and not found.blocked:
            buttons = [_button(batch.world.book, notice.opens)] if notice.opens else []
            written = batch.renderer.text(notice.text, _locale(batch, found), buttons)
            batch.post(found, written, "notice")


def _chats(batch: Batch, people: set[int]) -> dict[int | None, Found]:
    theirs = select(sessions.c.id).where(sessions.c.person_id.in_(people))
    return {found.person_id: found for found in rows.by_session(batch.db, list(batch.db.scalars(theirs)))}


def _locale(batch: Batch, found: Found) -> str:
    """Return a person's language; their conversation may be in other hands, so it is looked at and not kept."""
    known = batch.by_session.get(found.session_id)
    return (known.session if known else batch.kept.read(found.session_id, found.state)).locale


def _button(book: Book, opens: Opens) -> Button:
    """Return the button of a notice: where there are none a command is shown that does the same.

    It gets no number: those belong to the question that is open, which this notice may come in between.
    """
    word = next((f"/{command} {opens.value}" for command in book.with_words if _is_for(book, command, opens)), "")
    return Button(f"={opens.dialog}|{opens.question}|{opens.value}", opens.label, word)


def _is_for(book: Book, command: str, opens: Opens) -> bool:
    dialog, trigger = book.with_words[command]
    return (dialog.name, trigger.fill) == (opens.dialog, opens.question)
