"""Meetings: dates to choose from, the one that is fixed, who comes, the file for calendars, and reminders."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, select

from projektbot.civic.cards import paragraphs
from projektbot.civic.groups.arguments import UnclearError, read_meeting
from projektbot.civic.groups.asking import ask, end, show_everywhere
from projektbot.civic.groups.counts import moments
from projektbot.civic.groups.here import Here
from projektbot.civic.groups.queries import (
    QuestionRow,
    answers_to,
    chats_of_project,
    newest_dates,
    question_for_change,
)
from projektbot.civic.groups.rules import FEWEST_DATES, LONGEST_WORDS, MOST_DATES, Coming, Kind, favourite
from projektbot.civic.groups.tables import questions
from projektbot.civic.projects.rules import reference
from projektbot.civic.tx import Post, Tx
from projektbot.dialog.cleaning import is_visible
from projektbot.documents.calendar import Event, calendar
from projektbot.errors import Refused
from projektbot.instants import micros
from projektbot.messages import Kind as FileKind
from projektbot.messages import Media
from projektbot.store.tables import due
from projektbot.texts import N_

REMIND = "meeting"  # kind of the due rows
BEFORE = (timedelta(days=1), timedelta(hours=1))
LASTS = timedelta(hours=2)  # what calendars show; nobody is asked for it
EXAMPLE = N_("/meeting Planning; Friday 18:00; Saturday 10:00")


def meeting(here: Here, written: str) -> Post:
    """Ask for a date, or, with a number alone, fix that one of the newest question."""
    if written.isdecimal():
        return _fix_by_number(here, int(written[:3]))
    title, dates = _read(here, written)
    options = [moment.replace(tzinfo=None).isoformat(timespec="minutes") for moment in dates]
    return show_everywhere(here, ask(here, Kind.DATES, title or reference(here.project), options))


def _read(here: Here, written: str) -> tuple[str, list[datetime]]:
    try:
        title, dates = read_meeting(written, locale=here.tx.who.locale, now=here.local)
    except UnclearError as unclear:
        raise Refused(N_("I could not read {words} as a day and a time still to come. For example: {example}",
                         words=unclear.words[:40], example=EXAMPLE)) from None  # fmt: skip
    unseen = bool(title) and not is_visible(title)
    if not FEWEST_DATES <= len(dates) <= MOST_DATES or len(title) > LONGEST_WORDS or unseen:
        raise Refused(
            N_("Please write what it is about, and {least} to {most} dates after it. For example: {example}",
               least=FEWEST_DATES, most=MOST_DATES, example=EXAMPLE)
        )  # fmt: skip
    return title, dates


def _fix_by_number(here: Here, number: int) -> Post:
    here.need_speaker()
    question = question_for_change(here.tx.db, newest_dates(here.tx.db, here.project) or 0)
    if question is None or not 1 <= number <= len(question.options):
        raise Refused(N_("There is no such date to fix. Ask for one first: {example}", example=EXAMPLE))
    return _fix(here, question, number - 1)


def fix_newest(here: Here, written: str) -> Post:
    """Fix the date that suits most of those that were last asked for, or with a number that one."""
    if written.isdecimal():
        return _fix_by_number(here, int(written[:3]))
    return fix(here, newest_dates(here.tx.db, here.project) or 0, "")


def fix(here: Here, question_id: int, _what: str) -> Post:
    """Fix the date that suits most."""
    here.need_speaker()
    question = question_for_change(here.tx.db, question_id)
    if question is None or question.project != here.project or question.ended_at is not None:
        raise Refused(N_("This question is closed."))
    place = favourite(answers_to(here.tx.db, question))
    if place is None:
        raise Refused(N_("No date is ahead of the others. Choose one by its place in the list: {example}",
                         example=N_("/meeting 2")))  # fmt: skip
    return _fix(here, question, place)


def _fix(here: Here, question: QuestionRow, place: int) -> Post:
    starts_at = moments(here.zone, question)[place]
    if starts_at <= here.tx.now:
        raise Refused(N_("This date is over. Ask for a new one: {example}", example=EXAMPLE))
    end(here, question)
    fixed = ask(here, Kind.COMING, question.words, list(Coming), micros(starts_at))
    _remind(here.tx, fixed, starts_at)
    # In a message of its own: where a file hangs on it, Telegram edits no text, and the counts would stand still.
    told = Post(N_("The date is fixed: {title}, {time}.", title=fixed.words, time=starts_at),
                media=_file(here, fixed, starts_at))  # fmt: skip
    for address_id in chats_of_project(here.tx.db, here.project):
        here.tx.say(address_id, told)
    return show_everywhere(here, fixed)


def _file(here: Here, fixed: QuestionRow, starts_at: datetime) -> Media:
    event = Event(
        uid=f"meeting-{fixed.id}@{reference(here.project)}.projektbot",
        title=fixed.words,
        starts_at=starts_at.astimezone(UTC),
        ends_at=(starts_at + LASTS).astimezone(UTC),
        made_at=here.tx.now,
    )
    stored = here.keep(calendar([event]), "text/calendar", f"{reference(here.project)}.ics")
    return Media(FileKind.FILE, stored, fixed.words)


# ---- reminders -------------------------------------------------------------------------------------------------------


def _remind(tx: Tx, fixed: QuestionRow, starts_at: datetime) -> None:
    for before in BEFORE:
        if (at := starts_at.astimezone(UTC) - before) > tx.now:
            subject = f"{fixed.id}|{before // timedelta(hours=1)}"
            tx.db.execute(insert(due).values(kind=REMIND, subject=subject, due_at=micros(at)))


def remind(tx: Tx, subject: str) -> None:
    """Say in the groups of a project that a meeting is near."""
    number = int(subject.partition("|")[0])
    found = tx.db.execute(select(questions).where(questions.c.id == number)).first()
    if found is None or found.starts_at is None or found.starts_at <= tx.at:
        return
    text = N_("{title} begins: {time}.", title=found.words, time=datetime.fromtimestamp(found.starts_at / 1e6, UTC))
    for address_id in chats_of_project(tx.db, found.project):
        tx.say(address_id, Post(paragraphs(text)))
