"""How much two ideas are alike, by the words of their titles: 1 is the same, 0 has nothing in common. Pure.

A title names a thing and often a place ("Bänke | am Fluss"). Every word looks for its like on the other side: the same
word, one that means alike, a part of a compound, or one with the same trigrams but for a slip. What it is about counts
more than where it is; but two places that have nothing in common make two ideas.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from projektbot.civic.projects.language import FILLING, bare, stem, words_of
from projektbot.civic.projects.synonyms import GROUPS

ENOUGH: Final = 0.5  # of 1: below it rather nothing is shown than nonsense (bench/README.md: similar)
ELSEWHERE: Final = 0.7  # what is left of a likeness if both name a place, and not the same
MOST_WORDS: Final = 12  # of a title: nobody calls an idea by more
SHORTEST_PART: Final = 4  # letters of a part of a compound
SHORTEST_KEY: Final = 3  # letters: a trigram
FEWEST: Final = 2  # words that tell: one alone stands in many a description
SLIP: Final = 0.55  # of 1: trigrams in common from which on words are taken for each other

_THING, _DETAIL, _PLACE, _WEAK = 1.0, 0.6, 0.6, 0.2
_WHERE: Final = frozenset(
    ("am", "an", "auf", "bei", "beim", "entlang", "gegenuber", "hinter", "im", "in", "ins", "neben", "unter", "vor",
     "uber", "zwischen", "nahe")
)  # fmt: skip
_WHAT_FOR: Final = frozenset(("fur", "mit", "von", "zum", "zur", "gegen"))
# what many ideas have in common that are not alike
_WEAKLY_SAID: Final = """
    neue neu neues erneuern sanieren bessere besser verbessern sichere sicher sicherer schone schoner verschonern
    offentliche offentlich offentlicher freies freie kostenlose kostenloses gute guter grosse kleine bauen machen
    schaffen anlegen aufstellen einrichten errichten stadt gemeinsam gemeinsame alle projekt idee angebot kinder ecke
"""
_WEAKLY: Final = frozenset(map(stem, _WEAKLY_SAID.split()))
_PARTS: Final = ("strass", "platz", "weg", "alle", "haus", "stell", "stand", "anlag")  # heads that say little


class Word(NamedTuple):
    """A word of a title, without its ending, and how much it says."""

    stem: str
    weight: float
    place: bool


def read_title(title: str) -> list[Word]:
    """Return the words of a title that say what it is about."""
    found: dict[str, Word] = {}
    weight, place = _THING, False
    for word in words_of(title)[: 3 * MOST_WORDS]:
        if word in _WHERE or word in _WHAT_FOR:
            place = word in _WHERE
            weight = _PLACE if place else _DETAIL
        if word not in FILLING and (len(word) > 1 or not word.isalpha()):
            short = stem(bare(word))
            found.setdefault(short, Word(short, _WEAK if short in _WEAKLY else weight, place))
    return list(found.values())[:MOST_WORDS]


def read_text(words: str) -> list[Word]:
    """Return the words of a description, each of which says only so much."""
    stems = dict.fromkeys(stem(bare(word)) for word in words_of(words) if word not in FILLING)
    return [Word(short, _DETAIL, place=False) for short in stems if short not in _WEAKLY]


def likeness(one: Sequence[Word], other: Sequence[Word]) -> float:
    """Return how much two titles are alike."""
    if not one or not other:
        return 0.0
    both = (_covered(one, other) + _covered(other, one)) / 2
    return both * ELSEWHERE if _are_apart(one, other) else both


def covers(title: Sequence[Word], words: Sequence[Word]) -> float:
    """Return how much of a title stands among other words; nothing if it says too little to tell."""
    telling = [word for word in title if word.weight > _WEAK]
    return _covered(telling, words) if len(telling) >= FEWEST and words else 0.0


def share_a_word(one: Sequence[Word], other: Sequence[Word]) -> bool:
    """Say whether a word stands in both, as the name of a street does in any language."""
    return not {word.stem for word in one}.isdisjoint(word.stem for word in other)


def _covered(one: Sequence[Word], other: Sequence[Word]) -> float:
    whole = sum(word.weight for word in one)
    return sum(word.weight * max(alike(word.stem, its.stem) for its in other) for word in one) / whole


def _are_apart(one: Sequence[Word], other: Sequence[Word]) -> bool:
    """Say whether both name a place, and neither's is anything the other speaks of."""
    here, there = [word for word in one if word.place], [word for word in other if word.place]
    if not here or not there:
        return False
    return not any(alike(word.stem, its.stem) for word in here for its in other) and not any(
        alike(word.stem, its.stem) for word in there for its in one
    )


@lru_cache(65_536)
def alike(one: str, other: str) -> float:
    """Return how much two stems mean alike."""
    if one == other:
        return 1.0
    return max(_in_meaning(one, other), _as_parts(one, other), _in_letters(one, other))


def _in_meaning(one: str, other: str) -> float:
    mine, its = meanings(one), meanings(other)
    return max((0.9 * mine[group] * its[group] for group in mine.keys() & its.keys()), default=0.0)


@lru_cache(16_384)
def meanings(word: str) -> dict[int, float]:
    """Return the groups of synonyms a stem belongs to, each with how surely: a compound is what its end says it is."""
    found: dict[int, float] = {}
    for group, entries in enumerate(GROUPS):
        sure = max(_belongs(word, entry) for entry in entries)
        if sure:
            found[group] = sure
    return found


def _belongs(word: str, entry: str) -> float:
    if word == entry:
        return 1.0
    if len(entry) < SHORTEST_PART:
        return 0.0
    return 0.85 if word.endswith(entry) else 0.65 if word.startswith(entry) else 0.0


def _as_parts(one: str, other: str) -> float:
    short, long = sorted((one, other), key=len)
    if len(short) < SHORTEST_PART or short in _PARTS:
        return 0.0
    return 0.75 if long.endswith(short) else 0.65 if long.startswith(short) else 0.0


def _in_letters(one: str, other: str) -> float:
    mine, its = _trigrams(one), _trigrams(other)
    common = 2 * len(mine & its) / (len(mine) + len(its))
    return 0.9 * common if common >= SLIP else 0.0


@lru_cache(16_384)
def _trigrams(word: str) -> frozenset[str]:
    padded = f"  {word} "  # as pg_trgm does: beginnings count more
    return frozenset(padded[at : at + 3] for at in range(len(padded) - 2))


def keys_of(mine: Sequence[Word], told: Sequence[Word], most: int) -> list[str]:
    """Return parts of words, some of which a title that is alike must have; those of a title before a description's."""
    telling = [word for word in mine if word.weight > _WEAK] or mine
    ranked = sorted(telling, key=lambda word: -word.weight) + sorted(told, key=lambda word: -len(word.stem))
    found: list[str] = []
    for word in ranked:
        for key in _keys(word.stem):
            if len(key) >= SHORTEST_KEY and not any(known in key for known in found):  # which has found it already
                found.append(key)
    return found[:most]


def _keys(word: str) -> list[str]:
    head = next((part for part in _PARTS if word.endswith(part)), "")
    ends = [word[:SHORTEST_PART]] if head else [word[:SHORTEST_PART], word[-SHORTEST_PART:]]
    return [*ends, *[entry for group, sure in meanings(word).items() for entry in GROUPS[group]]]
