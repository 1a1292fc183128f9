"""Answers that are a number: integer, decimal and money."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from projektbot.dialog import words as tables
from projektbot.dialog.cleaning import key
from projektbot.dialog.expecting import expected
from projektbot.dialog.model import Question, Type, Value
from projektbot.dialog.numbers import read_amount
from projektbot.dialog.reading import Accepted, Reading, Wrong, either, reading_of
from projektbot.dialog.shapes import CENTS, LARGEST
from projektbot.texts import N_, Money, Own

NOTHING = tables.in_any(tables.NOTHING)
LONGEST_NOTHING = max(map(len, NOTHING)) + 4  # with room for "Nichts!!"

DIGIT = re.compile("[0-9]")  # no word for nothing has one

TOO_LARGE = N_("That number is larger than I can keep. Please check it once more.")
NOT_WHOLE = N_("Please write a whole number, without decimals.")


def read_quantity(question: Question, words: str, locale: str) -> Reading:
    """Read a number of the question's type; an amount of money may be spelled "free" and must be in its currency."""
    money = question.type is Type.MONEY
    if money and len(words) <= LONGEST_NOTHING and not DIGIT.search(words) and key(words) in NOTHING:
        return Accepted({question.currency: 0})
    amount = read_amount(words, locale=locale, currency=question.currency if money else "")
    if amount is None:
        return Wrong(expected(question))
    if money and amount.currency not in ("", question.currency):
        return Wrong(N_("We count in {currency} here. How much is it in {currency}?", currency=Own(question.currency)))
    return kept(question, amount.readings)


def kept(question: Question, readings: Sequence[Decimal]) -> Reading:
    """Turn numbers into values as they are stored; readings that the type cannot hold do not count."""
    unit = CENTS if question.type is Type.MONEY else 1
    held = [number for number in readings if abs(number) <= LARGEST // unit]
    whole = [int(number * unit) for number in held if is_whole(number * unit)]
    if not held:
        return Wrong(TOO_LARGE)
    match question.type:
        case Type.INTEGER:
            return reading_of(whole, NOT_WHOLE)
        case Type.MONEY:
            example = Money(1250, question.currency)
            too_fine = N_("An amount has at most two decimals, for example {example}.", example=example)
            return reading_of([{question.currency: cents} for cents in whole], too_fine)
        case _:
            return either([written(number) for number in held])


def is_whole(number: Decimal) -> bool:
    """Say whether a number has no decimals."""
    return number == number.to_integral_value()


def written(number: Decimal) -> Value:
    """Return a decimal as it is stored: no exponent, no zeros at its end, no minus before zero."""
    return f"{number.normalize() + 0:f}"
