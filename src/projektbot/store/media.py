"""Files people send: named by their content, of a kind we know, without the place a camera wrote into them."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import puremagic
from PIL import Image, ImageOps, UnidentifiedImageError

from projektbot.errors import Rejected
from projektbot.messages import MAX_FILE_BYTES, Kind, Stored
from projektbot.store.gif import bare_gif

MAX_PIXELS = 50_000_000  # a phone's best camera; more is a decompression bomb
_FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/gif"}
_FORMATS["MPO"] = _FORMATS["JPEG"]  # a telephone's JPEG with depth or brightness beside it; the picture itself is kept
_MOVING = ("PNG", "WEBP")  # the second picture of an MPO is none of its frames
_SHOWN = ("duration", "transparency")
AUDIO = frozenset({"audio/ogg", "audio/mpeg", "audio/mp4", "audio/x-m4a", "audio/wav", "audio/webm", "audio/aac"})
FILES = frozenset({"application/pdf", "text/plain"})


class MediaStore:
    """A folder of files, each under its SHA-256."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def passing(self) -> MediaStore:
        """Return where files lie that are only passed on: found like the others, and deleted after some days."""
        return MediaStore(self.folder / "passing")

    def save(self, data: bytes, kind: Kind, name: str = "") -> Stored:
        """Store a file and return what names it; raise Rejected("too_big" or "wrong_type").

        What a file is decides its content, not its name. Pictures lose their metadata (place, camera, time).
        """
        if len(data) > MAX_FILE_BYTES:
            raise Rejected("too_big")
        if kind is Kind.IMAGE:
            data, mime = bare_picture(data)
            if len(data) > MAX_FILE_BYTES:  # written anew, a moving picture may take more room
                raise Rejected("too_big")
        else:
            mime = _sniffed(data, AUDIO if kind is Kind.AUDIO else AUDIO | FILES)
        digest = hashlib.sha256(data).hexdigest()
        self._write(self.path(digest), data)
        return Stored(digest, mime, len(data), name[:200])

    def keep(self, data: bytes, mime: str, name: str) -> Stored:
        """Save a file that we have made ourselves; twice is once, so that a transaction may do it that is replayed."""
        digest = hashlib.sha256(data).hexdigest()
        self._write(self.path(digest), data)
        return Stored(digest, mime, len(data), name)

    def read(self, sha256: str) -> bytes:
        """Return a stored file."""
        try:
            return self.path(sha256).read_bytes()
        except FileNotFoundError:
            return self.passing.path(sha256).read_bytes()

    def forget(self, before: float) -> None:
        """Delete the files that were saved, or saved again, before a time (seconds since 1970 UTC)."""
        _delete(self.folder.glob("*/*"), before)

    def tidy(self, before: float) -> None:
        """Delete what a death while writing left behind before a time (seconds since 1970 UTC)."""
        _delete(self.folder.glob("*/*.*"), before)

    def path(self, sha256: str) -> Path:
        """Return where a file lies."""
        if len(sha256) != 64 or not sha256.isalnum() or not sha256.isascii():  # noqa: PLR2004 - hex digits of SHA-256
            raise Rejected("wrong_type")
        return self.folder / sha256[:2] / sha256

    def _write(self, path: Path, data: bytes) -> None:
        with suppress(FileNotFoundError):
            os.utime(path)  # what is only passed on is kept for some days from now on
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        # written beside and renamed: a file under its name is always whole
        draft = path.with_suffix(f".{os.getpid()}")
        with draft.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)


def _delete(paths: Iterable[Path], before: float) -> None:
    """Delete files that were last written before a time; another process may delete the same ones."""
    for path in paths:
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < before:
                path.unlink()


def bare_picture(data: bytes) -> tuple[bytes, str]:
    """Return a picture without its metadata, and its type; raise Rejected("wrong_type") if it is none we know."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            if image.format not in _FORMATS or image.width * image.height > MAX_PIXELS:
                raise Rejected("wrong_type")
            mime = _FORMATS[image.format]
            return _without_metadata(image, data), mime
    except (
        UnidentifiedImageError,
        OSError,
        ValueError,
        IndexError,
        SyntaxError,
        Image.DecompressionBombError,
    ) as error:
        raise Rejected("wrong_type") from error


def _without_metadata(image: Image.Image, data: bytes) -> bytes:
    """Write a picture anew, turned upright, with nothing but its pixels."""
    if image.format == "GIF":
        image.load()
        return bare_gif(data)
    frames = list(_frames(image))
    moving: dict[str, Any] = {}
    if len(frames) > 1:
        times = [frame.info.get("duration", 0) for frame in frames]
        moving = {"save_all": True, "append_images": frames[1:], "duration": times, "loop": image.info.get("loop", 0)}
    out = io.BytesIO()
    frames[0].save(out, "JPEG" if image.format == "MPO" else image.format, quality=90, **moving)
    return out.getvalue()


def _frames(image: Image.Image) -> Iterator[Image.Image]:
    """Yield a picture's frames, bare of all but how long each stands and which colour is to be seen through."""
    count = getattr(image, "n_frames", 1) if image.format in _MOVING else 1
    if count * image.width * image.height > MAX_PIXELS:
        raise Rejected("too_big")
    for number in range(count):
        image.seek(number)
        upright = ImageOps.exif_transpose(image)
        upright = upright.convert("RGBA") if count > 1 else upright
        bare = Image.new(upright.mode, upright.size)
        if upright.mode == "P" and (palette := upright.getpalette()):
            bare.putpalette(palette)
        bare.paste(upright)
        bare.info = {name: image.info[name] for name in _SHOWN if name in image.info}
        yield bare


def _sniffed(data: bytes, allowed: frozenset[str]) -> str:
    try:
        found = [match.mime_type for match in puremagic.magic_string(data)]
    except (puremagic.PureError, ValueError):
        found = []
    if _is_mpeg_sound(data):
        found.append("audio/mpeg")
    for mime in found:
        known = {"application/ogg": "audio/ogg", "audio/opus": "audio/ogg", "video/mp4": "audio/mp4"}.get(mime, mime)
        known = {"audio/x-wav": "audio/wav", "audio/wave": "audio/wav", "video/webm": "audio/webm"}.get(known, known)
        if known in allowed:
            return str(known)
    if "text/plain" in allowed and _is_text(data):
        return "text/plain"
    raise Rejected("wrong_type")


def _is_mpeg_sound(data: bytes) -> bool:
    """Say whether data begins with a frame of MPEG layer III (ISO/IEC 11172-3, 2.4.1.3): eleven bits set, layer 01."""
    return len(data) > 1 and data[0] == 0xFF and data[1] & 0xE6 == 0xE2  # noqa: PLR2004 - the bits named above


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return bool(data) and b"\0" not in data
