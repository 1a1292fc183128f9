"""Where memberships go when two people, or two projects, become one."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, delete, select, update

from projektbot.civic.projects.queries import ProjectRow, project
from projektbot.civic.projects.rules import reference
from projektbot.civic.teams.obtaining import write_team
from projektbot.civic.teams.queries import MemberRow, team_of
from projektbot.civic.teams.rules import IN_TEAM, RequestState, Role, after_merge, higher
from projektbot.civic.teams.tables import (
    join_requests,
    matches,
    members,
    offers,
    partners,
    team_invitations,
    teams,
)
from projektbot.civic.tx import Opens, Tx
from projektbot.texts import N_, NN_, Own, Text

# ---- two people ------------------------------------------------------------------------------------------------------


def unite_members(db: Connection, person_id: int, into: int) -> None:
    """Let one person's places in teams be another's; where both have one, the higher role and the earlier day stay."""
    for gone, kept in _pairs(db, members, "project", person_id, into):
        db.execute(delete(members).where(members.c.id == gone.id))
        db.execute(update(members).where(members.c.id == kept.id).values(_joined(gone, kept)))
    db.execute(update(members).where(members.c.person_id == person_id).values(person_id=into))


def unite_requests(db: Connection, person_id: int, into: int) -> None:
    """Let one person's requests be another's; where both have one, the open one stays, or else the newer."""
    _drop_lesser(db, _pairs(db, join_requests, "project", person_id, into))
    db.execute(update(join_requests).where(join_requests.c.person_id == person_id).values(person_id=into))
    _drop_needless(db, join_requests.c.person_id == into)


def _drop_lesser(db: Connection, pairs: list[tuple[Any, Any]]) -> None:
    for gone, kept in pairs:
        loser = kept if _weight(gone) > _weight(kept) else gone
        db.execute(delete(join_requests).where(join_requests.c.id == loser.id))


def _drop_needless(db: Connection, those: ColumnElement[bool]) -> None:
    """Take away open requests of whoever is in that team by now: a yes would make a member of its lead."""
    same = (members.c.project == join_requests.c.project) & (members.c.person_id == join_requests.c.person_id)
    there = select(members.c.id).where(same, members.c.role.in_(sorted(IN_TEAM))).exists()
    db.execute(delete(join_requests).where(those, join_requests.c.state == RequestState.OPEN, there))


def _weight(row: Any) -> tuple[bool, int]:  # noqa: ANN401 - a row of join_requests
    return row.state == RequestState.OPEN, row.at


def _pairs(db: Connection, table: Table, same: str, gone: int, into: int) -> list[tuple[Any, Any]]:
    """Return the rows of one person (or project) that another has too, each with the other's; `same` is common."""
    other = "person_id" if same == "project" else "project"
    theirs = {getattr(row, same): row for row in db.execute(select(table).where(table.c[other] == into))}
    mine = db.execute(select(table).where(table.c[other] == gone)).all()
    return [(row, theirs[getattr(row, same)]) for row in mine if getattr(row, same) in theirs]


def _joined(gone: Any, kept: Any, *, led: bool = False) -> dict[str, Any]:  # noqa: ANN401 - rows of members
    role = higher(after_merge(Role(gone.role), led=led), Role(kept.role))
    words = None if role in IN_TEAM else kept.words
    return {
        "role": role.value,
        "joined_at": min(gone.joined_at, kept.joined_at),
        "name": kept.name or gone.name,
        "sector": kept.sector or gone.sector,
        "words": words,
    }


# ---- two projects ----------------------------------------------------------------------------------------------------


def merge_teams(tx: Tx, number: int, into: int) -> None:
    """Let a team go on in that of another project. Whoever led becomes a member there, if that one has a lead.

    Whose idea nobody had joined is no team: its author follows the other one, as the room of projects sees to.
    """
    db = tx.db
    target = project(db, into)
    if target is None:
        return
    moved = _rows(db, number)
    if moved:
        _merge_members(tx, moved, target)
    _drop_lesser(db, _pairs(db, join_requests, "person_id", number, into))
    for table in (join_requests, team_invitations, partners, offers):
        db.execute(update(table).where(table.c.project == number).values(project=into))
    _drop_needless(db, join_requests.c.project == into)
    own = select(offers.c.id).where(offers.c.project == into)
    db.execute(delete(matches).where(matches.c.has.in_(own), matches.c.needs.in_(own)))
    db.execute(delete(teams).where(teams.c.project == number))


def _rows(db: Connection, number: int) -> list[Any]:
    return list(db.execute(select(members).where(members.c.project == number)))


def _merge_members(tx: Tx, moved: list[Any], target: ProjectRow) -> None:
    before = write_team(tx, target)
    led = any(row.role is Role.LEAD for row in before)
    theirs = {row.person_id: row for row in _rows(tx.db, target.number)}
    for row in moved:
        row_of = members.c.id == row.id
        if kept := theirs.get(row.person_id):
            tx.db.execute(delete(members).where(row_of))
            if Role(kept.role) is not Role.REMOVED:  # what a team has decided about somebody stays decided
                tx.db.execute(update(members).where(members.c.id == kept.id).values(_joined(row, kept, led=led)))
        else:
            role = after_merge(Role(row.role), led=led)
            tx.db.execute(update(members).where(row_of).values(project=target.number, role=role.value))
    _tell(tx, moved, before, target)


def _tell(tx: Tx, moved: list[Any], before: list[MemberRow], target: ProjectRow) -> None:
    """Tell those who came along, who led the other team already, and its group: by figures, as ever."""
    named = {"ref": Own(reference(target.number)), "title": target.title}
    opens = Opens(N_("See the team"), "team", "ref", named["ref"])
    now = {row.person_id for row in team_of(tx.db, target)}
    came = {row.person_id for row in moved if Role(row.role) in IN_TEAM} & now
    for person_id in sorted(came):
        news = N_("Your team goes on as part of the team of {ref} {title}, and so do you.", **named)
        tx.post(person_id, news, opens)
    if len(now) == len(before):
        return
    grown = NN_("Another team has become part of yours, that of {ref} {title}: you are {n} person now.",
                "Another team has become part of yours, that of {ref} {title}: you are {n} people now.",
                len(now), **named)  # fmt: skip
    for lead in before:
        if lead.role is Role.LEAD and lead.person_id not in came:
            tx.post(lead.person_id, grown, opens)
    tx.happens(target.number, _joined_by(len(now)))


def _joined_by(size: int) -> Text:
    return NN_("Another team has become part of this one: it is {n} person now.",
               "Another team has become part of this one: it is {n} people now.", size)  # fmt: skip
