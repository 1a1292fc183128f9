"""`projektbot db`: upgrade, back up, restore."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.engine import make_url

from projektbot.config import Settings, read_settings
from projektbot.errors import Rejected
from projektbot.store.backup import copy, quick_check
from projektbot.store.database import open_engine
from projektbot.store.migrate import HEAD, upgrade


def upgrade_database() -> int:
    """Bring the database to the newest revision."""
    settings = read_settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    print(f"upgraded to {HEAD}" if upgrade(open_engine(settings.database)) else f"already at {HEAD}")
    return 0


def backup_database(target: str) -> int:
    """Copy the database while it is in use."""
    copy(_file(read_settings()), Path(target))
    print(f"written to {target}")
    return 0


def restore_database(source: str) -> int:
    """Put a backup in the place of the database; the one that was there is kept beside it."""
    settings = read_settings()
    if problems := quick_check(Path(source)):
        raise Rejected(f"{source} is damaged: {problems[0]}")
    file = _file(settings)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    if file.exists():
        copy(file, file.with_name(f"{file.name}.before-restore"))
    for old in (file, *(file.with_name(file.name + end) for end in ("-wal", "-shm"))):
        old.unlink(missing_ok=True)
    copy(Path(source), file)
    upgrade(open_engine(settings.database))
    print(f"restored from {source}")
    return 0


def _file(settings: Settings) -> Path:
    url = make_url(settings.database)
    if url.get_backend_name() != "sqlite" or not url.database:
        raise Rejected("only a SQLite file is copied here; use the database's own tools (pg_dump)")
    return Path(url.database)
