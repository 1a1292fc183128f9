"""Full-text search: every word somebody looks for stands in title or description, if only as a part of another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

from sqlalchemy import Column, ColumnElement, Connection, and_, case, column, or_, select, table

from projektbot.civic.projects.index import INDEX
from projektbot.civic.projects.language import FILLING, fold, spellings, stem
from projektbot.civic.projects.tables import project_words

MOST_WORDS: Final = 12  # further ones are not looked for: each is a question of its own
LONGEST_WORD: Final = 60  # characters: the longest German words that people write have about as many
TRIGRAM: Final = 3  # characters; of less SQLite's index knows nothing, and all words are read instead

Spellings: TypeAlias = tuple[str, ...]  # of one word; any will do
_WORDS: Final = (project_words.c.title, project_words.c.description)
_index = table(INDEX, column("rowid"))


def wanted_words(words: str) -> list[Spellings]:
    """Return what is to be found; filling words count only where there is nothing else."""
    typed = list(dict.fromkeys(fold(words).split()))
    telling = [word for word in typed if word not in FILLING] or typed
    return [spellings(stem(word)[:LONGEST_WORD]) for word in telling[:MOST_WORDS]]


def holds(db: Connection, wanted: Sequence[Spellings]) -> ColumnElement[bool]:
    """Return the condition that a row of `project_words` has all these words."""
    on_sqlite = db.dialect.name == "sqlite"
    indexed = [word for word in wanted if on_sqlite and min(map(len, word)) >= TRIGRAM]
    found = [or_(*[_in(words, word) for words in _WORDS]) for word in wanted if word not in indexed]
    if indexed:
        rows = select(_index.c.rowid).where(column(INDEX).op("MATCH")(match(indexed)))
        found.append(project_words.c.number.in_(rows))
    return and_(*found)


def titled(wanted: Sequence[Spellings]) -> ColumnElement[int]:
    """Return how many of the words a title has: what ranks first."""
    first, *others = [case((_in(project_words.c.title, word), 1), else_=0) for word in wanted]
    return sum(others, first)


def match(wanted: Sequence[Spellings], between: str = " AND ") -> str:
    """Return a question to FTS5 in which words are only words, never its language."""
    return between.join(f"({' OR '.join(_quoted(spelling) for spelling in word)})" for word in wanted)


def _quoted(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'


def _in(where: Column[str], word: Spellings) -> ColumnElement[bool]:
    return or_(*[where.contains(spelling, autoescape=True) for spelling in word])
