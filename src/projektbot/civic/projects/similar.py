"""Public projects that are much like an idea somebody is writing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache
from typing import Final

from sqlalchemy import Connection, bindparam, column, func, or_, select, table, union_all

from projektbot.civic.projects.index import INDEX
from projektbot.civic.projects.likeness import (
    ENOUGH,
    Word,
    covers,
    keys_of,
    likeness,
    read_text,
    read_title,
    share_a_word,
)
from projektbot.civic.projects.meanings import Meanings
from projektbot.civic.projects.queries import ProjectRow, projects_by_number
from projektbot.civic.projects.rules import PUBLIC
from projektbot.civic.projects.searching import match
from projektbot.civic.projects.tables import project_words, projects
from projektbot.store.statement import Row, Statement

MOST: Final = 3  # more nobody reads before going on
# Parts of words that are looked for: each further one costs a third of a millisecond with 10,000 projects.
MOST_KEYS: Final = 12
CANDIDATES: Final = 50  # looked at more closely, a thirtieth of a millisecond each
BEGINNING: Final = 300  # characters of a description that are looked at: what it is about stands there
HERE: Final = 0.05  # what being in the same area is worth: it decides between two that are alike
FROM_DESCRIPTION: Final = 0.8  # a title all of which stands in a description may still be another idea
DIGITS: Final = 3  # of a likeness: what differs less is equally alike, and the older one comes first


def similar_to(
    db: Connection,
    title: str,
    description: str = "",
    area: str = "",
    but: Collection[int] = (),
    meanings: Meanings | None = None,
) -> list[ProjectRow]:
    """Return at most three public projects that are much like an idea, the most alike first; not those in `but`.

    What is alike by its words comes before what is by the meaning of its title, where `meanings` are known.
    """
    if not _any_public.rows(db):  # nothing else is spent on it then
        return []
    found = [number for number in _by_words(db, title, description, area) if number not in but]
    if meanings and len(found) < MOST:
        found += [number for number in _by_meaning(db, meanings, title) if number not in {*found, *but}]
    return projects_by_number(db, found[:MOST])


def _by_words(db: Connection, title: str, description: str, area: str) -> list[int]:
    mine, told = read_title(title), read_text(description[:BEGINNING])
    keys = keys_of(mine, told, MOST_KEYS)
    found: list[tuple[float, int]] = []
    for number, its_title, its_area in _candidates(db, keys) if keys else ():
        alike = _alike(mine, told, read_title(its_title))
        if alike >= ENOUGH:
            found.append((-round(alike + HERE * (its_area == area), DIGITS), number))
    return [number for _, number in sorted(found)]


def _by_meaning(db: Connection, meanings: Meanings, title: str) -> list[int]:
    # two ideas for one street look alike to the model, whatever they are; where words are the same, words have judged
    mine = read_title(title)
    return [number for number, its in meanings.like(db, title) if not share_a_word(mine, read_title(its))]


def _alike(mine: Sequence[Word], told: Sequence[Word], its: Sequence[Word]) -> float:
    alike = likeness(mine, its)
    return max(alike, FROM_DESCRIPTION * covers(its, [*mine, *told])) if told else alike


_public = or_(*[projects.c.stage == stage.value for stage in sorted(PUBLIC)])
_any_public = Statement(select(projects.c.number).where(_public).limit(1))
_wanted = select(projects.c.number, projects.c.title, projects.c.area).where(_public)
_index = table(INDEX, column("rowid"), column("rank"))
# FTS5 ranks by how rare the parts are that a title has
_by_index = Statement(
    _wanted.join(_index, _index.c.rowid == projects.c.number)
    .where(column(INDEX).op("MATCH")(bindparam("parts")))
    .order_by(_index.c.rank, projects.c.number)
    .limit(CANDIDATES),
    "parts",
)


def _candidates(db: Connection, keys: Sequence[str]) -> Sequence[Row]:
    """Return number, title and area of public projects whose titles have some of these parts, most of them first."""
    if db.dialect.name == "sqlite":
        return _by_index.rows(db, f"{{title}} : ({match([(key,) for key in keys], ' OR ')})")
    return _by_trigrams(len(keys)).rows(db, *[f"%{key}%" for key in keys])  # of letters and digits


@cache
def _by_trigrams(count: int) -> Statement:
    """Return the question for so many parts, each of which is looked for by itself.

    Else PostgreSQL reads all titles rather than its index. They come in order, so that only so many projects are looked
    up as are wanted.
    """
    names = [f"part_{number}" for number in range(count)]
    words = project_words.c
    found = union_all(*[select(words.number, words.title).where(words.title.like(bindparam(name))) for name in names])
    one = found.subquery().c
    parts, length = func.count().label("parts"), func.length(func.min(one.title)).label("length")
    each = select(one.number, parts, length).group_by(one.number).order_by(parts.desc(), length, one.number).subquery()
    wanted = _wanted.join(each, each.c.number == projects.c.number)
    return Statement(wanted.order_by(each.c.parts.desc(), each.c.length, each.c.number).limit(CANDIDATES), *names)
