"""How an answer is read from what a person typed, what is objected to it, and how it is shown: the door."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from projektbot.dialog import words as tables
from projektbot.dialog.choosing import read_choice
from projektbot.dialog.cleaning import clean, is_visible, key
from projektbot.dialog.dates import read_days
from projektbot.dialog.expecting import expected
from projektbot.dialog.limits import breach, too_long
from projektbot.dialog.model import CHOOSING, FILES, Question, Type, Value
from projektbot.dialog.places import read_place
from projektbot.dialog.quantities import read_quantity
from projektbot.dialog.reading import Accepted, Option, Reading, Which, Wrong, either, reading_of
from projektbot.dialog.several import read_choices
from projektbot.dialog.shapes import kinds_of
from projektbot.dialog.showing import shown
from projektbot.dialog.times import read_minutes
from projektbot.texts import N_, Text

__all__ = ["Accepted", "Option", "Reading", "Which", "Wrong", "constraint_text", "objection", "read_words", "shown"]

ONE_LINE = 200  # characters
LONGEST_WORDS = 70_000  # characters: more than a Matrix event holds, so nobody typed it
AGREES = tables.in_any(tables.YES) | tables.in_any(tables.UNDERSTOOD) | {"1"}
EMPTY = N_("There was nothing to read in this. Please write a few words.")


def read_words(question: Question, words: str, *, options: Sequence[Option], locale: str, today: date) -> Reading:
    """Read what a person typed as an answer to a question.

    What is accepted has passed the constraint. Of several meanings, those that it forbids do not count; if it forbids
    all, its objection to the first is the reason given. A question of several types takes the first that fits.
    """
    if len(words) > LONGEST_WORDS:
        return Wrong(too_long(len(words)) if question.type is Type.TEXT else expected(question))
    readings = [
        fitting(kind, read_as_typed(kind, words, options, locale, today), options, today)
        for kind in typed_kinds(question)
    ]
    return next((reading for reading in readings if not isinstance(reading, Wrong)), readings[0])


def objection(question: Question, value: Value, *, options: Sequence[Option], today: date) -> Text | None:
    """Return what stands against a value, whatever JSON it is: its shape, its choice being gone, a constraint."""
    kinds = kinds_of(question, value)
    if not kinds:
        return expected(question)
    objections = [breach(as_kind(question, kind), value, options=options, today=today) for kind in kinds]
    return None if None in objections else objections[0]


def constraint_text(question: Question) -> Text:
    """Say what is expected, in words: the first help after an answer that was not understood."""
    return expected(question)


def typed_kinds(question: Question) -> list[Question]:
    """Return the question once for each of its types that can be typed, and for its first in any case."""
    others = [kind for kind in question.also if kind not in FILES]
    return [question, *(as_kind(question, kind) for kind in others)]


def as_kind(question: Question, kind: Type) -> Question:
    """Return the question as one of its types asks it."""
    return question if kind is question.type else replace(question, type=kind, also=())


def fitting(question: Question, reading: Reading, options: Sequence[Option], today: date) -> Reading:
    """Hold a reading against the constraint."""
    match reading:
        case Accepted(value):
            values = [value]
        case Which(several):
            values = list(several)
        case Wrong():
            return reading
    objections = [breach(question, value, options=options, today=today) for value in values]
    against = next(filter(None, objections), None)
    if against is None:
        return reading
    return reading_of([value for value, wrong in zip(values, objections, strict=True) if wrong is None], against)


def read_as_typed(question: Question, words: str, options: Sequence[Option], locale: str, today: date) -> Reading:
    """Read words by the type of the question alone."""
    match question.type:
        case Type.TEXT:
            return read_text(question, words)
        case Type.INTEGER | Type.DECIMAL | Type.MONEY:
            return read_quantity(question, words, locale)
        case Type.SELECT_ONE:
            return read_choice(question, words, options)
        case kind if kind in CHOOSING:
            return read_choices(question, words, options)
        case Type.DATE:
            return read_date(question, words, locale, today)
        case Type.TIME:
            return read_time(question, words, locale)
        case Type.GEOPOINT:
            return read_place(words, locale=locale)
        case Type.ACKNOWLEDGE:
            return read_agreement(question, words)
        case _:
            return Wrong(expected(question))


def read_text(question: Question, words: str) -> Reading:
    """Read a text: what can be seen of it. A short one is one line: in a list a title of two would be two things."""
    text = clean(words)
    if 0 < question.constraint.max_length <= ONE_LINE:
        text = " ".join(text.split())
    return Accepted(text) if is_visible(text) else Wrong(EMPTY)


def read_date(question: Question, words: str, locale: str, today: date) -> Reading:
    """Read a day; where only days until today are allowed, one without a year is the last such day."""
    most = question.constraint.max
    past = most == "today" or (bool(most) and most <= today.isoformat())
    days = read_days(words, locale=locale, today=today, past=past)
    return either([day.isoformat() for day in days]) if days else Wrong(expected(question))


def read_time(question: Question, words: str, locale: str) -> Reading:
    """Read a time of day."""
    minutes = read_minutes(words, locale=locale)
    return Wrong(expected(question)) if minutes is None else Accepted("{:02d}:{:02d}".format(*divmod(minutes, 60)))


def read_agreement(question: Question, words: str) -> Reading:
    """Read a plain yes."""
    agrees = key(words) in AGREES or words.strip()[:1] in tables.THUMBS_UP
    return Accepted(value=True) if agrees else Wrong(expected(question))
