"""What becomes of a letter that could not be sent: pure decisions, nothing is done here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Final, TypeAlias

from projektbot.delivery.letters import SECOND, SENDS
from projektbot.errors import Blocked, ChannelError, Moved, Rejected, Revoked, Throttled, Unsure
from projektbot.messages import Letter

FIRST_WAIT: Final = SECOND // 2  # somebody waits for a reply, and most failures are short
LONGEST_WAIT: Final = 60 * SECOND  # after an outage we are back within a minute
# What fails for a day is no answer any more; and so long, not longer, Matrix recognises a resend.
GIVE_UP_AFTER: Final = 24 * 3600 * SECOND
REVOKED_PAUSE: Final = 600 * SECOND  # the operator may have helped meanwhile, or the refusal was the platform's mistake
MAX_BUGS = 3  # what fails so often in our own code fails always
MAX_MOVES = 3  # further moves are two chats that point at each other


class State(StrEnum):
    """How a letter ends."""

    SENT = "sent"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    EXPIRED = "expired"


class Whom(StrEnum):
    """Whom a pause concerns."""

    LETTER = "letter"
    CHAT = "chat"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class End:
    """The letter has come to an end after so many `attempts` that may have had an effect."""

    state: State
    attempts: int
    reason: str


@dataclass(frozen=True, slots=True)
class Again:
    """The letter goes again `after` a while, in which `whom` it concerns rests; `attempts` are those so far."""

    after: int
    attempts: int
    whom: Whom = Whom.LETTER


@dataclass(frozen=True, slots=True)
class Barred:
    """The chat is closed to us: the letter and all that waits with it are refused."""


@dataclass(frozen=True, slots=True)
class Follow:
    """The chat goes on under another id: the letter goes there."""

    chat: str


Fate: TypeAlias = End | Again | Barred | Follow


@dataclass(slots=True)
class Trouble:
    """What a letter has met so far; `since` when it first failed (to be asked to wait is no failure)."""

    since: int = 0
    failures: int = 0
    bugs: int = 0
    moves: int = 0


def fate_of(letter: Letter, error: Exception, trouble: Trouble, now: int, *, idempotent: bool, chance: Random) -> Fate:
    """Decide about a letter that met `error`; counts it in `trouble`.

    An exception that is no ChannelError is a bug of ours in the channel: it may have come before or after the send.
    """
    match error:
        case Blocked():
            return Barred()
        case Rejected():
            return End(State.REFUSED, letter.attempts, error.reason)
        case Moved():
            trouble.moves += 1
            return Follow(error.chat) if trouble.moves <= MAX_MOVES else End(State.REFUSED, letter.attempts, "moved")
        case Throttled():
            return Again(_span(error), letter.attempts, Whom.ACCOUNT if error.everyone else Whom.CHAT)
        case Revoked():
            return Again(REVOKED_PAUSE, letter.attempts, Whom.ACCOUNT)
        case ChannelError():
            unsure = isinstance(error, Unsure)
        case _:
            unsure = True
            trouble.bugs += 1
    if not trouble.failures:
        trouble.since = now
    trouble.failures += 1
    attempts = letter.attempts + unsure
    return _given_up(letter, error, trouble, now, attempts, idempotent=idempotent) or Again(
        max(_span(error), wait(trouble.failures, chance)), attempts
    )


def _given_up(
    letter: Letter, error: Exception, trouble: Trouble, now: int, attempts: int, *, idempotent: bool
) -> End | None:
    reason = error.reason if isinstance(error, ChannelError) else "bug"
    if not idempotent and attempts >= SENDS.get(letter.kind, attempts + 1):
        return End(State.UNKNOWN, attempts, reason)
    in_doubt = attempts and not idempotent and letter.kind in SENDS
    given_up = State.UNKNOWN if in_doubt else State.REFUSED
    if trouble.bugs >= MAX_BUGS:
        return End(given_up, attempts, "bug")
    if now - trouble.since >= GIVE_UP_AFTER:
        return End(given_up, attempts, "unreachable")
    return None


def wait(failures: int, chance: Random) -> int:
    """Return how long to wait after so many failures in a row: 0.5 s, 1, 2 … 60, less up to a half by chance.

    Chance keeps a thousand chats from all coming back in the same second.
    """
    longest = min(FIRST_WAIT << min(failures - 1, 10), LONGEST_WAIT)
    return round(longest * chance.uniform(0.5, 1.0))


def _span(error: Exception) -> int:
    return round(error.retry_after * SECOND) if isinstance(error, ChannelError) else 0
