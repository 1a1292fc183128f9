"""Where a conversation stands: derived from its answers, stored nowhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from projektbot.dialog.conditions import holds
from projektbot.dialog.model import (
    ASKS,
    CALCULATES,
    REPEATS,
    REVIEWS,
    SAYS,
    Answers,
    Calculate,
    Dialog,
    Plan,
    Repeat,
    Step,
    Value,
)

GIVEN = "@"  # answers["@words"]: handed over by a link or a caller; no question of this dialog
FACT = "!"  # answers["!ref"]: a fact an action added, or what the house found beside an answer
BESIDE = (GIVEN, FACT)

CalculateBy: TypeAlias = Callable[[str, Answers], Value]


@dataclass(slots=True)
class Spot:
    """A relevant step, where its answer is kept, and the answers it can see."""

    path: str
    step: Step
    live: Answers
    answered: bool
    asks: bool = False  # it is a question


def walk(dialog: Dialog, answers: Answers, calculate: CalculateBy) -> list[Spot]:
    """Return every relevant step in order. An answer whose question is not relevant is invisible, and comes back."""
    live = {name[1:]: value for name, value in answers.items() if name[0] in BESIDE}
    spots: list[Spot] = []
    _walk(dialog.plan, "", answers, live, calculate, spots)
    return spots


def _walk(plan: Plan, prefix: str, answers: Answers, live: Answers, calculate: CalculateBy, spots: list[Spot]) -> None:
    for how, name, relevant, step, inner in plan:
        if relevant is not None and not holds(relevant, live):
            continue
        if how <= REVIEWS:
            path = prefix + name
            answered = path in answers
            spots.append(Spot(path, step, live, answered, how == ASKS))
            if answered and how != REVIEWS and (value := answers[path]) is not None:
                live[name] = value
        elif how == CALCULATES:
            assert isinstance(step, Calculate)  # noqa: S101 - planned so
            live[name] = calculate(step.function, live)
        elif how == REPEATS:
            assert isinstance(step, Repeat)  # noqa: S101 - planned so
            _walk_rounds(step, inner, prefix, answers, live, calculate, spots)
        else:
            spots.append(Spot("", step, live, how == SAYS))


def _walk_rounds(
    step: Repeat, plan: Plan, prefix: str, answers: Answers, live: Answers, calculate: CalculateBy, spots: list[Spot]
) -> None:
    path = prefix + step.name
    rounds = rounds_of(step, path, answers)
    items: list[Answers] = []
    for number in range(rounds):
        inner = dict(live)
        here = f"{path}.{number}."
        _walk(plan, here, answers, inner, calculate, spots)
        items.append({name: inner[name] for name in inner if here + name in answers})
    live[step.name] = items
    spots.append(Spot(path, step, live, answers.get(path) is True or rounds >= step.max))


def rounds_of(step: Repeat, path: str, answers: Answers) -> int:
    """Return how many rounds of a repeat were begun."""
    return int(answers.get(f"{path}.n", step.min))


def open_index(spots: list[Spot]) -> int:
    """Return the position of the first step without an answer: the open one. At the end: the number of steps."""
    for index, spot in enumerate(spots):
        if not spot.answered:
            return index
    return len(spots)


def step_at(dialog: Dialog, path: str) -> Step | None:
    """Return the step whose answer is kept under `path` ("items.0.what" is the step "items.what")."""
    if "." in path:
        path = ".".join(part for part in path.split(".") if not part.isdigit())
    return dialog.by_name.get(path)
