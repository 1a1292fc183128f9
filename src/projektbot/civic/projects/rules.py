"""What an idea is about, how its reference is written, and which steps lead from one stage to the next."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum

from projektbot.texts import N_, Text

# PRODUCT: the eight fields of action
FIELDS = {
    "mobility": N_("Sustainable mobility"),
    "digital": N_("Digital administration and data"),
    "social": N_("Social innovation and participation"),
    "health": N_("Health"),
    "culture": N_("Education and culture"),
    "nature": N_("Environment and nature"),
    "housing": N_("Housing and urban planning"),
    "other": N_("Something else"),
}

FIRST_REF = 1001  # four digits from the start: easier to say, and nobody is number one
LONGEST_REF = 9  # digits; more is no number of ours


class Stage(StrEnum):
    """How far a project is."""

    SUBMITTED = "submitted"
    ASKED = "asked"  # its author is to say something more
    PUBLISHED = "published"
    DECLINED = "declined"
    MERGED = "merged"


# as the author reads it after the title
STAGES: Mapping[Stage, Text] = {
    Stage.SUBMITTED: N_("has arrived and is being read"),
    Stage.ASKED: N_("is waiting for an answer from you"),
    Stage.PUBLISHED: N_("is published"),
    Stage.DECLINED: N_("could not be taken up"),
    Stage.MERGED: N_("goes on together with another idea"),
}
PUBLIC = frozenset({Stage.PUBLISHED})
WAITING = frozenset({Stage.SUBMITTED})  # for the city; an idea its author was asked about waits for them


class Step(StrEnum):
    """What staff may do with an idea."""

    PUBLISH = "publish"
    ASK = "ask"
    DECLINE = "decline"
    MERGE = "merge"
    ANSWER = "answer"


LEADS: Mapping[Step, tuple[frozenset[Stage], Stage | None]] = {
    Step.PUBLISH: (frozenset({Stage.SUBMITTED, Stage.ASKED, Stage.DECLINED}), Stage.PUBLISHED),
    Step.ASK: (frozenset({Stage.SUBMITTED, Stage.ASKED}), Stage.ASKED),
    Step.DECLINE: (frozenset({Stage.SUBMITTED, Stage.ASKED, Stage.PUBLISHED}), Stage.DECLINED),
    Step.MERGE: (frozenset({Stage.SUBMITTED, Stage.ASKED, Stage.PUBLISHED}), Stage.MERGED),
    Step.ANSWER: (frozenset({Stage.PUBLISHED}), None),  # an official answer leaves the stage as it is
}


class SubmitOutcome(StrEnum):
    """What became of sending an idea."""

    SUBMITTED = "submitted"


class ModerateOutcome(StrEnum):
    """What became of a step of staff."""

    DONE = "done"
    PROPOSED = "proposed"  # somebody else has to agree
    WITHDRAWN = "withdrawn"  # what was proposed is not proposed any more
    MAY_NOT = "may_not"  # no role for it, or none in this area
    CHANGED = "changed"  # somebody was faster: the stage is another one now


class ReplyOutcome(StrEnum):
    """What became of an author's answer to a question of staff."""

    SENT = "sent"
    NOT_ASKED = "not_asked"  # somebody has gone on meanwhile


class Care(StrEnum):
    """What a person may do about a public project."""

    SUPPORT = "support"
    UNSUPPORT = "unsupport"
    FOLLOW = "follow"
    UNFOLLOW = "unfollow"


class CareOutcome(StrEnum):
    """What became of it."""

    SUPPORTED = "supported"
    UNSUPPORTED = "unsupported"
    FOLLOWED = "followed"
    UNFOLLOWED = "unfollowed"
    GONE = "gone"  # not public (any more)


class MuteOutcome(StrEnum):
    """What became of wanting to hear nothing, or again, of a project one follows."""

    MUTED = "muted"
    HEARD = "heard"
    GONE = "gone"  # not public (any more)


CARES: Mapping[Care, CareOutcome] = {
    Care.SUPPORT: CareOutcome.SUPPORTED,
    Care.UNSUPPORT: CareOutcome.UNSUPPORTED,
    Care.FOLLOW: CareOutcome.FOLLOWED,
    Care.UNFOLLOW: CareOutcome.UNFOLLOWED,
}


class SayOutcome(StrEnum):
    """What became of a comment or a report."""

    SAID = "said"
    TOO_MANY = "too_many"
    GONE = "gone"
    UNKNOWN = "unknown"  # no comment of this number
    CHANGED = "changed"  # others are called by these numbers now


class AlertOutcome(StrEnum):
    """What became of an alert."""

    ADDED = "added"
    DROPPED = "dropped"
    TOO_MANY = "too_many"


MOST_ALERTS = 20  # of one person: more are a wish for everything


class DeleteOutcome(StrEnum):
    """What became of deleting a comment."""

    DELETED = "deleted"
    NOT_YOURS = "not_yours"
    CHANGED = "changed"  # others are called by these numbers now


class SettleOutcome(StrEnum):
    """What became of a report."""

    SETTLED = "settled"
    PROPOSED = "proposed"  # to take the project off: somebody else has to agree
    MAY_NOT = "may_not"
    GONE = "gone"  # somebody was faster


MEANING = "meaning"  # kind of the due row on which vectors of titles are made (`meanings.py`)
ALERT = "alert"  # kind of the due rows on which others are told of a new project; the subject: "number|last one told"
STATUS = "status"  # kind of the due rows that bring status messages up to date; the subject: "number|last person seen"
STATUS_AFTER = 5 * 60 * 1_000_000  # microseconds: what changes meanwhile is one change
COMMENTS_A_PAGE = 5
COMMENTS_A_DAY = 20  # of one person: a conversation, not a flood
REPORTS_A_DAY = 10


def leads(step: Step, stage: Stage) -> bool:
    """Say whether a step may be taken from a stage."""
    return stage in LEADS[step][0]


def reference(number: int) -> str:
    """Return a project's public id: short and speakable."""
    return f"P-{number}"


def number_of(words: str) -> int | None:
    """Return the number somebody means by "P-1042", "p 1042" or "1042"; None if it is no number of ours."""
    found = re.fullmatch(rf"(?:p\s*[-–—.#]?\s*)?([0-9]{{1,{LONGEST_REF}}})", words.strip().lower())
    return int(found[1]) if found else None


LONGEST_NUMBER = 18  # digits: what fits into a column


def row_named(words: str) -> int:
    """Return the number of the row that a button or somebody's typing names; 0, which none has, if it is no number."""
    return int(words) if words.isascii() and words.isdigit() and len(words) <= LONGEST_NUMBER else 0
