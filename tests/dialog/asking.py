"""Asks one question and reads the answer, as all tests of answers do."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date

from hypothesis import settings

from projektbot.dialog.answers import Accepted, Option, Reading, Which, Wrong, objection, read_words
from projektbot.dialog.model import Constraint, Question, Type, Value

# Without a deadline: the first reading in a locale loads its data, and the machine may be busy.
many = settings(max_examples=30_000 if os.environ.get("PROJEKTBOT_FUZZ") == "long" else 800, deadline=None)

TODAY = date(2026, 10, 14)  # a Wednesday


def question(kind: Type, *, required: bool = True, also: tuple[Type, ...] = (), **limits: str | int) -> Question:
    """Return a question of a type with these limits."""
    constraint = Constraint(**limits)  # type: ignore[arg-type]  # each test names fields of the right type
    return Question("q", kind, "How much is it?", required=required, also=also, constraint=constraint)


def options(*labels: str) -> list[Option]:
    """Return choices named a, b, c … with these labels."""
    return [Option(name, label) for name, label in zip("abcdefghijklmnopqrstuvwxyz", labels, strict=False)]


def read(
    asked: Question | Type, words: str, locale: str = "de", *, choices: Sequence[Option] = (), today: date = TODAY
) -> Reading:
    """Read words, and see that what is accepted or offered meets no objection."""
    asked = question(asked) if isinstance(asked, Type) else asked
    reading = read_words(asked, words, options=choices, locale=locale, today=today)
    for value in values(reading):
        assert objection(asked, value, options=choices, today=today) is None
    if isinstance(reading, Which):
        assert 2 <= len(reading.values) <= 4
    return reading


def values(reading: Reading) -> tuple[Value, ...]:
    """Return all values a reading leaves open: none, the answer, or those that are asked."""
    match reading:
        case Accepted(value):
            return (value,)
        case Which(several):
            return several
        case Wrong():
            return ()
