"""A disk that is soon full, a town that lives on it, and somebody who reads the log."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from projektbot.cli import main
from projektbot.store import database
from projektbot.turns import patience
from tests.adversity.log import Log
from tests.turns.town import Town

SMALL = 150_000_000  # bytes: an empty PostgreSQL needs 55 MB
NO_SMALL_DISK = "a disk that is really full: only root may mount a small one here"


@pytest.fixture
async def log() -> Log:
    """Read the log as it is written."""
    return Log(asyncio.get_running_loop())


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look again quickly whether the store works."""
    monkeypatch.setattr(patience, "STORE_PAUSE", 0.01)
    monkeypatch.setattr(database, "BUSY_MS", 20)


@pytest.fixture
async def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Town]:
    """Let a town live in a folder, and the commands of the command line look at its database."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PROJEKTBOT_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("PROJEKTBOT_DATABASE_URL", f"sqlite:///{tmp_path}/town.db")
    assert await asyncio.to_thread(main, ["db", "upgrade"]) == 0
    town = Town(tmp_path, made=True)
    yield town
    await town.close()


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """Mount a small disk; where that is not allowed, the test is skipped."""
    mount, umount = shutil.which("mount"), shutil.which("umount")
    if os.geteuid() or not mount or not umount:
        pytest.skip(NO_SMALL_DISK)
    place = Path(tempfile.mkdtemp(prefix="projektbot-disk-"))  # not in pytest's folder, which others may not enter
    options = ("-t", "tmpfs", "-o", f"size={SMALL},mode=755", "tmpfs")
    mounted = subprocess.run((mount, *options, place), check=False, capture_output=True)
    try:
        if mounted.returncode:
            pytest.skip(NO_SMALL_DISK)
        yield place
        subprocess.run((umount, "--lazy", place), check=True)
    finally:
        place.rmdir()


def fill_up(disk: Path) -> Path:
    """Leave no byte free on a disk; return the file that has taken it all."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 20, 4096, 1):
            with contextlib.suppress(OSError):
                while file.write(b"\0" * size):
                    pass
    assert shutil.disk_usage(disk).free == 0
    return filler
