"""Questions about what teams have and need, and what fits."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, Select, bindparam, or_, select

from projektbot.civic.projects.queries import Filter
from projektbot.civic.projects.rules import PUBLIC
from projektbot.civic.projects.tables import projects
from projektbot.civic.teams.exchange_rules import OTHER, Kind
from projektbot.civic.teams.tables import matches, offers
from projektbot.store.statement import Statement

MOST_COMPARED = 1_000  # the newest open ones of a city: comparing takes 20 to 40 ms, once for each new offer


class OfferRow(NamedTuple):
    """Something a team has or needs. Times are microseconds UTC."""

    id: int
    project: int
    person_id: int | None
    kind: str
    what: str
    when: str | None
    at: int
    settled_at: int | None


_offer = select(*[offers.c[name] for name in OfferRow._fields])
_open = Statement(
    _offer.where(offers.c.project == bindparam("number"), offers.c.settled_at.is_(None)).order_by(offers.c.id), "number"
)


def offer_by(db: Connection, number: int) -> OfferRow | None:
    """Return an offer by its number."""
    found = db.execute(_offer.where(offers.c.id == number)).first()
    return OfferRow(*found) if found else None


def offers_of(db: Connection, number: int) -> list[OfferRow]:
    """Return what a team has and needs, the oldest first."""
    return [OfferRow(*row) for row in _open.rows(db, number)]


def among(wanted: Filter) -> Select[tuple[int]] | None:
    """Return the numbers of the projects that need something, where somebody looks for those."""
    needing = (offers.c.kind == Kind.NEEDS) & offers.c.settled_at.is_(None)
    return select(offers.c.project).where(needing) if wanted.needs_help else None


def candidates(db: Connection, offer: OfferRow) -> list[tuple[int, str]]:
    """Return the open offers of other public projects that an offer may fit: number and words."""
    others = (offers.c.kind == OTHER[Kind(offer.kind)]) & (offers.c.project != offer.project)
    public = projects.c.stage.in_(sorted(PUBLIC))
    found = select(offers.c.id, offers.c.what).join(projects, projects.c.number == offers.c.project)
    still = found.where(others, public, offers.c.settled_at.is_(None))
    return [(row[0], row[1]) for row in db.execute(still.order_by(offers.c.id.desc()).limit(MOST_COMPARED))]


class MatchRow(NamedTuple):
    """Two offers that fit, and what each side says."""

    id: int
    has: int
    needs: int
    has_says: str | None
    needs_says: str | None
    words: str | None

    def says(self, kind: Kind) -> str | None:
        """Return what a side says."""
        return self.has_says if kind is Kind.HAS else self.needs_says


_match = select(*[matches.c[name] for name in MatchRow._fields])


def match_by(db: Connection, number: int) -> MatchRow | None:
    """Return a match by its number."""
    found = db.execute(_match.where(matches.c.id == number)).first()
    return MatchRow(*found) if found else None


def match_for_change(db: Connection, number: int) -> MatchRow | None:
    """Return a match that nobody else changes until the commit: each side has a team of its own to lock."""
    found = db.execute(_match.where(matches.c.id == number).with_for_update()).first()
    return MatchRow(*found) if found else None


class Sides(NamedTuple):
    """A match as one team sees it: what is ours, what is theirs."""

    match: MatchRow
    ours: OfferRow
    theirs: OfferRow

    @property
    def is_open(self) -> bool:
        """Say whether our answer is still wanted."""
        kind = Kind(self.ours.kind)
        settled = self.ours.settled_at is not None or self.theirs.settled_at is not None
        return not settled and self.match.says(kind) is None and self.match.says(OTHER[kind]) != "no"


def sides(db: Connection, match: MatchRow, number: int) -> Sides | None:
    """Return a match as the team of a project sees it; None if it is not one of theirs, or the other is not public."""
    has, needs = offer_by(db, match.has), offer_by(db, match.needs)
    if has is None or needs is None or number not in (has.project, needs.project):
        return None
    seen = Sides(match, has, needs) if has.project == number else Sides(match, needs, has)
    public = projects.c.stage.in_(sorted(PUBLIC))
    there = select(projects.c.number).where(projects.c.number == seen.theirs.project, public)
    return seen if db.scalar(there) is not None else None


def open_matches(db: Connection, number: int) -> list[Sides]:
    """Return the matches that wait for an answer of a team, the oldest first."""
    theirs = select(offers.c.id).where(offers.c.project == number, offers.c.settled_at.is_(None))
    found = _match.where(or_(matches.c.has.in_(theirs), matches.c.needs.in_(theirs))).order_by(matches.c.id)
    seen = [sides(db, MatchRow(*row), number) for row in db.execute(found)]
    return [one for one in seen if one and one.is_open]
