"""`projektbot db`: upgrade, back up, restore."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from sqlalchemy.engine import URL, make_url

from projektbot.config import Settings, read_settings
from projektbot.errors import Rejected
from projektbot.store.advice import dump_command, restore_command
from projektbot.store.backup import copy, quick_check
from projektbot.store.database import open_engine
from projektbot.store.migrate import HEAD, upgrade

BUSY_SECONDS = 10.0  # how long a running bot may keep us from the file


def upgrade_database() -> int:
    """Bring the database to the newest revision."""
    settings = read_settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    print(f"upgraded to {HEAD}" if _upgrade(settings) else f"already at {HEAD}")
    return 0


def backup_database(target: str) -> int:
    """Copy the database while it is in use."""
    settings = read_settings()
    _leave_to_postgresql(settings, dump_command, target)
    source = _file(settings)
    if not source.exists():
        raise Rejected(f"there is no database at {source}")
    if not Path(target).parent.is_dir():
        raise Rejected(f"there is no folder {Path(target).parent}")
    copy(source, Path(target))
    print(f"written to {target}")
    return 0


def restore_database(source: str) -> int:
    """Put a backup in the place of the database; the one that was there is kept beside it."""
    settings = read_settings()
    _leave_to_postgresql(settings, restore_command, source)
    if not Path(source).is_file():
        raise Rejected(f"there is no file {source}")
    if problems := quick_check(Path(source)):
        raise Rejected(f"{source} is damaged: {problems[0]}")
    file = _file(settings)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    if file.exists() and not quick_check(file):
        copy(file, _beside(file))
        _write_into(file, Path(source))
    else:
        _write_anew(file, Path(source))
    _upgrade(settings)
    print(f"restored from {source}")
    return 0


def _keep_as_it_is(file: Path) -> None:
    """Keep a damaged database for somebody who can mend it.

    Its name stays taken until the new one has it: a bot that looks meanwhile would begin an empty database there.
    """
    for end in ("-wal", "-shm"):  # these must not be taken for the new one's
        old = file.with_name(file.name + end)
        if old.exists():
            old.rename(file.with_name(f"{_beside(file).name}{end}"))
    if file.exists():
        _beside(file).unlink(missing_ok=True)
        try:
            _beside(file).hardlink_to(file)
        except OSError:  # a file system without links
            file.rename(_beside(file))


def _beside(file: Path) -> Path:
    return file.with_name(f"{file.name}.before-restore")


def _write_anew(file: Path, source: Path) -> None:
    """Write a database in one move under its name, since a bot may still look for it."""
    draft = file.with_name(f"{file.name}.part")
    draft.unlink(missing_ok=True)
    _write_into(draft, source)
    _keep_as_it_is(file)
    draft.replace(file)


def _write_into(file: Path, source: Path) -> None:
    """Write a database over another one in one transaction: a bot that has it open sees the one or the other."""
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as new,
        closing(sqlite3.connect(file, timeout=BUSY_SECONDS)) as old,
    ):
        old.execute("PRAGMA journal_mode=WAL")  # another process may have it in this mode: it cannot be changed then
        new.backup(old)


def _upgrade(settings: Settings) -> bool:
    engine = open_engine(settings.database)
    try:
        return upgrade(engine)
    finally:
        engine.dispose()


def _leave_to_postgresql(settings: Settings, command: Callable[[URL, str], str], file: str) -> None:
    url = make_url(settings.database)
    if url.get_backend_name() == "postgresql":
        raise Rejected(
            "PostgreSQL has its own tools for that, which ask for the password, or find it in ~/.pgpass:\n\n"
            f"    {command(url, file)}\n"
        )


def _file(settings: Settings) -> Path:
    file = make_url(settings.database).database
    if not file:
        raise Rejected("the database is in memory only: there is nothing to copy")
    return Path(file)
