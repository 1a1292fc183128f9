"""`projektbot check` and `projektbot graph`: what an author of dialogs runs after every change."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from sqlalchemy import select

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
from projektbot.store.tables import sessions


def check(*, drafts: bool) -> int:
    """Print every mistake with its file and line; return 1 if there is any."""
    dialogs, problems = inspect_dialogs()
    for problem in problems:
        print(problem, file=sys.stderr)
    if not problems:
        print(f"{len(dialogs)} dialogs and their catalogs are in order.")
    if drafts:
        _print_drafts(dialogs)
    return 1 if problems else 0


def graph(name: str, *, as_svg: bool) -> int:
    """Print a dialog as a drawing."""
    dialogs, problems = read_dialogs(folder("dialogs"))
    if problems:
        raise DialogError([str(problem) for problem in problems])
    if name not in dialogs:
        raise DialogError([f"there is no dialog {name!r}; there are: {', '.join(sorted(dialogs))}"])
    print(svg(dialogs[name]) if as_svg else mermaid(dialogs[name]))
    return 0


def _print_drafts(dialogs: dict[str, Dialog]) -> None:
    frames = list(_open_frames())
    for dialog in dialogs.values():
        begun = [frame for frame in frames if frame.dialog == dialog.name]
        other, losing = drafts_concerned(dialog, begun, _fits)
        if other:
            print(f"{dialog.name}: {other} open drafts were begun under another form; {losing} lose an answer.")
    gone = [frame for frame in frames if frame.dialog not in dialogs]
    if gone:
        print(f"{len(gone)} open drafts belong to dialogs that no longer exist.")


def _open_frames() -> Iterator[Frame]:
    engine = open_engine(read_settings().database)
    with engine.connect() as db:
        for state in db.execution_options(yield_per=1000).scalars(select(sessions.c.state)):
            session = load(state)
            yield from (*session.frames, *session.drafts)


def _fits(question: Question, value: Value) -> bool:
    """Say whether an answer still fits, as far as that can be told without the house (its choices come and go)."""
    if question.type in CHOOSING and question.provider:
        return True
    options = [Option(choice.name, choice.label) for choice in question.choices]
    return objection(question, value, options=options, today=real_now().date()) is None
