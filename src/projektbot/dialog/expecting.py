"""What a question expects, in words: said when an answer was not understood."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from decimal import Decimal, InvalidOperation

from projektbot.dialog.model import FILES, Question, Type
from projektbot.dialog.shapes import is_date, is_time
from projektbot.texts import N_, NN_, Money, Param, Text

DAY = date(2030, 9, 24)  # a day that no order of day and month can make another one of
HOUR = time(18, 30)

# By type: without bounds, with a least, with a most, with both.
BOUNDED: dict[Type, tuple[Text, Text, Text, Text]] = {
    Type.INTEGER: (
        N_("Please write a whole number, such as {example}.", example=12),
        N_("Please write a whole number, {min} or more."),
        N_("Please write a whole number, at most {max}."),
        N_("Please write a whole number between {min} and {max}."),
    ),
    Type.DECIMAL: (
        N_("Please write a number, such as {example}.", example=Decimal("2.5")),
        N_("Please write a number, {min} or more."),
        N_("Please write a number, at most {max}."),
        N_("Please write a number between {min} and {max}."),
    ),
    Type.MONEY: (
        N_("Please write an amount, such as {example}."),
        N_("Please write an amount, {min} or more."),
        N_("Please write an amount, at most {max}."),
        N_("Please write an amount between {min} and {max}."),
    ),
    Type.DATE: (
        N_("Please write a date, such as {example} or “tomorrow”.", example=DAY),
        N_("Please write a date, {min} or later."),
        N_("Please write a date, {max} or earlier."),
        N_("Please write a date between {min} and {max}."),
    ),
    Type.TIME: (
        N_("Please write a time, such as {example}.", example=HOUR),
        N_("Please write a time, {min} or later."),
        N_("Please write a time, {max} or earlier."),
        N_("Please write a time between {min} and {max}."),
    ),
    Type.SELECT_MULTIPLE: (
        N_("Please write the numbers of your choices, such as: 1, 3."),
        N_("Please choose at least {min} and write their numbers, such as: 1, 3."),
        N_("Please choose at most {max} and write their numbers, such as: 1, 3."),
        N_("Please choose {min} to {max} and write their numbers, such as: 1, 3."),
    ),
    Type.RANK: (
        N_("Please write the numbers of your choices, the most important first, such as: 3, 1, 2."),
        N_("Please write the numbers of at least {min} choices, the most important first, such as: 3, 1, 2."),
        N_("Please write the numbers of at most {max} choices, the most important first, such as: 3, 1, 2."),
        N_("Please write the numbers of {min} to {max} choices, the most important first, such as: 3, 1, 2."),
    ),
}
LENGTHS = (
    N_("Please write a few words."),
    NN_("Please write at least {n} character.", "Please write at least {n} characters.", 0),
    NN_("Please write at most {n} character.", "Please write at most {n} characters.", 0),
    NN_("Please write {min} to {n} character.", "Please write {min} to {n} characters.", 0),
)
ONE = N_("I could not match that. Please choose one; its number is enough.")
PLACE = N_("Please share a location, or write its coordinates, such as 52.4425, 13.5823.")
AGREE = N_("Please write “OK” when you have read this and agree.")

# By what may be sent: when there must be one, and when one may do without.
SENT: dict[frozenset[Type], tuple[Text, Text]] = {
    frozenset({Type.IMAGE}): (
        N_("Please send a photo."),
        N_("Please send a photo, or skip this question."),
    ),
    frozenset({Type.AUDIO}): (
        N_("Please send a voice note."),
        N_("Please send a voice note, or skip this question."),
    ),
    frozenset({Type.IMAGE, Type.AUDIO}): (
        N_("Please send a photo or a voice note."),
        N_("Please send a photo or a voice note, or skip this question."),
    ),
    frozenset({Type.FILE}): (
        N_("Please send a file."),
        N_("Please send a file, or skip this question."),
    ),
}


def expected(question: Question) -> Text:
    """Say what kind of answer a question wants, and within which bounds."""
    match question.type:
        case Type.TEXT:
            return expected_length(question)
        case Type.SELECT_ONE:
            return ONE
        case Type.GEOPOINT:
            return PLACE
        case Type.ACKNOWLEDGE:
            return AGREE
        case kind if kind in FILES:
            return expected_file(question)
        case _:
            return expected_bounds(question)


def expected_length(question: Question) -> Text:
    """Say how long a text may be; where its form matters, the author's own words say it best."""
    limits = question.constraint
    if limits.pattern and question.constraint_message:
        return Text(question.constraint_message)
    count = limits.max_length or limits.min_length
    text = LENGTHS[bool(limits.min_length) + 2 * bool(limits.max_length)]
    return replace(text, params={"min": limits.min_length, "n": count}, n=count) if count else text


def expected_file(question: Question) -> Text:
    """Say what to send."""
    kinds = frozenset({question.type, *question.also} & FILES)
    needed, optional = SENT.get(kinds, SENT[frozenset({Type.FILE})])
    return needed if question.required else optional


def expected_bounds(question: Question) -> Text:
    """Say which numbers, amounts, days, times or how many choices a question takes."""
    limits = question.constraint
    text = BOUNDED[question.type][bool(limits.min) + 2 * bool(limits.max)]
    bounds = {name: bound(question, given) for name in ("min", "max") if (given := getattr(limits, name))}
    example: dict[str, Param] = {"example": Money(50000, question.currency)} if question.type is Type.MONEY else {}
    return replace(text, params={**text.params, **bounds} if bounds else {**text.params, **example})


def bound(question: Question, given: str) -> Param:
    """Return a bound as a value to be shown as the reader's locale writes it."""
    if given == "today":
        return N_("today")
    if is_date(given):
        return date.fromisoformat(given)
    if is_time(given):
        return time.fromisoformat(given)
    try:
        number = Decimal(given)
        return Money(int(number * 100), question.currency) if question.type is Type.MONEY else number
    except (InvalidOperation, OverflowError, ValueError):
        return given
