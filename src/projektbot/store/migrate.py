"""Bringing a database to the form this version needs."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine, inspect, text

FOLDER = Path(__file__).parent / "migrations"
HEAD = "0002"  # the newest revision; spares the start from loading Alembic when there is nothing to do


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
        config.attributes["connection"] = db
        command.upgrade(config, "head")
    return True
