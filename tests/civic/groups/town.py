"""Members of a group in the town: each acts in the same chat, as somebody whom the messenger names."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson
from sqlalchemy import Connection, func, select, update

from projektbot.delivery.outbox import Settled
from projektbot.delivery.outbox import settle as noted
from projektbot.messages import Command, Event, Inbound, Outgoing, Tap, Words, outgoing_from
from projektbot.store.tables import addresses, outbox
from tests.civic.projects.town import sends_an_idea
from tests.turns.town import Town, bare

GROUP = "-100"


class Member:
    """Somebody in a group: types, presses buttons, and reads what is said there."""

    def __init__(self, town: Town, name: str, group: str = GROUP, channel: str = "desk") -> None:
        self.town = town
        self.name = name
        self.group = group
        self.channel = channel

    def inbound(self, event: Event, **more: Any) -> Inbound:  # noqa: ANN401 - as Inbound
        """Return an update of theirs."""
        inbound = self.town.inbound(self.group, event, **{"private": False, "sender": self.name, **more})
        return replace(inbound, channel=self.channel)

    async def does(self, event: Event, **more: Any) -> str:  # noqa: ANN401 - as Inbound
        """Do something and return what is said in the group at once."""
        before = len(self.town.letters)
        await self.town.take(self.inbound(event, **more))
        return "\n".join(bare(letter.message) for letter in self.town.letters[before:] if letter.chat == self.group)

    async def says(self, written: str, **more: Any) -> str:  # noqa: ANN401 - as Inbound
        """Type something that is meant for us."""
        name, _, argument = written[1:].partition(" ")
        return await self.does(Command(name, argument) if written.startswith("/") else Words(written), **more)

    async def answers(self, to: str, written: str, *, quoted: str = "") -> str:
        """Type a command in answer to a message, of which the messenger shows us the words."""
        name, _, argument = written[1:].partition(" ")
        return await self.does(Command(name, argument, to, quoted))

    async def taps(self, label: str, *, message: str = "m1") -> str:
        """Press a button of the newest message that has it."""
        for shown in reversed(posts(self.town, self.group)):
            tokens = [choice.token for choice in shown.choices if choice.label.replace("\u2068", "").startswith(label)]
            if tokens:
                return await self.does(Tap(tokens[0], message))
        raise LookupError(label)


def posts(town: Town, group: str = GROUP) -> list[Outgoing]:
    """Return the messages that were handed over for a group, the oldest first."""
    return [letter.message for letter in town.letters if letter.chat == group]


async def bound(town: Town, name: str = "anna") -> Member:
    """Return somebody who has sent the idea P-1001 and connected the group with it, which speaks English."""
    await sends_an_idea(town.person(name))
    lead = Member(town, name)
    await lead.says("/team P-1001")
    await lead.says("/language en")
    return lead


async def posted(town: Town, group: str = GROUP) -> list[Outgoing]:
    """Return what was said in a group by itself, the oldest first."""
    mine = outbox.c.address_id.in_(select(addresses.c.id).where(addresses.c.chat == group))
    rows = await town.rows(outbox, mine, outbox.c.kind == "notice")
    return [outgoing_from(orjson.loads(row.body)) for row in sorted(rows, key=lambda row: row[0])]


async def arrived(town: Town, external_id: str, group: str = GROUP, *, poll: str = "") -> None:
    """Let all letters to the group have been sent, the newest under these ids of the messenger."""

    def settle(db: Connection) -> None:
        mine = outbox.c.address_id.in_(select(addresses.c.id).where(addresses.c.chat == group))
        newest = db.scalar(select(func.max(outbox.c.id)).where(mine)) or 0
        db.execute(update(outbox).where(mine).values(state="sent"))
        noted(db, [Settled(newest, "sent", 1, external_id, poll=poll)])

    await town.store.write(settle)
