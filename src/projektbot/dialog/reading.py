"""What becomes of typed words: an answer, a question back, or a reason why not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from projektbot.dialog.model import Value
from projektbot.records import record
from projektbot.texts import Text

MOST_READINGS = 4  # more than four are no help to choose from


@record
class Option:
    """One choice as it is offered now; `label` is already in the reader's language."""

    name: str
    label: str


@record
class Accepted:
    """The words mean this value."""

    value: Value


@record
class Which:
    """The words may mean any of these two to four values; the person is asked which."""

    values: tuple[Value, ...]


@record
class Wrong:
    """The words are no answer; `text` says why."""

    text: Text


Reading: TypeAlias = Accepted | Which | Wrong


def reading_of(values: Sequence[Value], otherwise: Text) -> Reading:
    """Return what `values` amount to: one is the answer, a few are asked, none or too many are `otherwise`."""
    if len(values) == 1:
        return Accepted(values[0])
    distinct = distinct_of(values)
    return either(distinct) if 1 <= len(distinct) <= MOST_READINGS else Wrong(otherwise)


def either(values: Sequence[Value]) -> Accepted | Which:
    """Return the one value there is, or the question which of a few it is."""
    distinct = distinct_of(values)
    return Accepted(distinct[0]) if len(distinct) == 1 else Which(tuple(distinct))


def distinct_of(values: Sequence[Value]) -> list[Value]:
    """Return each value once; they may be lists or dictionaries."""
    return [value for at, value in enumerate(values) if value not in values[:at]]
