"""The guides for operators promise what the code does: every table, every log line, every figure."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from projektbot import jobs
from projektbot.civic.groups import rules as groups
from projektbot.civic.projects import rules
from projektbot.civic.projects import tables as _projects  # adds its tables to the metadata
from projektbot.delivery import sender
from projektbot.dialog import pace
from projektbot.store.tables import metadata
from projektbot.turns import road
from projektbot.turns.aside import TRIES
from tests.playing.living import living
from tests.playing.people import ByTerminal
from tests.program import CHECKOUT

OPERATING = (CHECKOUT / "docs" / "operating.md").read_text("utf-8")
PRIVACY = (CHECKOUT / "docs" / "privacy.md").read_text("utf-8")
THREATS = (CHECKOUT / "docs" / "threat-model.md").read_text("utf-8")
NOBODY_LOOKS = {"telegram_edit_gone", "telegram_tap_unanswered"}  # of no consequence: the guide leaves them out


def rows_of(guide: str) -> set[str]:
    """Return what the tables of a guide are about: the names in their first column."""
    firsts = re.findall(r"^\| (`[^|]+) \|", guide, re.MULTILINE)
    return {name for first in firsts for name in re.findall(r"`([^`]+)`", first)}


def test_the_privacy_guide_explains_every_table_of_the_database() -> None:
    assert _projects.projects.name in metadata.tables
    assert set(metadata.tables) - rows_of(PRIVACY) == set()


def test_the_operators_guide_explains_every_line_of_the_log() -> None:
    sources = "".join(path.read_text("utf-8") for path in (CHECKOUT / "src").rglob("*.py"))
    logged = set(re.findall(r"\b(?:log\.\w+|tell)\(\s*\"(\w+)\"", sources))
    explained = {row for row in rows_of(OPERATING) if re.fullmatch(r"[a-z]+(_[a-z]+)+", row)}

    assert len(logged) > 20
    assert explained == logged - NOBODY_LOOKS


def test_figures_in_the_guides_are_those_of_the_code() -> None:
    assert f"{jobs.HANDLED_KEPT.days} days; failed ones" in PRIVACY
    assert f"what a person wrote | {jobs.SENT_KEPT.days} days |" in PRIVACY
    assert f"older than {jobs.HANDLED_KEPT.days} days" in THREATS
    assert "in the night after two days" in PRIVACY
    assert (road.PASSED_ON_KEPT.days, groups.RELAYED_DAYS) == (2, 3)
    assert "twenty at once and one in three seconds" in OPERATING
    assert (groups.RELAY_AT_ONCE, groups.PACE_SECONDS, pace.REST * groups.PACE_SECONDS) == (20, 3, 180)
    assert "thirty at once and one in three seconds" in THREATS
    assert groups.ASKED_AT_ONCE == 30
    assert "within five seconds" in OPERATING
    assert sender.CLOSING_SECONDS == 5
    assert f"at most {rules.COMMENTS_A_DAY} comments and {rules.REPORTS_A_DAY} reports a day" in THREATS
    assert "a minute's rest" in THREATS
    assert pace.REST == 60
    assert "three tries" in THREATS
    assert TRIES == 3


@pytest.mark.parametrize("guide", [OPERATING, PRIVACY, THREATS])
def test_files_that_a_guide_names_exist(guide: str) -> None:
    named = re.findall(r"\b((?:src|docs|tests|dialogs|docker)/[\w/.-]*\w)", guide)
    links = [link for link in re.findall(r"\]\(([^):#]+)\)", guide) if "//" not in link]

    assert [name for name in named if not (CHECKOUT / name).exists()] == []
    assert [link for link in links if not (CHECKOUT / "docs" / link).exists()] == []


async def test_deleting_a_person_takes_with_them_what_the_privacy_guide_says(tmp_path: Path) -> None:
    person = ByTerminal(tmp_path, "de")
    async with living(tmp_path / "var", person.channel):
        for words in ("/idee", "1", "Bänke am Fluss", "Zum Ausruhen für alle.", "6", "1", *["/auslassen"] * 3, "#1"):
            await person.write(words)
        assert "P-1001" in await person.told()
        await person.write("/idee")

    with closing(sqlite3.connect(tmp_path / "var" / "projektbot.db")) as db, db:
        db.execute("PRAGMA foreign_keys=ON")
        query = re.search(r"SELECT person_id .*;", PRIVACY)
        assert query
        (number,) = db.execute(query[0].replace("telegram", "terminal").replace("…", "terminal")).fetchone()
        db.execute("DELETE FROM people WHERE id = ?", (number,))
        left = {
            name: db.execute(f"SELECT count(*) FROM {name}").fetchone()[0]  # noqa: S608 - our own names
            for name in ("people", "sessions", "addresses", "outbox", "due", "projects")
        }
        authors = db.execute("SELECT person_id FROM projects").fetchall()

    assert left == {"people": 0, "sessions": 0, "addresses": 0, "outbox": 0, "due": 0, "projects": 1}
    assert authors == [(None,)]
