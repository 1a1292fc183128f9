"""A database of SQLite as a start would make it: migrated once a process, and copied to whoever wants one."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

import projektbot.civic.house  # noqa: F401 - knows every room, so that the index of projects is made with its tables
from projektbot.store.database import open_engine
from projektbot.store.migrate import upgrade

NAME = "projektbot.db"


def lay_ready(folder: Path, name: str = NAME) -> Path:
    """Put a database with all our tables into a folder, unless there is one; return where it is."""
    file = folder / name
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        file.write_bytes(_made())
    return file


@cache
def _made() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / NAME
        engine = open_engine(f"sqlite:///{file}")
        upgrade(engine)
        engine.dispose()
        assert [made.name for made in file.parent.iterdir()] == [NAME], "what is still in the log would be lost"
        return file.read_bytes()
