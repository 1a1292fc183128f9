"""Texts that stay texts until the reader is known, and the values they may carry."""

from __future__ import annotations

import re
from dataclasses import field
from datetime import date, datetime, time
from decimal import Decimal
from typing import TypeAlias

from projektbot.records import record

PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")  # a named gap in a sentence


@record
class Money:
    """An amount in the smallest unit of a currency (cents), never a float."""

    cents: int
    currency: str = "EUR"


@record
class Place:
    """A point in WGS 84 degrees."""

    lat: float
    lon: float


class Own(str):
    """A short value of ours inside a text (`P-1042`, `/idea`): needs no isolation, unlike what people write."""

    __slots__ = ()


@record
class Text:
    """A message to translate: an English msgid, its plural and count if it has one, and named values."""

    msgid: str
    params: dict[str, Param] = field(default_factory=dict)
    plural: str = ""
    n: int = 0


Param: TypeAlias = "str | int | Decimal | Money | Place | datetime | date | time | Text | tuple[Text, ...]"


def only_values(msgid: str) -> bool:
    """Say whether a sentence has no words of its own, so that there is nothing to translate."""
    return not any(char.isalnum() for char in PLACEHOLDER.sub("", msgid))


def N_(msgid: str, **params: Param) -> Text:  # noqa: N802 - the name Babel extracts by
    """Mark a sentence for translation; `{name}` in it is filled from `params`."""
    return Text(msgid, params)


def NN_(msgid: str, plural: str, n: int, **params: Param) -> Text:  # noqa: N802 - as above
    """Mark a sentence that counts; `{n}` is filled with the count as the reader's locale writes it."""
    return Text(msgid, {**params, "n": n}, plural, n)


def verbatim(words: str) -> Text:
    """Make a text of what a person wrote: shown as it is, isolated, never translated."""
    return Text("{it}", {"it": words})
