"""How people are called in a room, asked of the homeserver only where their messages are passed on."""

from __future__ import annotations

from typing import Final

from projektbot.channels.matrix.events import Raw, as_text, content_of
from projektbot.channels.matrix.server import Server, path
from projektbot.errors import Blocked, Rejected

MOST: Final = 4096


class Names:
    """Display names of those who spoke lately. Losing them costs a request each."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._known: dict[tuple[str, str], str] = {}

    def note(self, raw: Raw) -> None:
        """Learn from an event that somebody is called otherwise now."""
        key = (raw["room_id"], as_text(raw.get("state_key")))
        if raw.get("type") == "m.room.member" and key in self._known:
            self._known[key] = _name(key[1], content_of(raw))

    async def of(self, room: str, user: str) -> str:
        """Return somebody's name in a room; the first half of their address if they have none."""
        if (room, user) not in self._known:
            self._known[room, user] = await self._asked(room, user)
            if len(self._known) > MOST:
                del self._known[next(iter(self._known))]  # a dict keeps order: the oldest
        return self._known[room, user]

    async def _asked(self, room: str, user: str) -> str:
        try:
            return _name(user, await self._server.call("GET", path("rooms", room, "state", "m.room.member", user)))
        except (Blocked, Rejected):
            return _name(user, {})


def _name(user: str, member: Raw) -> str:
    return as_text(member.get("displayname")).strip() or user.removeprefix("@").partition(":")[0] or "?"
