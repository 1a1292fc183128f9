"""Partners of a team: actors of city society and administration, each with resources and tasks."""

from __future__ import annotations

from sqlalchemy import delete, insert

from projektbot.civic.projects.rules import row_named
from projektbot.civic.teams.obtaining import team_for
from projektbot.civic.teams.queries import partners_of
from projektbot.civic.teams.rules import MOST_PARTNERS, SECTORS, Act, Bar, PartnerOutcome, Sector
from projektbot.civic.teams.tables import partners
from projektbot.civic.tx import Tx
from projektbot.dialog.engine import Result
from projektbot.texts import N_, Text


def add_partner(
    tx: Tx, *, ref: str, name: str, sector: str, resources: str | None = None, tasks: str | None = None
) -> Result:
    """Write a partner down: who it is, what they bring, and what they do."""
    team = team_for(tx, ref, Act.PARTNERS)
    if isinstance(team, Bar):
        return Result(team)
    if len(partners_of(tx.db, team.number)) >= MOST_PARTNERS:
        return Result(PartnerOutcome.TOO_MANY)
    row = {"project": team.number, "name": name, "sector": Sector(sector).value}
    tx.db.execute(insert(partners), {**row, "resources": resources, "tasks": tasks})
    tx.happens(team.number, _news(Sector(sector)))
    return Result(PartnerOutcome.ADDED)


def _news(sector: Sector) -> Text:
    # a partner may be a person, and a group may hold others than the team: so it hears no name
    return N_("The team has a new partner ({sector}). Its people see who it is under /team, in private with me.",
              sector=SECTORS[sector])  # fmt: skip


def remove_partner(tx: Tx, *, ref: str, partner: str) -> Result:
    """Take a partner off the list."""
    team = team_for(tx, ref, Act.PARTNERS)
    if isinstance(team, Bar):
        return Result(team)
    theirs = (partners.c.project == team.number) & (partners.c.id == row_named(partner))
    gone = tx.db.execute(delete(partners).where(theirs)).rowcount
    return Result(PartnerOutcome.REMOVED_PARTNER if gone else PartnerOutcome.CHANGED)
