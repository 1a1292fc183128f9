"""What leads do with their team, and what everybody in it does with their own place: introduce, hand over, leave."""

from __future__ import annotations

from sqlalchemy import delete, update

from projektbot.civic.projects.rules import row_named
from projektbot.civic.teams.exchanging import ask_anew
from projektbot.civic.teams.joining import look_at, named
from projektbot.civic.teams.obtaining import Team, team_for
from projektbot.civic.teams.queries import MemberRow, lead_offer
from projektbot.civic.teams.rules import (
    Act,
    Bar,
    LeadOutcome,
    LeaveOutcome,
    ManageOutcome,
    MineOutcome,
    Role,
    Sector,
    may_go,
    seated,
)
from projektbot.civic.teams.tables import join_requests, lead_offers, members, teams
from projektbot.civic.tx import Opens, Tx
from projektbot.dialog.engine import Result
from projektbot.errors import Refused
from projektbot.store.upsert import upsert
from projektbot.texts import N_, NN_, Text

ROLE_NEWS = {
    Role.MEMBER: N_("You are a member of the team now: {ref} {title}."),
    Role.GUEST: N_("You are a guest of the team now: {ref} {title}."),
}
# What the group hears: no names, since it may hold others than the team. By whether whoever led goes on leading.
LEAD_NEWS = {
    True: N_("One more person leads the team from now on."),
    False: N_("The lead of the team has passed into other hands."),
}
YES = "yes"
ALONE = "hand_over"  # the other one leads instead of me


# ---- the team's size -------------------------------------------------------------------------------------------------


def set_seats(tx: Tx, *, ref: str, seats: int | None = None) -> Result:
    """Say how many the team is to be at most; nothing: as many as come."""
    team = team_for(tx, ref, Act.SEATS)
    if isinstance(team, Bar):
        return Result(team)
    taken = seated(row.role for row in team.members)
    if seats is not None and seats < taken:
        reason = NN_("You are {n} already: it cannot be less.", "You are {n} already: it cannot be less.", taken)
        raise Refused(reason, question="seats")
    upsert(tx.db, teams, {"project": team.number}, {"seats": seats})
    return Result(ManageOutcome.DONE)


# ---- others ----------------------------------------------------------------------------------------------------------


def change_member(tx: Tx, *, ref: str, member: str, act: str, sector: str | None = None) -> Result:
    """Make somebody a member or a guest (`act` is the role), or correct where they come from (`sector`)."""
    team = team_for(tx, ref, Act.CHANGE)
    if isinstance(team, Bar):
        return Result(team)
    who = _member(team, member)
    if who is None:
        return Result(ManageOutcome.CHANGED)
    if sector is None:
        return Result(_change_role(tx, team, who, Role(act)))
    _set(tx, who, sector=Sector(sector).value)
    return Result(ManageOutcome.DONE)


def _change_role(tx: Tx, team: Team, who: MemberRow, role: Role) -> ManageOutcome:
    if who.role in (Role.LEAD, role):  # who leads can only go by themselves
        return ManageOutcome.CHANGED
    if who.role is Role.GUEST and role is Role.MEMBER and team.is_full:
        return ManageOutcome.FULL
    _set(tx, who, role=role.value)
    tx.happens(team.number)
    tx.post(who.person_id, Text(ROLE_NEWS[role].msgid, {**named(team)}), look_at(team))
    return ManageOutcome.DONE


def remove_member(tx: Tx, *, ref: str, member: str, reason: str) -> Result:
    """Take somebody out of the team; they hear the reason."""
    team = team_for(tx, ref, Act.REMOVE)
    if isinstance(team, Bar):
        return Result(team)
    who = _member(team, member)
    if who is None or who.role is Role.LEAD:  # who leads can only go by themselves
        return Result(ManageOutcome.CHANGED)
    tx.db.execute(delete(lead_offers).where(lead_offers.c.member == who.id))
    _set(tx, who, role=Role.REMOVED.value, words=reason)
    ask_anew(tx, team.number, who.person_id)
    tx.happens(team.number)  # why, and that it came about at all, is between the team and them
    news = N_("You are not in the team of {ref} {title} any more. The reason:\n{reason}", reason=reason, **named(team))
    tx.post(who.person_id, news)
    return Result(ManageOutcome.DONE)


