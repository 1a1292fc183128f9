"""Tasks of a project: written down in its group, shown as one list with a button for each, ticked off, reminded of."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlalchemy import insert, update

from projektbot.civic.cards import lines, paragraphs
from projektbot.civic.groups.arguments import TaskWords, UnclearError, only_names, read_task
from projektbot.civic.groups.here import Here
from projektbot.civic.groups.queries import TaskRow, chats_of_project, count_open, task, tasks_of
from projektbot.civic.groups.rules import LONGEST_WORDS, MOST_OPEN_TASKS, MOST_SHOWN
from projektbot.civic.groups.tables import tasks
from projektbot.civic.tx import Post, Tx
from projektbot.dialog.cleaning import is_visible
from projektbot.dialog.drafts import awake
from projektbot.dialog.saying import Button
from projektbot.errors import Refused
from projektbot.instants import micros
from projektbot.store.tables import due
from projektbot.texts import N_, NN_, Text

TICK = "task"  # begins the tokens of buttons
DONE, OPEN = "done", "open"
REMIND = "task"  # kind of the due rows
EXAMPLE = N_("/task Buy wood @ben until Friday")
REMINDED_AT = time(17)  # the day before, when people are home and shops are open
LONGEST_LABEL = 50


def add(here: Here, written: str) -> Post:
    """Write a task down; show the list."""
    words = _read(here, written)
    if count_open(here.tx.db, here.project) >= MOST_OPEN_TASKS:
        raise Refused(N_("There are {n} open tasks. Please finish some first.", n=MOST_OPEN_TASKS))
    row = {
        "project": here.project,
        "words": words.words,
        "who": words.who or None,
        "until": words.until.isoformat() if words.until else None,
        "person_id": here.person_id,
        "at": here.tx.at,
    }
    made = int(here.tx.db.scalar(insert(tasks).values(row).returning(tasks.c.id)) or 0)
    if words.until:
        _remind(here, made, words.until)
    _tell_others(here, N_("A new task:"), made)
    return _listed(here, N_("Noted."))


def _read(here: Here, written: str) -> TaskWords:
    try:
        quoted = _shortened(here.quoted, LONGEST_WORDS)
        words = read_task(written, locale=here.tx.who.locale, today=here.today, quoted=quoted)
    except UnclearError as unclear:
        raise Refused(N_("I could not read {day} as a day that is still to come. For example: {example}",
                         day=unclear.words[:40], example=EXAMPLE)) from None  # fmt: skip
    if here.to and not here.quoted and only_names(words.words):
        raise Refused(N_("I cannot see what the message says that you answer. Please write the task behind the "
                         "command. For example: {example}", example=EXAMPLE))  # fmt: skip
    if not is_visible(words.words) or len(words.words) + len(words.who) > LONGEST_WORDS:
        raise Refused(N_("Please write what is to be done, in at most {n} characters. For example: {example}",
                         n=LONGEST_WORDS, example=EXAMPLE))  # fmt: skip
    return words


def _remind(here: Here, task_id: int, until: date) -> None:
    at = datetime.combine(until - timedelta(days=1), REMINDED_AT, here.zone)
    if at > here.tx.now:
        here.tx.db.execute(insert(due).values(kind=REMIND, subject=str(task_id), due_at=micros(at)))


def show(here: Here, _written: str = "") -> Post:
    """Show the tasks."""
    return _listed(here)


def tick(here: Here, task_id: int, act: str) -> Post:
    """Tick a task off, or with the act "open" take that back; show the list. Twice is once."""
    found = task(here.tx.db, task_id)
    if found is None or found.project != here.project:
        raise Refused(N_("This task is gone."))
    done = None if act == OPEN else found.done_at or here.tx.at
    if done != found.done_at:
        here.tx.db.execute(update(tasks).where(tasks.c.id == task_id).values(done_at=done))
        _tell_others(here, N_("About the tasks:"), task_id)
    return _listed(here)


def _tell_others(here: Here, first: Text, task_id: int) -> None:
    if row := task(here.tx.db, task_id):
        here.say_elsewhere(Post(paragraphs(first, _line(row, here.today)), (_button(row),)))


def remind(tx: Tx, subject: str) -> None:
    """Say in the groups of a project what is to be done until tomorrow, unless it is done; later if we were away."""
    found = task(tx.db, int(subject))
    if found is None or found.done_at is not None or found.until is None:
        return
    morning = awake(tx.now, tx.zone)
    if morning > tx.now:
        tx.db.execute(insert(due).values(kind=REMIND, subject=subject, due_at=micros(morning)))
        return
    today = tx.now.astimezone(tx.zone).date()
    post = Post(paragraphs(_when(date.fromisoformat(found.until), today), _line(found, today)), (_button(found),))
    for address_id in chats_of_project(tx.db, found.project):
        tx.say(address_id, post)


def _when(until: date, today: date) -> Text:
    if until == today:
        return N_("For today:")
    return N_("For tomorrow:") if until > today else N_("This should be done by now:")


# ---- how it looks ----------------------------------------------------------------------------------------------------


def _listed(here: Here, first: Text | None = None) -> Post:
    shown = tasks_of(here.tx.db, here.project, here.tx.at, MOST_SHOWN)
    if not shown:
        return Post(N_("No task is open. A new one: {example}", example=EXAMPLE))
    more = count_open(here.tx.db, here.project) - sum(row.done_at is None for row in shown)
    body = paragraphs(
        first,
        N_("Tasks:"),
        lines(*[_line(row, here.today) for row in shown]),
        NN_("and {n} more, which you see when some of these are done.",
            "and {n} more, which you see when some of these are done.", more) if more > 0 else None,
    )  # fmt: skip
    return Post(body, tuple(map(_button, shown)))


def _line(row: TaskRow, today: date) -> Text:
    until = date.fromisoformat(row.until) if row.until else None
    if row.done_at is not None:
        return N_("– done: {task}", task=row.words)
    match row.who, until:
        case str() as who, date() as day if day < today:
            return N_("– {task} ({who}), until {day} (overdue)", task=row.words, who=who, day=day)
        case None, date() as day if day < today:
            return N_("– {task}, until {day} (overdue)", task=row.words, day=day)
        case str() as who, None:
            return N_("– {task} ({who})", task=row.words, who=who)
        case None, date() as day:
            return N_("– {task}, until {day}", task=row.words, day=day)
        case str() as who, date() as day:
            return N_("– {task} ({who}), until {day}", task=row.words, who=who, day=day)
    return Text("– {task}", {"task": row.words})


def _button(row: TaskRow) -> Button:
    label = _shortened(row.words, LONGEST_LABEL)
    if row.done_at is None:
        return Button(f"{TICK}|{row.id}|{DONE}", N_("Done: {task}", task=label))
    return Button(f"{TICK}|{row.id}|{OPEN}", N_("Not done after all: {task}", task=label))


def _shortened(words: str, most: int) -> str:
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"
