"""Several choices in one message: "1, 3", "Health and the second", "alle"; for a ranking in the person's order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice, product
from math import prod

from projektbot.dialog import words as tables
from projektbot.dialog.choosing import SAY_MORE, Offer, by_label, chosen, offered
from projektbot.dialog.cleaning import clean, key
from projektbot.dialog.expecting import expected
from projektbot.dialog.limits import CHOOSE_SOME
from projektbot.dialog.model import Question, Type
from projektbot.dialog.reading import MOST_READINGS, Accepted, Option, Reading, Which, Wrong, reading_of
from projektbot.texts import N_

MOST_PARTS = 100
LONGEST_LABEL = 6  # parts that a label such as "health, education and culture" may fall into
LONGEST_QUOTE = 60  # characters of what was not understood
AND = "|".join(sorted(tables.in_any(tables.AND)))
PARTED = re.compile(rf"[,;،؛\n&>]|\b(?:{AND})\b", re.IGNORECASE)
ONLY_NUMBERS = re.compile(r"[\d.)\s]+")
TWICE = N_("One choice stands there twice. Please write each only once.")
ALL, NONE = tables.in_any(tables.ALL), tables.in_any(tables.NONE)


def read_choices(question: Question, words: str, options: Sequence[Option]) -> Reading:
    """Read the names of several choices: as they are offered, or for a ranking as they were written."""
    choices = offered(question, options)
    typed = key(words)
    if not by_label(words.strip(), typed, choices):
        if typed in NONE:
            return Wrong(CHOOSE_SOME) if question.required or question.type is Type.RANK else Accepted([])
        if typed in ALL and question.type is Type.SELECT_MULTIPLE:
            return Accepted([option.name for option in options])
    parts = parts_of(words, choices)
    if not parts or len(parts) > MOST_PARTS:
        return Wrong(expected(question))
    return together(question, parts, choices)


def parts_of(words: str, choices: Offer) -> list[str]:
    """Part a message at commas, lines and "and", but not inside a label that has these; numbers also at spaces."""
    gaps = [found.span() for found in islice(PARTED.finditer(words), MOST_PARTS)]
    starts, stops = [0, *(end for _, end in gaps)], [*(start for start, _ in gaps), len(words)]
    parts: list[str] = []
    at = 0
    while at < len(starts):
        last = at + more_of_label(words, starts[at], stops[at : at + LONGEST_LABEL], choices)
        part = words[starts[at] : stops[last]].strip()
        parts += part.split() if ONLY_NUMBERS.fullmatch(part) else [part]
        at = last + 1
    return [part for part in parts if part]


def more_of_label(words: str, start: int, stops: Sequence[int], choices: Offer) -> int:
    """Return how many parts more belong to a label that begins at `start`."""
    for more in range(len(stops) - 1, 0, -1):
        part = words[start : stops[more]]
        if by_label(part, key(part), choices):
            return more
    return 0


def together(question: Question, parts: Sequence[str], choices: Offer) -> Reading:
    """Read each part and put the choices together; where a part is unclear, all that it may mean is asked."""
    alternatives = [names_in(chosen(part, choices)) for part in parts]
    for part, names in zip(parts, alternatives, strict=True):
        if not names:
            return Wrong(N_("I did not find “{words}” among the choices.", words=clean(part)[:LONGEST_QUOTE]))
    if prod(map(len, alternatives)) > MOST_READINGS:
        return Wrong(SAY_MORE)
    picks = [list(names) for names in product(*alternatives)]
    if question.type is Type.RANK:
        return reading_of([names for names in picks if len(set(names)) == len(names)], TWICE)
    return reading_of(
        [[option.name for option in choices.options if option.name in names] for names in picks], SAY_MORE
    )


def names_in(reading: Reading) -> tuple[str, ...]:
    """Return all names that a part may mean."""
    match reading:
        case Accepted(name):
            return (name,)
        case Which(names):
            return names
        case Wrong():
            return ()
