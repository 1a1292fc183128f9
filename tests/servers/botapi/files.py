"""Files people and bots have sent, kept in memory and downloadable."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass, field

from tests.servers.botapi.chats import Json
from tests.servers.botapi.errors import bad_request

MAX_DOWNLOAD = 20 * 1024 * 1024
MAX_UPLOAD = 50 * 1024 * 1024
MAX_PHOTO = 10 * 1024 * 1024
IMAGES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"RIFF", b"BM")
FOLDERS = {"photo": "photos", "voice": "voice", "audio": "music", "document": "documents", "sticker": "stickers"}


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file: what getFile tells of it, and its content."""

    file_id: str
    unique_id: str
    kind: str
    path: str
    name: str
    mime_type: str
    data: bytes

    def described(self) -> Json:
        """Return the fields that all media objects share."""
        return {"file_id": self.file_id, "file_unique_id": self.unique_id, "file_size": len(self.data)}


@dataclass(slots=True)
class FileStore:
    """All files of one bot; a file_id means nothing to another bot, as on the real server."""

    bot_id: int
    by_id: dict[str, StoredFile] = field(default_factory=dict)
    by_path: dict[str, StoredFile] = field(default_factory=dict)

    def add(self, kind: str, data: bytes, name: str = "", mime_type: str = "") -> StoredFile:
        """Keep a file and give it its ids and its path."""
        number = len(self.by_id)
        extension = name.rpartition(".")[2] if "." in name else {"photo": "jpg", "voice": "oga"}.get(kind, "bin")
        unique_id = "AQAD" + hashlib.sha256(data).hexdigest()[:12]
        # the id holds the bot and the number: never guessable from the content, never the same twice
        file_id = f"AgACAg{self.bot_id:x}x{number:x}{unique_id[4:]}"
        path = f"{FOLDERS[kind]}/file_{number}.{extension}"
        stored = StoredFile(file_id, unique_id, kind, path, name, mime_type or "application/octet-stream", data)
        self.by_id[file_id] = stored
        self.by_path[path] = stored
        return stored

    def find(self, file_id: str) -> StoredFile:
        """Return a file or refuse."""
        try:
            return self.by_id[file_id]
        except KeyError:
            raise bad_request("invalid file_id") from None


def image_size(data: bytes) -> tuple[int, int]:
    """Return width and height in pixels; refuse what is no image."""
    if not data.startswith(IMAGES):
        raise bad_request("IMAGE_PROCESS_FAILED")
    if data.startswith(IMAGES[1]) and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return int(width), int(height)
    if data.startswith(IMAGES[0]):
        return _jpeg_size(data)
    return 90, 90


def _jpeg_size(data: bytes) -> tuple[int, int]:
    at = 2
    while at + 9 < len(data):
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4])
        if 0xC0 <= marker <= 0xC3:  # a frame header: precision, height, width
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return int(width), int(height)
        at += 2 + length
    return 90, 90
