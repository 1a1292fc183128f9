"""What published projects mean: a vector of each title in the store, made when it is due, and looked through."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, and_, bindparam, delete, func, insert, or_, select

from projektbot.civic.projects.meaning import packed, together, unpacked
from projektbot.civic.projects.rules import PUBLIC
from projektbot.civic.projects.tables import project_meanings, projects
from projektbot.store.statement import Statement

if TYPE_CHECKING:
    from projektbot.civic.projects.meaning import Floats, Model

ENOUGH: Final = 0.5  # of 1: found on fixed titles (bench/README.md), so that no false alarm is among them
CANDIDATES: Final = 50  # so many that are alike enough are looked up: some may not be public any more
PAGE: Final = 5  # titles in one transaction: 50 ms in which nobody has a turn

_columns = project_meanings.c
_public = or_(*[projects.c.stage == stage.value for stage in sorted(PUBLIC)])
_version = Statement(select(func.max(_columns.id), func.count()).where(_columns.model == bindparam("model")), "model")
_since = Statement(
    select(_columns.id, _columns.number, _columns.vector)
    .where(_columns.model == bindparam("model"), _columns.id > bindparam("after"))
    .order_by(_columns.id),
    "model",
    "after",
)


@dataclass(slots=True)
class _Kept:
    """Vectors as the store had them when its rows went up to `newest`."""

    newest: int = 0
    numbers: list[int] = field(default_factory=list)
    matrix: Floats | None = None


@dataclass(slots=True)
class Meanings:
    """The vectors of a model. Those of the store are kept in memory, 15 MB for 10,000: reading them takes 40 ms.

    Rows are never changed, only made and deleted, and ids never given twice. So their highest id and their number say
    whether those in memory are those of the store; what is found among them is judged by what the store has, all the
    same.
    """

    model: Model
    _kept: _Kept = field(default_factory=_Kept)

    # ---- looking -----------------------------------------------------------------------------------------------------

    def like(self, db: Connection, title: str) -> list[tuple[int, str]]:
        """Return numbers and titles of public projects that mean much the same, the most alike first."""
        return self.nearest(db, self.model.vectors([title])[0]) if self._known(db).numbers else []

    def nearest(self, db: Connection, mine: Floats) -> list[tuple[int, str]]:
        """Return the same for a vector."""
        known = self._known(db)
        if known.matrix is None:
            return []
        likely = (known.matrix @ mine).tolist()
        best = sorted((-alike, number) for alike, number in zip(likely, known.numbers, strict=True) if alike >= ENOUGH)
        return self._judged(db, mine, [number for _, number in best[:CANDIDATES]])

    def _judged(self, db: Connection, mine: Floats, numbers: list[int]) -> list[tuple[int, str]]:
        wanted = select(_columns.vector, projects.c.number, projects.c.title)
        among = wanted.join(projects, projects.c.number == _columns.number).where(_columns.number.in_(numbers), _public)
        rows = db.execute(among.where(_columns.model == self.model.name)).all() if numbers else []
        if not rows:
            return []
        likely = (unpacked([vector for vector, _, _ in rows]) @ mine).tolist()
        found = sorted((-alike, number, title) for alike, (_, number, title) in zip(likely, rows, strict=True))
        return [(number, title) for unlike, number, title in found if unlike <= -ENOUGH]

    def _known(self, db: Connection) -> _Kept:
        """Return the vectors the store has, reading only what is new if nothing was deleted."""
        ((newest, count),) = _version.rows(db, self.model.name)
        if (newest or 0, count) == (self._kept.newest, len(self._kept.numbers)):
            return self._kept
        after = self._kept.newest
        rows = _since.rows(db, self.model.name, after)
        if len(self._kept.numbers) + len(rows) != count:
            after, rows = 0, _since.rows(db, self.model.name, 0)
        numbers = [number for _, number, _ in rows]
        matrix = unpacked([vector for _, _, vector in rows]) if rows else None
        if after and matrix is not None and self._kept.matrix is not None:
            numbers, matrix = self._kept.numbers + numbers, together(self._kept.matrix, matrix)
        self._kept = _Kept(newest or 0, numbers, matrix)
        return self._kept

    # ---- making ------------------------------------------------------------------------------------------------------

    def make_missing(self, db: Connection) -> bool:
        """Make the vectors of a page of public projects that have none by this model; say whether others may wait."""
        mine = and_(_columns.number == projects.c.number, _columns.model == self.model.name)
        missing = select(projects.c.number, projects.c.title).outerjoin(project_meanings, mine)
        wanted = missing.where(_public, _columns.id.is_(None)).order_by(projects.c.number).limit(PAGE)
        rows = db.execute(wanted).all()
        if not rows:
            return False
        numbers = [number for number, _ in rows]
        db.execute(delete(project_meanings).where(_columns.number.in_(numbers)))  # by another model
        made = packed(self.model.vectors([title for _, title in rows]))
        model = self.model.name
        values = [
            {"number": number, "model": model, "vector": vector} for number, vector in zip(numbers, made, strict=True)
        ]
        db.execute(insert(project_meanings), values)
        return len(rows) == PAGE
