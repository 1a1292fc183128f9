"""Copying a SQLite database while it is in use, and looking whether one is sound."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from projektbot.errors import Rejected


def quick_check(path: Path) -> list[str]:
    """Return what is wrong with a database file; nothing if it is sound."""
    try:
        with closing(_reader(path)) as db:
            found = [str(row[0]) for row in db.execute("PRAGMA quick_check")]
    except sqlite3.DatabaseError as error:
        return [str(error)]
    return [] if found == ["ok"] else found


def copy(source: Path, target: Path) -> None:
    """Copy a sound database; raise Rejected with what is wrong if it is not."""
    if problems := quick_check(source):
        raise Rejected("; ".join(problems[:3]))
    draft = target.with_name(target.name + ".part")
    draft.unlink(missing_ok=True)
    with closing(_reader(source)) as old, closing(sqlite3.connect(draft)) as new:
        old.backup(new)
        new.execute("PRAGMA journal_mode=DELETE")  # a backup is one file
    if problems := quick_check(draft):
        raise Rejected("; ".join(problems[:3]))
    draft.rename(target)


def _reader(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
