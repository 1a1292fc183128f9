"""An answer to everything with matrix-nio, as its examples write one: callbacks, sync_forever, every device trusted."""

from __future__ import annotations

import asyncio
import sys

from nio import AsyncClient, AsyncClientConfig, InviteMemberEvent, MatrixRoom, RoomMessageText

from bench.peers.words import HELP


async def main() -> None:
    """Log in and answer."""
    url, user, password, store = sys.argv[1:]
    config = AsyncClientConfig(store_sync_tokens=True, encryption_enabled=True)
    client = AsyncClient(url, user, store_path=store, config=config)
    await client.login(password)

    async def on_message(room: MatrixRoom, event: RoomMessageText) -> None:
        if event.sender != client.user_id:
            content = {"msgtype": "m.text", "body": HELP}
            await client.room_send(room.room_id, "m.room.message", content, ignore_unverified_devices=True)

    async def on_invitation(room: MatrixRoom, event: InviteMemberEvent) -> None:
        if event.state_key == client.user_id:
            await client.join(room.room_id)

    client.add_event_callback(on_message, RoomMessageText)
    client.add_event_callback(on_invitation, InviteMemberEvent)
    await client.sync_forever(timeout=30_000, full_state=True)


asyncio.run(main())
