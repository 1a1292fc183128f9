"""Numbers of projects, where several processes give them."""

from __future__ import annotations

import threading
import time

from sqlalchemy import Engine, insert, text

from projektbot.civic.projects.queries import next_number
from projektbot.civic.projects.tables import projects
from projektbot.store.database import open_engine
from tests.servers.postgres import Postgres

PATIENCE = 30.0  # seconds
WAITING = text(
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


def test_two_processes_never_give_the_same_number(postgres: Postgres, migrated: str) -> None:
    given: list[int] = []
    with postgres.database(migrated) as url:
        ours, theirs = open_engine(url), open_engine(url)

        def give() -> None:
            with theirs.connect() as db, db.begin():
                given.append(next_number(db))

        with ours.connect() as db, db.begin():
            number = next_number(db)
            other = threading.Thread(target=give)
            other.start()
            until_it_waits(ours, other)
            db.execute(insert(projects).values(number=number, **IDEA))
        other.join()
        ours.dispose()
        theirs.dispose()

    assert given == [number + 1]


IDEA = {
    "stage": "submitted",
    "kind": "new",
    "title": "Benches along the river",
    "description": "Places to rest",
    "field": "health",
    "area": "altstadt",
    "locale": "en",
    "channel": "desk",
    "created_at": 1,
}


def until_it_waits(engine: Engine, thread: threading.Thread) -> None:
    """Return when a thread waits for a lock, or has ended without."""
    end = time.monotonic() + PATIENCE
    with engine.connect() as db:
        while thread.is_alive() and not db.execute(WAITING).scalar_one():
            assert time.monotonic() < end
            db.rollback()
