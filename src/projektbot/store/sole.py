"""Being the only process on a data folder: known by a lock that the system takes away when we die."""

from __future__ import annotations

import fcntl
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self

NAME = "running"


@dataclass(frozen=True, slots=True)
class Sole:
    """A folder that is ours alone until `close`. Its `name` outlives us: whoever has it next knows that we are gone."""

    name: str
    _file: IO[str]

    @classmethod
    def on(cls, folder: Path) -> Self | None:
        """Take a folder, or return None if a living process has it."""
        file = (folder / NAME).open("a+", encoding="ascii")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return None
        file.seek(0)
        name = file.read()
        if not name:
            name = secrets.token_hex(8)
            file.write(name)
            file.flush()
        return cls(name, file)

    def close(self) -> None:
        """Let others have the folder."""
        self._file.close()
