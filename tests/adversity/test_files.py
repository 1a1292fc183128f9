"""The disk is full, the file locked, damaged, deleted: nothing is acknowledged, nothing lost, and then it goes on."""

from __future__ import annotations

import asyncio
import json
import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from projektbot.cli import main
from projektbot.store.backup import quick_check
from tests.adversity.conftest import fill_up
from tests.adversity.log import WAIT, Log
from tests.turns.town import Town

TITLE = "Benches along the river"
NEXT = "What should be done, and whom does it help?"


async def doctor(capsys: pytest.CaptureFixture[str]) -> str:
    """Return what the doctor says."""
    capsys.readouterr()
    await asyncio.to_thread(main, ["doctor", "--json"])
    return "\n".join(json.loads(capsys.readouterr().out)["problems"])


def database(town: Town) -> Path:
    return town.home / "town.db"


def log_of(town: Town) -> Path:
    return town.home / "town.db-wal"


async def tells(town: Town) -> str:
    """Begin an idea, as far as its title, and return the answer."""
    person = town.person("anna")
    await person.says("/idea")
    await person.taps("Something new")
    return await person.says(TITLE)


async def goes_on(town: Town, writing: asyncio.Future[str]) -> None:
    """See that what was kept back is answered now, and that the database is whole."""
    answer = await asyncio.wait_for(writing, WAIT)
    assert (await town.session("anna")).frames[-1].answers["title"] == TITLE
    assert answer
    assert quick_check(database(town)) == []


async def asked_for_a_title(town: Town) -> None:
    person = town.person("anna")
    await person.says("/idea")
    await person.taps("Something new")


def writes(town: Town) -> asyncio.Future[str]:
    """Let Anna answer; she hears nothing while the store is in trouble."""
    return asyncio.ensure_future(town.person("anna").says(TITLE))


# ---- full ----------------------------------------------------------------------------------------------------------


async def test_on_a_full_disk_nothing_is_acknowledged_and_all_goes_on_when_there_is_room(
    small_disk: Path, log: Log, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PROJEKTBOT_DATA_DIR", str(small_disk))
    monkeypatch.setenv("PROJEKTBOT_DATABASE_URL", f"sqlite:///{small_disk}/town.db")
    town = Town(small_disk)
    await asked_for_a_title(town)
    filler = fill_up(small_disk)

    writing = writes(town)
    line = await log.says("store_unavailable")
    words = await doctor(capsys)
    assert not writing.done()
    filler.unlink()

    assert line["error"] == "database or disk is full"
    assert f"The disk of {small_disk} is nearly full, 0 MB are free" in words
    await goes_on(town, writing)
    await town.close()


async def test_a_file_that_may_not_grow_is_like_a_full_disk(town: Town, log: Log) -> None:
    """A quota says it in other words than a full disk does."""
    await asked_for_a_title(town)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (log_of(town).stat().st_size, hard))
    try:
        writing = writes(town)
        line = await log.says("store_unavailable")
        assert not writing.done()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert "disk" in line["error"]
    await goes_on(town, writing)


