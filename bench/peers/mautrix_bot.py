"""An answer to everything with mautrix, by its client and its own sync; rooms without encryption."""

from __future__ import annotations

import asyncio
import sys

from mautrix.client import Client
from mautrix.types import EventType, Membership, MessageEvent, StateEvent

from bench.peers.words import HELP


async def main() -> None:
    """Log in and answer."""
    url, user, password, _ = sys.argv[1:]
    client = Client(mxid=user, base_url=url)
    await client.login(identifier=user, password=password)
    client.ignore_initial_sync = False

    async def on_message(event: MessageEvent) -> None:
        if event.sender != client.mxid:
            await client.send_text(event.room_id, HELP)

    async def on_member(event: StateEvent) -> None:
        if event.state_key == client.mxid and event.content.membership == Membership.INVITE:
            await client.join_room(event.room_id)

    client.add_event_handler(EventType.ROOM_MESSAGE, on_message)
    client.add_event_handler(EventType.ROOM_MEMBER, on_member)
    await client.start(None)


asyncio.run(main())
