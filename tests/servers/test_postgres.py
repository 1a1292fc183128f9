"""PostgreSQL serves, survives, and gives every test a database of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.servers.postgres import Postgres


def ask(url: str, statement: str) -> list[tuple[object, ...]]:
    """Carry out a statement as a client of one of our addresses."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as db:
        cursor = db.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def test_a_database_is_made_as_its_template_and_is_ones_own(postgres: Postgres, migrated: str) -> None:
    with postgres.database(migrated) as one, postgres.database(migrated) as two:
        ask(one, "INSERT INTO settings VALUES ('colour', 'red')")

        assert ask(one, "SELECT value FROM settings") == [("red",)]
        assert ask(two, "SELECT value FROM settings") == []


def test_it_is_as_a_city_would_set_it_up(postgres: Postgres) -> None:
    with postgres.database() as url:
        assert ask(url, "SHOW server_encoding") == [("UTF8",)]
        assert ask(url, "SHOW default_transaction_isolation") == [("read committed",)]


def test_what_is_stored_survives_a_stop_and_a_crash(postgres: Postgres) -> None:
    with postgres.database() as url:
        ask(url, "CREATE TABLE words (word text)")
        for end in (postgres.stop, postgres.kill):
            ask(url, "INSERT INTO words VALUES ('here')")
            ask(url, "CHECKPOINT")  # this one writes without waiting for the disk
            end()
            with pytest.raises(psycopg.OperationalError):
                ask(url, "SELECT 1")
            postgres.start()

        assert ask(url, "SELECT count(*) FROM words") == [(2,)]


def test_it_does_not_outlive_those_who_started_it(postgres: Postgres) -> None:
    """However a test run ends: nothing runs on, and nothing is left in the way of the next one."""
    begun = (
        "import os; from tests.servers.postgres import Postgres, programs; server = Postgres(programs());"
        "server.start(); print(server.folder, flush=True); os.kill(os.getpid(), 9)"
    )
    ended = subprocess.run(
        (sys.executable, "-c", begun), stdout=subprocess.PIPE, text=True, check=False, env=os.environ
    )
    folder = Path(ended.stdout.strip())

    # read to its end: what watches over the server holds this pipe too, until it has put everything away
    assert ended.returncode == -9
    assert not folder.exists()
