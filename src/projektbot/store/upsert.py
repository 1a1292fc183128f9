"""Insert or update in one statement, on every database we run on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def upsert(db: Connection, table: Table, key: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Set `values` of the row with `key`, which may not exist yet."""
    insert = postgresql.insert if db.dialect.name == "postgresql" else sqlite.insert
    statement = insert(table).values({**key, **values})
    db.execute(statement.on_conflict_do_update(index_elements=list(key), set_=dict(values)))


def unless_there(table: Table, rows: Sequence[Mapping[str, Any]]) -> postgresql.Insert:
    """Return an insert that passes over rows which are there already, or twice among these."""
    return postgresql.insert(table).values(rows).on_conflict_do_nothing()  # SQLite has taken over these words
