"""What the commands of the command line do, tried as operators and authors use them."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from projektbot.cli import main
from projektbot.commands import doctor as doctoring
from projektbot.store.migrate import HEAD
from tests.playing.living import living
from tests.playing.people import ByTerminal, photo
from tests.playing.transcripts import play, read_transcript
from tests.program import CHECKOUT, environment, run

COMMANDS = (
    "run", "demo", "chat", "check", "graph", "doctor", "db", "db upgrade", "db backup", "db restore",
    "staff", "staff grant", "staff list", "staff revoke",
)  # fmt: skip


@pytest.fixture
def data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Let the commands of this test work in a data folder of their own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PROJEKTBOT_DATA_DIR", str(tmp_path / "var"))
    return tmp_path / "var"


@pytest.fixture
def database(data: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """Make a database as the program does."""
    assert main(["db", "upgrade"]) == 0
    capsys.readouterr()
    return data / "projektbot.db"


# ---- help --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_every_command_explains_itself(capsys: pytest.CaptureFixture[str], command: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*command.split(), "--help"])

    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: projektbot {command}".rstrip())


def test_help_loads_none_of_the_heavy_libraries() -> None:
    loaded = "import sys; from projektbot.cli import main\ntry: main(['--help'])\nfinally: print(*sys.modules)"
    result = subprocess.run(
        (sys.executable, "-c", loaded), capture_output=True, encoding="utf-8", check=True, env=environment(CHECKOUT)
    )

    modules = set(result.stdout.splitlines()[-1].split())
    assert "projektbot.cli" in modules
    assert not modules & {"sqlalchemy", "telegram", "nio", "asyncio", "pydantic", "yaml", "babel"}


@pytest.mark.parametrize("wrong", ["", "dance", "db", "graph", "db restore", "check --colour"])
def test_a_wrong_call_is_explained_and_ends_with_2(capsys: pytest.CaptureFixture[str], wrong: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(wrong.split())

    assert ended.value.code == 2
    assert "usage: projektbot" in capsys.readouterr().err


def test_a_reader_who_wants_no_more_is_no_fault() -> None:
    """As in `projektbot graph submit_idea | head -1`."""
    reader, writer = os.pipe()
    os.close(reader)
    command = (sys.executable, "-m", "projektbot", "graph", "submit_idea")
    result = subprocess.run(
        command, stdout=writer, stderr=subprocess.PIPE, encoding="utf-8", check=False, env=environment(CHECKOUT)
    )
    os.close(writer)

    assert (result.returncode, result.stderr) == (1, "")


# ---- chat --------------------------------------------------------------------------------------------------------

TYPED = """\
/start
#1
1
Bänke am {Fluss}
Zum Ausruhen für alle, die langsam gehen.
6
:location 52.705 12.98
1.500,50
:file {photo}
/auslassen
#1
/ideen
/idee
1
Bank am See
/stopp
/entwuerfe
#1
#1
"""


async def test_a_recorded_chat_is_a_transcript_that_plays_alike(tmp_path: Path) -> None:
    (tmp_path / "p.jpg").write_bytes(photo())
    typed = TYPED.replace("{photo}", str(tmp_path / "p.jpg"))

    recorded = run("chat", "--locale", "de", "--record", "story.yaml", folder=tmp_path, typed=typed)
    story = read_transcript(tmp_path / "story.yaml")

    assert (recorded.returncode, recorded.stderr) == (0, "")
    assert "P-1001" in recorded.stdout
    assert story.locale == "de"
    assert [step for step in story.steps if "send" in step] == [
        {"send": {"location": [52.705, 12.98]}},
        {"send": "photo"},
    ]
    assert {"tap": "Etwas Neues"} in story.steps
    person = ByTerminal(tmp_path, story.locale)
    async with living(tmp_path / "var", person.channel) as house:
        await play(story, house, person)


def test_what_only_looks_like_a_number_or_a_place_is_words(tmp_path: Path) -> None:
    lines = ("²", "#²", "9" * 5000, ":location 1.2.3 4", ":location 1,2")
    typed = "\n".join(("/start", *lines, ""))

    recorded = run("chat", "--locale", "de", "--record", "story.yaml", folder=tmp_path, typed=typed)

    assert (recorded.returncode, recorded.stderr) == (0, "")
    steps = read_transcript(tmp_path / "story.yaml").steps
    assert [step["user"] for step in steps if "user" in step] == ["/start", *lines]


def test_a_transcript_that_cannot_be_written_is_told_before_anything_is_played(tmp_path: Path) -> None:
    refused = run("chat", "--record", "no/such/story.yaml", folder=tmp_path, typed="/start\n")

    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == "Not done:\n  no/such/story.yaml cannot be written: No such file or directory\n"


@pytest.mark.parametrize("arguments", [["chat", "--help"], ["chat"]])
def test_how_files_and_places_are_sent_is_told(tmp_path: Path, arguments: list[str]) -> None:
    told = " ".join(run(*arguments, folder=tmp_path).stdout.split())

    assert ":file PATH" in told
    assert ":location LAT LON" in told


def test_a_chat_leaves_nothing_behind(tmp_path: Path) -> None:
    assert run("chat", folder=tmp_path, typed="/start\n").returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_a_chat_in_a_language_there_is_not_is_refused(tmp_path: Path) -> None:
    refused = run("chat", "--locale", "xx", folder=tmp_path)

    assert refused.returncode == 2
    assert "--locale: 'xx' is none of de, en" in refused.stderr


# ---- doctor ------------------------------------------------------------------------------------------------------


def findings(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return what the doctor finds, and see that it says the same in words."""
    code = main(["doctor", "--json"])
    found: list[str] = json.loads(capsys.readouterr().out)["problems"]
    assert code == main(["doctor"]) == (1 if found else 0)
    assert capsys.readouterr().out.splitlines() == (found or ["Everything is in order."])
    return found


