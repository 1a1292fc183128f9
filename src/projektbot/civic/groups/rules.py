"""What is possible in a group, and how much of it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from projektbot.records import record

LONGEST_WORDS = 300  # characters of a task or a question: it has to fit on a telephone
MOST_OPEN_TASKS = 50
MOST_SHOWN = 20  # tasks in one message, each with a button
FEWEST_DATES, MOST_DATES = 2, 5
# Bot API 10.1 sendPoll takes a question of 300 characters, as all words here, and 12 options of 100; MSC3381 takes 20.
FEWEST_CHOICES, MOST_CHOICES = 2, 12
LONGEST_CHOICE = 60  # on a button, too, it has to be read
MOST_OPEN_POLLS = 10  # of a project
MOST_OPEN_DECISIONS = 10  # likewise: each of them asks the whole team in private
DECISION_DAYS = 3
RELAYED_DAYS = 3  # what was passed on is forgotten in the night after two days: as long as Telegram lets it be deleted
PACE_SECONDS = 3  # who wants much of us is heard on and on once in so many seconds: as often as Telegram lets us speak
ASKED_AT_ONCE = 30  # commands and buttons of one person in a group; a secretary may well write down twenty tasks
RELAY_AT_ONCE = 20  # messages of one person
RELAY_ALL_AT_ONCE = (
    60  # of a whole chat: Telegram takes twenty a minute, and what cannot leave lies in front of the rest
)

ON = frozenset({"on", "an", "ein"})  # behind /relay
OFF = frozenset({"off", "aus", "-"})  # likewise, and behind /team


class BindOutcome(StrEnum):
    """What becomes of connecting a group with a project."""

    BOUND = "bound"
    ALREADY = "already"
    CLOSED = "closed"  # the project was declined, or goes on as another
    MAY_NOT = "may_not"
    TAKEN = "taken"  # it is the group of another project, for which whoever acts does not speak
    STRANGER = "stranger"  # has never written to us in private
    UNSEEN = "unseen"  # an anonymous administrator
    UNKNOWN = "unknown"  # there is no such project


class Kind(StrEnum):
    """What a group is asked."""

    DATES = "dates"  # which of some days suit: several may
    COMING = "coming"
    MOOD = "mood"


SEVERAL = frozenset({Kind.DATES})


class Coming(StrEnum):
    """What somebody says who is invited to a meeting; stored by its place."""

    YES = "yes"
    NO = "no"
    MAYBE = "maybe"


class Vote(StrEnum):
    """What somebody says to a question that is to be decided."""

    YES = "yes"
    NO = "no"
    ABSTAIN = "abstain"


class CastOutcome(StrEnum):
    """What becomes of a vote."""

    CAST = "cast"
    ALREADY = "already"
    OVER = "over"
    LEFT = "left"  # was asked, and is no member of the team any more
    MAY_NOT = "may_not"


class Verdict(StrEnum):
    """How a decision has ended."""

    YES = "yes"
    NO = "no"
    TIED = "tied"
    NOBODY = "nobody"


@record
class Counts:
    """The votes of a decision."""

    yes: int
    no: int
    abstain: int


def bind_outcome(
    *, seen: bool, known: bool, exists: bool, open_: bool, speaks: bool, here: bool, taken: bool
) -> BindOutcome:
    """Say what becomes of connecting a group; `here` if it is the one of this project already, `taken` of others."""
    if not seen:
        return BindOutcome.UNSEEN
    if not exists:
        return BindOutcome.UNKNOWN
    if not known:
        return BindOutcome.STRANGER
    if not speaks:
        return BindOutcome.MAY_NOT
    if not open_:
        return BindOutcome.CLOSED
    if here:
        return BindOutcome.ALREADY
    return BindOutcome.TAKEN if taken else BindOutcome.BOUND


def verdict(counts: Counts) -> Verdict:
    """Say how a decision has ended; abstentions are heard and do not count."""
    if counts.yes == counts.no:
        return Verdict.TIED if counts.yes else Verdict.NOBODY
    return Verdict.YES if counts.yes > counts.no else Verdict.NO


def favourite(counts: Sequence[int]) -> int | None:
    """Return the place of the highest count, if one alone has it."""
    most = max(counts, default=0)
    return counts.index(most) if most and counts.count(most) == 1 else None
