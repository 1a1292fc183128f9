"""Who may do what in a team, what becomes of it, and how much is enough."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from projektbot.records import record
from projektbot.texts import N_, Text

DAY = 24 * 60 * 60 * 1_000_000  # microseconds
ASKS_A_DAY = 10  # of one person: enough for somebody who looks for a team
ASKS_AGAIN = 7 * DAY  # after a no: time to think, for both
TELLS_AGAIN = DAY  # an open request that changes is told once a day at most
INVITATION_DAYS = 14
MOST_INVITATIONS = 10  # open ones of a team
MOST_PARTNERS = 50


class Role(StrEnum):
    """What somebody is in a team."""

    LEAD = "lead"
    MEMBER = "member"
    GUEST = "guest"  # sees what the team sees, and decides nothing
    REMOVED = "removed"  # was taken out: the row stays, so that it can be said
    NOBODY = "nobody"  # never stored


ROLES: Mapping[Role, Text] = {
    Role.LEAD: N_("leads the team"),
    Role.MEMBER: N_("is in the team"),
    Role.GUEST: N_("is a guest"),
}
IN_TEAM = frozenset({Role.LEAD, Role.MEMBER, Role.GUEST})
SEATED = frozenset({Role.LEAD, Role.MEMBER})  # who takes a seat: guests take none
RANK = (Role.REMOVED, Role.GUEST, Role.MEMBER, Role.LEAD)  # the later, the more


class Sector(StrEnum):
    """Where somebody, or a partner, comes from."""

    CIVIL = "civil"
    ADMINISTRATION = "administration"
    BUSINESS = "business"
    OTHER = "other"
    UNSAID = ""  # whoever had the idea has not been asked yet


SECTORS: Mapping[Sector, Text] = {
    Sector.CIVIL: N_("Civil society"),
    Sector.ADMINISTRATION: N_("Administration"),
    Sector.BUSINESS: N_("Business"),
    Sector.OTHER: N_("Something else"),
}


class Act(StrEnum):
    """What is done about a team."""

    SEE = "see"
    ASK = "ask"
    TAKE_BACK = "take_back"  # one's own request
    COME = "come"  # by an invitation
    SETTLE = "settle"  # a request
    INVITE = "invite"
    REVOKE = "revoke"
    SEATS = "seats"
    CHANGE = "change"  # role or sector of another
    REMOVE = "remove"
    OFFER_LEAD = "offer_lead"
    ANSWER_LEAD = "answer_lead"
    INTRODUCE = "introduce"  # one's own name and sector
    LEAVE = "leave"
    PARTNERS = "partners"
    EXCHANGE = "exchange"  # what the team has and needs, and whether to be brought together


_LEAD, _MEMBERS = frozenset({Role.LEAD}), frozenset({Role.LEAD, Role.MEMBER})
_OUTSIDE = frozenset({Role.NOBODY, Role.REMOVED})

MAY: Mapping[Act, frozenset[Role]] = {
    Act.SEE: IN_TEAM,
    Act.ASK: _OUTSIDE,
    Act.TAKE_BACK: _OUTSIDE,
    Act.COME: frozenset({Role.NOBODY}),  # who was removed comes back only if a lead says yes to a request
    Act.SETTLE: _LEAD,
    Act.INVITE: _LEAD,
    Act.REVOKE: _LEAD,
    Act.SEATS: _LEAD,
    Act.CHANGE: _LEAD,
    Act.REMOVE: _LEAD,
    Act.OFFER_LEAD: _LEAD,
    Act.ANSWER_LEAD: frozenset({Role.MEMBER, Role.GUEST}),
    Act.INTRODUCE: IN_TEAM,
    Act.LEAVE: IN_TEAM,
    Act.PARTNERS: _MEMBERS,
    Act.EXCHANGE: _MEMBERS,
}
# What may be done though the project is not public (any more): look at it, and go.
ALWAYS = frozenset({Act.SEE, Act.TAKE_BACK, Act.REVOKE, Act.LEAVE})


class Bar(StrEnum):
    """Why somebody may not do something here."""

    GONE = "gone"  # the project is not public, or not any more
    REMOVED = "removed"  # they were taken out of the team
    MAY_NOT = "may_not"


BARS = tuple(Bar)


def bar(act: Act, role: Role, *, public: bool) -> Bar | None:
    """Return what bars somebody of this role from an act; None if nothing does."""
    if not public and act not in ALWAYS:
        return Bar.GONE
    if role in MAY[act]:
        return None
    return Bar.REMOVED if role is Role.REMOVED else Bar.MAY_NOT


# ---- coming in -------------------------------------------------------------------------------------------------------


class AskOutcome(StrEnum):
    """What became of asking to join."""

    ASKED = "asked"
    CHANGED = "changed"  # the request that was open already
    ALREADY = "already"  # in the team
    FULL = "full"
    DECLINED = "declined"  # lately
    TOO_MANY = "too_many"
    GONE = "gone"


class RequestState(StrEnum):
    """How far a request is."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class SettleOutcome(StrEnum):
    """What became of a lead's answer to a request, and of taking one back."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    FULL = "full"
    SETTLED = "settled"  # by somebody else, or taken back meanwhile


class ComeOutcome(StrEnum):
    """What became of coming in by an invitation."""

    OPEN = "open"  # it is good
    JOINED = "joined"
    ALREADY = "already"
    FULL = "full"
    UNKNOWN = "unknown"  # wrong, used up, revoked or expired: one word for all, so that guessing learns nothing
    TOO_MANY = "too_many"


class InviteOutcome(StrEnum):
    """What became of making or revoking an invitation."""

    MADE = "made"
    REVOKED = "revoked"
    TOO_MANY = "too_many"


@record
class Request:
    """A request as it stands. `at` and `settled_at` are microseconds UTC."""

    state: RequestState
    settled_at: int | None = None


def ask_outcome(before: Request | None, *, full: bool, today: int, now: int) -> AskOutcome:
    """Say what becomes of asking; `before` is the person's request here, `today` how many they made in a day."""
    if before and before.state is RequestState.OPEN:
        return AskOutcome.CHANGED
    if full:
        return AskOutcome.FULL
    if before and before.state is RequestState.DECLINED and now < (before.settled_at or 0) + ASKS_AGAIN:
        return AskOutcome.DECLINED
    return AskOutcome.TOO_MANY if today >= ASKS_A_DAY else AskOutcome.ASKED


