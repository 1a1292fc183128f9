"""Living status messages: who cares about a project sees in one message how it stands, and small changes change that.

Real news are messages of their own. A first small change sends the message; later ones edit it, without a sound, and
if it can no longer be edited, nothing is sent.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import insert, select, update

from projektbot.civic import cards
from projektbot.civic.people.rules import Pace
from projektbot.civic.people.telling import choices_of
from projektbot.civic.projects.queries import ProjectRow, people_who_hear, project, support_of
from projektbot.civic.projects.rules import PUBLIC, STATUS, Stage, reference
from projektbot.civic.projects.tables import status_messages
from projektbot.civic.tx import Opens, Topic
from projektbot.messages import Letter
from projektbot.store.tables import due, outbox
from projektbot.texts import N_
from projektbot.turns import notices, rows
from projektbot.turns.rendering import Written, written

if TYPE_CHECKING:
    from projektbot.turns.batch import Batch

PAGE = 500  # people in one transaction: some milliseconds
AGAIN_AFTER = 30 * 60 * 1_000_000  # microseconds: by then what is being sent has arrived, if it is not night
_columns = status_messages.c


class Living(NamedTuple):
    """A status message: what it says, and what became of sending it."""

    id: int
    supporters: int
    state: str
    external_id: str | None


def carry_out(batch: Batch, row: rows.DueRow) -> list[Letter]:
    """Bring a page of people's status messages of a project up to date."""
    number, after = map(int, row.subject.split("|"))
    found = project(batch.db, number)
    if found is None or Stage(found.stage) not in PUBLIC:
        return []
    people = people_who_hear(batch.db, number, after, PAGE)
    if len(people) == PAGE:
        _look(batch, f"{number}|{people[-1]}", batch.at)
    return _bring_up_to_date(batch, found, people)


def _look(batch: Batch, subject: str, at: int) -> None:
    batch.db.execute(insert(due).values(kind=STATUS, subject=subject, due_at=at))


def _bring_up_to_date(batch: Batch, found: ProjectRow, people: Collection[int]) -> list[Letter]:
    supporters, letters, waits = support_of(batch.db, found.number), [], False
    chats, choices = notices.chats_of(batch, people), choices_of(batch.db, people)
    living = _living(batch, found.number, [chat.address_id for chat in chats.values()])
    for person_id, chat in chats.items():
        chosen = choices.get(person_id or 0, {})
        if chat.blocked or notices.pace_of(chosen, Topic.FOLLOW, found.number) is not Pace.AT_ONCE:
            continue
        known = living.get(chat.address_id)
        if known is None:
            letters.append(_begin(batch, found, chat, supporters, notices.rested(batch, chosen)))
        elif known.supporters != supporters and known.external_id:
            letters.append(_change(batch, found, chat, supporters, known))
        waits = waits or (known is not None and known.supporters != supporters and known.state in ("queued", "sending"))
    if waits:
        _look(batch, f"{found.number}|0", batch.at + AGAIN_AFTER)
    return letters


def _living(batch: Batch, number: int, addresses: Collection[int]) -> dict[int, Living]:
    """Return the status messages of a project by chat."""
    wanted = select(_columns.address_id, _columns.id, _columns.supporters, outbox.c.state, outbox.c.external_id)
    joined = wanted.join(outbox, outbox.c.id == _columns.outbox_id)
    mine = joined.where(_columns.project == number, _columns.address_id.in_(addresses))
    return {address_id: Living(*rest) for address_id, *rest in batch.db.execute(mine)}


def _begin(batch: Batch, found: ProjectRow, chat: rows.Found, supporters: int, not_before: int) -> Letter:
    letter = batch.post(chat, _said(batch, found, chat), "notice", not_before)
    batch.put_posts()
    row = {"address_id": chat.address_id, "project": found.number, "outbox_id": letter.id, "supporters": supporters}
    batch.db.execute(insert(status_messages), row)
    return letter


def _change(batch: Batch, found: ProjectRow, chat: rows.Found, supporters: int, known: Living) -> Letter:
    batch.db.execute(update(status_messages).where(_columns.id == known.id).values(supporters=supporters))
    message = _said(batch, found, chat).message
    return batch.post(chat, written(replace(message, replaces=known.external_id or "", or_nothing=True)), "notice")


def _said(batch: Batch, found: ProjectRow, chat: rows.Found) -> Written:
    opens = Opens(N_("Have a look"), "project", "ref", reference(found.number))
    locale = notices.locale_of(batch, chat)
    return batch.renderer.text(cards.status(batch.db, found), locale, [notices.button_of(batch.world.book, opens)])
