"""Files on the homeserver: what we send and what people send, in encrypted rooms each under a key of its own."""

from __future__ import annotations

import asyncio
from typing import Final

import orjson

from projektbot.channels.matrix.events import Raw, as_object, as_text
from projektbot.channels.matrix.outbound import Content
from projektbot.channels.matrix.server import Server, path, told
from projektbot.channels.matrix.unpadded import to_bytes, to_url_text
from projektbot.errors import Blocked, Rejected
from projektbot.messages import Stored

UPLOADS: Final = 256  # files whose address at the homeserver we remember: a broadcast sends one picture to thousands
UPLOAD_SECONDS: Final = 300.0
MEDIA: Final = "/_matrix/client/v1/media"
OLD_MEDIA: Final = "/_matrix/media/v3"  # uploads; and downloads from servers before Matrix 1.11
UNTOLD: Final = "application/octet-stream"  # what the homeserver learns of an encrypted file


class Files:
    """Uploads and downloads."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._sent: dict[tuple[str, bool], Content] = {}
        self._turn = asyncio.Lock()

    async def send(self, file: Stored, data: bytes, *, encrypted: bool) -> Content:
        """Give the homeserver a file; return how an event points at it ("url", or "file" with the key to it)."""
        async with self._turn:  # eight senders of one broadcast need one upload
            kept = (file.sha256, encrypted)
            if kept not in self._sent:
                self._sent[kept] = await (self._sealed(data) if encrypted else self._plain(file, data))
            if len(self._sent) > UPLOADS:
                del self._sent[next(iter(self._sent))]
            return self._sent[kept]

    async def _plain(self, file: Stored, data: bytes) -> Content:
        return {"url": await self._upload(data, file.mime, {"filename": file.name} if file.name else {})}

    async def _sealed(self, data: bytes) -> Content:
        sealed, key = await asyncio.to_thread(_sealed, data)
        return {"file": {**key, "url": await self._upload(sealed, UNTOLD, {})}}

    async def _upload(self, data: bytes, mime: str, query: dict[str, str]) -> str:
        target = path("upload", base=OLD_MEDIA, **query)
        answer = await self._server.call("POST", target, data, mime=mime, seconds=UPLOAD_SECONDS)
        return told(answer, "content_uri")

    async def fetch(self, ref: str) -> bytes:
        """Return the bytes of a file somebody sent, decrypted; raises Rejected if it is not there, or not that file."""
        uri, _, secret = ref.partition("#")
        server, _, media = uri.removeprefix("mxc://").partition("/")
        if not uri.startswith("mxc://") or not server or not media:
            raise Rejected("unreachable")
        data = await self._downloaded(server, media)
        return await asyncio.to_thread(_opened, data, secret) if secret else data

    async def _downloaded(self, server: str, media: str) -> bytes:
        for base in (MEDIA, OLD_MEDIA):
            try:
                return await self._server.download(path("download", server, media, base=base))
            except (Blocked, Rejected) as refused:
                if refused.reason == "too_big":
                    raise
        raise Rejected("unreachable")


def ref_of(content: Raw) -> str:
    """Return how we can fetch the file of a message, with all that is needed to decrypt it; "" if we cannot."""
    file = as_object(content.get("file"))
    uri = as_text(file.get("url")) or as_text(content.get("url"))
    if not uri.startswith("mxc://") or "#" in uri:
        return ""
    if not file:
        return uri
    secret = [as_object(file.get("key")).get("k"), as_object(file.get("hashes")).get("sha256"), file.get("iv")]
    if not all(as_text(part) for part in secret):
        return ""
    return f"{uri}#{to_url_text(orjson.dumps(secret))}"


# ---- "Sending encrypted attachments": AES-256 in counter mode, and a hash of what the homeserver has -----------------


def _sealed(data: bytes) -> tuple[bytes, Content]:
    from nio.crypto.attachments import encrypt_attachment  # noqa: PLC0415 - 22 MB, only where there are such files

    return encrypt_attachment(data)


def _opened(data: bytes, secret: str) -> bytes:
    from nio.crypto.attachments import decrypt_attachment  # noqa: PLC0415 - likewise
    from nio.exceptions import EncryptionError  # noqa: PLC0415 - likewise

    try:
        key, digest, iv = orjson.loads(to_bytes(secret))
        opened: bytes = decrypt_attachment(data, key, digest, iv)
    except (ValueError, EncryptionError) as error:  # garbage for a key, or another file than was sent
        raise Rejected("unreachable") from error
    return opened
