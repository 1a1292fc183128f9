"""The team on a project's page: how many, from which sectors, and what it needs. No names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from projektbot.civic.projects.queries import project
from projektbot.civic.teams.cards import figures_of, is_alone, needs_of
from projektbot.civic.teams.exchange_queries import offers_of
from projektbot.web.reader import Reader
from projektbot.web.showcase import Showcase


class TeamBox(NamedTuple):
    """A team in figures, and what it needs in its own words."""

    figures: Sequence[str]
    needs: Sequence[str]


def team_box(showcase: Showcase, db: Connection, number: int, reader: Reader) -> TeamBox | None:
    """Return what a page shows of a project's team; nothing while whoever had the idea is alone."""
    found = project(db, number)
    if found is None or is_alone(db, found):
        return None
    figures = [showcase.words(figure, reader) for figure in figures_of(db, found)]
    return TeamBox(figures, needs_of(offers_of(db, number)))
