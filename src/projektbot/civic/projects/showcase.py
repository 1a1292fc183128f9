"""Public projects as anybody may see them: no person, no contribution, nothing hidden, nothing that only staff read."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, func, select

from projektbot.civic.projects.comments import newest_comments
from projektbot.civic.projects.queries import (
    Among,
    Filter,
    ProjectRow,
    chosen,
    project,
    projects_by_number,
    public_projects,
)
from projektbot.civic.projects.rules import PUBLIC, Stage
from projektbot.civic.projects.tables import comments, project_files, project_people, projects
from projektbot.i18n import harmless

EXACT = 4  # decimals of a degree: ten metres, a place and not a door
PICTURES = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})
_public = projects.c.stage.in_(sorted(PUBLIC))


class Photo(NamedTuple):
    """A picture that belongs to a public project, by what names it in the media store."""

    sha256: str
    mime: str
    caption: str


class Said(NamedTuple):
    """A comment; `ours`: by whoever had the idea. Microseconds UTC."""

    words: str
    at: int
    ours: bool


class Shown(NamedTuple):
    """A public project. Times are microseconds UTC, money is cents; words hold no character that could do harm."""

    number: int
    title: str
    description: str
    service: str
    field: str
    area: str
    lat: float | None
    lon: float | None
    cost_cents: int | None
    currency: str
    created_at: int
    published_at: int
    answer: str
    answered_at: int | None
    supporters: int
    comments: int
    photo: Photo | None

    @property
    def changed_at(self) -> int:
        """Say when something about it was last made public."""
        return max(self.published_at, self.answered_at or 0)


def shown_projects(
    db: Connection, wanted: Filter, limit: int, offset: int = 0, among: Among | None = None
) -> list[Shown]:  # fmt: skip
    """Return public projects, the newest first."""
    return _shown(db, public_projects(db, wanted, limit, offset, among))


def shown_among(db: Connection, numbers: Sequence[int]) -> list[Shown]:
    """Return those of some projects that are public, in the order of these numbers."""
    return _shown(db, [row for row in projects_by_number(db, numbers) if Stage(row.stage) in PUBLIC])


def shown_project(db: Connection, number: int | None) -> Shown | None:
    """Return a project if it is public."""
    found = project(db, number)
    return _shown(db, [found])[0] if found and Stage(found.stage) in PUBLIC else None


class Went(NamedTuple):
    """What became of a project that is not shown: the number it goes on under, and whether it was public before."""

    into: int | None
    was_public: bool


def went(db: Connection, number: int | None) -> Went:
    """Say what became of a project that is not public, without saying more than was."""
    found = project(db, number)
    if found is None:
        return Went(None, was_public=False)
    return Went(found.merged_into, was_public=found.published_at is not None)


def joined(db: Connection, number: int, limit: int) -> list[int]:
    """Return the numbers under which the ideas were known that go on in a project, the oldest first."""
    found = select(projects.c.number).where(projects.c.merged_into == number).order_by(projects.c.number)
    return list(db.scalars(found.limit(limit)))


def said_on(db: Connection, number: int, limit: int) -> list[Said]:
    """Return the newest comments that everybody may read, the oldest of them first."""
    return [Said(harmless(row.words), row.at, row.ours) for row in newest_comments(db, number, limit)]


# ---- of many ---------------------------------------------------------------------------------------------------------


def count_by_area(db: Connection, wanted: Filter, among: Among | None = None) -> Mapping[str, int]:
    """Return how many public projects each area has that has any, of those that somebody wants to see."""
    found = chosen(db, select(projects.c.area, func.count()).select_from(projects), wanted, among)
    return {row[0]: row[1] for row in db.execute(found.group_by(projects.c.area))}


def public_places(db: Connection, wanted: Filter, limit: int, among: Among | None = None) -> list[tuple[float, float]]:
    """Return (latitude, longitude) of the newest public projects that somebody wants to see and that have a place."""
    columns = projects.c
    placed = select(columns.lat, columns.lon).where(columns.lat.is_not(None), columns.lon.is_not(None))
    found = chosen(db, placed, wanted, among).order_by(columns.number.desc()).limit(limit)
    return [(_rounded(lat), _rounded(lon)) for lat, lon in db.execute(found)]


def public_numbers(db: Connection, limit: int) -> list[tuple[int, int]]:
    """Return number and last change (microseconds UTC) of public projects, the newest first."""
    columns = projects.c
    found = select(columns.number, columns.published_at, columns.answered_at).where(_public)
    rows = db.execute(found.order_by(columns.published_at.desc(), columns.number.desc()).limit(limit))
    return [(number, max(published or 0, answered or 0)) for number, published, answered in rows]


def public_photo(db: Connection, sha256: str) -> Photo | None:
    """Return a picture if it belongs to a public project."""
    columns = project_files.c
    mine = (columns.sha256 == sha256, columns.kind == "image", columns.mime.in_(sorted(PICTURES)))
    found = select(columns.sha256, columns.mime, columns.caption).join(projects).where(*mine, _public).limit(1)
    row = db.execute(found).first()
    return Photo(row[0], row[1], harmless(row[2] or "")) if row else None


# ---- putting together ------------------------------------------------------------------------------------------------


def _shown(db: Connection, rows: Sequence[ProjectRow]) -> list[Shown]:
    numbers = [row.number for row in rows]
    supporters = _counted(db, project_people.c.project, numbers, project_people.c.supports_at.is_not(None))
    said = _counted(db, comments.c.project, numbers, comments.c.hidden_at.is_(None))
    photos = _photos(db, numbers)
    return [_of(row, supporters.get(row.number, 0), said.get(row.number, 0), photos.get(row.number)) for row in rows]


def _of(row: ProjectRow, supporters: int, said: int, photo: Photo | None) -> Shown:
    placed = row.lat is not None and row.lon is not None
    return Shown(
        number=row.number,
        title=harmless(row.title),
        description=harmless(row.description),
        service=harmless(row.service or ""),
        field=row.field,
        area=row.area,
        lat=_rounded(row.lat) if placed else None,
        lon=_rounded(row.lon) if placed else None,
        cost_cents=row.cost_cents,
        currency=row.currency or "EUR",
        created_at=row.created_at,
        published_at=row.published_at or row.created_at,
        answer=harmless(row.answer or ""),
        answered_at=row.answered_at if row.answer else None,
        supporters=supporters,
        comments=said,
        photo=photo,
    )


def _rounded(degrees: float | None) -> float:
    return round(degrees or 0.0, EXACT)


def _counted(
    db: Connection, column: ColumnElement[int], numbers: Collection[int], condition: ColumnElement[bool]
) -> dict[int, int]:
    if not numbers:
        return {}
    found = select(column, func.count()).where(column.in_(numbers), condition).group_by(column)
    return {row[0]: row[1] for row in db.execute(found)}


def _photos(db: Connection, numbers: Collection[int]) -> dict[int, Photo]:
    """Return the first picture of each project that has one."""
    if not numbers:
        return {}
    columns = project_files.c
    mine = (columns.project.in_(numbers), columns.kind == "image", columns.mime.in_(sorted(PICTURES)))
    found = select(columns.project, columns.sha256, columns.mime, columns.caption).where(*mine)
    rows = db.execute(found.order_by(columns.id.desc()))
    return {
        row[0]: Photo(row[1], row[2], harmless(row[3] or "")) for row in rows
    }  # the first one comes last, and stays
