"""Times of day as people write them: "9", "9.30 Uhr", "halb zehn", "9:30 pm", "noon"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from projektbot.dialog import words as tables
from projektbot.dialog.cleaning import key, plain
from projektbot.dialog.languages import KEPT, babel_locale

LONGEST = 60  # characters of "um dreiviertel zehn Uhr abends", with room
TOKEN = re.compile(r"[0-9]+|[^\W\d_]+")
OTHER_MARKS = re.compile(r"[^\w\s.:,'’h-]|[0-9]\s*-|-\s*[0-9]")  # "9-12" is not one time
HOUR, NOON, DAY = 60, 12 * 60, 24 * 60
HOURS_ON_FACE = 12
FILLERS = tables.in_any(tables.TIME_FILLERS)
PAST, BEFORE = tables.in_any(tables.PAST), tables.in_any(tables.BEFORE)
GERMAN_BEFORE = tables.BEFORE["de"]  # "9 to 5" is not five to nine


@dataclass(frozen=True, slots=True)
class Clock:
    """The words for times in a locale."""

    moments: Mapping[str, int]
    parts: Mapping[str, range]
    small: Mapping[str, int]
    fractions: Mapping[str, int]
    of_the_hour_before: Mapping[str, int]


def read_minutes(words: str, *, locale: str) -> int | None:
    """Return the minutes since midnight that words mean; None if they mean no time."""
    if len(words) > LONGEST:
        return None
    written = plain(words).replace("a.m", "am").replace("p.m", "pm").strip("?!. ")
    if OTHER_MARKS.search(written):
        return None
    clock = clock_of(locale)
    tokens = TOKEN.findall(written)
    moment = clock.moments.get(" ".join(tokens))
    if moment is not None:
        return moment
    parts = [clock.parts[token] for token in tokens if token in clock.parts]
    said = [str(clock.small.get(token, token)) for token in tokens if token not in FILLERS and token not in clock.parts]
    minutes = spoken_minutes(said, clock) if len(parts) <= 1 else None
    return minutes if minutes is None or not parts else in_part(minutes, parts[0])


def spoken_minutes(said: Sequence[str], clock: Clock) -> int | None:
    """Read digits, "half past 9", "viertel vor 10" and "halb 10"."""
    match list(said):
        case [first, joint, hour] if joint in PAST | BEFORE and is_hour(hour):
            return beside_hour(first, joint, int(hour), clock)
        case [fraction, hour] if fraction in clock.of_the_hour_before and is_hour(hour):
            return ((int(hour) - 1) * HOUR + clock.of_the_hour_before[fraction]) % DAY
        case numbers if numbers and all(number.isdigit() for number in numbers):
            return digital(numbers)
        case _:
            return None


def beside_hour(first: str, joint: str, hour: int, clock: Clock) -> int | None:
    """Read what lies some minutes before or after an hour."""
    minutes = clock.fractions.get(first)
    if minutes is None and (joint in PAST or joint in GERMAN_BEFORE) and first in {"5", "10", "20", "25"}:
        minutes = int(first)
    if minutes is None:
        return None
    return (hour * HOUR + (minutes if joint in PAST else -minutes)) % DAY


def digital(numbers: Sequence[str]) -> int | None:
    """Read "9", "9 30", "09 30 00" and "0930"; 24:00 is midnight."""
    if len(numbers) == 1 and len(numbers[0]) == len("0930"):
        numbers = [numbers[0][:2], numbers[0][2:]]
    hour, *rest = numbers
    if not is_hour(hour) or len(numbers) > len("hms") or not all(map(is_sixtieth, rest)):
        return None
    minutes = int(hour) * HOUR + int(rest[0] if rest else 0)
    return minutes % DAY if minutes <= DAY else None


def is_hour(number: str) -> bool:
    """Say whether it is an hour, 0 to 24."""
    return number.isdigit() and len(number) <= len("24") and int(number) * HOUR <= DAY


def is_sixtieth(number: str) -> bool:
    """Say whether it is written as minutes or seconds are."""
    return number.isdigit() and len(number) == len("59") and int(number) < HOUR


def in_part(minutes: int, later: range) -> int:
    """Apply "pm" or "abends": the hours in `later` are those of the second half of the day; 12 am is midnight."""
    hour, minute = divmod(minutes, HOUR)
    if hour % HOURS_ON_FACE in later and hour < HOURS_ON_FACE:
        return minutes + NOON
    return minute if hour == HOURS_ON_FACE and 1 not in later else minutes


@lru_cache(maxsize=KEPT)
def clock_of(locale: str) -> Clock:
    """Gather a locale's words for times; those of English and German are understood everywhere."""
    known = babel_locale(locale)
    periods = known.day_periods.get("format", {}).get("abbreviated", {})
    local = {key(periods[half]): tables.PARTS_OF_DAY["en"][half] for half in ("am", "pm") if half in periods}
    return Clock(
        tables.spoken(tables.MOMENTS, known.language),
        local | tables.spoken(tables.PARTS_OF_DAY, known.language),
        tables.spoken(tables.SMALL, known.language),
        tables.spoken(tables.FRACTIONS, known.language),
        tables.spoken(tables.OF_THE_HOUR_BEFORE, known.language),
    )
