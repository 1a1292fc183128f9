"""Statements that every turn makes: compiled once by SQLAlchemy, then handed to the driver as they are.

SQLAlchemy's own way of carrying out a statement costs several times what SQLite needs for one row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from operator import itemgetter
from typing import Any, TypeAlias

from sqlalchemy import BindParameter, Connection, Dialect, Insert, bindparam
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler

from projektbot.store.trouble import without_words

Row: TypeAlias = tuple[Any, ...]
Ordering: TypeAlias = Callable[[Row], Row]


class Statement:
    """A statement whose parameters go by these names, and are given as a row in this order.

    What comes back are the driver's values: a Boolean of SQLite's is 0 or 1. Raises sqlalchemy.exc.DBAPIError, as
    SQLAlchemy itself would, without the parameters: they may be people's words.
    """

    def __init__(self, built: ClauseElement, *names: str) -> None:
        self._built = built
        self._names = names
        self._compiled: dict[str, tuple[str, Ordering]] = {}

    def rows(self, db: Connection, *values: Any) -> list[Row]:  # noqa: ANN401 - whatever the columns take
        """Carry it out and return what it finds."""
        sql, ordered = self._for(db.dialect)
        with driver_cursor(db, sql) as cursor:
            cursor.execute(sql, ordered(values))
            found: list[Row] = cursor.fetchall()
        return found

    def many(self, db: Connection, rows: Sequence[Row]) -> None:
        """Carry it out once for each row of parameters."""
        sql, ordered = self._for(db.dialect)
        with driver_cursor(db, sql) as cursor:
            cursor.executemany(sql, list(map(ordered, rows)))

    def _for(self, dialect: Dialect) -> tuple[str, Ordering]:
        known = self._compiled.get(dialect.name)
        if known is None:
            known = self._compiled[dialect.name] = _compile(self._built, self._names, dialect)
        return known


class Among:
    """A question about some of many: `build` makes it for so many parameters; `names` are those of its others.

    It is compiled for 1, 2, 4 … of them; where there are fewer, the last is asked for again.
    """

    def __init__(self, build: Callable[[list[BindParameter[Any]]], ClauseElement], *names: str) -> None:
        self._build = build
        self._names = names
        self._sizes: dict[int, Statement] = {}

    def rows(self, db: Connection, wanted: Sequence[Any], *others: Any) -> list[Row]:  # noqa: ANN401 - as above
        """Return what it finds for at least one value."""
        size = 1 << (len(wanted) - 1).bit_length()
        statement = self._sizes.get(size) or self._of(size)
        return statement.rows(db, *others, *wanted, *[wanted[-1]] * (size - len(wanted)))

    def _of(self, size: int) -> Statement:
        names = [f"among_{number}" for number in range(size)]
        made = self._sizes[size] = Statement(self._build([bindparam(name) for name in names]), *self._names, *names)
        return made


def _compile(built: ClauseElement, names: Sequence[str], dialect: Dialect) -> tuple[str, Ordering]:
    styled: Callable[..., Dialect] = type(dialect)
    positional = dialect if dialect.positional else styled(paramstyle="format")  # psycopg takes either
    bare = isinstance(built, Insert) and set(names) <= set(built.table.c.keys())  # else its values are given
    columns = list(names) if bare else None
    compiled = built.compile(dialect=positional, column_keys=columns)
    assert isinstance(compiled, SQLCompiler)  # noqa: S101 - only SQL is given here
    wanted = compiled.positiontup or []
    if not set(wanted) <= set(names):  # constants too, such as SQLite's OFFSET 0 behind every LIMIT
        return compiled.string, partial(_with_constants, dict(compiled.params), names, wanted)
    places = [names.index(name) for name in wanted]
    if places == list(range(len(names))):
        return compiled.string, tuple
    order = itemgetter(*places)
    return compiled.string, order if len(places) > 1 else lambda row: (order(row),)


def _with_constants(constants: dict[str, Any], names: Sequence[str], wanted: Sequence[str], row: Row) -> Row:
    given = constants | dict(zip(names, row, strict=True))
    return tuple([given[name] for name in wanted])


@contextmanager
def driver_cursor(db: Connection, sql: str) -> Iterator[Any]:
    """Lend a cursor of the driver's for a statement; errors become SQLAlchemy's, without the parameters."""
    dialect = db.dialect
    cursor = db.connection.cursor()
    try:
        yield cursor
    except dialect.loaded_dbapi.Error as error:
        without_words(error)
        lost = not db.invalidated and dialect.is_disconnect(error, db.connection, cursor)
        if lost:
            db.invalidate(error)
        base = dialect.loaded_dbapi.Error
        raise DBAPIError.instance(sql, None, error, base, dialect=dialect, connection_invalidated=lost) from error
    finally:
        cursor.close()
