"""Whom an edited dialog concerns: open drafts that began under another form of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from projektbot.dialog.model import Dialog, Question, Value
from projektbot.dialog.session import Frame
from projektbot.dialog.walk import BESIDE, step_at


def drafts_concerned(
    dialog: Dialog, frames: Iterable[Frame], fits: Callable[[Question, Value], bool]
) -> tuple[int, int]:
    """Return how many of `frames` are drafts of this dialog under another shape, and how many of them lose an answer.

    `fits` says whether a question of today would take an answer of then.
    """
    concerned = [frame for frame in frames if frame.dialog == dialog.name and frame.shape != dialog.shape]
    return len(concerned), sum(_loses(dialog, frame, fits) for frame in concerned)


def _loses(dialog: Dialog, frame: Frame, fits: Callable[[Question, Value], bool]) -> bool:
    return any(_lost(dialog, path, value, fits) for path, value in frame.answers.items())


def _lost(dialog: Dialog, path: str, value: Value, fits: Callable[[Question, Value], bool]) -> bool:
    if path[0] in BESIDE or path.endswith(".n"):
        return False  # handed over, or the number of rounds: nobody typed it
    step = step_at(dialog, path)
    if isinstance(step, Question):
        return value is not None and not fits(step, value)
    return step is None and value is not None
