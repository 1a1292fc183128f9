"""What staff do with deadlines, and how residents are reminded of them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from projektbot.civic.deadlines.queries import DeadlineRow, open_for_change
from projektbot.civic.deadlines.rules import (
    REMINDINGS,
    WHOLE_CITY,
    AnnounceOutcome,
    ChangeOutcome,
    Reminding,
    RemindOutcome,
    ending,
    leads_to_a_page,
    number_of,
    reference,
    reminders,
)
from projektbot.civic.deadlines.tables import deadline_people, deadlines
from projektbot.civic.deadlines.telling import MOVED, WITHDRAWN, let_be_told, plan
from projektbot.civic.projects.rules import FIELDS
from projektbot.civic.staff.queries import grants_of
from projektbot.civic.staff.rules import EVERYWHERE, Duty, may
from projektbot.civic.tx import Tx
from projektbot.dialog.engine import Result
from projektbot.errors import Refused
from projektbot.instants import micros, moment
from projektbot.store.upsert import unless_there
from projektbot.texts import N_


def announce_deadline(
    tx: Tx,
    *,
    title: str,
    day: str,
    area: str,
    at: str | None = None,
    field: str | None = None,
    words: str | None = None,
    url: str | None = None,
) -> Result:
    """Enter a deadline: everybody sees it, on the page and in the chat."""
    of = EVERYWHERE if area == WHOLE_CITY else area
    if of not in (EVERYWHERE, *(known.code for known in tx.city.areas)) or not _may(tx, of):
        return Result(AnnounceOutcome.MAY_NOT)
    if url and not leads_to_a_page(url):
        raise Refused(N_("I cannot read this as the address of a page. It begins with https://"), question="url")
    ends_at = _still_to_come(tx, day, at)
    subject = field if field in FIELDS else ""
    row = {"person_id": tx.who.person_id, "title": title, "words": words, "url": url, "area": of, "field": subject}
    times = {"ends_at": micros(ends_at), "at": tx.at, "changed_at": tx.at, "sequence": 0}
    number = tx.db.scalar(insert(deadlines).values(**row, **times).returning(deadlines.c.number)) or 0
    plan(tx, number, 0, ends_at)
    tx.audit("announce_deadline", reference(number), area=of, words=title)
    return Result(AnnounceOutcome.ANNOUNCED, {"ref": reference(number)})


def move_deadline(tx: Tx, *, deadline: str, day: str, reason: str, at: str | None = None) -> Result:
    """Let a deadline end at another time; whoever is to be reminded of it is told, with the reason."""
    found = open_for_change(tx.db, number_of(deadline), tx.at)
    if found is None or not _may(tx, found.area):
        return Result(ChangeOutcome.MAY_NOT if found else ChangeOutcome.GONE)
    ends_at = _still_to_come(tx, day, at)
    _change(tx, found, reason, ends_at=micros(ends_at))
    let_be_told(tx, found.number, found.sequence + 1, MOVED)
    plan(tx, found.number, found.sequence + 1, ends_at)
    tx.audit("move_deadline", reference(found.number), area=found.area, words=reason)
    return Result(ChangeOutcome.CHANGED)


def withdraw_deadline(tx: Tx, *, deadline: str, reason: str) -> Result:
    """Take a deadline back; whoever is to be reminded of it is told, with the reason."""
    found = open_for_change(tx.db, number_of(deadline), tx.at)
    if found is None or not _may(tx, found.area):
        return Result(ChangeOutcome.MAY_NOT if found else ChangeOutcome.GONE)
    _change(tx, found, reason, withdrawn_at=tx.at)
    let_be_told(tx, found.number, found.sequence + 1, WITHDRAWN)
    tx.audit("withdraw_deadline", reference(found.number), area=found.area, words=reason)
    return Result(ChangeOutcome.CHANGED)


def remind_of(tx: Tx, *, deadline: str, act: str) -> Result:
    """Remind this person of a deadline, or no longer; twice is once."""
    found = open_for_change(tx.db, number_of(deadline), tx.at)
    if found is None:
        return Result(RemindOutcome.GONE)
    row = {"deadline": found.number, "person_id": tx.who.person_id}
    wanted = Reminding(act)
    if wanted is Reminding.FORGET:
        mine = (deadline_people.c.deadline == found.number) & (deadline_people.c.person_id == tx.who.person_id)
        tx.db.execute(delete(deadline_people).where(mine))
    elif not reminders(moment(found.ends_at), tx.now, tx.zone):
        return Result(RemindOutcome.TOO_LATE)
    else:
        tx.db.execute(unless_there(deadline_people, [row]))
    return Result(REMINDINGS[wanted])


def _may(tx: Tx, area: str) -> bool:
    return may(grants_of(tx.db, tx.who.person_id), Duty.SET_DEADLINES, area)


def _still_to_come(tx: Tx, day: str, at: str | None) -> datetime:
    ends_at = ending(day, at, tx.zone)
    if ends_at <= tx.now:
        raise Refused(N_("That moment is over already. Please write a later time."), question="at")
    return ends_at


def _change(tx: Tx, found: DeadlineRow, reason: str, **values: int) -> None:
    itself = update(deadlines).where(deadlines.c.number == found.number)
    tx.db.execute(itself.values(reason=reason, changed_at=tx.at, sequence=found.sequence + 1, **values))


def unite_reminders(db: Connection, person_id: int, into: int) -> None:
    """Let one person be reminded of what another was to be, who they turned out to be, each once."""
    mine = select(deadline_people.c.deadline).where(deadline_people.c.person_id == person_id)
    rows = [{"deadline": number, "person_id": into} for number in db.scalars(mine)]
    if rows:
        db.execute(unless_there(deadline_people, rows))
        db.execute(delete(deadline_people).where(deadline_people.c.person_id == person_id))
