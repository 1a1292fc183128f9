"""Numbers and amounts as people write them: "1.200,50 €", "rund 2 Tsd", "500-800", in any script.

Everything is exact (Decimal), and its length is bounded before anything is computed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import product

from babel.numbers import get_currency_name, get_currency_symbol, get_group_symbol, list_currencies

from projektbot.dialog import words as tables
from projektbot.dialog.cleaning import plain
from projektbot.dialog.languages import KEPT, babel_locale

LONGEST = 120  # characters of "between EUR 1.200.000,00 and EUR 1.500.000,00", with room
MOST_DIGITS = 24  # fewer than Decimal's precision of 28, so that nothing is rounded
GROUP = 3
ENDS_OF_RANGE = 2
SPELLED_OUT = 7  # letters of "hundert"; shorter words for a scale are abbreviations, and no ends of words

NUMBER = re.compile(r"(?P<digits>[.,٫]?[0-9]+(?:[ '.,٫٬][0-9]+)*)(?:[.,] ?-+)?")
WORD = re.compile(r"[^\W\d_]+|[^\w\s.]")
SPACED = re.compile(r"[0-9]{1,3}(?:[ '٬][0-9]{3})+(?:[.,٫][0-9]+)?")
GROUPED = re.compile(r"[0-9]{1,3}(?:[.,][0-9]{2,3})*[.,][0-9]{3}")  # two where India writes 12,34,567
SPACES = re.compile("[ '٬]")
ONLY_DIGITS = re.compile(r"[0-9]+")
RAISED = re.compile("[\u00b2\u00b3\u00b9\u2070-\u2099]")  # in "10²" the two is not a digit of the number


@dataclass(frozen=True, slots=True)
class Amount:
    """What was written: all numbers it may mean, and the currency it names, if any."""

    readings: tuple[Decimal, ...]
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What a word beside a number says, or all words there together."""

    scale: Decimal | None = None
    currency: str = ""
    minus: bool = False
    up_to: bool = False


SILENCE = Said()


def read_amount(words: str, *, locale: str, currency: str) -> Amount | None:
    """Read a number or a range, with or without a unit; None if it is neither.

    `currency` is the one asked for, or empty where things are counted: its sign is taken for it ("$" for AUD, where
    AUD is asked).
    """
    if len(words) > LONGEST or RAISED.search(words):
        return None
    written = plain(words).strip("!? ").removesuffix(".")
    if ONLY_DIGITS.fullmatch(written) and len(written) <= MOST_DIGITS:
        return Amount((Decimal(written),))
    found = list(NUMBER.finditer(written))
    language = babel_locale(locale).language
    if not found:
        written = in_digits(written, language)
        found = list(NUMBER.finditer(written))
    if not 1 <= len(found) <= ENDS_OF_RANGE:
        return None
    group = group_symbol(locale)
    numbers = [digits_read(match["digits"], group) for match in found]
    beside = said_beside(written, found, amount_words(locale, currency))
    return None if beside is None or not all(numbers) else put_together(numbers, beside)


def in_digits(written: str, language: str) -> str:
    """Return words with digits for those that are small numbers: "zweihundert euro" is "2 hundert euro"."""
    small, scales = tables.spoken(tables.SMALL, language), tables.spoken(tables.SCALES, language)
    pieces: list[str] = []
    for word in written.split():
        scale = next((name for name in scales if len(name) >= SPELLED_OUT and word.endswith(name)), "")
        count = word.removesuffix(scale)
        if word in small:
            pieces.append(str(small[word]))
        elif scale and (not count or count in small):
            if pieces[-1:] in (["a"], ["an"]):
                pieces.pop()
            pieces += [scale] if pieces and pieces[-1].isdigit() and not count else [str(small.get(count, 1)), scale]
        else:
            pieces.append(word)
    return " ".join(pieces)


def digits_read(digits: str, group: str) -> tuple[Decimal, ...]:
    """Return what digits with separators may mean, the grouped reading first; nothing if they mean nothing.

    `group` is the separator of thousands where the reader lives; elsewhere the same sign parts the decimals, so a lone
    one before three digits is clear only if it is `group`.
    """
    marks = ONLY_DIGITS.sub("", digits)
    if len(digits) - len(marks) > MOST_DIGITS:
        return ()
    if not marks:
        return (Decimal(digits),)
    if SPACED.fullmatch(digits):
        return (Decimal(SPACES.sub("", digits).replace(",", ".").replace("٫", ".")),)
    if marks in {".", ",", "٫"}:
        return one_mark(digits, marks, group)
    whole, _, decimals = digits.rpartition(marks[-1])
    if GROUPED.fullmatch(digits) and marks == marks[0] * len(marks):
        return (grouped(digits),)
    if GROUPED.fullmatch(whole) and marks[:-1] == marks[0] * (len(marks) - 1) and marks[0] != marks[-1]:
        return (grouped(whole) + Decimal(f"0.{decimals}"),)
    return ()


