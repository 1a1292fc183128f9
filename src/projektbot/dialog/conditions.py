"""When a step is relevant: small conditions over answers, as data, without an expression language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from operator import ge, gt, le, lt
from typing import Any, TypeAlias

Answers: TypeAlias = Mapping[str, Any]

COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {"min": ge, "max": le, "more_than": gt, "less_than": lt}


@dataclass(frozen=True, slots=True)
class Is:
    """The answer is one of `values` (for a list of choices: contains one of them)."""

    name: str
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """There is an answer (or, with `yes=False`, none)."""

    name: str
    yes: bool


@dataclass(frozen=True, slots=True)
class Compares:
    """The answer stands in this relation to `value`: numbers, money in whole units, dates and times as ISO."""

    name: str
    relation: str
    value: str


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Condition


Condition: TypeAlias = Is | Answered | Compares | All | AnyOf | Not


def holds(condition: Condition | None, answers: Answers) -> bool:
    """Say whether `condition` holds over `answers`; a missing answer makes every comparison false."""
    match condition:
        case None:
            return True
        case Is(name, values):
            answer = answers.get(name)
            return any(value in answer for value in values) if isinstance(answer, list) else answer in values
        case Answered(name, yes):
            return (answers.get(name) is not None) is yes
        case Compares(name, relation, value):
            return compares(answers.get(name), relation, value)
        case All(parts):
            return all(holds(part, answers) for part in parts)
        case AnyOf(parts):
            return any(holds(part, answers) for part in parts)
        case Not(part):
            return not holds(part, answers)


def needed(condition: Condition | None) -> str:
    """Return a name without whose answer `condition` cannot hold: quicker to look for than to try; or none."""
    match condition:
        case Is(name) | Answered(name, True) | Compares(name):
            return name
        case All(parts):
            return next(filter(None, map(needed, parts)), "")
        case _:
            return ""


def compares(answer: object, relation: str, value: str) -> bool:
    """Compare a stored answer with a bound written by an author; things that cannot be compared do not hold."""
    if answer is None:
        return False
    relate = COMPARISONS[relation]
    number = as_number(answer)
    if number is None:
        return isinstance(answer, str) and relate(answer, value)  # ISO dates and times sort as text
    bound = as_number(value)
    return bound is not None and relate(number, bound)


def as_number(answer: object) -> Decimal | None:
    """Return what an answer counts as: money in whole units, a list its length; None if it is no number."""
    match answer:
        case bool():
            return None
        case int():
            return Decimal(answer)
        case dict() if len(answer) == 1 and isinstance(cents := next(iter(answer.values())), int):
            return Decimal(cents) / 100
        case list():
            return Decimal(len(answer))
        case str():
            try:
                number = Decimal(answer)
            except InvalidOperation:
                return None
            return number if number.is_finite() else None
        case _:
            return None


def names_in(condition: Condition | None) -> set[str]:
    """Return the names of all answers a condition looks at."""
    match condition:
        case None:
            return set()
        case Is(name) | Answered(name) | Compares(name):
            return {name}
        case All(parts) | AnyOf(parts):
            return set().union(*(names_in(part) for part in parts))
        case Not(part):
            return names_in(part)
