"""Bringing a database to the form this version needs."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from projektbot.store.locks import UPGRADE, be_alone

FOLDER = Path(__file__).parent / "migrations"
HEAD = "0003"  # the newest revision; spares the start from loading Alembic when there is nothing to do


def revision(engine: Engine) -> str:
    """Return the revision a database is at; empty if it has none yet."""
    with engine.connect() as db:
        if not inspect(db).has_table("alembic_version"):
            return ""
        return db.scalar(text("SELECT version_num FROM alembic_version")) or ""


def upgrade(engine: Engine) -> bool:
    """Bring the database to the newest revision; return whether there was anything to do."""
    if revision(engine) == HEAD:
        return False
    from alembic import command  # noqa: PLC0415 - see HEAD
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    with engine.connect().execution_options(writes=True) as db, db.begin():
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