def one_mark(digits: str, mark: str, group: str) -> tuple[Decimal, ...]:
    """Read digits with one separator in them."""
    whole, _, decimals = digits.partition(mark)
    exact = Decimal(f"{whole or 0}.{decimals}")
    if mark == "٫" or len(decimals) != GROUP or not 1 <= len(whole) <= GROUP or whole.startswith("0"):
        return (exact,)
    thousands = Decimal(whole + decimals)
    return (thousands,) if mark == group else (thousands, exact)


def grouped(digits: str) -> Decimal:
    """Return the number of digits in groups."""
    return Decimal(digits.replace(".", "").replace(",", ""))


def said_beside(written: str, found: Sequence[re.Match[str]], meanings: Mapping[str, Said]) -> list[Said] | None:
    """Understand what stands before, between and after the numbers; None if a word is unknown or out of place."""
    starts = [0, *(match.end() for match in found)]
    ends = [*(match.start() for match in found), len(written)]
    beside = [said(written[start:end], meanings) for start, end in zip(starts, ends, strict=True)]
    between = beside[1:-1]
    if beside[-1] is None or beside[-1].minus or not all(part and (part.up_to or part.minus) for part in between):
        return None
    return [part for part in beside if part is not None] if beside[0] is not None else None


def said(segment: str, meanings: Mapping[str, Said]) -> Said | None:
    """Understand the words on one side of a number; None if one is unknown, or if two contradict each other."""
    segment = segment.strip()
    if not segment or segment in meanings:
        return meanings.get(segment, SILENCE)
    together = SILENCE
    for word in WORD.findall(segment):
        more = meanings.get(word)
        if more is None or (more.minus and together.minus) or (more.currency and together.currency):
            return None
        together = Said(
            more.scale if together.scale is None else together.scale * (more.scale or 1),
            together.currency or more.currency,
            together.minus or more.minus,
            together.up_to or more.up_to,
        )
    return together


def put_together(numbers: Sequence[tuple[Decimal, ...]], beside: Sequence[Said]) -> Amount | None:
    """Apply scales, sign and currency to the numbers of an amount or a range."""
    currencies = {part.currency for part in beside} - {""}
    if len(currencies) > 1 or beside[0].scale is not None:
        return None
    if len(numbers) == 1:
        sign, scale = (-1 if beside[0].minus else 1), beside[1].scale or Decimal(1)
        return Amount(tuple(sign * number * scale for number in numbers[0]), *currencies)
    return Amount(both_ends(numbers[0], numbers[1], beside), *currencies)


def both_ends(low: Sequence[Decimal], high: Sequence[Decimal], beside: Sequence[Said]) -> tuple[Decimal, ...]:
    """Return the ends of a range; in "2-3 Tsd" the unit stands for both, in "500-2 Tsd" for the second alone."""
    scale = beside[2].scale or Decimal(1)
    shared = beside[1].scale is None and low[0] < high[0]
    first = beside[1].scale or (scale if shared else Decimal(1))
    if beside[0].minus:
        first = -first
    if beside[1].minus and beside[1].up_to:  # the one dash of "500 - 800" is no sign
        scale = -scale
    ends = product((first,), low), product((scale,), high)
    return tuple(factor * number for end in ends for factor, number in end)


@lru_cache(maxsize=KEPT)
def group_symbol(locale: str) -> str:
    """Return what parts the thousands where the reader lives."""
    return str(get_group_symbol(babel_locale(locale), numbering_system="latn"))


@lru_cache(maxsize=KEPT)
def amount_words(locale: str, currency: str) -> dict[str, Said]:
    """Return the meaning of every word that may stand beside a number; the later ones win."""
    language = babel_locale(locale).language
    codes = {code.lower(): code for code in list_currencies()} | tables.SIGNS
    codes |= tables.spoken(tables.CURRENCIES, language)
    scales = tables.spoken(tables.SCALES, language)
    fillers = tables.in_any(tables.ROUGHLY) | ({""} if currency else tables.in_any(tables.COUNTED))
    meanings = {word: Said(currency=code) for word, code in codes.items()}
    meanings |= {word: Said(scale=scale) for word, scale in scales.items()}
    meanings |= dict.fromkeys(fillers, SILENCE)
    meanings |= dict.fromkeys(tables.in_any(tables.MINUS), Said(minus=True))
    meanings |= dict.fromkeys(tables.in_any(tables.UP_TO), Said(up_to=True))
    meanings |= dict.fromkeys(tables.in_any(tables.AT_MOST), SILENCE)
    return meanings | dict.fromkeys(names_of(currency, locale) if currency else (), Said(currency=currency))


def names_of(currency: str, locale: str) -> set[str]:
    """Return how the currency asked for is written: its code, its sign and its name in all numbers."""
    names = {currency.lower()}
    for known in (babel_locale(locale), babel_locale("en"), babel_locale("de")):
        names.add(plain(get_currency_symbol(currency, known)))
        names |= {plain(get_currency_name(currency, count, known)) for count in (1, 2, 5)}
    return names
