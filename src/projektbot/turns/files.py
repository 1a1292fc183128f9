"""Files that people send: fetched from their messenger and stored before the turn that needs them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import structlog

from projektbot.errors import Bug, ChannelError, Rejected, guarded, where_from
from projektbot.messages import Channel, Inbound, Stored, Upload
from projektbot.store.media import MediaStore

log = structlog.get_logger()

FETCH_TRIES = 4
FETCH_PAUSE = 1.0  # seconds after the first try; twice as long after each


class Files:
    """Fetches files over the channels of this process."""

    def __init__(self, media: MediaStore, channels: Mapping[str, Channel]) -> None:
        self._media = media
        self._channels = channels

    async def fetched(self, inbound: Inbound, upload: Upload) -> Upload:
        """Fetch and store a file; what cannot be had is said by its problem.

        What comes from a group can only be passed on: it is not kept.
        """
        channel, media, pause = inbound.channel, self._media if inbound.private else self._media.passing, 0.0
        for attempt in range(FETCH_TRIES):
            await asyncio.sleep(pause)
            try:
                return replace(upload, file=await guarded(self._stored(channel, media, upload)))
            except Rejected as error:
                return replace(upload, problem=error.reason)
            except ChannelError as error:
                log.warning("fetch_failed", channel=channel, reason=error.reason, attempt=attempt)
                pause = max(error.retry_after, FETCH_PAUSE * 2.0**attempt)
            except Bug as bug:  # or a full disk: the chat must go on
                facts = {"error": type(bug.cause).__name__, "where": where_from(bug.cause)}
                log.warning("fetch_failed", channel=channel, reason="bug", attempt=attempt, **facts)
                pause = FETCH_PAUSE * 2.0**attempt
        return replace(upload, problem="unreachable")

    async def _stored(self, channel: str, media: MediaStore, upload: Upload) -> Stored:
        data = await self._channels[channel].fetch(upload.ref)
        return await asyncio.to_thread(media.save, data, upload.kind, upload.name)


def awaits_file(inbound: Inbound) -> bool:
    """Say whether somebody sent a file that is not in our store yet."""
    return isinstance(inbound.event, Upload) and not inbound.event.file
