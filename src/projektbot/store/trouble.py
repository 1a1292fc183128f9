"""What a database's errors mean: trouble of the store, for which all must wait, or the fault of one item."""

from __future__ import annotations

import sqlite3
from typing import Any

from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError, OperationalError

# SQLite's primary result codes (sqlite.org/rescode.html).
_OURS = sqlite3.SQLITE_ERROR  # a mistake in a statement, which the driver calls operational too
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_CROWDED = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_PRIMARY = 0xFF  # of an extended code

# PostgreSQL's SQLSTATEs (its manual, appendix A). A commit that met another one may do so no more when it is repeated.
_CONFLICTS = frozenset({"40001", "40P01"})
_FROZEN = "25P03"  # idle in transaction for too long: our process did not run, and somebody else may have taken over
_CANCELLED = "57014"  # by statement_timeout, or by hand: would be again
# A server that became a standby, or found its files damaged: internal errors to the driver.
_INTERNAL = frozenset({"25006", "XX001", "XX002"})
_QUOTING = "22"  # the class of errors that quote the value they are about


def is_trouble(outcome: object) -> bool:
    """Say whether the store itself fails (disk full, locked, damaged, away): nothing may overtake what failed first."""
    if not isinstance(outcome, DBAPIError):
        return False
    if code := sqlite_code(outcome):
        return code in _DAMAGED or (isinstance(outcome, OperationalError) and code != _OURS)
    state = state_of(outcome)
    own = state in _CONFLICTS or state in (_FROZEN, _CANCELLED)
    return state in _INTERNAL or (isinstance(outcome, OperationalError) and not own)


def may_pass(error: object) -> bool:
    """Say whether the same may go well a moment later: the connection was lost, or two transactions met."""
    return isinstance(error, DBAPIError) and (error.connection_invalidated or state_of(error) in _CONFLICTS)


def outlives(error: object) -> bool:
    """Say whether a connection is as good as before after this error."""
    return not is_trouble(error) or sqlite_code(error) in _CROWDED or is_moved(error)


def is_moved(error: object) -> bool:
    """Say whether a file of SQLite's has lost its name: only who has it open can still reach it."""
    return getattr(getattr(error, "orig", None), "sqlite_errorcode", None) == sqlite3.SQLITE_READONLY_DBMOVED


def named(error: DBAPIError) -> DBAPIError:
    """Return trouble of the store as what it is to everybody above: an OperationalError."""
    if isinstance(error, OperationalError) or not is_trouble(error):
        return error
    assert error.orig is not None  # noqa: S101 - the driver's, of every DBAPIError
    return OperationalError(error.statement, None, error.orig, connection_invalidated=error.connection_invalidated)


def without_words(error: BaseException) -> None:
    """Take out of a driver's error what people wrote: PostgreSQL repeats it in its details."""
    diagnosis: Any = getattr(error, "diag", None)
    if diagnosis is None:
        return
    state = str(getattr(error, "sqlstate", None) or "")
    whole = "" if state.startswith(_QUOTING) else diagnosis.message_primary or str(error)
    error.args = ((whole.splitlines() or [f"{type(error).__name__} {state}"])[0],)


def clean_up(context: ExceptionContext) -> None:
    """Take people's words out of an error that SQLAlchemy is about to raise (its event "handle_error")."""
    without_words(context.original_exception)
    if context.sqlalchemy_exception:
        kind = type(context.original_exception)
        context.sqlalchemy_exception.args = (f"({kind.__module__}.{kind.__name__}) {context.original_exception}",)


def sqlite_code(error: object) -> int:
    """Return SQLite's primary result code; 0 if it is not SQLite's error."""
    code = getattr(getattr(error, "orig", None), "sqlite_errorcode", None)
    return code & _PRIMARY if isinstance(code, int) else 0


def state_of(error: object) -> str:
    """Return PostgreSQL's SQLSTATE; empty if it is another's error, or if there was no server to give one."""
    return str(getattr(getattr(error, "orig", None), "sqlstate", None) or "")
