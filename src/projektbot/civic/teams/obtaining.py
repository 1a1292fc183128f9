"""The only way to get a team in order to change it: locked, written down, and asked whether this person may."""

from __future__ import annotations

from sqlalchemy import insert, update

from projektbot.civic.projects.queries import ProjectRow, where_it_went_for_change
from projektbot.civic.projects.rules import PUBLIC, Stage, number_of
from projektbot.civic.teams.queries import UNWRITTEN, MemberRow, role_of, seats_of, team_of
from projektbot.civic.teams.rules import Act, Bar, Role, bar, is_full
from projektbot.civic.teams.tables import members
from projektbot.civic.tx import Tx
from projektbot.records import record


@record
class Team:
    """A team that nobody else changes until the commit, and what whoever acts is in it."""

    project: ProjectRow
    members: list[MemberRow]
    role: Role
    seats: int | None

    @property
    def number(self) -> int:
        """Return the project's number."""
        return self.project.number

    @property
    def leads(self) -> list[int]:
        """Return the people who lead it."""
        return [row.person_id for row in self.members if row.role is Role.LEAD]

    @property
    def is_full(self) -> bool:
        """Say whether every seat is taken."""
        return is_full((row.role for row in self.members), self.seats)

    def of_person(self, person_id: int) -> MemberRow | None:
        """Return a person's row."""
        return next((row for row in self.members if row.person_id == person_id), None)

    def member(self, number: int) -> MemberRow | None:
        """Return the member of this number."""
        return next((row for row in self.members if row.id == number), None)


def team_for(tx: Tx, ref: str, act: Act) -> Team | Bar:
    """Return the team of a project, or of what it was merged into, for an act; or what bars this person from it."""
    return team_for_number(tx, number_of(ref), act)


def team_for_number(tx: Tx, number: int | None, act: Act) -> Team | Bar:
    """Return a team as `team_for` does, by the project's number."""
    # locked first: two may take the last seat at once, or the last two leads leave
    found = where_it_went_for_change(tx.db, number)
    if found is None:
        return Bar.GONE
    role = role_of(tx.db, found, tx.who.person_id)
    barred = bar(act, role, public=Stage(found.stage) in PUBLIC)
    if barred:
        return barred
    return Team(found, write_team(tx, found), role, seats_of(tx.db, found.number))


def write_team(tx: Tx, found: ProjectRow) -> list[MemberRow]:
    """Write down what a team is so far without a row of its own, and return it. The project is locked."""
    for row in team_of(tx.db, found):
        if row.id == UNWRITTEN:
            values = {"project": found.number, "person_id": row.person_id, "joined_at": row.joined_at}
            tx.db.execute(insert(members), {**values, "role": row.role, "sector": row.sector, "name": row.name})
        elif row.role is Role.LEAD:
            unled = (members.c.id == row.id) & (members.c.role != Role.LEAD)
            tx.db.execute(update(members).where(unled).values(role=Role.LEAD.value))
    return team_of(tx.db, found)
