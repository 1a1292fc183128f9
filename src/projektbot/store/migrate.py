"""Bringing a database to the form this version needs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from projektbot.errors import Rejected
from projektbot.store.locks import UPGRADE, be_alone

FOLDER = Path(__file__).parent / "migrations"
HEAD = "0017"  # the newest revision; spares the start from loading Alembic when there is nothing to do


def revision(engine: Engine) -> str:
    """Return the revision a database is at; empty if it has none yet."""
    with engine.connect() as db:
        if not inspect(db).has_table("alembic_version"):
            return ""
        return db.scalar(text("SELECT version_num FROM alembic_version")) or ""


def is_known(at: str) -> bool:
    """Say whether a revision is one of this version or of those before it."""
    return any((FOLDER / "versions").glob(f"{at}_*.py"))


def mismatch(at: str) -> str:
    """Say what to do about a database that is at another revision than this version needs."""
    if at and not is_known(at):
        return f"The database is at revision {at}, which this version does not know: install the newer one that made it"
    return f"The database is at revision {at or 'none'}, this version needs {HEAD}: projektbot db upgrade"


def upgrade(engine: Engine) -> bool:
    """Bring the database to the newest revision; return whether there was anything to do.

    Raises Rejected if it comes from a newer version than this one.
    """
    if (at := revision(engine)) == HEAD:
        return False
    if at and not is_known(at):
        raise Rejected(mismatch(at))
    from alembic import command  # noqa: PLC0415 - see HEAD
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    with engine.connect().execution_options(writes=True) as db, apart(db), db.begin():
        if db.dialect.name == "postgresql":
            _alone(db)
        config.attributes["connection"] = db
        command.upgrade(config, "head")
    return True


def _alone(db: Connection) -> None:
    """Wait until no other program upgrades, and take as long as it takes: SQLite's own lock does that by itself."""
    db.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
    db.execute(text("SET LOCAL lock_timeout = 0"))
    be_alone(db, UPGRADE)


@contextmanager
def apart(db: Connection) -> Iterator[None]:
    """Let tables be made anew: SQLite would take a table that is dropped for one whose rows are all deleted.

    It can be told so only outside a transaction; what a migration leaves must then be looked over by itself.
    """
    if db.dialect.name != "sqlite":
        yield
        return
    driver = db.connection.cursor()
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")
        driver.close()
