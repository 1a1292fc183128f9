"""A backup made while the program writes is whole; a damaged database is found before it is copied."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from projektbot.errors import Rejected
from projektbot.store.backup import copy, quick_check


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a database in which two tables always hold the same number of rows."""
    path = tmp_path / "bot.db"
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("CREATE TABLE one (words TEXT)")
    db.execute("CREATE TABLE two (words TEXT)")
    db.execute("CREATE INDEX one_words ON one (words)")
    add(db, 2000)
    db.close()
    return path


def add(db: sqlite3.Connection, number: int) -> None:
    db.execute("BEGIN IMMEDIATE")
    for table in ("one", "two"):
        db.executemany(f"INSERT INTO {table} VALUES (?)", [(f"{n:04d} and some more words",) for n in range(number)])  # noqa: S608
    db.execute("COMMIT")


def counts(path: Path) -> tuple[int, int]:
    db = sqlite3.connect(path)
    (one,), (two,) = (db.execute(f"SELECT count(*) FROM {table}").fetchone() for table in ("one", "two"))  # noqa: S608
    db.close()
    return one, two


def test_a_backup_while_somebody_writes_is_whole(file: Path, tmp_path: Path) -> None:
    stop, written = threading.Event(), threading.Semaphore(0)

    def write() -> None:
        db = sqlite3.connect(file, isolation_level=None, timeout=30)
        while not stop.is_set():
            add(db, 50)
            written.release()
        db.close()

    writer = threading.Thread(target=write)
    writer.start()
    for number in range(5):
        written.acquire()
        copy(file, tmp_path / f"backup{number}.db")
    stop.set()
    writer.join()

    for number in range(5):
        backup = tmp_path / f"backup{number}.db"
        one, two = counts(backup)
        assert one == two > 2000
        assert quick_check(backup) == []


def test_a_backup_holds_what_is_still_in_the_log(file: Path, tmp_path: Path) -> None:
    """The last commits lie beside the file, in its write-ahead log."""
    db = sqlite3.connect(file, isolation_level=None)
    db.execute("PRAGMA wal_autocheckpoint=0")
    add(db, 10)

    copy(file, tmp_path / "backup.db")

    db.close()
    assert counts(tmp_path / "backup.db") == (2010, 2010)


def test_a_backup_is_one_file(file: Path, tmp_path: Path) -> None:
    copy(file, tmp_path / "backup.db")

    assert sorted(path.name for path in tmp_path.glob("backup*")) == ["backup.db"]


def test_a_backup_takes_the_place_of_an_older_one_only_when_it_is_whole(file: Path, tmp_path: Path) -> None:
    backup = tmp_path / "backup.db"
    copy(file, backup)
    whole = backup.read_bytes()
    damage(file)

    with pytest.raises(Rejected):
        copy(file, backup)

    assert backup.read_bytes() == whole


def damage(path: Path) -> None:
    """Overwrite a page in the middle, as a failing disk does."""
    db = sqlite3.connect(path)
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    data = bytearray(path.read_bytes())
    middle = len(data) // 4096 // 2 * 4096
    data[middle : middle + 4096] = b"\xa5" * 4096
    path.write_bytes(data)


def test_a_sound_database_has_nothing_wrong(file: Path) -> None:
    assert quick_check(file) == []


def test_a_damaged_page_is_found(file: Path) -> None:
    damage(file)

    assert quick_check(file)


@pytest.mark.parametrize(
    "data", [b"not a database at all, but long enough " * 200, b"SQLite format 3\0" + b"\1" * 4080]
)
def test_what_is_no_database_is_found(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "bot.db"
    path.write_bytes(data)

    assert quick_check(path)


def test_a_database_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    assert quick_check(tmp_path / "nowhere.db")
    with pytest.raises(Rejected):
        copy(tmp_path / "nowhere.db", tmp_path / "backup.db")

    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["50% done", "what?", "a#b", "Bürger bot"])
def test_a_folder_may_be_called_anything(file: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    moved = file.rename(tmp_path / name / "bot.db")

    copy(moved, moved.with_name("backup.db"))

    assert counts(moved.with_name("backup.db")) == (2000, 2000)
