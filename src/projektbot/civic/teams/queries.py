"""Questions about teams."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, bindparam, func, select

from projektbot.civic.projects.queries import ProjectRow, project
from projektbot.civic.projects.tables import projects
from projektbot.civic.teams.rules import IN_TEAM, RequestState, Role, Sector
from projektbot.civic.teams.tables import join_requests, lead_offers, members, partners, team_invitations, teams
from projektbot.store.statement import Statement

UNWRITTEN = 0  # the id of a member whom no row tells of yet: whoever had the idea


class MemberRow(NamedTuple):
    """Somebody in a team. `joined_at` is microseconds UTC."""

    id: int
    person_id: int
    role: Role
    sector: Sector
    name: str
    joined_at: int


_member = select(
    members.c.id, members.c.person_id, members.c.role, members.c.sector, members.c.name, members.c.joined_at
)
_team = Statement(_member.where(members.c.project == bindparam("number")), "number")
_removal = Statement(
    select(members.c.words).where(
        members.c.project == bindparam("number"),
        members.c.person_id == bindparam("person_id"),
        members.c.role == Role.REMOVED.value,
    ),
    "number", "person_id",
)  # fmt: skip
_seats = Statement(select(teams.c.seats).where(teams.c.project == bindparam("number")), "number")


def _read(number: int, person_id: int, role: str, sector: str, name: str, joined_at: int) -> MemberRow:
    return MemberRow(number, person_id, Role(role), Sector(sector), name, joined_at)


# ---- who is in it ----------------------------------------------------------------------------------------------------


def team_of(db: Connection, found: ProjectRow) -> list[MemberRow]:
    """Return who is in a team, those who lead first.

    A project nobody has joined yet has no rows: whoever had the idea leads it. Where the one who led is gone (their
    data was erased), whoever is longest in the team leads it, members before guests. Neither is stored before something
    is done with the team.
    """
    rows = [_read(*row) for row in _team.rows(db, found.number)]
    if not rows:
        return _author(found)
    team = sorted((row for row in rows if row.role in IN_TEAM), key=_standing)
    if team and team[0].role is not Role.LEAD:
        team[0] = team[0]._replace(role=Role.LEAD)
    return team


def _author(found: ProjectRow) -> list[MemberRow]:
    if found.person_id is None:
        return []
    since = found.published_at or found.created_at
    return [MemberRow(UNWRITTEN, found.person_id, Role.LEAD, Sector.UNSAID, "", since)]


_ORDER = (Role.LEAD, Role.MEMBER, Role.GUEST)


def _standing(row: MemberRow) -> tuple[int, int, int]:
    return _ORDER.index(row.role), row.joined_at, row.id


def role_of(db: Connection, found: ProjectRow, person_id: int) -> Role:
    """Return what somebody is in a team."""
    mine = [row.role for row in team_of(db, found) if row.person_id == person_id]
    if mine:
        return mine[0]
    return Role.REMOVED if removal(db, found.number, person_id) is not None else Role.NOBODY


def removal(db: Connection, number: int, person_id: int) -> str | None:
    """Return why somebody was removed from a team; None if they were not."""
    found = _removal.rows(db, number, person_id)
    return found[0][0] or "" if found else None


def leads_of(db: Connection, number: int) -> list[int]:
    """Return the people who lead a project's team."""
    found = project(db, number)
    return [row.person_id for row in team_of(db, found) if row.role is Role.LEAD] if found else []


def seats_of(db: Connection, number: int) -> int | None:
    """Return how many a team is to be at most; None: as many as come."""
    found = _seats.rows(db, number)
    return found[0][0] if found else None


def teams_of(db: Connection, person_id: int) -> list[int]:
    """Return the numbers of the projects in whose teams somebody is, the newest first."""
    mine = (members.c.person_id == person_id) & members.c.role.in_(sorted(IN_TEAM))
    unwritten = ~select(members.c.id).where(members.c.project == projects.c.number).exists()
    own = (projects.c.person_id == person_id) & projects.c.published_at.is_not(None)
    author = own & projects.c.merged_into.is_(None) & unwritten
    joined = select(members.c.project.label("number")).where(mine)
    found = joined.union(select(projects.c.number).where(author)).subquery()
    return list(db.scalars(select(found.c.number).order_by(found.c.number.desc())))


