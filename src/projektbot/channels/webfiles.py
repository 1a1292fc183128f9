"""The web chat's spool: the files of each chat in a folder of its own, named by their content, typed by their bytes."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from PIL import Image

from projektbot.errors import Rejected
from projektbot.messages import MAX_FILE_BYTES, Kind
from projektbot.store.media import bare_picture

# The only types a browser is ever told: nothing in this list can carry a script.
SUFFIXES: Mapping[str, str] = MappingProxyType(
    {
        "image/jpeg": "jpg",
        "image/png": "png",
        "image/gif": "gif",
        "image/webp": "webp",
        "audio/ogg": "ogg",
        "audio/mpeg": "mp3",
        "audio/mp4": "m4a",
        "audio/webm": "weba",
        "audio/wav": "wav",
        "audio/aac": "aac",
        "application/pdf": "pdf",
        "application/octet-stream": "bin",
    }
)
MIMES = {suffix: mime for mime, suffix in SUFFIXES.items()}

SIGNATURES = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
    (b"\xff\xf2", "audio/mpeg"),
    (b"\xff\xf1", "audio/aac"),
    (b"\xff\xf9", "audio/aac"),
    (b"%PDF-", "application/pdf"),
)

_CHAT = re.compile(r"[0-9A-Za-z]{1,32}")  # also the demo's group, which has a name
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Spooled:
    """A file in the spool; width and height in pixels as a browser shows it, 0 where unknown or no picture."""

    ref: str
    sha256: str
    mime: str
    size: int
    width: int = 0
    height: int = 0

    @property
    def kind(self) -> Kind:
        """Say what it is to people."""
        return kind_of(self.mime)


def kind_of(mime: str) -> Kind:
    """Say what a file of this type is to people."""
    family = mime.partition("/")[0]
    return Kind(family) if family in {"image", "audio"} else Kind.FILE


def mime_of(head: bytes, declared: str = "") -> str:
    """Read the type from the first bytes; `declared` only tells sound from film where the container may hold either."""
    for signature, mime in SIGNATURES:
        if head.startswith(signature):
            return mime
    if head.startswith(b"RIFF"):
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(head[8:12], "application/octet-stream")
    if head[4:11] == b"ftypM4A" or (head[4:8] == b"ftyp" and declared.startswith("audio/")):
        return "audio/mp4"
    if head.startswith(b"\x1aE\xdf\xa3") and declared.startswith("audio/"):
        return "audio/webm"
    return "application/octet-stream"


def bare(content: bytes) -> bytes:
    """Return what somebody sent without the place and time that a camera wrote into a picture."""
    try:
        return bare_picture(content)[0] if mime_of(content[:16]).startswith("image/") else content
    except Rejected:
        return content  # no picture, whatever its first bytes say: the road refuses it in words


def proportions(path: Path) -> tuple[int, int]:
    """Return width and height of a picture, or zeros if it cannot be read."""
    try:
        with Image.open(path) as image:
            return image.size
    # whatever a stranger's file holds: a picture without known proportions is still shown
    except (OSError, ValueError, TypeError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return 0, 0


def spool(folder: Path, chat: str, content: bytes, declared: str = "") -> Spooled:
    """Store `content` for `chat` durably; the same bytes twice are one file."""
    if len(content) > MAX_FILE_BYTES:
        raise Rejected("too_big")
    mime = mime_of(content[:16], declared)
    sha256 = hashlib.sha256(content).hexdigest()
    path = _folder(folder, chat) / f"{sha256}.{SUFFIXES[mime]}"
    if not path.exists():
        _write(path, content)
    width, height = proportions(path) if mime.startswith("image/") else (0, 0)
    return Spooled(f"{chat}/{path.name}", sha256, mime, len(content), width, height)


def unspool(folder: Path, ref: str) -> bytes:
    """Return the bytes behind a ref of `spool`."""
    chat, _, name = ref.partition("/")
    found = find(folder, chat, name.partition(".")[0])
    if found is None:
        raise Rejected("unreachable")
    return found[0].read_bytes()


def forget(folder: Path, before: float) -> None:
    """Delete files written before a time (seconds since 1970 UTC), and folders left empty."""
    for own in folder.glob("*"):
        for path in own.glob("*"):
            if path.stat().st_mtime < before:
                path.unlink()
        if not any(own.iterdir()):
            own.rmdir()


def find(folder: Path, chat: str, sha256: str) -> tuple[Path, str] | None:
    """Return path and type of a file, if it belongs to this chat."""
    if not _CHAT.fullmatch(chat) or not _SHA256.fullmatch(sha256):
        return None
    for path in (folder / chat).glob(f"{sha256}.*"):
        if mime := MIMES.get(path.suffix[1:]):
            return path, mime
    return None


def _folder(folder: Path, chat: str) -> Path:
    if not _CHAT.fullmatch(chat):
        raise Rejected("unknown_chat")  # never a path made of what somebody sent
    own = folder / chat
    own.mkdir(mode=0o700, parents=True, exist_ok=True)
    return own


def _write(path: Path, content: bytes) -> None:
    part = path.with_suffix(f".{os.urandom(8).hex()}")  # two uploads of one file at once do not meet
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
