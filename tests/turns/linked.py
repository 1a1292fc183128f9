"""Two chats of one person in the town: how they are connected, and what nobody handed over."""

from __future__ import annotations

import re

import orjson

from projektbot.messages import outgoing_from
from projektbot.store.tables import addresses, outbox
from tests.turns.town import Person, Town, bare


async def code_for(person: Person) -> str:
    """Let somebody get a code."""
    await person.says("/link")
    found = re.search(r"[A-Z0-9]{4}-[A-Z0-9]{4}", await person.taps("No, give me a code"))
    assert found
    return found[0]


async def enter(person: Person, code: str) -> str:
    """Let somebody enter a code; return what they are told."""
    await person.says(f"/link {code}")
    return await person.taps("Yes, connect them")


async def connect(maker: Person, other: Person) -> str:
    """Let `other` enter the code that `maker` got; return what they are told."""
    return await enter(other, await code_for(maker))


async def notices(town: Town, chat: str) -> list[str]:
    """Return what a chat was told without having asked, also what delivery would find in the outbox."""
    return [words for kind, words in await said(town, chat) if kind == "notice"]


async def said(town: Town, chat: str) -> list[tuple[str, str]]:
    """Return everything in the outbox for a chat, by kind."""
    rows = await town.rows(outbox.join(addresses, addresses.c.id == outbox.c.address_id), addresses.c.chat == chat)
    return [(row.kind, bare(outgoing_from(orjson.loads(row.body)))) for row in sorted(rows, key=lambda row: row[0])]


async def session_of(town: Town, chat: str) -> int:
    """Return the number of the session behind a chat."""
    ((session,),) = [(row.session_id,) for row in await town.rows(addresses, addresses.c.chat == chat)]
    return int(session)
