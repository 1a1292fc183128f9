"""`projektbot doctor`: what is wrong with this installation, in words."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from projektbot.app import inspect_dialogs, real_now
from projektbot.civic.city import read_city
from projektbot.civic.projects.index import MAKE_TRIGRAMS, lacks_trigrams
from projektbot.config import Settings, read_settings
from projektbot.instants import micros
from projektbot.store.advice import advice
from projektbot.store.backup import quick_check
from projektbot.store.database import open_engine
from projektbot.store.migrate import HEAD, mismatch, revision
from projektbot.store.tables import inbox, outbox
from projektbot.store.tables import settings as kept
from projektbot.turns.rows import ASIDE

FREE_BYTES = 500_000_000  # below that the next busy week may fill the disk
OLDEST_POSTGRES = 150_000  # 15.0: what our tests run on
CLOCKS_APART = timedelta(seconds=5)  # machines that keep time by NTP are milliseconds apart
SET_BACK = timedelta(minutes=2)  # two machines may disagree a little
_GONE = "If there was one and the bot still runs, do not stop it: docs/operating.md says how to save what it has open."
MOST_FAULTS = 3  # of a damaged database; a hundred say no more
_SERVER = text(
    "SELECT clock_timestamp(), current_setting('server_version_num'), current_setting('server_version'),"
    " current_setting('server_encoding')"
)


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
    folders = {settings.data_dir.absolute()}
    url = make_url(settings.database)
    if url.get_backend_name() == "sqlite" and url.database:
        folders.add(Path(url.database).absolute().parent)
    places = {next(path for path in (folder, *folder.parents) if path.exists()) for folder in folders}
    for place in {path.stat().st_dev: path for path in places}.values():
        free = shutil.disk_usage(place).free
        if free < FREE_BYTES:
            yield (
                f"The disk of {place} is nearly full, {free // 1_000_000} MB are free: "
                "when it is full, ideas are no longer taken."
            )


# ---- the database --------------------------------------------------------------------------------------------------


def _database(settings: Settings) -> Iterator[str]:
    url = make_url(settings.database)
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).exists():
        yield f"There is no database yet at {url.database}: `projektbot run` makes one. {_GONE}"
        return
    engine = open_engine(settings.database)
    try:
        yield from _server(engine) if url.get_backend_name() == "postgresql" else _file(engine, Path(str(url.database)))
        yield from _contents(engine)
    except DBAPIError as error:
        yield advice(error, url)
    finally:
        engine.dispose()


def _file(engine: Engine, path: Path) -> Iterator[str]:
    with engine.connect():
        pass  # says why, if it cannot be opened at all
    for fault in quick_check(path)[:MOST_FAULTS]:
        yield f"The database is damaged: {fault}. Stop the bot and restore a backup: projektbot db restore FILE"


def _server(engine: Engine) -> Iterator[str]:
    with engine.connect() as db:
        before = real_now()
        at, number, name, encoding = db.execute(_SERVER).one()
        after = real_now()
    if int(number) < OLDEST_POSTGRES:
        yield f"This is PostgreSQL {name}: projektbot needs {OLDEST_POSTGRES // 10_000} or later."
    if encoding != "UTF8":
        yield (
            f"The database is encoded in {encoding}, which has no place for most of the world's letters: "
            "make a new one with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0, and restore a backup into it."
        )
    apart = max(at - after, before - at)  # what lies between question and answer is nobody's fault
    if apart > CLOCKS_APART:
        yield (
            f"The clocks of this machine and of PostgreSQL are {apart.total_seconds():.0f} seconds apart: "
            "let both keep time (timedatectl set-ntp true)."
        )


def _contents(engine: Engine) -> Iterator[str]:
    if (at := revision(engine)) != HEAD:
        yield mismatch(at)
        return
    with engine.connect() as db:
        yield from _set_aside(db)
        yield from _unsent(db)
        yield from _clock(db)
        yield from _searching(db)
    with engine.connect().execution_options(writes=True) as db, db.begin() as nothing:
        db.execute(insert(kept).values(name="doctor", value=""))
        nothing.rollback()  # it was only to see whether it could be written


def _searching(db: Connection) -> Iterator[str]:
    if lacks_trigrams(db):
        yield (
            "Searching reads every project, since this PostgreSQL has no index of pg_trgm: with some thousand projects "
            f"that takes a second. Install its contrib package, then let somebody who may create in this database "
            f"(or a superuser) say in psql: {MAKE_TRIGRAMS}"
        )


def _clock(db: Connection) -> Iterator[str]:
    """Say so if what is stored is from the future."""
    newest = max(db.scalar(select(func.max(column))) or 0 for column in (inbox.c.at, outbox.c.id))  # ids are times too
    ahead = timedelta(microseconds=newest - micros(real_now()))
    if ahead > SET_BACK:
        yield (
            f"The clock was set back: the newest message is dated {_span(ahead)} from now. Nothing is lost; "
            "what has its time comes when the clock is there. See that this machine keeps time: timedatectl"
        )


def _span(time: timedelta) -> str:
    minutes = round(time.total_seconds() / 60)
    return f"{minutes} minutes" if minutes < 120 else f"{minutes / 60:.0f} hours"  # noqa: PLR2004 - minutes of two hours


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
