"""What `projektbot staff` does, tried as operators use it, on a database that is in use too."""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from projektbot.cli import main
from projektbot.store import database as store
from tests.playing.living import living
from tests.playing.people import ByTerminal
from tests.servers import botapi
from tests.servers.postgres import Postgres


@pytest.fixture
def data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """Let the commands of this test work in a data folder of their own, with a database in it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PROJEKTBOT_DATA_DIR", str(tmp_path / "var"))
    assert main(["db", "upgrade"]) == 0
    capsys.readouterr()
    return tmp_path / "var"


def code_in(words: str) -> str:
    """Return the code somebody is to send."""
    found = re.search(r"^ +/staff ([A-Z0-9]{4}-[A-Z0-9]{4})$", words, re.MULTILINE)
    assert found, words
    return found[1]


async def command(*words: str) -> int:
    """Run a command beside what goes on."""
    return await asyncio.to_thread(main, words)


async def test_a_role_is_given_listed_and_taken_away_while_the_bot_runs(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    person = ByTerminal(tmp_path, "en")
    async with living(data, person.channel):
        assert await command("staff", "grant", "moderator", "--area", "hafen") == 0
        await person.write(f"/staff {code_in(capsys.readouterr().out)}")
        assert re.search("Moderator of ideas, \\W?Hafenviertel", await person.told())

        assert await command("staff", "list") == 0
        heading, row = capsys.readouterr().out.splitlines()[-2:]  # the house logs before
        assert heading.split() == ["number", "role", "area", "since"]
        assert row.split()[:3] == ["1", "moderator", "Hafenviertel"]
        assert await command("staff", "revoke", "1") == 0

        await person.write("/queue")
        assert "You have no such role" in await person.told()


def test_the_list_as_data_has_no_people_in_it(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(sqlite3.connect(data / "projektbot.db")) as db, db:
        db.execute("INSERT INTO people VALUES (77, 1)")
        db.execute("INSERT INTO grants (person_id, role, area, at) VALUES (77, 'admin', '', 1750000000000000)")

    assert main(["staff", "list", "--json"]) == 0

    assert json.loads(capsys.readouterr().out) == [
        {"number": 1, "role": "admin", "area": None, "since": "2025-06-15T15:06:40+00:00"}
    ]


def test_where_nobody_has_a_role_the_list_says_how_it_is_given(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["staff", "list"]) == 0

    assert capsys.readouterr().out == "Nobody has a role yet: projektbot staff grant moderator\n"
    assert data.is_dir()


@pytest.mark.usefixtures("data")
def test_every_mistake_in_a_call_is_told_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["staff", "grant", "king", "--area", "atlantis"]) == 2

    told = capsys.readouterr().err
    assert "ROLE: 'king' is none of moderator, caseworker, broadcaster, host, admin" in told
    assert "--area: 'atlantis' is none of altstadt, " in told


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize("number", ["1", "0", "-1", "9" * 40])
def test_a_role_that_nobody_has_cannot_be_taken_away(capsys: pytest.CaptureFixture[str], number: str) -> None:
    assert main(["staff", "revoke", "--", number]) == 1

    assert f"there is no role number {number}: `projektbot staff list` shows" in capsys.readouterr().err


def test_without_a_database_there_is_nothing_to_grant(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PROJEKTBOT_DATA_DIR", str(tmp_path / "var"))

    assert main(["staff", "grant", "moderator"]) == 1

    assert "there is no database yet" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_an_older_database_is_told_and_left_alone(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(sqlite3.connect(data / "projektbot.db")) as db, db:
        db.execute("UPDATE alembic_version SET version_num = '0001'")

    assert main(["staff", "list"]) == 1

    assert "projektbot db upgrade" in capsys.readouterr().err


async def test_whoever_writes_at_the_moment_goes_first(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(sqlite3.connect(data / "projektbot.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        granting = asyncio.create_task(command("staff", "grant", "host"))
        done, _ = await asyncio.wait({granting}, timeout=0.5)
        assert not done
        other.execute("COMMIT")

        assert await granting == 0

    assert "Host of assemblies, everywhere" in capsys.readouterr().out


def test_a_lock_that_lasts_is_said_in_words(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(store, "BUSY_MS", 50)
    with closing(sqlite3.connect(data / "projektbot.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        assert main(["staff", "grant", "host"]) == 1

    assert "Another process keeps the database locked" in capsys.readouterr().err


@pytest.mark.usefixtures("data")
async def test_links_bring_the_code_along_where_a_messenger_has_such(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PROJEKTBOT_WEB_URL", "https://projekt.example.org/")
    monkeypatch.setenv("PROJEKTBOT_MATRIX_HOMESERVER", "https://matrix.example.org")
    monkeypatch.setenv("PROJEKTBOT_MATRIX_USER", "@bot:example.org")
    monkeypatch.setenv("PROJEKTBOT_MATRIX_PASSWORD", "secret")
    async with botapi.BotApiServer(limits=botapi.Limits.off()) as server:
        monkeypatch.setenv("PROJEKTBOT_TELEGRAM_TOKEN", server.token)
        monkeypatch.setenv("PROJEKTBOT_TELEGRAM_API_URL", server.url)
        assert await command("staff", "grant", "admin") == 0
    told = capsys.readouterr().out
    code = code_in(told)

    assert re.search(rf"^    https://t\.me/\w+\?start=staff-{code}$", told, re.MULTILINE)
    assert f"    https://projekt.example.org/chat?start=staff-{code}\n" in told
    assert told.endswith("    https://matrix.to/#/@bot:example.org\n")

    assert await command("staff", "grant", "admin") == 0  # Telegram is away now
    told = capsys.readouterr().out
    assert code_in(told) != code
    assert "t.me" not in told


def test_on_postgresql_it_is_the_same(
    postgres: Postgres, migrated: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with postgres.database(migrated) as url:
        monkeypatch.setenv("PROJEKTBOT_DATABASE_URL", url)
        assert main(["staff", "grant", "moderator"]) == 0
        assert code_in(capsys.readouterr().out)
        assert main(["staff", "list", "--json"]) == 0
        assert json.loads(capsys.readouterr().out) == []
        assert main(["staff", "revoke", "1"]) == 1
