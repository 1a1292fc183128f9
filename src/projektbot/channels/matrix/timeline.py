"""The events of one room since we last looked, oldest first and without gaps."""

from __future__ import annotations

from collections import Counter
from typing import Final

import orjson
import structlog

from projektbot.channels.matrix.events import Raw, as_objects, as_text, has_joined
from projektbot.channels.matrix.inbound import TYPES
from projektbot.channels.matrix.server import Server, path
from projektbot.errors import Blocked, ChannelError, Rejected

PAGE: Final = 100  # events; Synapse gives no more at once
BROKEN: Final = "server_500"  # what Synapse answers for a room whose history it cannot read
PATIENCE: Final = 10  # failures in a row, some five minutes

FILTER = {"types": list(TYPES), "limit": PAGE, "lazy_load_members": True}

log = structlog.get_logger(__name__)


class Timelines:
    """Timelines as a sync gives them, with what it left out ("limited") fetched page by page."""

    def __init__(self, server: Server, user: str) -> None:
        self._server = server
        self._user = user
        self._broken: Counter[str] = Counter()

    async def events(self, room: str, timeline: Raw, since: str) -> list[Raw]:
        """Return the events of a room after `since` and, if we joined within them, from our joining on."""
        events = _located(timeline.get("events"), room)
        gap = as_text(timeline.get("prev_batch")) if timeline.get("limited") is True else ""
        if gap and not any(has_joined(raw, self._user) for raw in events):
            events = await self._gap(room, gap, since) + events
        return _from_joining(events, self._user)

    async def _gap(self, room: str, start: str, since: str) -> list[Raw]:
        try:
            events = await self._pages(room, start, since)
        except (Blocked, Rejected) as refused:
            log.warning("matrix_gap_refused", reason=refused.reason)  # we are no longer in it: the rest must not wait
            return []
        except ChannelError as error:
            self._broken[room] += error.reason == BROKEN
            if self._broken[room] < PATIENCE:
                raise
            log.error("matrix_gap_given_up", failures=PATIENCE)  # noqa: TRY400 - nobody's mistake to trace
            events = []
        del self._broken[room]
        return events

    async def _pages(self, room: str, start: str, since: str) -> list[Raw]:
        newest_first: list[Raw] = []
        query = {"dir": "b", "to": since, "limit": str(PAGE), "filter": orjson.dumps(FILTER).decode()}
        while start:
            page = await self._server.call("GET", path("rooms", room, "messages", **{**query, "from": start}))
            events = _located(page.get("chunk"), room)
            newest_first += events
            if any(has_joined(raw, self._user) for raw in events):
                break  # we were not there before
            start = as_text(page.get("end"))  # missing on the last page
        newest_first.reverse()
        return newest_first


def _located(events: object, room: str) -> list[Raw]:
    return [{**raw, "room_id": room} for raw in as_objects(events)]


def _from_joining(events: list[Raw], user: str) -> list[Raw]:
    joined = max((number for number, raw in enumerate(events) if has_joined(raw, user)), default=0)
    return events[joined:]
