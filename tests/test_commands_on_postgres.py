"""What `doctor` and `db` say and do where the database is PostgreSQL."""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from projektbot.app import real_now
from projektbot.cli import main
from projektbot.commands import doctor as doctoring
from projektbot.store import postgres as ours
from projektbot.store.migrate import HEAD
from tests.servers.postgres import Postgres


@pytest.fixture
def url(postgres: Postgres, migrated: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    """Let the commands of this test work with a database of their own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PROJEKTBOT_DATA_DIR", str(tmp_path / "var"))
    with postgres.database(migrated) as url:
        monkeypatch.setenv("PROJEKTBOT_DATABASE_URL", url)
        yield url


def order(url: str, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as db:
        cursor = db.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def findings(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return what the doctor finds, and see that its exit code says the same."""
    capsys.readouterr()
    code = main(["doctor", "--json"])
    found: list[str] = json.loads(capsys.readouterr().out)["problems"]
    assert code == (1 if found else 0)
    return found


# ---- doctor ------------------------------------------------------------------------------------------------------


def test_a_healthy_house_is_in_order(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert findings(capsys) == []
    assert order(url, "SELECT * FROM settings") == []  # nothing is left of the doctor's visit


def test_a_server_without_trigrams_is_told_what_to_do_and_that_helps(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    order(url, "DROP EXTENSION pg_trgm CASCADE")

    (found,) = findings(capsys)
    assert "Searching reads every project" in found
    order(url, found.partition("psql: ")[2])

    assert findings(capsys) == []


@pytest.mark.parametrize(("right", "found"), [("CREATE ON DATABASE", 0), ("CONNECT ON DATABASE", 1)])
def test_trigrams_need_no_superuser_but_the_right_to_create(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    right: str, found: int,
) -> None:  # fmt: skip
    """A database is brought to our revision either way."""
    monkeypatch.setenv("PROJEKTBOT_DATA_DIR", str(tmp_path / "var"))
    with postgres.database() as url:
        name, role = url.partition("?")[0].rpartition("/")[2], f"somebody_{found}"
        order(url, f"CREATE ROLE {role} LOGIN")
        order(url, f"GRANT {right} {name} TO {role}")
        order(url, f"GRANT CREATE ON SCHEMA public TO {role}")
        monkeypatch.setenv("PROJEKTBOT_DATABASE_URL", url.replace("//projektbot@", f"//{role}@"))
        assert main(["db", "upgrade"]) == 0

        assert len(findings(capsys)) == found

        order(url, f"DROP OWNED BY {role}")
        order(url, f"DROP ROLE {role}")


def test_an_older_database_is_found(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    order(url, "UPDATE alembic_version SET version_num = '0001'")

    assert findings(capsys) == [f"The database is at revision 0001, this version needs {HEAD}: projektbot db upgrade"]


def test_a_server_that_is_away_is_said_in_words(
    url: str, postgres: Postgres, capsys: pytest.CaptureFixture[str]
) -> None:
    postgres.stop()
    try:
        (found,) = findings(capsys)
    finally:
        postgres.start()

    assert found.startswith("PostgreSQL cannot be reached. Is it running, and does PROJEKTBOT_DATABASE_URL name")
    assert findings(capsys) == []


def test_a_database_that_is_not_there_is_said_in_words_without_the_password(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = url.replace("test_", "no_test_").replace("projektbot@", "projektbot:secret@")
    monkeypatch.setenv("PROJEKTBOT_DATABASE_URL", wrong)

    (found,) = findings(capsys)

    assert "does not exist" in found
    assert "secret" not in found


def test_another_encoding_is_found(
    postgres: Postgres, url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    postgres.order("CREATE DATABASE narrow ENCODING 'SQL_ASCII' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'")
    monkeypatch.setenv("PROJEKTBOT_DATABASE_URL", postgres.url("narrow"))

    found = findings(capsys)

    postgres.drop("narrow")
    assert found[0].startswith("The database is encoded in SQL_ASCII")


def test_an_old_server_is_found(url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctoring, "OLDEST_POSTGRES", 990_000)

    assert "projektbot needs 99 or later." in findings(capsys)[0]


@pytest.mark.parametrize("seconds", [-3600, 3600])
def test_clocks_that_disagree_are_found(
    url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    monkeypatch.setattr(doctoring, "real_now", lambda: real_now() + timedelta(seconds=seconds))

    (found,) = findings(capsys)

    assert found.startswith("The clocks of this machine and of PostgreSQL are 3600 seconds apart")


def test_a_lock_that_somebody_holds_is_said_in_words(
    url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ours, "LOCKED_MS", 50)
    with psycopg.connect(url.replace("+psycopg", "")) as other:
        other.execute("LOCK TABLE settings IN EXCLUSIVE MODE")

        (found,) = findings(capsys)

    assert found.startswith("Another process keeps a table locked")
    assert findings(capsys) == []


def test_a_server_that_may_only_be_read_is_said_in_words(
    url: str, postgres: Postgres, capsys: pytest.CaptureFixture[str]
) -> None:
    name = url.partition("?")[0].rpartition("/")[2]
    postgres.order(sql.SQL("ALTER DATABASE {} SET default_transaction_read_only = on").format(sql.Identifier(name)))

    (found,) = findings(capsys)

    assert found.startswith("This PostgreSQL may only be read")


# ---- db ----------------------------------------------------------------------------------------------------------


def test_a_database_is_brought_up_to_date_once(
    url: str, postgres: Postgres, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with postgres.database() as empty:
        monkeypatch.setenv("PROJEKTBOT_DATABASE_URL", empty)

        assert main(["db", "upgrade"]) == main(["db", "upgrade"]) == 0

    assert capsys.readouterr().out.splitlines() == [f"upgraded to {HEAD}", f"already at {HEAD}"]


@pytest.mark.parametrize("command", ["run", "db upgrade", "check --drafts"])
def test_a_server_that_is_away_ends_a_command_with_a_word(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PROJEKTBOT_DATABASE_URL", f"postgresql+psycopg://bot:secret@/none?host={tmp_path}")

    assert main(command.split()) == 1

    told = capsys.readouterr().err
    assert "PostgreSQL cannot be reached." in told
    assert "secret" not in told
    assert "Traceback" not in told


def test_backup_and_restore_name_the_commands_that_do_it(
    url: str, postgres: Postgres, migrated: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And they do it: what was there at the backup is there again, and nothing else."""
    monkeypatch.setenv("PROJEKTBOT_DATABASE_URL", url.replace("projektbot@", "projektbot:secret@"))
    order(url, "INSERT INTO settings VALUES ('colour', 'red')")

    carried_out(postgres, told(capsys, "backup"))
    order(url, "UPDATE settings SET value = 'blue'; INSERT INTO people VALUES (77, 1)")
    carried_out(postgres, told(capsys, "restore"))

    assert order(url, "SELECT value FROM settings") == [("red",)]
    assert order(url, "SELECT * FROM people") == []
    assert findings(capsys) == []


def told(capsys: pytest.CaptureFixture[str], verb: str) -> list[str]:
    """Return the command that an operator is told."""
    assert main(["db", verb, "my backup.dump"]) == 1
    words = capsys.readouterr().err
    assert "secret" not in words
    (line,) = [line for line in words.splitlines() if line.strip().startswith("pg_")]
    return shlex.split(line)


def carried_out(postgres: Postgres, command: list[str]) -> None:
    subprocess.run([str(postgres.programs / command[0]), *command[1:]], check=True)


def test_an_address_may_hide_its_password_among_its_options(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PROJEKTBOT_DATABASE_URL", f"{url}&password=secret")

    assert told(capsys, "backup")[0] == "pg_dump"
