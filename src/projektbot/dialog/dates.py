"""Days as people write them: "24.12.", "December 24", "tomorrow", "in zwei Wochen", "Freitag"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from projektbot.dialog import words as tables
from projektbot.dialog.cleaning import plain
from projektbot.dialog.languages import KEPT, babel_locale

LONGEST = 80  # characters of "am kommenden Donnerstag, dem 24. Dezember 2026", with room
TOKEN = re.compile(r"[0-9]+|(?:[^\W\d_]|[\u0900-\u0dff])+")
CENTURY = 2000
EARLIEST_YEAR = 1000  # four digits, so that stored days sort as text
LEAP_GAP = 9  # from 29 February 2096 to the next one in 2104, and one more
WEEK = 7
FURTHEST = 3  # digits of "in 999 days"
FILLERS = tables.in_any(tables.DATE_FILLERS)
IN, AGO, LAST = (tables.in_any(table) for table in (tables.IN, tables.AGO, tables.LAST))


@dataclass(frozen=True, slots=True)
class Calendar:
    """The words for days in a locale, and the orders of day (d), month (M) and year (y) in which it writes them."""

    orders: tuple[str, ...]  # two for plain "en": nobody knows which one the person learned
    months: Mapping[str, int]
    weekdays: Mapping[str, int]
    days: Mapping[str, int]
    spans: Mapping[str, int]
    small: Mapping[str, int]


def read_days(words: str, *, locale: str, today: date, past: bool) -> list[date]:
    """Return the days that words may mean, none if they mean no day.

    A day without a year, and a weekday, is the next such day; with `past` the last one.
    """
    if len(words) > LONGEST or ":" in words:
        return []
    calendar = calendar_of(locale)
    said = [token for token in TOKEN.findall(plain(words)) if token not in FILLERS]
    delta = calendar.days.get(" ".join(said))
    if delta is not None:
        return moved(today, delta)
    numbers = [token for token in said if token.isdigit()]
    names = [token for token in said if not token.isdigit()]
    if len(numbers) == len(said):
        return [day for order in orders_of(numbers, calendar) for day in in_order(numbers, order, today, past=past)]
    return (
        with_month(numbers, names, calendar, today, past=past)
        or weekday(numbers, names, calendar, today, past=past)
        or some_time_away(said, calendar, today)
    )


def moved(today: date, days: int) -> list[date]:
    """Return the day so many days from today, unless the calendar ends before."""
    try:
        return [today + timedelta(days=days)]
    except OverflowError:
        return []


def orders_of(numbers: Sequence[str], calendar: Calendar) -> tuple[str, ...]:
    """Return the orders to read numbers in: a year of four digits shows its place, the locale says the rest."""
    if len(numbers) == len("yMd") and len(numbers[0]) == len("2026"):
        return ("yMd",)
    if len(numbers) == len("yMd") and len(numbers[2]) == len("2026"):
        return tuple(order.replace("y", "") + "y" for order in calendar.orders)
    return calendar.orders


def in_order(numbers: Sequence[str], order: str, today: date, *, past: bool) -> list[date]:
    """Read two or three numbers in an order; where that is no day, with day and month exchanged."""
    if len(numbers) not in (2, 3) or any(len(number) > len("2026") for number in numbers):
        return []
    places = order if len(numbers) == len(order) else order.replace("y", "")
    swapped = places.translate(str.maketrans("dM", "Md"))
    for reading in (places, swapped):
        part = dict(zip(reading, numbers, strict=True))
        day = day_of(part["d"], int(part["M"]), part.get("y", ""), today, past=past)
        if day:
            return [day]
    return []


def day_of(day: str, month: int, year: str, today: date, *, past: bool) -> date | None:
    """Return a day of the calendar, if there is one; without a year the next or the last such day."""
    if len(day) > len("31"):
        return None
    if year:
        return valid(full_year(year), month, int(day))
    years = range(today.year, today.year - LEAP_GAP, -1) if past else range(today.year, today.year + LEAP_GAP)
    days = (valid(number, month, int(day)) for number in years)
    return next((found for found in days if found and (found <= today if past else found >= today)), None)


def full_year(year: str) -> int:
    """Return the year of two or four digits; 0, which is none, for others."""
    if len(year) == len("26"):
        return CENTURY + int(year)
    return int(year) if len(year) == len("2026") else 0


def valid(year: int, month: int, day: int) -> date | None:
    """Return the day if the calendar has it."""
    try:
        return date(year, month, day) if year >= EARLIEST_YEAR else None
    except ValueError:
        return None


def with_month(
    numbers: Sequence[str], names: Sequence[str], calendar: Calendar, today: date, *, past: bool
) -> list[date]:
    """Read "24 December 2026" and "Thursday, December 24"."""
    months = [calendar.months[name] for name in names if name in calendar.months]
    others = [name for name in names if name not in calendar.months and name not in calendar.weekdays]
    if len(months) != 1 or others or len(numbers) not in (1, 2):
        return []
    day, year = numbers[0], "".join(numbers[1:])
    if len(day) == len("2026"):  # 2026 December 24
        day, year = year, day
    found = day_of(day, months[0], year, today, past=past) if day else None
    return [found] if found else []


def weekday(numbers: Sequence[str], names: Sequence[str], calendar: Calendar, today: date, *, past: bool) -> list[date]:
    """Read "on Friday": the next one, never today; "last Friday" the one before."""
    last = past or not LAST.isdisjoint(names)
    named = [name for name in names if name not in LAST]
    if numbers or len(named) != 1 or named[0] not in calendar.weekdays:
        return []
    ahead = (calendar.weekdays[named[0]] - today.weekday() - 1) % WEEK + 1
    if not last:
        return moved(today, ahead)
    return moved(today, ahead - WEEK if ahead < WEEK else -WEEK)


def some_time_away(said: Sequence[str], calendar: Calendar, today: date) -> list[date]:
    """Read "in 3 days", "in einer Woche", "vor zwei Tagen" and "2 weeks ago"."""
    ago, ahead = not AGO.isdisjoint(said), not IN.isdisjoint(said)
    rest = [token for token in said if token not in AGO and token not in IN and token not in {"a", "an"}]
    if ago is ahead or not 1 <= len(rest) <= len(("3", "days")) or rest[-1] not in calendar.spans:
        return []
    count = rest[0] if len(rest) > 1 else "1"
    number = int(count) if count.isdigit() and len(count) <= FURTHEST else calendar.small.get(count)
    if number is None:
        return []
    return moved(today, (-number if ago else number) * calendar.spans[rest[-1]])


@lru_cache(maxsize=KEPT)
def calendar_of(locale: str) -> Calendar:
    """Gather a locale's words for days; those of English and German are understood everywhere."""
    known = babel_locale(locale)
    languages = [babel_locale(name) for name in ("de", "en")] + [known]
    months, weekdays = {}, {}
    for spoken in languages:
        months.update(single_words((name, number) for names in forms(spoken.months) for number, name in names.items()))
        weekdays.update(single_words((name, day) for names in forms(spoken.days) for day, name in names.items()))
    return Calendar(
        ("dMy", "Mdy") if str(known) == "en" else (order_in(known.date_formats["short"].pattern),),
        months,
        weekdays,
        tables.spoken(tables.DAYS, known.language),
        tables.spoken(tables.SPANS, known.language),
        tables.spoken(tables.SMALL, known.language),
    )


def forms(names: Mapping[str, Mapping[str, Mapping[int, str]]]) -> list[Mapping[int, str]]:
    """Return Babel's names in full and short, as they stand in a date and alone."""
    return [
        names[context][width]
        for context in ("format", "stand-alone")
        for width in ("wide", "abbreviated")
        if context in names and width in names[context]
    ]


def single_words(names: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Return names as they are compared; those of several words ("tháng 3") are numbers with fillers anyway."""
    keyed = ((TOKEN.findall(plain(name)), number) for name, number in names)
    return {tokens[0]: number for tokens, number in keyed if len(tokens) == 1 and not tokens[0].isdigit()}


def order_in(pattern: str) -> str:
    """Return the order of day, month and year in a pattern such as "M/d/yy"."""
    places = {part: pattern.find(part) for part in "dMy"}
    return "".join(sorted(places, key=lambda part: places[part]))
