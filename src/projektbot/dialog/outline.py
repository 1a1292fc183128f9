"""Every step of a dialog in the order of the file, and which earlier steps it can see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from projektbot.dialog.model import Dialog, Question, Repeat, Step


@dataclass(frozen=True, slots=True)
class Entry:
    """A step where it stands: its path as in `Dialog.by_name`, the repeats around it, its position in the file."""

    step: Step
    path: str
    within: tuple[Repeat, ...]
    index: int

    @property
    def name(self) -> str:
        """Return the step's name, empty for notes and links."""
        return str(getattr(self.step, "name", ""))

    def sees(self, other: Entry) -> bool:
        """Say whether an earlier step's answer can be seen from here: not into a repeat from outside."""
        inside = self.within[: len(other.within)] == other.within
        return other.index < self.index and inside and other.step not in self.within


def outline(dialog: Dialog) -> tuple[Entry, ...]:
    """Return all steps of a dialog, those of a repeat behind it."""
    return tuple(Entry(step, path, within, index) for index, (step, path, within) in enumerate(_flat(dialog.steps, ())))


def _flat(steps: tuple[Step, ...], within: tuple[Repeat, ...]) -> Iterator[tuple[Step, str, tuple[Repeat, ...]]]:
    for step in steps:
        names = [repeat.name for repeat in within] + [str(getattr(step, "name", ""))]
        yield step, ".".join(names), within
        if isinstance(step, Repeat):
            yield from _flat(step.steps, (*within, step))


def questions(entries: tuple[Entry, ...]) -> list[tuple[Entry, Question]]:
    """Return the questions among steps."""
    return [(entry, entry.step) for entry in entries if isinstance(entry.step, Question)]
