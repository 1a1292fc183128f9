"""The files of a SQLite database under a running program: somebody may delete or replace them, and nobody would notice.

The program would go on in files that have no name any more, and all of it would be gone at its end.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

log = structlog.get_logger()


class Files:
    """The files as they were when we last wrote to them: the database, and its log of what is not yet in it."""

    def __init__(self, path: Path) -> None:
        self._paths = (path, path.with_name(f"{path.name}-wal"))
        self._known: list[tuple[int, int]] = []  # while we have them open
        self._were_there = False

    def note(self) -> None:
        """Remember the files: we have just written to them."""
        if not self._known:
            self._were_there = True
            self._known = [_file(path) for path in self._paths]

    def begin_anew(self) -> None:
        """Forget the files, since they are about to be opened; raises OperationalError if the database is gone.

        It may be another one: a backup in the place of a damaged one. SQLite would make an empty one by itself.
        """
        if self._were_there and not self._paths[0].exists():
            raise _moved()
        self._known = []

    def are_there(self) -> bool:
        """Say whether the log is the one we know; raises OperationalError if the database is another or gone."""
        if not self._known:
            return True
        if _file(self._paths[0]) != self._known[0]:
            raise _moved()
        return _file(self._paths[1]) == self._known[1]

    def mend(self, connection: Connection, engine: Engine) -> None:
        """Save what stood in a log that was deleted: we still have it open. All connections begin anew then."""
        ((busy, _, _),) = connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        if busy:
            cause = sqlite3.OperationalError("the write-ahead log was deleted and is in use")
            cause.sqlite_errorcode = sqlite3.SQLITE_BUSY
            raise OperationalError("PRAGMA wal_checkpoint", None, cause)
        log.error("store_log_deleted")
        self._known = []
        connection.invalidate()
        engine.dispose()


def _moved() -> OperationalError:
    cause = sqlite3.OperationalError("the file was moved or replaced under the running program")
    cause.sqlite_errorcode = sqlite3.SQLITE_READONLY_DBMOVED
    return OperationalError("BEGIN", None, cause)


def _file(path: Path) -> tuple[int, int]:
    """Return what tells a file from every other one; zeros if there is none."""
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_dev, found.st_ino
