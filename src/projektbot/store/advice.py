"""What is wrong with a database and what helps, for whoever is called at night."""

from __future__ import annotations

import sqlite3
from shlex import join, quote

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from projektbot.store.trouble import sqlite_code, state_of

_SQLITE = {
    sqlite3.SQLITE_FULL: "The disk is full. Make room: the bot goes on by itself, and what came meanwhile comes again.",
    sqlite3.SQLITE_BUSY: "Another process keeps the database locked: `fuser -v {file}` shows which. "
    "End it, or wait until it is done: the bot goes on by itself.",
    sqlite3.SQLITE_CORRUPT: "The database is damaged. Stop the bot and restore a backup: projektbot db restore FILE",
    sqlite3.SQLITE_NOTADB: "The file {file} is no database any more, its head is destroyed. "
    "Stop the bot and restore a backup: projektbot db restore FILE",
    sqlite3.SQLITE_READONLY: "The database cannot be written. It and its folder must belong to the bot's user, "
    "and the disk must not be mounted read-only: ls -l {file}*",
    sqlite3.SQLITE_CANTOPEN: "The database cannot be opened. It and its folder must belong to the bot's user, "
    "and must be readable: ls -l {file}*",
    sqlite3.SQLITE_IOERR: "The disk does not read or write as it should. Look at the kernel's messages: dmesg | tail",
}
_SQLITE[sqlite3.SQLITE_LOCKED] = _SQLITE[sqlite3.SQLITE_BUSY]
_SQLITE[sqlite3.SQLITE_PERM] = _SQLITE[sqlite3.SQLITE_READONLY]

_DAMAGED = (
    "PostgreSQL finds its files damaged. Stop the bot, and let somebody who knows the server look at its log; "
    "the way back is a backup: projektbot db restore FILE says how."
)
_POSTGRES = {
    "25006": "This PostgreSQL may only be read, perhaps it is a standby: PROJEKTBOT_DATABASE_URL must lead to the "
    "server that may be written.",
    "53100": "The disk of PostgreSQL is full. Make room there: the bot goes on by itself.",
    "53300": "PostgreSQL takes no more connections: raise its max_connections, or end what holds so many.",
    "55P03": "Another process keeps a table locked: `SELECT pid, query FROM pg_stat_activity WHERE state <> 'idle'` "
    "shows which.",
    "XX001": _DAMAGED,
    "XX002": _DAMAGED,
}
_STANDBY = ("read-only", "hot standby")  # as libpq says it, without a state, where it was to find who leads
_AWAY = (
    "PostgreSQL cannot be reached. Is it running, and does PROJEKTBOT_DATABASE_URL name the right host, user, password "
    "and database?"
)


def advice(error: DBAPIError, url: URL) -> str:
    """Return a sentence about an error: what it means, what helps, and the database's own words."""
    sentence = _SQLITE.get(sqlite_code(error)) or _POSTGRES.get(state_of(error)) or _by_words(error)
    where = quote(url.database or "") if url.get_backend_name() == "sqlite" else ""
    return f"{sentence.replace('{file}', where)} ({' '.join(str(error.orig).split())})"


def _by_words(error: DBAPIError) -> str:
    if sqlite_code(error) or state_of(error):
        return "The database does not do what it should."
    return _POSTGRES["25006"] if any(words in str(error.orig) for words in _STANDBY) else _AWAY


# ---- the tools of PostgreSQL ---------------------------------------------------------------------------------------


def dump_command(url: URL, file: str) -> str:
    """Return the command that writes a backup."""
    return join(("pg_dump", "--format=custom", f"--file={file}", f"--dbname={_address(url)}"))


def restore_command(url: URL, file: str) -> str:
    """Return the command that puts a backup in the place of what is there."""
    options = ("--clean", "--if-exists", "--single-transaction", "--no-owner")
    return join(("pg_restore", *options, f"--dbname={_address(url)}", file))


def _address(url: URL) -> str:
    """Return the address as libpq takes it, without the password: it would stand in everybody's list of processes."""
    bare = URL.create(
        "postgresql",
        username=url.username,
        host=url.host,
        port=url.port,
        database=url.database,
        query={name: value for name, value in url.query.items() if "password" not in name},
    )
    return bare.render_as_string()