# ---- who would like to be --------------------------------------------------------------------------------------------


class RequestRow(NamedTuple):
    """A request to join. Times are microseconds UTC."""

    id: int
    project: int
    person_id: int
    state: str
    name: str
    sector: str
    why: str
    skills: str | None
    hours: int | None
    at: int
    told_at: int
    settled_at: int | None
    words: str | None


_request = select(*[join_requests.c[name] for name in RequestRow._fields])


def request_by(db: Connection, number: int) -> RequestRow | None:
    """Return a request by its number."""
    found = db.execute(_request.where(join_requests.c.id == number)).first()
    return RequestRow(*found) if found else None


def request_of(db: Connection, number: int, person_id: int) -> RequestRow | None:
    """Return the request of somebody to join a project, in whatever state."""
    mine = (join_requests.c.project == number) & (join_requests.c.person_id == person_id)
    found = db.execute(_request.where(mine)).first()
    return RequestRow(*found) if found else None


def open_requests(db: Connection, number: int) -> list[RequestRow]:
    """Return who would like to join a project, the longest waiting first."""
    waits = (join_requests.c.project == number) & (join_requests.c.state == RequestState.OPEN)
    return [RequestRow(*row) for row in db.execute(_request.where(waits).order_by(join_requests.c.at))]


def asked_since(db: Connection, person_id: int, at: int) -> int:
    """Return how many teams somebody has asked since (microseconds UTC)."""
    mine = (join_requests.c.person_id == person_id) & (join_requests.c.at > at)
    return db.scalar(select(func.count()).select_from(join_requests).where(mine)) or 0


class InvitationRow(NamedTuple):
    """An invitation that is still good. `expires_at` is microseconds UTC."""

    id: int
    project: int
    role: str
    uses_left: int
    expires_at: int


_invitation = select(*[team_invitations.c[name] for name in InvitationRow._fields])


def invitation_by(db: Connection, digest: bytes, at: int) -> InvitationRow | None:
    """Return the invitation with this code, if it is good at `at` (microseconds UTC)."""
    good = (team_invitations.c.digest == digest) & (team_invitations.c.expires_at > at)
    found = db.execute(_invitation.where(good, team_invitations.c.uses_left > 0)).first()
    return InvitationRow(*found) if found else None


def invitations_of(db: Connection, number: int, at: int) -> list[InvitationRow]:
    """Return a team's invitations that are good at `at` (microseconds UTC)."""
    good = (team_invitations.c.project == number) & (team_invitations.c.expires_at > at)
    found = _invitation.where(good, team_invitations.c.uses_left > 0).order_by(team_invitations.c.id)
    return [InvitationRow(*row) for row in db.execute(found)]


# ---- who is asked to lead, and partners ------------------------------------------------------------------------------


class LeadOffer(NamedTuple):
    """Who asks a member to lead; `stays`: they go on leading too."""

    member: int
    by: int
    stays: bool


def lead_offer(db: Connection, member: int) -> LeadOffer | None:
    """Return the offer to lead that a member has."""
    mine = select(lead_offers.c.member, lead_offers.c.by, lead_offers.c.stays).where(lead_offers.c.member == member)
    found = db.execute(mine).first()
    return LeadOffer(*found) if found else None


class PartnerRow(NamedTuple):
    """An actor from outside who helps."""

    id: int
    name: str
    sector: str
    resources: str | None
    tasks: str | None


def partners_of(db: Connection, number: int) -> list[PartnerRow]:
    """Return the partners of a team, the oldest first."""
    columns = [partners.c[name] for name in PartnerRow._fields]
    theirs = select(*columns).where(partners.c.project == number).order_by(partners.c.id)
    return [PartnerRow(*row) for row in db.execute(theirs)]
