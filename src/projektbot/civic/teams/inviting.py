"""Invitation links of a team: made and revoked by its leads, good for so many people and so many days."""

from __future__ import annotations

from sqlalchemy import delete, insert, update

from projektbot.civic.people.codes import digest, new_code, note_wrong
from projektbot.civic.people.queries import wrong_tries
from projektbot.civic.people.rules import bare, grouped, minutes_to_wait
from projektbot.civic.projects.rules import reference, row_named
from projektbot.civic.teams.joining import FORGOTTEN, look_at, named, take_in
from projektbot.civic.teams.obtaining import Team, team_for, team_for_number
from projektbot.civic.teams.queries import InvitationRow, invitation_by, invitations_of
from projektbot.civic.teams.rules import (
    DAY,
    INVITATION_DAYS,
    MOST_INVITATIONS,
    Act,
    Bar,
    ComeOutcome,
    InviteOutcome,
    RequestState,
    Role,
)
from projektbot.civic.teams.tables import join_requests, team_invitations
from projektbot.civic.tx import Tx
from projektbot.dialog.engine import Result
from projektbot.texts import N_


def invite_to_team(tx: Tx, *, ref: str, role: str, uses: str) -> Result:
    """Make an invitation; its code is told once, and stored as a digest."""
    team = team_for(tx, ref, Act.INVITE)
    if isinstance(team, Bar):
        return Result(team, {"code": ""})
    tx.db.execute(delete(team_invitations).where(team_invitations.c.expires_at <= tx.at))
    if len(invitations_of(tx.db, team.number, tx.at)) >= MOST_INVITATIONS:
        return Result(InviteOutcome.TOO_MANY, {"code": ""})
    code = new_code()
    row = {"project": team.number, "digest": digest(code), "role": Role(role).value, "uses_left": int(uses)}
    tx.db.execute(insert(team_invitations), {**row, "expires_at": tx.at + INVITATION_DAYS * DAY})
    return Result(InviteOutcome.MADE, {"code": grouped(code)})


def revoke_invitation(tx: Tx, *, ref: str, invitation: str) -> Result:
    """Let an invitation end at once."""
    team = team_for(tx, ref, Act.REVOKE)
    if isinstance(team, Bar):
        return Result(team)
    theirs = (team_invitations.c.project == team.number) & (team_invitations.c.id == row_named(invitation))
    tx.db.execute(delete(team_invitations).where(theirs))
    return Result(InviteOutcome.REVOKED)


def open_invitation(tx: Tx, *, code: str) -> Result:
    """Look what a code is for, before anything is asked; guessing is slowed down as for every code."""
    wait = minutes_to_wait(wrong_tries(tx.db, tx.who.person_id), tx.at)
    facts: dict[str, str | int] = {"minutes": wait, "ref": "", "title": ""}
    if wait:
        return Result(ComeOutcome.TOO_MANY, facts)
    found = invitation_by(tx.db, digest(bare(code)), tx.at)
    if found is None:
        note_wrong(tx)
        return Result(ComeOutcome.UNKNOWN, facts)
    team = team_for_number(tx, found.project, Act.COME)
    facts["ref"] = reference(found.project)
    if isinstance(team, Bar):
        return Result(_barred(team), facts)
    facts["title"] = team.project.title
    return Result(ComeOutcome.FULL if _no_seat(team, found) else ComeOutcome.OPEN, facts)


def _barred(why: Bar) -> str:
    return ComeOutcome.ALREADY if why is Bar.MAY_NOT else why


def _no_seat(team: Team, invitation: InvitationRow) -> bool:
    return team.is_full and invitation.role != Role.GUEST


def come_by_invitation(tx: Tx, *, code: str, name: str, sector: str) -> Result:
    """Join a team at once, by an invitation that is still good."""
    found = invitation_by(tx.db, digest(bare(code)), tx.at)
    team = team_for_number(tx, found.project if found else None, Act.COME)
    if isinstance(team, Bar):
        return Result(ComeOutcome.UNKNOWN if found is None else _barred(team))
    found = invitation_by(tx.db, digest(bare(code)), tx.at)  # once more: now nobody else uses it
    if found is None:
        return Result(ComeOutcome.UNKNOWN)
    if _no_seat(team, found):
        return Result(ComeOutcome.FULL)
    left = team_invitations.c.uses_left - 1
    tx.db.execute(update(team_invitations).where(team_invitations.c.id == found.id).values(uses_left=left))
    take_in(tx, team, tx.who.person_id, Role(found.role), name, sector)
    _close_request(tx, team)
    for person_id in team.leads:
        news = N_("{name} has come into the team of {ref} {title} by your invitation.", name=name, **named(team))
        tx.post(person_id, news, look_at(team))
    return Result(ComeOutcome.JOINED)


def _close_request(tx: Tx, team: Team) -> None:
    mine = (join_requests.c.project == team.number) & (join_requests.c.person_id == tx.who.person_id)
    settled = {"state": RequestState.ACCEPTED.value, "settled_at": tx.at, **FORGOTTEN}
    tx.db.execute(update(join_requests).where(mine, join_requests.c.state == RequestState.OPEN).values(settled))
