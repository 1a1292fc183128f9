"""What people are told of a deadline they asked to be reminded of: before it, and when it is changed.

Every piece of news is a due row, whose subject is "number|sequence|what|last person told": `sequence` says of which
state of the deadline it speaks, so that a change leaves what was planned before without effect.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import delete, insert, select

from projektbot.civic.deadlines.queries import DeadlineRow, deadline
from projektbot.civic.deadlines.rules import DEADLINE, days_left, reference, reminders
from projektbot.civic.deadlines.tables import deadline_people
from projektbot.civic.tx import Opens, Tx
from projektbot.instants import micros, moment
from projektbot.store.tables import due
from projektbot.texts import N_, NN_, Text

MOVED: Final = "moved"
WITHDRAWN: Final = "withdrawn"
OVER: Final = "over"  # nobody is told; what was remembered for it is forgotten
PAGE: Final = 500  # people in one transaction: some milliseconds
_people = deadline_people.c


def plan(tx: Tx, number: int, sequence: int, ends_at: datetime) -> None:
    """Let people be reminded of a deadline that is new, or at another time now."""
    for days, at in reminders(ends_at, tx.now, tx.zone):
        let_be_told(tx, number, sequence, str(days), at=micros(at))
    let_be_told(tx, number, sequence, OVER, at=micros(ends_at))


def let_be_told(tx: Tx, number: int, sequence: int, what: str, *, after: int = 0, at: int = 0) -> None:
    """Let those who asked for it be told something, now or at a time (microseconds UTC)."""
    subject = f"{number}|{sequence}|{what}|{after}"
    tx.db.execute(insert(due).values(kind=DEADLINE, subject=subject, due_at=at or tx.at))


def carry_out(tx: Tx, subject: str) -> None:
    """Tell a page of people what was due."""
    number, sequence, what, after = subject.split("|")
    found = deadline(tx.db, int(number))
    if found is None or found.sequence != int(sequence) or (what.isdecimal() and found.ends_at < tx.at):
        return  # it stands differently now, or we come too late
    if what == OVER:
        _forget(tx, found)
        return
    mine = select(_people.id, _people.person_id).where(_people.deadline == found.number, _people.id > int(after))
    page = tx.db.execute(mine.order_by(_people.id).limit(PAGE)).all()
    text, opens = _news(tx, found, what), Opens(N_("Have a look"), "deadline", "deadline", reference(found.number))
    for _, person_id in page:
        tx.tell(person_id, text, opens)
    if len(page) == PAGE:
        let_be_told(tx, found.number, found.sequence, what, after=page[-1].id)
    elif what == WITHDRAWN:
        _forget(tx, found)


def _forget(tx: Tx, found: DeadlineRow) -> None:
    tx.db.execute(delete(deadline_people).where(_people.deadline == found.number))


def _news(tx: Tx, found: DeadlineRow, what: str) -> Text:
    ends_at = moment(found.ends_at)
    if what == MOVED:
        return N_("{title} ends at another time now: {time}.\nThe reason:\n{reason}",
                  title=found.title, time=ends_at, reason=found.reason or "")  # fmt: skip
    if what == WITHDRAWN:
        return N_("The deadline for {title} is no longer in force.\nThe reason:\n{reason}",
                  title=found.title, reason=found.reason or "")  # fmt: skip
    left = days_left(ends_at, tx.now, tx.zone)
    if left > 1:
        return NN_("{n} day left: {title} (until {time}).", "{n} days left: {title} (until {time}).", left,
                   title=found.title, time=ends_at)  # fmt: skip
    nearly = N_("Until tomorrow: {title} ({time}).") if left else N_("Only today: {title} (until {time}).")
    return Text(nearly.msgid, {"title": found.title, "time": ends_at})
