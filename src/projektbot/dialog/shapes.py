"""Whether a stored value has the shape of its question's type (see model.py); for any JSON, whatever it is."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from math import isfinite

from projektbot.dialog.cleaning import is_visible
from projektbot.dialog.model import FILES, Question, Type, Value

LARGEST = 10**15  # whole numbers, or cents: beyond any city, and kept exactly by every reader of JSON
CENTS = 100
DECIMAL = re.compile(r"-?[0-9]{1,16}(\.[0-9]{1,40})?")
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
MOST_NORTH, MOST_EAST = 90, 180


def kinds_of(question: Question, value: Value) -> list[Type]:
    """Return as which of the question's types a value may be stored; none if it has the shape of none."""
    return [kind for kind in (question.type, *question.also) if has_shape(kind, question.currency, value)]


def has_shape(kind: Type, currency: str, value: Value) -> bool:
    """Say whether a value is stored as answers of this type are."""
    if kind is Type.MONEY:
        return isinstance(value, dict) and list(value) == [currency] and is_integer(value[currency])
    if kind in FILES:
        return is_file(kind, value)
    return SHAPES[kind](value)


def is_text(value: Value) -> bool:
    """Say whether it is a text with something to see in it."""
    return isinstance(value, str) and is_visible(value)


def is_integer(value: Value) -> bool:
    """Say whether it is a whole number of a size we keep."""
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST


def is_decimal(value: Value) -> bool:
    """Say whether it is a number written out, of a size we keep."""
    return isinstance(value, str) and DECIMAL.fullmatch(value) is not None and abs(Decimal(value)) <= LARGEST


def is_date(value: Value) -> bool:
    """Say whether it is a day of the calendar."""
    if not isinstance(value, str) or not DATE.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def is_time(value: Value) -> bool:
    """Say whether it is a time of day."""
    return isinstance(value, str) and TIME.fullmatch(value) is not None


def is_choice(value: Value) -> bool:
    """Say whether it could be the name of a choice."""
    return isinstance(value, str) and bool(value)


def are_choices(value: Value) -> bool:
    """Say whether it could be the names of choices, each once."""
    return isinstance(value, list) and all(map(is_choice, value)) and len(set(value)) == len(value)


def is_place(value: Value) -> bool:
    """Say whether it is a point on earth."""
    return (
        isinstance(value, dict)
        and value.keys() == {"lat", "lon"}
        and is_degrees(value["lat"], MOST_NORTH)
        and is_degrees(value["lon"], MOST_EAST)
    )


def is_degrees(value: Value, most: int) -> bool:
    """Say whether it is an angle up to `most` degrees either way."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return -most <= value <= most and isfinite(value)


def is_file(kind: Type, value: Value) -> bool:
    """Say whether it is a stored file of this kind; a picture sent as a file is a picture, and anything is a file."""
    if not isinstance(value, dict):
        return False
    texts = [value.get(part) for part in ("kind", "sha256", "mime")]
    if not all(isinstance(part, str) and part for part in texts):
        return False
    return kind is Type.FILE or value["kind"] == kind or value["mime"].startswith(f"{kind}/")


def is_agreed(value: Value) -> bool:
    """Say whether it is a plain yes."""
    return value is True


SHAPES: dict[Type, Callable[[Value], bool]] = {
    Type.TEXT: is_text,
    Type.INTEGER: is_integer,
    Type.DECIMAL: is_decimal,
    Type.DATE: is_date,
    Type.TIME: is_time,
    Type.GEOPOINT: is_place,
    Type.ACKNOWLEDGE: is_agreed,
    Type.SELECT_ONE: is_choice,
    Type.SELECT_MULTIPLE: are_choices,
    Type.RANK: are_choices,
}
