"""Pictures made small: as many bytes as a page can afford, in their own proportions, made once and kept."""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from PIL import Image

from projektbot.store.media import MAX_PIXELS, MediaStore

# Longest width in pixels -> most bytes: a dozen of the small ones are on one page of at most 100 kB.
SIZES: Mapping[int, int] = MappingProxyType({320: 4_500, 960: 50_000})
QUALITIES = (72, 60, 48, 36, 26, 16)
SHRINK = 0.75  # what is too heavy at the lowest quality becomes smaller, again and again
_UNREADABLE = (
    OSError,
    ValueError,
    SyntaxError,
    IndexError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)


class Thumbs:
    """A folder of small pictures beside the media; it may be deleted at any time."""

    def __init__(self, media: MediaStore, folder: Path) -> None:
        self._media = media
        self._folder = folder
        self._one = threading.Lock()  # a large photo takes 100 MB while it is made small: one at a time
        self._measured = lru_cache(4096)(self._measure)  # of a content that never changes

    def path(self, sha256: str, width: int) -> Path | None:
        """Return where a picture lies as WebP, at most so wide (of SIZES); None if it cannot be read."""
        path = self._folder / sha256[:2] / f"{sha256}-{width}.webp"
        if not path.exists():
            with self._one:
                if not path.exists() and (data := self._made(sha256, width)):
                    _write(path, data)
        return path if path.exists() else None

    def _made(self, sha256: str, width: int) -> bytes:
        try:
            with Image.open(self._media.path(sha256)) as image:
                if image.width * image.height > MAX_PIXELS:
                    return b""
                image.draft("RGB", (2 * width, 2 * width))  # a JPEG is read at the size that is needed
                opaque = "transparency" not in image.info and "A" not in image.getbands()
                picture = image.convert("RGB" if opaque else "RGBA")
        except _UNREADABLE:
            return b""
        picture.thumbnail((width, 2 * width), Image.Resampling.LANCZOS)
        return _fitting(picture, SIZES[width])

    def proportions(self, sha256: str) -> tuple[int, int]:
        """Return width and height of a picture, or zeros if it cannot be read now: its disk may be away for a while."""
        try:
            return self._measured(sha256)
        except _UNREADABLE:
            return 0, 0

    def _measure(self, sha256: str) -> tuple[int, int]:
        with Image.open(self._media.path(sha256)) as image:
            return image.size


def _fitting(picture: Image.Image, most: int) -> bytes:
    while True:
        for quality in QUALITIES:
            out = io.BytesIO()
            picture.save(out, "WEBP", quality=quality, method=5)
            if out.tell() <= most:
                return out.getvalue()
        picture = picture.resize((max(1, int(picture.width * SHRINK)), max(1, int(picture.height * SHRINK))))


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}")  # beside it, then renamed: under its name a file is always whole
    draft.write_bytes(data)
    draft.rename(path)
