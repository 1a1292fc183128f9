"""Until when something may be sent in: how it is named and counted, and when people are reminded of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

DEADLINE: Final = "deadline"  # kind of the due rows, see `telling.py`
DAYS_BEFORE: Final = (14, 3, 1)  # on which people are reminded
REMINDED_AT: Final = time(10)  # local: there is still a day to do something about it
END_OF_DAY: Final = time(23, 59)  # "until 8 December" holds to the end of that day
LONGEST_URL: Final = 200
LONGEST_REF: Final = 6  # digits
WHOLE_CITY: Final = "whole-city"  # chosen in place of an area; no code of an area has a hyphen


class AnnounceOutcome(StrEnum):
    """What became of a new deadline."""

    ANNOUNCED = "announced"
    MAY_NOT = "may_not"


class ChangeOutcome(StrEnum):
    """What became of moving or withdrawing one."""

    CHANGED = "changed"
    MAY_NOT = "may_not"
    GONE = "gone"  # over, or withdrawn meanwhile


class Reminding(StrEnum):
    """What somebody wants to be reminded of, and no longer."""

    REMIND = "remind"
    FORGET = "forget"


class RemindOutcome(StrEnum):
    """What became of that."""

    REMINDS = "reminds"
    FORGOTTEN = "forgotten"
    TOO_LATE = "too_late"  # it ends before there would be a reminder
    GONE = "gone"


REMINDINGS: Mapping[Reminding, RemindOutcome] = {
    Reminding.REMIND: RemindOutcome.REMINDS,
    Reminding.FORGET: RemindOutcome.FORGOTTEN,
}


def reference(number: int) -> str:
    """Return a deadline's public id: short and speakable."""
    return f"D-{number}"


def number_of(words: str) -> int | None:
    """Return the number somebody means by "D-12", "d 12" or "12"; None if it is no number of ours."""
    found = re.fullmatch(rf"(?:d\s*[-–—.#]?\s*)?([0-9]{{1,{LONGEST_REF}}})", words.strip().lower())
    return int(found[1]) if found else None


def ending(day: str, at: str | None, zone: ZoneInfo) -> datetime:
    """Return the moment that a day ("2026-12-08") and a time of day ("12:00", or none) mean here."""
    moment = time.fromisoformat(at) if at else END_OF_DAY
    return datetime.combine(date.fromisoformat(day), moment, zone)


def reminders(ends_at: datetime, now: datetime, zone: ZoneInfo) -> list[tuple[int, datetime]]:
    """Return on how many days before, and when, people are still to be reminded; the first is next."""
    last_day = ends_at.astimezone(zone).date()
    planned = [(days, datetime.combine(last_day - timedelta(days), REMINDED_AT, zone)) for days in DAYS_BEFORE]
    return [(days, at) for days, at in planned if at > now]


def days_left(ends_at: datetime, now: datetime, zone: ZoneInfo) -> int:
    """Return how many midnights lie between now and the end."""
    return (ends_at.astimezone(zone).date() - now.astimezone(zone).date()).days


def leads_to_a_page(url: str) -> bool:
    """Say whether an address may stand on our page as a link."""
    return re.fullmatch(rf"https?://[^\s\"<>\\^`{{|}}]{{3,{LONGEST_URL}}}", url) is not None
