"""`projektbot doctor`: what is wrong with this installation, in words."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from projektbot.app import inspect_dialogs
from projektbot.civic.city import read_city
from projektbot.config import Settings, read_settings
from projektbot.store.backup import quick_check
from projektbot.store.database import open_engine
from projektbot.store.migrate import HEAD, mismatch, revision
from projektbot.store.tables import inbox, outbox
from projektbot.turns.rows import ASIDE

FREE_BYTES = 500_000_000  # below that the next busy week may fill the disk


def doctor(*, as_json: bool) -> int:
    """Print what was found; return 1 if anything is wrong."""
    settings = read_settings()
    found = [*_dialogs(), *_city(settings), *_disk(settings), *_database(settings)]
    if as_json:
        print(json.dumps({"problems": found}, ensure_ascii=False, indent=2))
    else:
        print("\n".join(found) if found else "Everything is in order.")
    return 1 if found else 0


def _dialogs() -> Iterator[str]:
    yield from map(str, inspect_dialogs()[1])


def _city(settings: Settings) -> Iterator[str]:
    read_city(settings.city)  # raises SettingsError with every mistake
    yield from ()


def _disk(settings: Settings) -> Iterator[str]:
    place = next(path for path in (settings.data_dir, *settings.data_dir.absolute().parents) if path.exists())
    free = shutil.disk_usage(place).free
    if free < FREE_BYTES:
        yield f"The disk is nearly full, {free // 1_000_000} MB are free: when it is full, ideas are no longer taken."


def _database(settings: Settings) -> Iterator[str]:
    url = make_url(settings.database)
    if url.get_backend_name() == "sqlite":
        if not Path(str(url.database)).exists():
            yield f"There is no database yet at {url.database}: `projektbot run` makes one."
            return
        for fault in quick_check(Path(str(url.database))):
            yield f"The database is damaged: {fault}. Stop the bot and restore a backup: projektbot db restore FILE"
    try:
        engine = open_engine(settings.database)
        if (at := revision(engine)) != HEAD:
            yield mismatch(at)
            return
        with engine.connect() as db:
            yield from _set_aside(db)
            yield from _unsent(db)
    except SQLAlchemyError as error:
        yield f"The database does not answer: {getattr(error, 'orig', error)}"


def _set_aside(db: Connection) -> Iterator[str]:
    """List updates that failed; their content stays in the database."""
    rows: Any = db.execute(select(inbox.c.channel, inbox.c.key, inbox.c.error).where(inbox.c.state == ASIDE))
    for channel, key, error in rows:
        yield f"Set aside: an update on {channel} that failed: {key}, {error}. The log says more about it."


def _unsent(db: Connection) -> Iterator[str]:
    for state, meaning in (("unknown", "may or may not have arrived"), ("refused", "were refused")):
        count = db.scalar(select(func.count()).select_from(outbox).where(outbox.c.state == state))
        if count:
            yield f"{count} messages {meaning}."
