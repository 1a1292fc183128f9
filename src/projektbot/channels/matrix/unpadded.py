"""Base64 without padding, as Matrix writes keys ("Unpadded Base64"); JSON Web Keys in the letters of URLs."""

from __future__ import annotations

import base64
from typing import Final

_OF_URLS: Final = str.maketrans("-_", "+/")


def to_text(data: bytes) -> str:
    """Write bytes."""
    return base64.b64encode(data).decode().rstrip("=")


def to_url_text(data: bytes) -> str:
    """Write bytes in the letters of URLs."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def to_bytes(text: str) -> bytes:
    """Read bytes in either letters; raises ValueError."""
    return base64.b64decode(text.translate(_OF_URLS) + "=" * (-len(text) % 4))