def _member(team: Team, words: str) -> MemberRow | None:
    return team.member(row_named(words))


def _set(tx: Tx, who: MemberRow, **values: object) -> None:
    tx.db.execute(update(members).where(members.c.id == who.id).values(values))


# ---- the lead --------------------------------------------------------------------------------------------------------


def offer_lead(tx: Tx, *, ref: str, member: str, how: str) -> Result:
    """Ask somebody in the team to lead it, instead of me or together with me; nothing changes before they say yes."""
    team = team_for(tx, ref, Act.OFFER_LEAD)
    if isinstance(team, Bar):
        return Result(team)
    who, me = _member(team, member), team.of_person(tx.who.person_id)
    if who is None or me is None or who.role is Role.LEAD:
        return Result(ManageOutcome.CHANGED)
    upsert(tx.db, lead_offers, {"member": who.id}, {"by": me.id, "stays": how != ALONE})
    asks = N_("Would you lead the team of {ref} {title}? You are asked to.", **named(team))
    tx.post(who.person_id, asks, Opens(N_("Answer"), "lead_offer", "ref", named(team)["ref"]))
    return Result(ManageOutcome.OFFERED)


def answer_lead(tx: Tx, *, ref: str, answer: str) -> Result:
    """Say whether one will lead."""
    team = team_for(tx, ref, Act.ANSWER_LEAD)
    if isinstance(team, Bar):
        return Result(team)
    me = team.of_person(tx.who.person_id)
    offer = lead_offer(tx.db, me.id) if me else None
    by = team.member(offer.by) if offer else None
    if me is None or offer is None or by is None or by.role is not Role.LEAD:
        return Result(LeadOutcome.CHANGED)
    if answer == YES and me.role is Role.GUEST and team.is_full:
        return Result(LeadOutcome.FULL)
    tx.db.execute(delete(lead_offers).where(lead_offers.c.member == me.id))
    if answer != YES:
        tx.post(by.person_id, N_("{name} would rather not lead the team of {ref} {title}.", **_called(team, me)))
        return Result(LeadOutcome.REFUSED)
    _set(tx, me, role=Role.LEAD.value)
    if not offer.stays:
        _set(tx, by, role=Role.MEMBER.value)
    tx.happens(team.number, LEAD_NEWS[offer.stays])
    tx.post(by.person_id, N_("{name} leads the team of {ref} {title} now.", **_called(team, me)), look_at(team))
    return Result(LeadOutcome.LEADS)


def _called(team: Team, who: MemberRow) -> dict[str, str]:
    return {"name": who.name, **named(team)}


# ---- oneself ---------------------------------------------------------------------------------------------------------


def introduce(tx: Tx, *, ref: str, name: str, sector: str) -> Result:
    """Say how one wants to be called in the team, and where one comes from."""
    team = team_for(tx, ref, Act.INTRODUCE)
    if isinstance(team, Bar):
        return Result(team)
    if me := team.of_person(tx.who.person_id):
        _set(tx, me, name=name, sector=Sector(sector).value)
    return Result(MineOutcome.DONE)


def leave_team(tx: Tx, *, ref: str) -> Result:
    """Leave a team; nothing of it is kept. Its last lead needs a successor first."""
    team = team_for(tx, ref, Act.LEAVE)
    if isinstance(team, Bar):
        return Result(team)
    me = team.of_person(tx.who.person_id)
    if me is None or not may_go(me.role, len(team.leads)):
        return Result(LeaveOutcome.LAST_LEAD)
    tx.db.execute(delete(members).where(members.c.id == me.id))
    mine = (join_requests.c.project == team.number) & (join_requests.c.person_id == tx.who.person_id)
    tx.db.execute(delete(join_requests).where(mine))
    ask_anew(tx, team.number, me.person_id)
    tx.happens(team.number, shrunk(len(team.members) - 1))
    for person_id in team.leads:
        tx.post(person_id, N_("{name} has left the team of {ref} {title}.", **_called(team, me)))
    return Result(LeaveOutcome.LEFT)


def shrunk(size: int) -> Text:
    """Return what a group hears when somebody leaves its team."""
    return NN_("Somebody has left the team: it is {n} person now.", "Somebody has left the team: it is {n} people now.",
               size)  # fmt: skip
