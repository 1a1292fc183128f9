"""Conditions and constraints an answer can meet: existing names, possible values, bounds of the right kind."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time
from decimal import Decimal, InvalidOperation

from projektbot.dialog.check_steps import Found
from projektbot.dialog.conditions import COMPARISONS, names_in
from projektbot.dialog.model import CHOOSING, FILES, Constraint, Do, Question, Review, Type
from projektbot.dialog.nodes import did_you_mean
from projektbot.dialog.outline import Entry, questions
from projektbot.dialog.worlds import Views, tests_in

COUNTED = frozenset({Type.INTEGER, Type.SELECT_MULTIPLE, Type.RANK})
AMOUNTS = frozenset({Type.DECIMAL, Type.MONEY})
ORDERED = COUNTED | AMOUNTS | {Type.DATE, Type.TIME}  # what has a min and a max
WRITTEN = frozenset({Type.TEXT})  # what has a length and a pattern
UNEQUAL = AMOUNTS | FILES | {Type.GEOPOINT}  # what cannot be tested by naming it


def names_known(seen: Views) -> Found:
    """Find conditions that ask about what does not come before them."""
    for entry in seen.entries:
        sources = seen.sources(entry)
        for name in sorted(names_in(entry.step.relevant) - sources.keys()):
            yield entry.step.line, _why_unknown(seen, entry, name, sorted(sources))


def _why_unknown(seen: Views, entry: Entry, name: str, known: list[str]) -> str:
    for other in seen.entries:
        if name in seen.offers(other) and entry.index <= other.index:
            return f"'relevant' asks about '{name}', which comes only in line {other.step.line}"
        if name in seen.offers(other) and other.step in entry.within:
            return f"'relevant' asks about the repeat '{name}' inside of it: its rounds count only afterwards"
        if name in seen.offers(other):
            return f"'relevant' asks about '{name}', which is inside the repeat '{other.within[-1].name}'"
        if name == other.name and isinstance(other.step, Review):
            return f"'relevant' asks about the review '{name}': what comes after it comes only if it was agreed to"
    return f"'relevant' asks about '{name}', which no step is called{did_you_mean(name, known)}"


def values_possible(seen: Views) -> Found:
    """Find conditions that test what an answer can never be."""
    for entry in seen.entries:
        sources = seen.sources(entry)
        for name, test in tests_in(entry.step.relevant):
            source = sources.get(name)
            if source is not None and (why := _why_impossible(seen, source, name, test)):
                yield entry.step.line, why


def _why_impossible(seen: Views, source: Entry, name: str, test: tuple[object, ...]) -> str:
    match source.step, test:
        case Question() as question, ("is", value) if name == question.name:
            return _why_not_equal(question, value)
        case Question() as question, (relation, str() as bound) if name == question.name and relation in COMPARISONS:
            return _why_not_compared(question, bound)
        case Do(name=own, action=action), ("is", value) if name == own and action in seen.known.actions:
            outcomes = seen.known.actions[action].outcomes
            missing = f"action '{action}' has no outcome '{value}'{did_you_mean(str(value), outcomes)}"
            return "" if value in outcomes else missing
        case _:
            return ""


def _why_not_equal(question: Question, value: object) -> str:
    names = [choice.name for choice in question.choices]
    if names and value not in names:
        return f"question '{question.name}' has no choice '{value}'{did_you_mean(str(value), names)}"
    if question.type in UNEQUAL:
        return f"an answer of type '{question.type}' cannot be tested for one value, only compared or 'answered'"
    if question.type is Type.INTEGER and (isinstance(value, bool) or not isinstance(value, int)):
        return f"question '{question.name}' is answered with a whole number, never with '{value}'"
    if question.type is Type.ACKNOWLEDGE and value is not True:
        return f"question '{question.name}' is answered with true or not at all"
    return ""


def _why_not_compared(question: Question, bound: str) -> str:
    if question.type not in ORDERED:
        return f"an answer of type '{question.type}' cannot be compared with '{bound}'"
    if _bound(question.type, bound, today=False) is None:
        return f"'{bound}' cannot be compared with an answer of type '{question.type}'{_form(question.type)}"
    return ""


def constraints_fit(seen: Views) -> Found:
    """Find constraints that say nothing about their type, or that no answer meets."""
    for _, question in questions(seen.entries):
        for why in _constraint_faults(question, question.constraint):
            yield question.line, why


def _constraint_faults(question: Question, constraint: Constraint) -> Iterator[str]:
    kinds = {question.type, *question.also}
    for key in ("min_length", "max_length", "pattern"):
        if getattr(constraint, key) and not kinds & WRITTEN:
            yield f"'{key}' binds only answers of type 'text'"
    if constraint.max_length and constraint.max_length < constraint.min_length:
        yield "'max_length' is less than 'min_length': no answer is both"
    bounds = {}
    for key, written in (("min", constraint.min), ("max", constraint.max)):
        if not written:
            continue
        if question.type not in ORDERED:
            yield f"'{key}' does not bind answers of type '{question.type}'{_instead(question.type, key)}"
        elif (bound := _bound(question.type, written, today=True)) is None:
            yield f"'{key}: {written}' is no bound for type '{question.type}'{_form(question.type)}"
        else:
            bounds[key] = bound
    yield from _range_faults(question, bounds)


def _range_faults(question: Question, bounds: dict[str, Decimal | str]) -> Iterator[str]:
    match bounds.get("min"), bounds.get("max"):
        case Decimal() as least, Decimal() as most if most < least:
            yield f"between {least} and {most} there is no answer"
        case str() as first, str() as last if "today" not in (first, last) and last < first:
            yield f"between {first} and {last} there is no answer"
        case Decimal() as least, _ if question.type in CHOOSING and 0 < len(question.choices) < least:
            yield f"at least {least} of {len(question.choices)} choices cannot be chosen"


def _instead(kind: Type, key: str) -> str:
    return f"; for its length write '{key}_length'" if kind is Type.TEXT else ""


def _form(kind: Type) -> str:
    return {Type.DATE: " (write 2026-11-22)", Type.TIME: " (write 09:30)"}.get(kind, "")


def _bound(kind: Type, written: str, *, today: bool) -> Decimal | str | None:
    """Return a bound as it is compared, None if it is none for this type."""
    try:
        match kind:
            case Type.DATE:
                return written if today and written == "today" else date.fromisoformat(written).isoformat()
            case Type.TIME:
                return time.fromisoformat(written).strftime("%H:%M")
            case _:
                number = Decimal(written)
                whole = number == number.to_integral_value() if number.is_finite() else False
                return number if number.is_finite() and (whole or kind in AMOUNTS) else None
    except (ValueError, InvalidOperation):
        return None
