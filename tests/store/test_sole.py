"""A data folder belongs to one living process; whoever comes after its death knows that it is gone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from projektbot.app import build
from projektbot.config import Settings
from projektbot.errors import Rejected
from projektbot.store.sole import Sole
from tests.program import CHECKOUT

HOLDING = "import sys, time; from pathlib import Path; from projektbot.store.sole import Sole; "
HOLDING += "sole = Sole.on(Path(sys.argv[1])); print(sole.name, flush=True); sys.stdin.read()"


def test_a_folder_that_a_living_process_has_is_not_ours(tmp_path: Path) -> None:
    with holder_of(tmp_path) as other:
        assert other.stdout is not None
        other.stdout.readline()

        assert Sole.on(tmp_path) is None
        other.kill()


def test_after_a_kill_the_folder_is_free_and_has_the_same_name(tmp_path: Path) -> None:
    with holder_of(tmp_path) as other:
        assert other.stdout is not None
        name = other.stdout.readline().strip()
        other.kill()
    sole = Sole.on(tmp_path)

    assert sole is not None
    assert sole.name == name != ""
    sole.close()


def test_two_programs_on_one_sqlite_file_are_refused(tmp_path: Path) -> None:
    sole = Sole.on(tmp_path)
    assert sole is not None

    with pytest.raises(Rejected, match="another projektbot runs"):
        build(Settings(data_dir=tmp_path))

    sole.close()


def holder_of(folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", HOLDING, str(folder)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT)