# ---- locked --------------------------------------------------------------------------------------------------------


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Let another process hold the database as long as it likes."""
    holds = (
        "import sqlite3, sys; db = sqlite3.connect(sys.argv[1], isolation_level=None);"
        "db.execute('BEGIN IMMEDIATE'); print('held', flush=True); sys.stdin.read()"
    )
    other = subprocess.Popen([sys.executable, "-c", holds, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        yield


async def test_while_another_process_holds_the_lock_we_wait_and_then_go_on(
    town: Town, log: Log, capsys: pytest.CaptureFixture[str]
) -> None:
    await asked_for_a_title(town)

    with locked(database(town)):
        writing = writes(town)
        line = await log.says("store_unavailable")
        words = await doctor(capsys)
        assert not writing.done()

    assert line["error"] == "database is locked"
    assert words.startswith(f"Another process keeps the database locked: `fuser -v {database(town)}` shows which.")
    await goes_on(town, writing)
    assert "locked" not in await doctor(capsys)


# ---- damaged -------------------------------------------------------------------------------------------------------


def tear_pages(file: Path) -> None:
    """Write garbage over every page but the first, as a dying disk does."""
    with file.open("r+b") as pages:
        pages.seek(4096)
        pages.write(b"\xa5" * (file.stat().st_size - 4096))


def tear_off_the_head(file: Path) -> None:
    with file.open("r+b") as pages:
        pages.write(b"\0" * 100)


@pytest.mark.parametrize(
    ("harm", "logged", "said"),
    [
        (tear_pages, "database disk image is malformed", "The database is damaged"),
        (tear_off_the_head, "file is not a database", "is no database any more, its head is destroyed"),
    ],
)
async def test_a_damaged_file_takes_nothing_until_a_backup_is_in_its_place(
    town: Town, log: Log, capsys: pytest.CaptureFixture[str], harm: object, logged: str, said: str
) -> None:
    """While the bot runs; nobody is told that anything has been stored, and nothing is set aside."""
    assert callable(harm)
    await asked_for_a_title(town)
    backup = town.home / "backup.db"
    assert await asyncio.to_thread(main, ["db", "backup", str(backup)]) == 0
    with closing(sqlite3.connect(database(town))) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    harm(database(town))

    writing = writes(town)
    line = await log.says("store_unavailable")
    words = await doctor(capsys)
    assert not writing.done()
    assert await asyncio.to_thread(main, ["db", "restore", str(backup)]) == 0

    assert line["error"] == logged
    assert said in words
    assert "Stop the bot and restore a backup: projektbot db restore FILE" in words
    assert log.names() == {"store_unavailable"}
    await goes_on(town, writing)


# ---- deleted -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ends", [("-wal",), ("-wal", "-shm")])
async def test_a_log_that_somebody_deletes_under_us_is_saved(
    town: Town, log: Log, capsys: pytest.CaptureFixture[str], ends: tuple[str, ...]
) -> None:
    """All that was acknowledged stands in it alone, and whoever comes later has lost it."""
    await asked_for_a_title(town)
    looking = sqlite3.connect(database(town))  # so that ours is not the last connection, which would save it by closing
    looking.execute("SELECT count(*) FROM outbox").fetchone()
    for end in ends:
        (town.home / f"town.db{end}").unlink()

    answer = await town.person("anna").says(TITLE)

    assert answer
    assert "store_log_deleted" in log.names()
    assert await doctor(capsys) == "" or "nearly full" in await doctor(capsys)
    copy = Path(shutil.copytree(town.home, town.home / "after"))  # as it would be after a crash in this moment
    again = Town(copy, made=True)
    assert (await again.session("anna")).frames[-1].answers["title"] == TITLE
    await again.close()
    looking.close()


async def test_a_database_that_somebody_moves_away_under_us_is_missed(town: Town, log: Log) -> None:
    await asked_for_a_title(town)
    aside = database(town).rename(town.home / "moved.db")

    writing = writes(town)
    line = await log.says("store_unavailable")
    assert not writing.done()
    aside.rename(database(town))

    assert line["error"] == "the file was moved or replaced under the running program"
    await goes_on(town, writing)


async def test_what_the_guide_says_saves_a_deleted_database_while_the_bot_still_runs(town: Town, log: Log) -> None:
    """Linux keeps what a process has open."""
    await asked_for_a_title(town)
    for end in ("", "-wal", "-shm"):
        (town.home / f"town.db{end}").unlink()
    writing = writes(town)
    await log.says("store_unavailable")

    saved = town.home / "saved.db"
    for end in ("", "-wal"):
        shutil.copy(still_open(f"{database(town)}{end} (deleted)"), f"{saved}{end}")
    writing.cancel()

    assert quick_check(saved) == []
    with closing(sqlite3.connect(saved)) as db:
        assert db.execute("SELECT count(*) FROM outbox").fetchone() == (2,)


def still_open(name: str) -> Path:
    """Return the way to a deleted file that this process has open."""
    links = [link for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    return next(link for link in links if str(link.readlink()) == name)


async def test_a_log_that_is_gone_at_the_start_does_no_damage(tmp_path: Path) -> None:
    """What stood in it is lost, and cannot be missed; what is in the file is whole, and the program goes on."""
    town = Town(tmp_path)
    await asked_for_a_title(town)
    (tmp_path / "crashed").mkdir()
    shutil.copy(database(town), tmp_path / "crashed" / "town.db")  # without its -wal
    await town.close()

    again = Town(tmp_path / "crashed")

    assert await tells(again)
    assert quick_check(database(again)) == []
    await again.close()
