"""What authors of dialogs and translators are told: `projektbot check` and `projektbot graph`."""

from __future__ import annotations

import re
import shutil
import sqlite3
import xml.etree.ElementTree as ET
from contextlib import closing
from pathlib import Path

import pytest

from projektbot.cli import main
from tests.playing.living import living
from tests.playing.people import ByTerminal
from tests.program import copied, run, spoil

HELP = "- calculate: contact\n    function: city_kontakt"
CATALOG = "locales/de/LC_MESSAGES/projektbot.po"


# ---- check, and all that refuses to work with mistakes -----------------------------------------------------------


def test_the_dialogs_and_catalogs_we_ship_are_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 0
    assert re.search(r"^\d+ dialogs and their catalogs are in order", capsys.readouterr().out)


def test_every_mistake_is_told_with_its_line_and_nothing_runs_with_it(tmp_path: Path) -> None:
    tree = copied(tmp_path / "tree")
    wrong = [
        spoil(tree, "dialogs/people/help.yaml", "- calculate: contact\n    function: city_contact", HELP),
        spoil(tree, "dialogs/projects/submit_idea.yaml", "type: money", "type: gold"),
        spoil(tree, CATALOG, 'msgid "/language"\nmsgstr "/sprache"', 'msgid "/language"\nmsgstr "/Sprache!"'),
        spoil(tree, CATALOG, 'msgid "Help"\nmsgstr "Hilfe"', 'msgid "Help"\nmsgstr ""'),
    ]

    checked = run("check", folder=tmp_path, tree=tree)
    refused = run("run", folder=tmp_path, tree=tree)
    examined = run("doctor", folder=tmp_path, tree=tree)

    problems = checked.stderr.splitlines()
    assert checked.returncode == refused.returncode == examined.returncode == 1
    for place in wrong:
        assert [problem for problem in problems if f"{place}: " in problem], (place, problems)
    assert refused.stderr.splitlines() == ["The dialogs are wrong:", *(f"  {problem}" for problem in problems)]
    assert examined.stdout.splitlines()[: len(problems)] == problems
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize(
    ("gone", "missed"),
    [
        ("people/start.yaml", "the command 'start'"),
        ("people/help.yaml", "the command 'help'"),
        ("projects/my_drafts.yaml", "the command 'drafts'"),
        ("people/otherwise.yaml", "the moment 'otherwise'"),
    ],
)
def test_a_dialog_that_the_engine_needs_is_missed(tmp_path: Path, gone: str, missed: str) -> None:
    tree = copied(tmp_path / "tree")
    (tree / "dialogs" / gone).unlink()

    checked = run("check", folder=tmp_path, tree=tree)

    assert checked.returncode == 1
    assert f"dialogs: no dialog is opened by {missed}" in checked.stderr.splitlines()


def test_without_any_dialog_nothing_runs(tmp_path: Path) -> None:
    tree = copied(tmp_path / "tree")
    shutil.rmtree(tree / "dialogs")
    (tree / "dialogs").mkdir()

    refused = run("run", folder=tmp_path, tree=tree)

    assert refused.returncode == 1
    assert refused.stderr.count("no dialog is opened by") == 4


def test_a_catalog_that_is_none_stops_the_program_too(tmp_path: Path) -> None:
    tree = copied(tmp_path / "tree")
    place = spoil(tree, CATALOG, 'msgid "Help"\n', 'mgid "Help"\n')

    refused = run("run", folder=tmp_path, tree=tree)

    assert refused.returncode == 1
    assert f"  {place}: this line cannot be read: mgid" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert refused.stdout == ""


async def test_open_drafts_that_an_edited_dialog_concerns_are_counted(tmp_path: Path) -> None:
    await leave_drafts(tmp_path)
    tree = copied(tmp_path / "tree")

    before = run("check", "--drafts", folder=tmp_path, tree=tree)
    spoil(tree, "dialogs/projects/submit_idea.yaml", "min_length: 3, max_length: 80", "min_length: 3, max_length: 9")
    after = run("check", "--drafts", folder=tmp_path, tree=tree)

    assert "drafts" not in before.stdout
    assert "submit_idea: 2 open drafts were begun under another form; 1 loses an answer." in after.stdout


def test_without_a_database_there_are_no_drafts_and_none_is_made(tmp_path: Path) -> None:
    checked = run("check", "--drafts", folder=tmp_path)

    assert (checked.returncode, checked.stderr) == (0, "")
    assert "There are no drafts yet." in checked.stdout
    assert not (tmp_path / "var").exists()


async def test_a_damaged_conversation_is_counted_and_left_out(tmp_path: Path) -> None:
    await leave_drafts(tmp_path)
    tree = copied(tmp_path / "tree")
    spoil(tree, "dialogs/projects/submit_idea.yaml", "min_length: 3, max_length: 80", "min_length: 3, max_length: 9")
    with closing(sqlite3.connect(tmp_path / "var" / "projektbot.db")) as db, db:
        db.execute("UPDATE sessions SET state = x'7b22' WHERE id = (SELECT max(id) FROM sessions)")

    checked = run("check", "--drafts", folder=tmp_path, tree=tree)

    assert (checked.returncode, checked.stderr) == (0, "")
    assert "submit_idea: 1 open draft was begun under another form; 0 lose an answer." in checked.stdout
    assert "1 conversation cannot be read and is left out here." in checked.stdout


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"not a database at all" * 1000, "file is not a database"), (b"", "cannot be counted before `projektbot db")],
)
def test_a_database_that_cannot_be_read_is_told(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "projektbot.db").write_bytes(content)

    checked = run("check", "--drafts", folder=tmp_path)

    assert checked.returncode == 1
    assert said in checked.stderr
    assert "Traceback" not in checked.stderr


async def leave_drafts(folder: Path) -> None:
    """Begin two ideas, one with a short title, one with a long one, and leave both."""
    for number, title in enumerate(("Bänke", "Bänke am ganzen Fluss entlang")):
        person = ByTerminal(folder, "de")
        person.channel.name = f"terminal{number}"
        async with living(folder / "var", person.channel):
            for words in ("/idee", "1", title, "/stopp"):
                await person.write(words)
            assert "Ihr Entwurf ist gespeichert" in await person.told()


# ---- graph -------------------------------------------------------------------------------------------------------


def test_a_dialog_is_drawn_in_mermaid(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["graph", "submit_idea"]) == 0

    drawn = capsys.readouterr().out
    assert drawn.startswith("flowchart ")
    assert "What is your idea called?" in drawn


def test_a_dialog_is_drawn_as_a_picture(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["graph", "submit_idea", "--svg"]) == 0

    picture = ET.fromstring(capsys.readouterr().out)  # noqa: S314 - our own
    assert picture.tag == "{http://www.w3.org/2000/svg}svg"
    assert "called?" in "".join(picture.itertext())


def test_a_dialog_that_is_not_there_is_told_with_those_that_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["graph", "sumbit_idea"]) == 1
    assert "submit_idea" in capsys.readouterr().err
