"""Small secrets in files of their own."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import orjson

from projektbot.errors import ChannelError


def keep_secret(file: Path, value: Mapping[str, str]) -> None:
    """Write a file whole or not at all, readable by nobody else from its first moment; raises ChannelError."""
    fresh = file.with_name(f"{file.name}.new")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh.unlink(missing_ok=True)
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as opened:
            opened.write(orjson.dumps(value))
            os.fsync(handle)
        fresh.replace(file)
    except OSError as error:
        raise ChannelError("device_store") from error