def test_a_healthy_house_is_in_order(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert findings(capsys) == []


def test_the_doctor_misses_a_database_and_makes_none(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (found,) = findings(capsys)
    assert found.startswith(f"There is no database yet at {data}/projektbot.db: `projektbot run` makes one.")
    assert not data.exists()


def test_the_doctor_finds_a_damaged_database(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    damage(database)

    found = findings(capsys)

    assert found[0].startswith("The database is damaged: ")
    assert "projektbot db restore" in found[0]


def test_the_doctor_finds_what_is_no_database(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database.write_bytes(b"not a database at all" * 1000)

    (found,) = findings(capsys)
    assert f"The file {database} is no database any more" in found
    assert "projektbot db restore" in found


def test_the_doctor_finds_an_older_database(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    execute(database, "UPDATE alembic_version SET version_num = '0001'")

    assert findings(capsys) == [
        f"The database is at revision 0001, this version needs {HEAD}: projektbot db upgrade",
    ]


@pytest.mark.parametrize("command", ["run", "db upgrade"])
def test_a_database_of_a_newer_version_is_left_alone(
    database: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    execute(database, "UPDATE alembic_version SET version_num = '9999'")
    newer = "The database is at revision 9999, which this version does not know: install the newer one that made it"

    assert findings(capsys) == [newer]
    assert main(command.split()) == 1
    assert capsys.readouterr().err == f"Not done:\n  {newer}\n"


def test_the_doctor_tells_what_was_set_aside_but_not_what_it_said(
    database: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    execute(database, "INSERT INTO inbox VALUES ('telegram', '77', 1, 2, NULL, x'6765686569', 'E-123 ValueError')")

    assert findings(capsys) == [
        "Set aside: an update on telegram that failed: 77, E-123 ValueError. The log says more about it."
    ]


def test_the_doctor_looks_at_the_real_disk(
    database: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    size = shutil.disk_usage(database).total
    monkeypatch.setattr(doctoring, "FREE_BYTES", size + 1)  # no disk has so much free
    before = shutil.disk_usage(database).free

    assert main(["doctor"]) == 1
    found = capsys.readouterr().out

    after = shutil.disk_usage(database).free
    told = re.search(r"(\d+) MB are free", found)
    assert told
    assert min(before, after) // 1_000_000 - 500 <= int(told[1]) <= max(before, after) // 1_000_000 + 500


def damage(database: Path) -> None:
    """Overwrite a part in the middle of a database; its head stays whole."""
    with database.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 20_000)


def execute(database: Path, statement: str) -> None:
    with closing(sqlite3.connect(database)) as db, db:
        db.execute(statement)


# ---- db ----------------------------------------------------------------------------------------------------------


def test_a_database_is_brought_up_to_date_once(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["db", "upgrade"]) == main(["db", "upgrade"]) == 0
    assert capsys.readouterr().out.splitlines() == [f"upgraded to {HEAD}", f"already at {HEAD}"]


async def test_backup_and_restore_take_the_place_of_the_database_while_it_is_in_use(data: Path, tmp_path: Path) -> None:
    person = ByTerminal(tmp_path, "de")
    backup = tmp_path / "backup.db"
    async with living(data, person.channel):
        for words in ("/idee", "1", "Bänke am Fluss"):
            await person.write(words)
        assert await asyncio.to_thread(main, ["db", "upgrade"]) == 0
        assert await asyncio.to_thread(main, ["db", "backup", str(backup)]) == 0
        await person.write("Zum Ausruhen für alle, die langsam gehen.")
        assert "Handlungsfeld" in await person.told()

        assert await asyncio.to_thread(main, ["db", "restore", str(backup)]) == 0

        await person.write("/zurueck")
        assert "Wie heißt Ihre Idee?" in await person.told()
    assert answers(data / "projektbot.db") == []
    assert answers(data / "projektbot.db.before-restore") != []


def answers(database: Path) -> list[object]:
    with closing(sqlite3.connect(database)) as db:
        return db.execute("SELECT id FROM sessions WHERE CAST(state AS TEXT) LIKE '%Ausruhen%'").fetchall()


@pytest.mark.parametrize("links", [True, False], ids=["", "without links"])
def test_a_damaged_database_is_kept_and_replaced(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, links: bool
) -> None:
    execute(database, "INSERT INTO settings VALUES ('colour', 'red')")
    assert main(["db", "backup", str(tmp_path / "backup.db")]) == 0
    database.write_bytes(b"not a database at all" * 1000)
    if not links:
        monkeypatch.setattr(Path, "hardlink_to", lambda *_: (_ for _ in ()).throw(OSError))

    assert main(["db", "restore", str(tmp_path / "backup.db")]) == 0

    with closing(sqlite3.connect(database)) as db:
        assert db.execute("SELECT value FROM settings WHERE name = 'colour'").fetchall() == [("red",)]
    assert database.with_name("projektbot.db.before-restore").read_bytes().startswith(b"not a database")


def test_a_bot_that_looks_while_a_damaged_database_is_replaced_finds_one(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it would begin an empty one there."""
    assert main(["db", "backup", str(tmp_path / "backup.db")]) == 0
    database.write_bytes(b"not a database at all" * 1000)
    there: list[bool] = []

    def looking(move: Callable[..., object]) -> Callable[..., object]:
        def moved(*given: object, **more: object) -> object:
            done = move(*given, **more)
            there.append(database.exists())
            return done

        return moved

    for name in ("rename", "replace", "unlink", "hardlink_to"):
        monkeypatch.setattr(Path, name, looking(getattr(Path, name)))

    assert main(["db", "restore", str(tmp_path / "backup.db")]) == 0
    assert there
    assert all(there)


def test_a_backup_of_an_older_version_is_brought_up_to_date(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(sqlite3.connect(tmp_path / "old.db")) as db:
        db.execute("CREATE TABLE unrelated (x)")

    assert main(["db", "restore", str(tmp_path / "old.db")]) == 0
    assert findings_after(capsys) == []


def findings_after(capsys: pytest.CaptureFixture[str]) -> list[str]:
    capsys.readouterr()
    return findings(capsys)


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_a_file_that_cannot_be_is_told_and_harms_nothing(
    database: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    before = database.read_bytes()

    assert main(["db", command, "no/such/place.db"]) == 1

    assert "no/such" in capsys.readouterr().err
    assert database.read_bytes() == before


def test_a_damaged_backup_is_not_restored(database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    backup = tmp_path / "backup.db"
    assert main(["db", "backup", str(backup)]) == 0
    damage(backup)
    before = database.read_bytes()

    assert main(["db", "restore", str(backup)]) == 1

    assert "backup.db is damaged" in capsys.readouterr().err
    assert database.read_bytes() == before


def test_without_a_database_there_is_nothing_to_back_up(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["db", "backup", "backup.db"]) == 1
    assert f"there is no database at {data}/projektbot.db" in capsys.readouterr().err
