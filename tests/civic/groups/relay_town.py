"""A project with two chats, one on each of two messengers, and people who talk there."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any

import orjson
from sqlalchemy import Connection, insert, update

from projektbot.civic.groups.tables import project_chats
from projektbot.messages import Event, Inbound, Outgoing, Words, outgoing_from
from projektbot.store.tables import addresses, outbox
from tests.civic.groups.town import GROUP, Member, bound
from tests.turns.town import Town

ROOM = "!room"
_numbers = count(1)


class Talker(Member):
    """Somebody who talks in a chat of the project, on the messenger to which it belongs."""

    def inbound(self, event: Event, **more: Any) -> Inbound:  # noqa: ANN401 - as Inbound
        """Return an update of theirs."""
        inbound = super().inbound(event, **more)
        return replace(inbound, channel="desk" if self.group == GROUP else "matrix")

    def plain(self, event: Event, message: str = "", **more: Any) -> Inbound:  # noqa: ANN401 - as Inbound
        """Return something they do that is not meant for us."""
        name = self.name.title()
        return self.inbound(event, **{"message": message, "name": name, "overheard": True, **more})

    async def talks(self, event: Event | str, message: str = "", **more: Any) -> str:  # noqa: ANN401 - as Inbound
        """Do something that is not meant for us; return what their own chat is told."""
        event = Words(event) if isinstance(event, str) else event
        before = len(self.town.letters)
        await self.town.take(self.plain(event, message or f"m{next(_numbers)}", **more))
        return "\n".join(letter.message.plain() for letter in self.town.letters[before:] if letter.chat == self.group)


async def two_chats(town: Town, *, on: bool = True) -> tuple[Talker, Talker]:
    """Return who leads the project, in the group, and somebody in its room on the other messenger."""
    await bound(town)
    anna, ben = Talker(town, "anna"), Talker(town, "ben", ROOM)
    await ben.says("/help")
    await town.store.write(bind_room)
    await ben.does(Words("hello"))
    if on:
        await anna.says("/relay on")
    return anna, ben


def bind_room(db: Connection) -> None:
    """Let the room be the project's."""
    room = db.execute(addresses.select().where(addresses.c.chat == ROOM)).one().id
    db.execute(insert(project_chats).values(address_id=room, project=1001, channel="matrix", thread="", bound_at=1))


async def shown(town: Town, chat: str = ROOM) -> list[Outgoing]:
    """Return what is in the outbox for a chat and has not been recalled, the oldest first, by itself only."""
    joined = outbox.join(addresses, addresses.c.id == outbox.c.address_id)
    there = (addresses.c.chat == chat, outbox.c.kind == "notice", outbox.c.state != "recalled")
    rows = await town.rows(joined, *there)
    return [outgoing_from(orjson.loads(row.body)) for row in sorted(rows, key=lambda row: row[0])]


async def delivered(town: Town, state: str = "sent") -> None:
    """Let all letters have arrived, each under its own id of the messenger, or be on their way."""

    def settle(db: Connection) -> None:
        for row in db.execute(outbox.select().where(outbox.c.state.in_(("queued", "sending")))).all():
            replaces = outgoing_from(orjson.loads(row.body)).replaces
            external = (replaces or f"x{row.id}") if state == "sent" else None
            db.execute(update(outbox).where(outbox.c.id == row.id).values(state=state, external_id=external))

    await town.store.write(settle)


async def newest_id(town: Town, chat: str = ROOM) -> str:
    """Return the messenger's id of the newest letter to a chat."""
    joined = outbox.join(addresses, addresses.c.id == outbox.c.address_id)
    rows = await town.rows(joined, addresses.c.chat == chat)
    return str(max(rows, key=lambda row: row[0]).external_id)
