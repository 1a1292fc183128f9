"""The Matrix channel: one user of a homeserver that people invite, write to, and are answered by."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from pathlib import Path
from typing import Final

from PIL import Image, UnidentifiedImageError

from projektbot.channels.matrix.account import Account, log_in
from projektbot.channels.matrix.authors import Authors
from projektbot.channels.matrix.links import link_to
from projektbot.channels.matrix.outbound import Content, Picture, media_content, text_contents
from projektbot.channels.matrix.retrying import insist
from projektbot.channels.matrix.server import Server, path, told
from projektbot.channels.matrix.syncing import Syncing
from projektbot.errors import Blocked, Rejected
from projektbot.messages import Kind, Limits, Media, Outgoing, Road, Stored

UPLOADS: Final = 256  # files whose address at the homeserver we remember: a broadcast sends one picture to thousands
UPLOAD_SECONDS: Final = 300.0
MEDIA: Final = "/_matrix/client/v1/media"
OLD_MEDIA: Final = "/_matrix/media/v3"  # uploads; and downloads from servers before Matrix 1.11


class MatrixChannel:
    """One account of ours on Matrix, as the road knows channels.

    Sending the same `txn` again within 24 hours gives the same event, since we stay the same device; so every failure
    may be tried again, and none is Unsure.
    """

    # Synapse carries some 20 events a second and counts them for the account, not for the room; the default limits of
    # a homeserver (one in five seconds) are lifted by its operator for us (docs/operating.md).
    limits = Limits(rate=15.0, reserved=5.0, chat_rate=5.0, chat_burst=10, group_per_minute=60, parallel=8, text=10_000)

    def __init__(
        self,
        *,
        name: str = "matrix",
        homeserver: str,
        user: str = "",
        password: str = "",
        access_token: str = "",
        device_store: Path,
        read_media: Callable[[str], bytes],
    ) -> None:
        self.name = name
        self.idempotent = True  # the same txn on the same device is the same event
        self.one_receiver = True
        self._user = user
        self._password = password
        self._access_token = access_token
        self._device_store = device_store
        self._read_media = read_media
        self._server = Server(homeserver)
        self._authors = Authors(self._server)
        self._account: Account | None = None
        self._listens_as = ""
        self._uploads: dict[str, str] = {}
        self._door = asyncio.Lock()
        self._upload_turn = asyncio.Lock()

    async def receive(self, road: Road) -> None:
        """Receive until cancelled; raises Revoked if the homeserver no longer lets us in, and nothing else."""
        account = await insist(self._enter, "login")
        self._listens_as = account.user_id
        try:
            await Syncing(self.name, self._server, account, self._authors, road=road).run()
        finally:
            self._listens_as = ""  # nobody would be answered there

    async def send(self, chat: str, message: Outgoing, txn: str, *, private: bool) -> str:  # noqa: ARG002 - alike in both
        """Send one message, in several events if it must be; return the id of the one that carries its choices."""
        account = await self._enter()
        contents = await self._contents(message)
        if not contents:
            raise Rejected("empty")
        sent = ""
        for number, content in enumerate(contents):
            piece = f"{txn}.{number}" if number else txn  # all of one type: ids may not be used twice in a room
            put = path("rooms", chat, "send", "m.room.message", piece)
            sent = told(await self._server.call("PUT", put, content), "event_id")
            self._authors.note(sent, account.user_id)
        return message.replaces or sent

    async def fetch(self, ref: str) -> bytes:
        """Return the bytes of a file somebody sent."""
        await self._enter()
        server, _, media = ref.removeprefix("mxc://").partition("/")
        if not ref.startswith("mxc://") or not server or not media:
            raise Rejected("unreachable")
        for base in (MEDIA, OLD_MEDIA):
            try:
                return await self._server.download(path("download", server, media, base=base))
            except (Blocked, Rejected) as refused:
                if refused.reason == "too_big":
                    raise
        raise Rejected("unreachable")

    def address(self, start: str = "") -> str:  # noqa: ARG002 - links to Matrix users carry nothing
        """Return the link to our account, while we receive there."""
        return link_to(self._listens_as)

    async def close(self) -> None:
        """Give back the connections."""
        await self._server.close()

    async def _enter(self) -> Account:
        async with self._door:
            if self._account is None:
                self._account = await log_in(
                    self._server,
                    user=self._user,
                    password=self._password,
                    access_token=self._access_token,
                    store=self._device_store,
                )
            return self._account

    # ---- files -----------------------------------------------------------------------------------------------------

    async def _contents(self, message: Outgoing) -> list[Content]:
        words = text_contents(message)
        if message.media is None or (message.replaces and words):  # a correction concerns the words; the file stays
            return words
        return [await self._media(message.media), *words]

    async def _media(self, media: Media) -> Content:
        data = await asyncio.to_thread(self._read_media, media.file.sha256)
        picture = await asyncio.to_thread(_picture, data) if media.kind is Kind.IMAGE else Picture()
        return media_content(media, await self._uploaded(media.file, data), picture)

    async def _uploaded(self, file: Stored, data: bytes) -> str:
        async with self._upload_turn:  # eight senders of one broadcast need one upload
            if file.sha256 not in self._uploads:
                name = {"filename": file.name} if file.name else {}
                target = path("upload", base=OLD_MEDIA, **name)
                answer = await self._server.call("POST", target, data, mime=file.mime, seconds=UPLOAD_SECONDS)
                self._uploads[file.sha256] = told(answer, "content_uri")
            if len(self._uploads) > UPLOADS:
                del self._uploads[next(iter(self._uploads))]
            return self._uploads[file.sha256]


def _picture(data: bytes) -> Picture:
    """Read the size from the head of an image; a homeserver and clients can do without."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            return Picture(*image.size)
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return Picture()