def is_full(roles: Iterable[Role], seats: int | None) -> bool:
    """Say whether every seat is taken; without a number there is always another one."""
    return seats is not None and seated(roles) >= seats


def seated(roles: Iterable[Role]) -> int:
    """Return how many of a team take a seat."""
    return sum(role in SEATED for role in roles)


# ---- inside ----------------------------------------------------------------------------------------------------------


class ManageOutcome(StrEnum):
    """What became of what a lead does with somebody, and of the team's size."""

    DONE = "done"
    OFFERED = "offered"  # the lead; the other has to agree
    FULL = "full"  # a guest cannot become a member
    CHANGED = "changed"  # they are not in the team any more, or something else now


class LeadOutcome(StrEnum):
    """What became of an answer to "will you lead?"."""

    LEADS = "leads"
    REFUSED = "refused"
    FULL = "full"  # a guest would need a seat
    CHANGED = "changed"  # it is not offered any more


class LeaveOutcome(StrEnum):
    """What became of leaving."""

    LEFT = "left"
    LAST_LEAD = "last_lead"


class MineOutcome(StrEnum):
    """What became of introducing oneself."""

    DONE = "done"


class PartnerOutcome(StrEnum):
    """What became of a partner."""

    ADDED = "added"
    REMOVED_PARTNER = "removed_partner"  # "removed" is what a person can be
    CHANGED = "changed"
    TOO_MANY = "too_many"


def may_go(role: Role, leads: int) -> bool:
    """Say whether somebody may leave or lead no longer: the last lead needs a successor first."""
    return role is not Role.LEAD or leads > 1


# ---- two become one --------------------------------------------------------------------------------------------------


def higher(one: Role, other: Role) -> Role:
    """Return the role of a person who turned out to have two."""
    return max(one, other, key=RANK.index)


def after_merge(role: Role, *, led: bool) -> Role:
    """Return what somebody becomes in the team their project goes on with; `led`: that one has a lead."""
    return Role.MEMBER if role is Role.LEAD and led else role
