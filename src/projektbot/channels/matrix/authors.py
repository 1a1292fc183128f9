"""Who wrote the messages that others point at, asked of the homeserver only where we do not know."""

from __future__ import annotations

from typing import Final

from projektbot.channels.matrix.events import as_text
from projektbot.channels.matrix.server import Server, path
from projektbot.errors import Blocked, Rejected

MOST: Final = 4096  # messages; people answer and react to recent ones


class Authors:
    """The authors of the latest few thousand messages we had to do with. Losing them costs a request each."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._known: dict[str, str] = {}

    def note(self, event_id: str, user: str) -> None:
        self._known[event_id] = user
        if len(self._known) > MOST:
            del self._known[next(iter(self._known))]  # a dict keeps order: the oldest

    async def of(self, room: str, event_id: str) -> str:
        """Return the author's user id, or "" if the homeserver does not show us the message."""
        if event_id not in self._known:
            self.note(event_id, await self._asked(room, event_id))
        return self._known[event_id]

    async def _asked(self, room: str, event_id: str) -> str:
        try:
            return as_text((await self._server.call("GET", path("rooms", room, "event", event_id))).get("sender"))
        except (Blocked, Rejected):
            return ""
