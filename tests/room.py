"""Where tests write: in memory, where there is room, since none of them ends the machine."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108 - the file system in memory that Linux has
ENOUGH = 2_000_000_000  # bytes: four workers write 1 GB, most of it logs that four PostgreSQLs keep


def write_in_memory() -> None:
    """Put all temporary files, of whatever is started too, into memory; whoever has set TMPDIR has chosen."""
    if "TMPDIR" in os.environ or not _has_room():
        return
    tempfile.tempdir = os.environ["TMPDIR"] = str(MEMORY)


def _has_room() -> bool:
    return os.access(MEMORY, os.W_OK | os.X_OK) and shutil.disk_usage(MEMORY).free >= ENOUGH
