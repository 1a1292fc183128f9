"""The Matrix channel: one user of a homeserver that people invite, write to, and are answered by."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from pathlib import Path

import structlog
from PIL import Image, UnidentifiedImageError

from projektbot.channels.matrix import polls
from projektbot.channels.matrix.authors import Authors
from projektbot.channels.matrix.entering import Credentials, Entered, enter
from projektbot.channels.matrix.files import Files
from projektbot.channels.matrix.links import link_to
from projektbot.channels.matrix.outbound import Content, Picture, media_content, text_contents, whole_content
from projektbot.channels.matrix.retrying import insist
from projektbot.channels.matrix.server import Server, path, told
from projektbot.channels.matrix.syncing import Syncing
from projektbot.errors import Rejected, Revoked
from projektbot.messages import Kind, Limits, Media, Outgoing, Road
from projektbot.polls import Sent

log = structlog.get_logger(__name__)


class MatrixChannel:
    """One account of ours on Matrix, as the road knows channels.

    Sending the same `txn` again within 24 hours gives the same event, since we stay the same device; so every failure
    may be tried again, and none is Unsure.
    """

    # Synapse on two cores carries 20 to 35 events a second and counts them for the account, not for the room; the
    # default limits of a homeserver (one in five seconds) are lifted by its operator for us (docs/operating.md).
    limits = Limits(
        rate=30.0, reserved=10.0, chat_rate=5.0, chat_burst=10, group_per_minute=60, parallel=8, text=10_000
    )

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
        self._given = Credentials(user, password, access_token, device_store)
        self._read_media = read_media
        self._server = Server(homeserver)
        self._authors = Authors(self._server)
        self._entered: Entered | None = None
        self._shut_out = ""
        self._listens_as = ""
        self._files = Files(self._server)
        self._door = asyncio.Lock()

    async def receive(self, road: Road) -> None:
        """Receive until cancelled; raises Revoked if the homeserver no longer lets us in, and nothing else."""
        try:
            entered = await insist(self._enter, "login")
            self._listens_as = entered.account.user_id
            await Syncing(self.name, self._server, entered, self._authors, road=road).run()
        except Revoked as revoked:
            log.error("matrix_shut_out", reason=revoked.reason)  # noqa: TRY400 - the operator's matter, not a fault to trace
            raise
        finally:
            self._listens_as = ""  # nobody would be answered there

    async def send(self, chat: str, message: Outgoing, txn: str, *, private: bool) -> str:  # noqa: ARG002 - alike in both
        """Send one message, in several events if it must be; return the id of the one that carries its choices."""
        entered = await self._enter()
        if message.removes:
            return await self._take_away(chat, message.removes, txn)
        events = await self._events(message, encrypted=await entered.encryption.is_encrypted(chat))
        if not events:
            raise Rejected("empty")
        sent = ""
        for number, (said, content) in enumerate(events):
            kind, sealed = await entered.encryption.seal(chat, said, content)
            piece = f"{txn}.{number}" if number else txn  # ids may not be used twice in a room, also for other types
            put = path("rooms", chat, "send", kind, piece)
            sent = told(await self._server.call("PUT", put, sealed), "event_id")
            self._authors.note(sent, entered.account.user_id)
        return Sent(sent, sent) if message.poll else message.replaces or sent

    async def _take_away(self, chat: str, event_id: str, txn: str) -> str:
        """Take a message of ours away; one that is gone already is as good."""
        await self._server.call("PUT", path("rooms", chat, "redact", event_id, txn), {})
        return event_id

    async def fetch(self, ref: str) -> bytes:
        """Return the bytes of a file somebody sent."""
        await self._enter()
        return await self._files.fetch(ref)

    def address(self, start: str = "") -> str:  # noqa: ARG002 - links to Matrix users carry nothing
        """Return the link to our account, while we receive there."""
        return link_to(self._listens_as)

    async def close(self) -> None:
        """Give back the connections and the keys."""
        await self._server.close()
        if self._entered:
            self._entered.store.close()

    async def _enter(self) -> Entered:
        async with self._door:
            if self._shut_out:  # asked again and again, a homeserver locks the account
                raise Revoked(self._shut_out)
            if self._entered is None:
                try:
                    self._entered = await enter(self._server, self._given)
                except Revoked as revoked:
                    self._shut_out = revoked.reason
                    raise
            return self._entered

    async def _events(self, message: Outgoing, *, encrypted: bool) -> list[tuple[str, Content]]:
        """Return types and contents of the events that say a message, in order."""
        events = [(polls.END, polls.end_content(message, poll)) for poll in message.ends]
        if message.poll:
            return [*events, (polls.START, polls.start_content(message, message.poll))]
        return [*events, *[("m.room.message", said) for said in await self._contents(message, encrypted=encrypted)]]

    # ---- files -----------------------------------------------------------------------------------------------------

    async def _contents(self, message: Outgoing, *, encrypted: bool) -> list[Content]:
        if message.media is not None and message.whole:
            return [whole_content(message, await self._media(message.media, encrypted=encrypted))]
        words = text_contents(message)
        if message.media is None or (message.replaces and words):  # a correction concerns the words; the file stays
            return words
        return [await self._media(message.media, encrypted=encrypted), *words]

    async def _media(self, media: Media, *, encrypted: bool) -> Content:
        data = await asyncio.to_thread(self._read_media, media.file.sha256)
        picture = await asyncio.to_thread(_picture, data) if media.kind is Kind.IMAGE else Picture()
        return media_content(media, await self._files.send(media.file, data, encrypted=encrypted), picture)


def _picture(data: bytes) -> Picture:
    """Read the size from the head of an image; a homeserver and clients can do without."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            return Picture(*image.size)
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return Picture()
