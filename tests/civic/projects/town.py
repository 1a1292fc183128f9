"""People of a town in which ideas are sent, read by staff, and cared about."""

from __future__ import annotations

import orjson

from projektbot.civic.staff.actions import invite
from projektbot.civic.staff.rules import EVERYWHERE, Role
from projektbot.instants import micros
from projektbot.messages import Tap, outgoing_from
from projektbot.store.tables import addresses, outbox
from tests.turns.town import Person, Town

ANOTHER = "Mine is another one"


async def with_role(town: Town, name: str, role: Role = Role.MODERATOR, area: str = EVERYWHERE) -> Person:
    """Return somebody who has accepted an invitation to a role."""
    somebody = town.person(name)
    code = await town.store.write(lambda db: invite(db, micros(town.clock.now()), role, area))
    await somebody.says(f"/staff {code}")
    return somebody


async def sends_an_idea(somebody: Person, title: str = "Benches along the river") -> None:
    """Send an idea from beginning to end."""
    await somebody.says("/idea")
    await somebody.taps("Something new")
    for words in (title, "A back and arms, every two hundred metres."):
        await somebody.says(words)
        if ANOTHER in labels(somebody):  # like one of those that are there already
            await somebody.taps(ANOTHER)
    await somebody.says("1", "1", "/skip", "/skip", "/skip")
    await somebody.taps("Send the idea")


async def publishes(moderator: Person, ref: str) -> str:
    """Publish an idea; return what the moderator is told."""
    await moderator.says("/queue")
    return await moderator.taps(*[label for label in labels(moderator) if label.startswith(ref)], "Publish it")


async def taps_notice(somebody: Person, label: str) -> str:
    """Press a button of the last message that came by itself; return the answer."""
    town = somebody.town
    joined = outbox.join(addresses, addresses.c.id == outbox.c.address_id)
    rows = await town.rows(joined, addresses.c.chat == somebody.chat, outbox.c.kind == "notice")
    message = outgoing_from(orjson.loads(max(rows, key=lambda row: row[0]).body))
    (token,) = [choice.token for choice in message.choices if choice.label == label]
    return await somebody.does(Tap(token))


def labels(somebody: Person) -> list[str]:
    """Return the buttons under the last message somebody got."""
    mine = [letter for letter in somebody.town.letters if letter.chat == somebody.chat]
    return [choice.label for choice in mine[-1].message.choices]
