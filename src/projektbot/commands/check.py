"""`projektbot check` and `projektbot graph`: what an author of dialogs runs after every change."""

from __future__ import annotations

import sys
from pathlib import Path

from sqlalchemy import Engine, select
from sqlalchemy.engine import make_url

from projektbot.app import inspect_dialogs, real_now
from projektbot.config import folder, read_settings
from projektbot.dialog.answers import Option, objection
from projektbot.dialog.concerns import drafts_concerned
from projektbot.dialog.graph import mermaid
from projektbot.dialog.model import CHOOSING, Dialog, Question, Value
from projektbot.dialog.read import read_dialogs
from projektbot.dialog.session import Frame, load
from projektbot.dialog.svg import svg
from projektbot.errors import DialogError
from projektbot.store.database import open_engine
from projektbot.store.migrate import HEAD, revision
from projektbot.store.tables import sessions


def check(*, drafts: bool) -> int:
    """Print every mistake with its file and line; return 1 if there is any."""
    dialogs, problems = inspect_dialogs()
    for problem in problems:
        print(problem, file=sys.stderr)
    if not problems:
        print(f"{len(dialogs)} dialogs and their catalogs are in order.")
    told = _print_drafts(dialogs) if drafts else True
    return 1 if problems or not told else 0


def graph(name: str, *, as_svg: bool) -> int:
    """Print a dialog as a drawing."""
    dialogs, problems = read_dialogs(folder("dialogs"))
    if problems:
        raise DialogError([str(problem) for problem in problems])
    if name not in dialogs:
        raise DialogError([f"there is no dialog {name!r}; there are: {', '.join(sorted(dialogs))}"])
    print(svg(dialogs[name]) if as_svg else mermaid(dialogs[name]))
    return 0


def _print_drafts(dialogs: dict[str, Dialog]) -> bool:
    """Say which open drafts the dialogs concern; return whether that could be found out."""
    url = make_url(read_settings().database)
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).is_file():
        print("There are no drafts yet.")  # to open the database would make one
        return True
    engine = open_engine(url.render_as_string(hide_password=False))
    try:
        if revision(engine) != HEAD:
            print("The drafts cannot be counted before `projektbot db upgrade`.", file=sys.stderr)
            return False
        frames, unreadable = _open_frames(engine)
    finally:
        engine.dispose()
    _print_concerned(dialogs, frames)
    if unreadable:
        print(f"{_counted(unreadable, 'conversation')} cannot be read and {_are(unreadable)} left out here.")
    return True


def _print_concerned(dialogs: dict[str, Dialog], frames: list[Frame]) -> None:
    for dialog in dialogs.values():
        begun = [frame for frame in frames if frame.dialog == dialog.name]
        other, losing = drafts_concerned(dialog, begun, _fits)
        if other:
            were, lose = "was" if other == 1 else "were", "loses" if losing == 1 else "lose"
            drafts = _counted(other, "open draft")
            print(f"{dialog.name}: {drafts} {were} begun under another form; {losing} {lose} an answer.")
    gone = [frame for frame in frames if frame.dialog not in dialogs]
    if gone:
        belong = "belongs to a dialog" if len(gone) == 1 else "belong to dialogs"
        print(f"{_counted(len(gone), 'open draft')} {belong} that no longer exist{'s' * (len(gone) == 1)}.")


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _open_frames(engine: Engine) -> tuple[list[Frame], int]:
    """Return all that anybody is in the middle of, and how many conversations are too damaged to tell."""
    frames: list[Frame] = []
    unreadable = 0
    with engine.connect() as db:
        for state in db.execution_options(yield_per=1000).scalars(select(sessions.c.state)):
            try:
                session = load(state)
            except (AttributeError, KeyError, TypeError, ValueError):  # whatever the bytes are
                unreadable += 1
            else:
                frames += (*session.frames, *session.drafts)
    return frames, unreadable


def _fits(question: Question, value: Value) -> bool:
    """Say whether an answer still fits, as far as that can be told without the house (its choices come and go)."""
    if question.type in CHOOSING and question.provider:
        return True
    options = [Option(choice.name, choice.label) for choice in question.choices]
    return objection(question, value, options=options, today=real_now().date()) is None
