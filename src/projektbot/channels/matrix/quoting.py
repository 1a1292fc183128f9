"""What a message says that a command answers: asked of the homeserver, and opened if it is encrypted."""

from __future__ import annotations

from collections.abc import Callable

from projektbot.channels.matrix.events import FILES, Raw, as_object, as_text, caption_of, content_of, words_of
from projektbot.channels.matrix.server import Server, path
from projektbot.errors import Blocked, Rejected
from projektbot.messages import MAX_QUOTED


async def quoted_words(server: Server, open_: Callable[[Raw], Raw | None], room: str, event_id: str) -> str:
    """Return the beginning of a message; empty if it is not shown to us, or we have no key, or it has no words."""
    try:
        raw = {**as_object(await server.call("GET", path("rooms", room, "event", event_id))), "room_id": room}
    except (Blocked, Rejected):
        return ""
    opened = open_(raw) if raw.get("type") == "m.room.encrypted" else raw
    if opened is None or opened.get("type") != "m.room.message":
        return ""
    content = content_of(opened)
    words = caption_of(content) if as_text(content.get("msgtype")) in FILES else words_of(content)
    return words.strip()[:MAX_QUOTED]
