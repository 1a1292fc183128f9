"""What is objected to a value of the right shape: too long, too little, too late, no longer offered."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from projektbot.dialog.conditions import compares
from projektbot.dialog.expecting import bound
from projektbot.dialog.model import CHOOSING, Question, Type, Value
from projektbot.dialog.reading import Option
from projektbot.dialog.showing import param
from projektbot.texts import N_, NN_, Text

LONGEST_TEXT = 4000  # characters; what still fits into one message when it is shown again

GONE = N_("This choice is no longer offered. Please choose again.")
CHOOSE_SOME = N_("Please choose at least one.")
OTHER_FORM = N_("This is not in the form we need. Please check it once more.")
COUNTED = (
    N_("Please choose at least {limit}; you have chosen {value}."),
    N_("Please choose at most {limit}; you have chosen {value}."),
)
TIMED = (
    N_("Please choose {limit} or later; yours is {value}."),
    N_("Please choose {limit} or earlier; yours is {value}."),
)
MEASURED = (
    N_("At least {limit}, please; yours is {value}."),
    N_("At most {limit}, please; yours is {value}."),
)
UNBOUNDED = frozenset({Type.SELECT_ONE, Type.GEOPOINT, Type.ACKNOWLEDGE, Type.IMAGE, Type.AUDIO, Type.FILE})


def breach(question: Question, value: Value, *, options: Sequence[Option], today: date) -> Text | None:
    """Return what stands against a value that has the shape of the question's type; None if nothing does."""
    if question.type is Type.TEXT and len(value) > LONGEST_TEXT:
        return too_long(len(value))
    if question.type in CHOOSING and (lost := breach_of_choice(question, value, options)):
        return lost
    found = breach_of_constraint(question, value, today)
    return Text(question.constraint_message) if found and question.constraint_message else found


def breach_of_choice(question: Question, value: Value, options: Sequence[Option]) -> Text | None:
    """Say if a choice is gone, or if nothing was chosen where something must be."""
    chosen = [value] if question.type is Type.SELECT_ONE else value
    if not chosen and (question.required or question.type is Type.RANK):
        return CHOOSE_SOME
    names = [option.name for option in options]
    return GONE if [name for name in chosen if name not in names] else None


def breach_of_constraint(question: Question, value: Value, today: date) -> Text | None:
    """Return which of the author's limits a value breaks, in words that name the limit and what came."""
    if question.type is Type.TEXT:
        return breach_of_length(question, value) or breach_of_form(question, value)
    if question.type in UNBOUNDED or value == []:  # who may choose nothing may do so whatever the least number is
        return None
    least, most = (today.isoformat() if limit == "today" else limit for limit in bounds(question))
    if least and not compares(value, "min", least):
        return beyond(question, value, 0)
    if most and not compares(value, "max", most):
        return beyond(question, value, 1)
    return None


def bounds(question: Question) -> tuple[str, str]:
    """Return the limits as the author wrote them, least and most."""
    return question.constraint.min, question.constraint.max


def beyond(question: Question, value: Value, end: int) -> Text:
    """Say which limit was passed: `end` 0 for the least, 1 for the most."""
    limit = bound(question, bounds(question)[end])
    if question.type in CHOOSING:
        return replace(COUNTED[end], params={"limit": limit, "value": len(value)})
    texts = TIMED if question.type in {Type.DATE, Type.TIME} else MEASURED
    return replace(texts[end], params={"limit": limit, "value": param(question, value)})


def breach_of_length(question: Question, value: str) -> Text | None:
    """Compare a text's length with the limits."""
    limits, length = question.constraint, len(value)
    if limits.max_length and length > limits.max_length:
        return too_long(length, limits.max_length)
    if length >= limits.min_length:
        return None
    return NN_(
        "A little more, please: at least {n} character; yours has {length}.",
        "A little more, please: at least {n} characters; yours has {length}.",
        limits.min_length,
        length=length,
    )


def too_long(length: int, most: int = LONGEST_TEXT) -> Text:
    """Say that a text is too long, and by how much."""
    return NN_(
        "At most {n} character, please; yours has {length}.",
        "At most {n} characters, please; yours has {length}.",
        most,
        length=length,
    )


def breach_of_form(question: Question, value: str) -> Text | None:
    """Compare a text with the author's regular expression, from its first to its last character."""
    pattern = question.constraint.pattern
    return OTHER_FORM if pattern and not re.fullmatch(pattern, value) else None
