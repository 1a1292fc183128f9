"""How a code that connects two chats is made, read and judged; when somebody is told news."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from projektbot.records import record

# Nothing that is taken for something else (0 and O, 1, I and L), and no vowels, so that no word comes out.
LETTERS = "23456789BCDFGHJKMNPQRSTVWXYZ"
LENGTH = 8  # 28⁸: three tries a person in ten minutes, with a thousand codes about, hit one in 10⁸
CODE_MINUTES = 10
MOST_TRIES, TRIES_MINUTES = 3, 10
MINUTE = 60_000_000  # microseconds


class LinkOutcome(StrEnum):
    """What became of entering a code."""

    LINKED = "linked"
    UNKNOWN = "unknown"  # wrong, used or expired: one word for all, so that guessing learns nothing
    OWN = "own"
    ALREADY = "already"
    TOO_MANY = "too_many"


class UnlinkOutcome(StrEnum):
    """What became of separating a chat."""

    LEFT = "left"  # the chat in which it was asked for
    PARTED = "parted"  # another one
    STAYED = "stayed"
    GONE = "gone"  # it was separated already


@record
class Maker:
    """Who was given a code, and in which chat."""

    person_id: int
    address_id: int


def link_outcome(maker: Maker | None, person_id: int, address_id: int) -> LinkOutcome:
    """Say what becomes of a code that is entered; `maker` is None if nobody has been given it lately."""
    if maker is None:
        return LinkOutcome.UNKNOWN
    if maker.person_id != person_id:
        return LinkOutcome.LINKED
    return LinkOutcome.OWN if maker.address_id == address_id else LinkOutcome.ALREADY


def minutes_to_wait(wrong: Sequence[int], now: int) -> int:
    """Return how many minutes nobody may try, after wrong tries at these times (microseconds UTC, the oldest first)."""
    recent = [at for at in wrong if at > now - TRIES_MINUTES * MINUTE]
    if len(recent) < MOST_TRIES:
        return 0
    goes_on = recent[-MOST_TRIES] + TRIES_MINUTES * MINUTE
    return -((now - goes_on) // MINUTE)  # a part of a minute is a minute


def grouped(code: str) -> str:
    """Return a code as it is shown and said."""
    return f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}"


def bare(words: str) -> str:
    """Return a code as it was made, however it was typed."""
    return "".join(char for char in words.upper() if char.isalnum())


# ---- being told news -------------------------------------------------------------------------------------------------

NIGHTS = "nights"  # what is chosen beside the topics of news, and beside single projects
NEWS_FROM = time(8)  # local: what came in the night is told then
DIGEST_AT = time(18)  # local: people have come home
DIGEST_WEEKDAY = 4  # Friday: there is a weekend to look at it


def about(project: int) -> str:
    """Return under which name it is kept that somebody wants to hear nothing of one project."""
    return f"about:{project}"  # sixteen letters at most


class Pace(StrEnum):
    """How often somebody wants to be told of a topic."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    WEEKLY = "weekly"
    NEVER = "never"


class Nights(StrEnum):
    """Whether somebody is told at night."""

    REST = "rest"
    ALL = "all"


class SetOutcome(StrEnum):
    """What became of choosing."""

    CHOSEN = "chosen"


def next_digest(now: datetime, zone: ZoneInfo, pace: Pace) -> datetime:
    """Return when somebody's next digest is due."""
    local = now.astimezone(zone)
    day = local.date() + timedelta(days=1) if local.time() >= DIGEST_AT else local.date()
    if pace is Pace.WEEKLY:
        day += timedelta(days=(DIGEST_WEEKDAY - day.weekday()) % 7)
    return datetime.combine(day, DIGEST_AT, zone).astimezone(UTC)
