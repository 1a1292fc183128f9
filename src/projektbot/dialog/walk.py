"""Where a conversation stands: derived from its answers, stored nowhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from projektbot.dialog.conditions import holds
from projektbot.dialog.model import (
    ASKS,
    CALCULATES,
    CONCLUDES,
    REPEATS,
    REVIEWS,
    SAYS,
    Answers,
    Calculate,
    Dialog,
    Plan,
    Planned,
    Repeat,
    Review,
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
    asks: bool = False  # it is a question, and not one on the way
    behind: int = 0  # where the plan goes on behind it; 0 within a repeat


class Way(NamedTuple):
    """What a walk found: every relevant step in order. What lies behind the open one may be missing if unanswered."""

    spots: list[Spot]
    open: int  # position of the open step; at the end the number of steps
    asks: int  # questions but for those on the way, also those that are missing


def walk(dialog: Dialog, answers: Answers, calculate: CalculateBy) -> Way:
    """Find every relevant step. An answer whose question is not relevant is invisible, and comes back."""
    live = {name[1:]: value for name, value in answers.items() if name[0] in BESIDE}
    spots: list[Spot] = []
    history = next((behind for behind, name in dialog.acts if name in answers), 0)
    if history:
        _walk(_happened(dialog.plan[:history], answers), "", 0, answers, live, calculate, spots)
    _walk(dialog.plan, "", history, answers, live, calculate, spots)
    return _found(spots, 0)


def passed(answers: Answers, spots: Sequence[Spot]) -> frozenset[str]:
    """Return under which names answers count now; once something is done with them, the others are over."""
    live = {spot.path for spot in spots}
    return frozenset(name for name in answers if name[0] in BESIDE or name.removesuffix(".n") in live)


def walk_on(dialog: Dialog, way: Way, answers: Answers, facts: Answers, calculate: CalculateBy) -> Way:
    """Find what `walk` would, from the way before the open step was answered (see `can_walk_on`), with these facts."""
    spots, index, asks = way
    was = spots[index]
    value = answers[was.path]
    live = {**was.live, **facts}
    if value is not None and not isinstance(was.step, Review):
        live[was.path] = value
    spots = [*spots[:index], Spot(was.path, was.step, live, answered=True, asks=was.asks, behind=was.behind)]
    # where nothing depends on this answer, the steps behind are as relevant as before: none that is was answered
    stop = not facts and was.path not in dialog.deciding
    _walk(dialog.plan, "", was.behind, answers, live, calculate, spots, stop=stop)
    found = _found(spots, index + 1)
    return Way(spots, found.open, asks) if stop else found


def can_walk_on(way: Way, path: str) -> bool:
    """Say whether an answer under `path` leads on from where an earlier walk stopped, with nothing answered behind."""
    spots, index, _ = way
    if index == len(spots) or spots[index].path != path or not spots[index].behind:
        return False
    return not any(spot.answered and spot.path for spot in spots[index + 1 :])


def _found(spots: list[Spot], begin: int) -> Way:
    for index in range(begin, len(spots)):
        if not spots[index].answered:
            break
    else:
        index = len(spots)
    return Way(spots, index, len([None for spot in spots if spot.asks]))


def _walk(
    plan: Plan, prefix: str, begin: int, answers: Answers, live: Answers, calculate: CalculateBy, spots: list[Spot],
    *, stop: bool = False,
) -> None:  # fmt: skip
    """Add the relevant steps of a plan from `begin` on; with `stop` no further than the first that is open."""
    behind = begin
    for how, name, relevant, step, inner, needs in plan[begin:] if begin else plan:
        behind += 1
        if relevant is not None and ((needs and needs not in live) or not holds(relevant, live)):
            continue
        if how <= REVIEWS:
            path = prefix + name
            answered = path in answers
            spots.append(Spot(path, step, live, answered, how == ASKS, 0 if prefix else behind))
            if stop and not answered:
                return
            if answered and how != REVIEWS and (value := answers[path]) is not None:
                live[name] = value
        elif how == CALCULATES or (how == CONCLUDES and _found(spots, 0).open == len(spots)):
            assert isinstance(step, Calculate)  # noqa: S101 - planned so
            live[name] = calculate(step.function, live)
        elif how == REPEATS:
            assert isinstance(step, Repeat)  # noqa: S101 - planned so
            _walk_rounds(step, inner, prefix, answers, live, calculate, spots)
        elif how != CONCLUDES:
            spots.append(Spot("", step, live, how == SAYS))


def _happened(plan: Plan, answers: Answers) -> Plan:
    """Return the steps of a plan that were gone through before something was done with the answers.

    They stay as they were, whatever the house finds now: what was done may well make the question pointless that led
    to it. Notes were said, and no link was taken; values are worked out anew.
    """
    return tuple(
        planned if planned.how in (CALCULATES, CONCLUDES) else planned._replace(relevant=None)
        for planned in plan
        if planned.how in (CALCULATES, CONCLUDES) or _was_answered(planned, answers)
    )


def _was_answered(planned: Planned, answers: Answers) -> bool:
    if planned.how == REPEATS:
        return any(path == planned.name or path.startswith(f"{planned.name}.") for path in answers)
    return planned.how <= REVIEWS and planned.name in answers


def _walk_rounds(
    step: Repeat, plan: Plan, prefix: str, answers: Answers, live: Answers, calculate: CalculateBy, spots: list[Spot]
) -> None:
    path = prefix + step.name
    rounds = rounds_of(step, path, answers)
    items: list[Answers] = []
    for number in range(rounds):
        inner = dict(live)
        here = f"{path}.{number}."
        _walk(plan, here, 0, answers, inner, calculate, spots)
        items.append({name: inner[name] for name in inner if here + name in answers})
    live[step.name] = items
    spots.append(Spot(path, step, live, answers.get(path) is True or rounds >= step.max))


def rounds_of(step: Repeat, path: str, answers: Answers) -> int:
    """Return how many rounds of a repeat were begun."""
    return int(answers.get(f"{path}.n", step.min))


def step_at(dialog: Dialog, path: str) -> Step | None:
    """Return the step whose answer is kept under `path` ("items.0.what" is the step "items.what")."""
    if "." in path:
        path = ".".join(part for part in path.split(".") if not part.isdigit())
    return dialog.by_name.get(path)
