"""Which offer of one team fits what another needs, and what becomes of it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from rapidfuzz import fuzz

from projektbot.dialog.cleaning import key
from projektbot.texts import N_

MOST_OFFERS = 50  # open ones of a team
MOST_MATCHES = 3  # of one offer at once: more would only be asked in vain
SHORTEST_WORD = 3  # shorter ones say how, not what
ALIKE = 85  # of 100: "Lastenrad" and "Lastenräder" 86, "Lastenrad" and "Lastwagen" 67
AS_PART = 5  # letters from which one word may begin or end another, as German puts them together
# Words of every second offer, which say nothing about the thing; as `key` writes them.
FILLING = (
    "and for the with from some our you can have has need needs want who one two three any more very"
    " und fuer der die das den dem des ein eine einen einem einer mit von vom aus wir ihr sie uns unser unsere haben"
    " hat braucht brauchen suchen sucht bieten bietet kann koennen zum zur auf bei oder auch noch sehr etwas jemand"
    " gross grosse grosser kleine kleiner alte neue viele"
)
COMMON = frozenset(FILLING.split())


class Kind(StrEnum):
    """Whether a team has something for others, or needs it."""

    HAS = "has"
    NEEDS = "needs"


KINDS = {Kind.HAS: N_("We have: {what}"), Kind.NEEDS: N_("We need: {what}")}
OTHER = {Kind.HAS: Kind.NEEDS, Kind.NEEDS: Kind.HAS}


class OfferOutcome(StrEnum):
    """What became of an offer."""

    ADDED = "added"  # nothing fits yet
    MATCHED = "matched"
    SETTLED = "settled"
    CHANGED = "changed"  # it was settled already
    TOO_MANY = "too_many"


class MatchOutcome(StrEnum):
    """What became of an answer to "shall I bring you together?"."""

    NOTED = "noted"  # the other side has not said yes yet
    TOGETHER = "together"  # both have
    REFUSED = "refused"
    CHANGED = "changed"  # one of the two is settled, or the other side has said no


def words_in(what: str) -> list[str]:
    """Return the words of an offer that say what it is about."""
    return [word for word in key(what).split() if len(word) >= SHORTEST_WORD and word not in COMMON]


def _share(one: list[str], other: list[str]) -> float:
    """Return how much of the shorter of two offers is in the other: 0 nothing, 1 all of it."""
    shorter, longer = sorted((one, other), key=len)
    return sum(any(_same(word, theirs) for theirs in longer) for word in shorter) / len(shorter) if shorter else 0.0


def _same(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) >= AS_PART and (longer.startswith(shorter) or longer.endswith(shorter)):
        return True
    return fuzz.ratio(one, other, score_cutoff=ALIKE) > 0


FITS = 0.5  # of the shorter one's words


def fitting(what: str, others: Sequence[tuple[int, str]]) -> list[int]:
    """Return which of the others fit best, at most as many as anybody can be asked about at once."""
    ours = words_in(what)
    found = [(_share(ours, words_in(words)), number) for number, words in others]
    best = sorted((pair for pair in found if pair[0] >= FITS), key=lambda pair: (-pair[0], pair[1]))
    return [number for _, number in best[:MOST_MATCHES]]
