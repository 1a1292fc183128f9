"""Which choice typed words mean: by its number, name, label or beginning, by a word of it, or by a slip of the pen."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process

from projektbot.dialog import words as tables
from projektbot.dialog.cleaning import key
from projektbot.dialog.expecting import ONE
from projektbot.dialog.model import ChoiceSpec, Question
from projektbot.dialog.reading import Accepted, Option, Reading, Wrong, reading_of
from projektbot.texts import N_

SHORTEST_START = 2  # a single letter is a beginning of too much
SHORTEST_WORD = 5  # shorter words of a label are too alike to forgive a slip in them
ALIKE = 80  # of 100: one wrong letter in five
AHEAD = 8  # by which the best must lead to be taken without asking
MOST_DIGITS = 4
NUMBERED = re.compile(rf"(?P<word>[^\W\d]*) ?(?P<number>[0-9]{{1,{MOST_DIGITS}}})")
NUMBER_OF = tables.in_any(tables.NUMBER_OF) | {""}
YES, NO = tables.in_any(tables.YES), tables.in_any(tables.NO)
TONES = "\ufe0f\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"  # the look of an emoji, not its meaning

SAY_MORE = N_("Several choices fit. Please write a little more, or the number.")


@dataclass(frozen=True, slots=True)
class Offer:
    """The offered choices, and all words that each of them goes by, as they are compared."""

    options: tuple[Option, ...]
    known: tuple[tuple[str, str], ...]  # (words, name of the choice), several times where it has several names
    by_key: Mapping[str, Sequence[str]]
    likely: tuple[tuple[str, str], ...]  # the same, with each long word on its own


@lru_cache(maxsize=256)  # the same few lists are offered to everyone
def offer(options: tuple[Option, ...], choices: tuple[ChoiceSpec, ...]) -> Offer:
    """Prepare choices for comparison: by name, label and English label."""
    english = {choice.name: choice.label for choice in choices}
    known = tuple(
        (words, option.name)
        for option in options
        for words in dict.fromkeys(map(key, (option.label, _said(option.name, options), english.get(option.name, ""))))
        if words
    )
    by_key: dict[str, list[str]] = {}
    for words, name in known:
        by_key.setdefault(words, []).append(name)
    long_words = ((word, name) for words, name in known for word in words.split() if len(word) >= SHORTEST_WORD)
    return Offer(options, known, by_key, tuple(dict.fromkeys((*known, *long_words))))


def _said(name: str, options: Sequence[Option]) -> str:
    """Return a choice's name as somebody may say it; none if it is a number that they take for a place in the list."""
    is_place = name.isascii() and name.isdigit() and 1 <= int(name[:MOST_DIGITS]) <= len(options)
    return "" if is_place else name


def offered(question: Question, options: Sequence[Option]) -> Offer:
    """Return the choices of a question as they are offered now."""
    return offer(tuple(options), question.choices)


def read_choice(question: Question, words: str, options: Sequence[Option]) -> Reading:
    """Read the name of one choice."""
    return chosen(words, offered(question, options))


def chosen(words: str, choices: Offer) -> Reading:
    """Read one choice; the first way of reading that finds any decides."""
    typed = key(words)
    exact = by_label(words.strip(), typed, choices)
    numbered = by_number(typed, choices)
    if numbered or exact:
        return reading_of([*exact, *numbered], ONE)  # a label that is a number itself may stand at another place
    if said := by_yes_or_no(words.strip(), typed, choices):
        return Accepted(said)
    if len(typed) < SHORTEST_START:
        return Wrong(ONE)
    for way in (by_start, by_words, by_likeness):
        if found := way(typed, choices):
            return reading_of(list(dict.fromkeys(found)), SAY_MORE)
    return Wrong(ONE)


def by_number(typed: str, choices: Offer) -> list[str]:
    """Return the choice counted from 1: "2", "2.", "Nr. 2", "2️⃣"."""
    found = NUMBERED.fullmatch(typed)
    if not found or found["word"] not in NUMBER_OF:
        return []
    number = int(found["number"])
    return [choices.options[number - 1].name] if 1 <= number <= len(choices.options) else []


def by_label(words: str, typed: str, choices: Offer) -> Sequence[str]:
    """Return what goes by exactly these words; for a label of signs alone, by exactly these signs."""
    if not typed:
        return [option.name for option in choices.options if words and words == option.label]
    return choices.by_key.get(typed, ())


def by_yes_or_no(words: str, typed: str, choices: Offer) -> str:
    """Return yes or no, where these are among the choices."""
    sign = words.rstrip(TONES)
    says_yes, says_no = typed in YES or sign in tables.THUMBS_UP, typed in NO or sign in tables.THUMBS_DOWN
    if not says_yes and not says_no:
        return ""
    names = {option.name for option in choices.options}
    return ("yes" if says_yes else "no") if names.issuperset({"yes", "no"}) else ""


def by_start(typed: str, choices: Offer) -> list[str]:
    """Return what begins with these words."""
    return [name for words, name in choices.known if words.startswith(typed)]


def by_words(typed: str, choices: Offer) -> list[str]:
    """Return what contains these words whole."""
    return [name for words, name in choices.known if typed in words and f" {typed} " in f" {words} "]


def by_likeness(typed: str, choices: Offer) -> list[str]:
    """Return what is alike but for a slip of the pen, and all that are nearly as much alike."""
    words = [words for words, _ in choices.likely]
    alike = process.extract(typed, words, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=None)  # the best first
    close = sorted(at for _, score, at in alike if score > alike[0][1] - AHEAD)
    return [choices.likely[at][1] for at in close]
