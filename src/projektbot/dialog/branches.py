"""How a dialog branches, and its conditions in plain words: what both drawings are made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from projektbot.dialog.conditions import All, Answered, AnyOf, Compares, Condition, Is, Not
from projektbot.dialog.model import (
    Calculate,
    Call,
    Dialog,
    Do,
    Link,
    Note,
    Question,
    Repeat,
    Review,
    Step,
    Trigger,
    Type,
)
from projektbot.dialog.outline import outline
from projektbot.dialog.worlds import tests_in

RELATIONS = {"min": "at least", "max": "at most", "more_than": "more than", "less_than": "less than"}


@dataclass(frozen=True, slots=True)
class Branch:
    """Steps that come under one condition (None: always)."""

    condition: Condition | None
    steps: tuple[Step, ...]

    @property
    def ends(self) -> bool:
        """Say whether nothing comes after it."""
        return isinstance(self.steps[-1], Link)


@dataclass(frozen=True, slots=True)
class Fork:
    """Branches beside each other; `complete` if one of them always comes."""

    branches: tuple[Branch, ...]
    complete: bool


def forks(dialog: Dialog, steps: Sequence[Step]) -> list[Fork]:
    """Return steps in groups: under one condition together, under different values of one answer side by side."""
    groups = [Branch(condition, tuple(group)) for condition, group in groupby(steps, lambda step: step.relevant)]
    found: list[list[Branch]] = []
    for branch in groups:
        if found and _beside(found[-1], branch):
            found[-1].append(branch)
        else:
            found.append([branch])
    return [Fork(tuple(branches), _complete(dialog, branches)) for branches in found]


def _beside(branches: list[Branch], branch: Branch) -> bool:
    """Say whether a branch excludes those before it: all test one and the same answer for other values."""
    tested = [_values(other.condition) for other in [*branches, branch]]
    if any(not values for values in tested):
        return False
    flat = [value for values in tested for value in values]
    return len({name for name, _ in flat}) == 1 and len(set(flat)) == len(flat)


def _values(condition: Condition | None) -> list[tuple[str, object]]:
    return [(condition.name, value) for value in condition.values] if isinstance(condition, Is) else []


def _complete(dialog: Dialog, branches: list[Branch]) -> bool:
    if branches[0].condition is None:
        return True
    values = {value for branch in branches for _, value in _values(branch.condition)}
    tested = {name for branch in branches for name, _ in _values(branch.condition)}
    match next((entry.step for entry in outline(dialog) if entry.name in tested), None):
        case Question(type=Type.SELECT_ONE, required=True, relevant=None, choices=choices) if choices:
            return values == {choice.name for choice in choices}
        case Do(name=name, quiet=(), relevant=None):
            return values == set(_tested(dialog, name))  # the checker sees to it that all are tested
        case _:
            return False


def _tested(dialog: Dialog, name: str) -> Iterator[object]:
    for entry in outline(dialog):
        yield from (test[1] for about, test in tests_in(entry.step.relevant) if about == name)


# ---- in words --------------------------------------------------------------------------------------------------------


def condition_in_words(dialog: Dialog, condition: Condition | None) -> str:
    """Return a condition as one would say it."""
    named = {entry.name: entry.step for entry in outline(dialog)}
    return _say(named, condition)


def _say(named: dict[str, Step], condition: Condition | None) -> str:
    match condition:
        case Is(name, values):
            return f"{_called(named, name)}: {' or '.join(_value(named.get(name), value) for value in values)}"
        case Answered(name, yes):
            return f"{_called(named, name)}: {'answered' if yes else 'no answer'}"
        case Compares(name, relation, value):
            return f"{_called(named, name)}: {RELATIONS[relation]} {value}"
        case All(parts):
            return " and ".join(_bracketed(named, part) for part in parts)
        case AnyOf(parts):
            return " or ".join(_bracketed(named, part) for part in parts)
        case Not(part):
            return f"not {_bracketed(named, part)}"
        case _:
            return ""


def _bracketed(named: dict[str, Step], condition: Condition) -> str:
    words = _say(named, condition)
    return f"({words})" if isinstance(condition, All | AnyOf) else words


def _called(named: dict[str, Step], name: str) -> str:
    step = named.get(name)
    return (step.title if isinstance(step, Question | Repeat) else "") or name.replace("_", " ")


def _value(step: Step | None, value: object) -> str:
    choices = step.choices if isinstance(step, Question) else ()
    shown = next((choice.label for choice in choices if choice.name == value), str(value).replace("_", " "))
    return {"True": "yes", "False": "no"}.get(shown, shown)


def trigger_in_words(trigger: Trigger) -> str:
    """Return what opens a dialog as one would say it."""
    if trigger.command:
        return f"/{trigger.command}" + (f" {{{trigger.fill}}}" if trigger.fill else "")
    if trigger.deep_link:
        return f"link {trigger.deep_link}" + (f"-{{{trigger.fill}}}" if trigger.fill else "")
    return trigger.moment.replace("_", " ")


def kind_of(step: Step) -> str:
    """Return what a step is, in a few words."""
    match step:
        case Question(type=kind, also=also, required=required):
            kinds = " or ".join(str(one).replace("_", " ") for one in (kind, *also))
            return kinds if required else f"{kinds}, may be skipped"
        case Repeat(min=least, max=most):
            return f"again and again, {least} to {most} times"
        case _:
            return type(step).__name__.lower()


def says(step: Step) -> str:
    """Return the words in a step's box."""
    match step:
        case Question(label=label):
            return label
        case Repeat(title=title, name=name):
            return title or name
        case Review(label=label, submit=submit):
            return f"{label} [{submit}]".strip()
        case Do(action=action):
            return action
        case Call(dialog=dialog) | Link(dialog=dialog):
            return dialog
        case Calculate(name=name, function=function):
            return f"{name} = {function}"
        case Note(label=label):
            return label


def step_name(step: Step) -> str:
    """Return a step's name, empty if it has none."""
    return str(getattr(step, "name", ""))
