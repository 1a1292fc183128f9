"""What each role of the city may do, and in which areas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from projektbot.records import record
from projektbot.texts import N_, Text

INVITATION_DAYS = 7
EVERYWHERE = ""  # the area of a role that is good in all of them


class Role(StrEnum):
    """What somebody is for the city."""

    MODERATOR = "moderator"
    CASEWORKER = "caseworker"
    BROADCASTER = "broadcaster"
    HOST = "host"
    ADMIN = "admin"


ROLES: Mapping[Role, Text] = {
    Role.MODERATOR: N_("Moderator of ideas"),
    Role.CASEWORKER: N_("Caseworker for funding"),
    Role.BROADCASTER: N_("Sender of announcements"),
    Role.HOST: N_("Host of assemblies"),
    Role.ADMIN: N_("Administrator"),
}


class Duty(StrEnum):
    """What is done for the city in a chat."""

    CHECK_IDEAS = "check_ideas"
    ANSWER_IDEAS = "answer_ideas"
    SETTLE_REPORTS = "settle_reports"
    SET_DEADLINES = "set_deadlines"


MAY: Mapping[Duty, frozenset[Role]] = {
    Duty.CHECK_IDEAS: frozenset({Role.MODERATOR, Role.ADMIN}),
    Duty.ANSWER_IDEAS: frozenset({Role.MODERATOR, Role.CASEWORKER, Role.ADMIN}),
    Duty.SETTLE_REPORTS: frozenset({Role.MODERATOR, Role.ADMIN}),
    Duty.SET_DEADLINES: frozenset({Role.CASEWORKER, Role.BROADCASTER, Role.ADMIN}),
}


class TakeOutcome(StrEnum):
    """What became of entering the code of an invitation."""

    TAKEN = "taken"
    UNKNOWN = "unknown"  # wrong, used or expired
    TOO_MANY = "too_many"


@record
class Grant:
    """A role in an area, or everywhere."""

    role: Role
    area: str = EVERYWHERE


def may(grants: Iterable[Grant], duty: Duty, area: str) -> bool:
    """Say whether somebody with these roles may do this in an area."""
    return any(grant.role in MAY[duty] and grant.area in (EVERYWHERE, area) for grant in grants)


def areas_of(grants: Iterable[Grant], duty: Duty) -> frozenset[str] | None:
    """Return the areas in which somebody with these roles may do this; None: all of them."""
    areas = frozenset(grant.area for grant in grants if grant.role in MAY[duty])
    return None if EVERYWHERE in areas else areas
