"""How a stored answer is shown: as a text whose values the reader's locale sets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time
from decimal import Decimal

from projektbot.dialog.model import CHOOSING, FILES, Question, Type, Value
from projektbot.dialog.reading import Option
from projektbot.dialog.shapes import kinds_of
from projektbot.texts import N_, Money, Param, Place, Text, verbatim

NO_ANSWER = N_("no answer")
NOTHING_CHOSEN = N_("nothing chosen")
SENT = {
    Type.IMAGE: N_("a photo"),
    Type.AUDIO: N_("a voice note"),
    Type.FILE: N_("a file"),
}


def shown(question: Question, value: Value, options: Sequence[Option]) -> Text:
    """Show an answer for the review and for "keep"; what no longer fits the question is shown as it was written."""
    kind = next(iter(kinds_of(question, value)), None)
    if kind is None:
        return verbatim(value) if isinstance(value, str) and value else NO_ANSWER
    if kind in FILES:
        return shown_file(kind, value)
    if kind in CHOOSING:
        return shown_choices(question, kind, value, options)
    if kind is Type.ACKNOWLEDGE:
        return N_("agreed")
    return Text("{it}", {"it": param(question, value)})


def param(question: Question, value: Value) -> Param:
    """Return a number, amount, day, time, place or text as the value a text may carry."""
    match next(iter(kinds_of(question, value)), None), value:
        case Type.INTEGER, int():
            return value
        case Type.DECIMAL, str():
            return Decimal(value)
        case Type.MONEY, dict():
            return Money(value[question.currency], question.currency)
        case Type.DATE, str():
            return date.fromisoformat(value)
        case Type.TIME, str():
            return time.fromisoformat(value)
        case Type.GEOPOINT, {"lat": lat, "lon": lon}:
            return Place(float(lat), float(lon))
        case _:
            return str(value)


def shown_choices(question: Question, kind: Type, value: Value, options: Sequence[Option]) -> Text:
    """Show what was chosen by its labels; a ranking with its places."""
    if kind is Type.SELECT_ONE:
        return labelled(question, value, options)
    if not value:
        return NOTHING_CHOSEN
    labels = [labelled(question, name, options) for name in value]
    if kind is Type.RANK:
        labels = [Text("{place}. {it}", {"place": place, "it": label}) for place, label in enumerate(labels, 1)]
    return Text("{it}", {"it": tuple(labels)})


def labelled(question: Question, name: str, options: Sequence[Option]) -> Text:
    """Return the label of a choice; of one no longer offered, what the dialog still knows of it."""
    for option in options:
        if option.name == name:
            return verbatim(option.label)
    for choice in question.choices:
        if choice.name == name:
            return Text(choice.label)
    return verbatim(name)


def shown_file(kind: Type, value: Value) -> Text:
    """Say what was sent, a file by its name."""
    name = value.get("name")
    if kind is Type.FILE and isinstance(name, str) and name:
        return N_("the file {name}", name=name)
    return SENT[kind]
