"""Someone whose client encrypts: the same person, with the keys of matrix-nio, which the bot does not use for that."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from nio import AsyncClient, AsyncClientConfig, MegolmEvent, SyncResponse, UploadResponse
from nio.crypto.attachments import decrypt_attachment

from tests.servers.matrix_person import Json, MatrixPerson, MatrixRefused, Seen

ENCRYPTION: Json = {"type": "m.room.encryption", "state_key": "", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}


class EncryptedPerson(MatrixPerson):
    """Makes encrypted rooms, and in them says and sees everything encrypted. `store` holds the keys of this device."""

    def __init__(self, url: str, user_id: str, device_id: str, access_token: str, store: Path) -> None:
        super().__init__(url, user_id, access_token)
        store.mkdir(parents=True, exist_ok=True)
        config = AsyncClientConfig(encryption_enabled=True, store_sync_tokens=False)
        self.client = AsyncClient(url, user_id, device_id, str(store), config)
        self.client.restore_login(user_id, device_id, access_token)

    async def __aenter__(self) -> Self:
        await self.client.keys_upload()
        return await super().__aenter__()

    async def __aexit__(self, *fault: object) -> None:
        try:
            await super().__aexit__(*fault)
        finally:
            await self.client.close()

    async def create_room(self, name: str = "", *, invite: Sequence[str] = (), **more: object) -> str:
        return await super().create_room(name, invite=invite, **{"initial_state": [ENCRYPTION], **more})

    async def send(self, room: str, content: Json, type_: str = "m.room.message") -> str:
        await self.until_in(room)
        sent = await self.client.room_send(room, type_, content, ignore_unverified_devices=True)
        if not hasattr(sent, "event_id"):
            raise MatrixRefused(0, getattr(sent, "status_code", ""), str(sent))
        return str(sent.event_id)

    async def until_in(self, room: str) -> None:
        """Wait until the client knows the room."""
        await self._until(lambda: self.client.rooms.get(room), 30.0)

    async def until_with(self, room: str, count: int) -> None:
        """Wait until the client sees so many people in the room: it encrypts for those it sees."""
        await self._until(lambda: len(getattr(self.client.rooms.get(room), "users", ())) >= count or None, 30.0)

    async def _stored(self, data: bytes, name: str, mime: str) -> Json:
        answer, key = await self.client.upload(
            lambda *_: io.BytesIO(data), mime, name, encrypt=True, filesize=len(data)
        )
        assert isinstance(answer, UploadResponse)
        assert key is not None
        return {
            "body": name,
            "file": {**key, "url": answer.content_uri},
            "info": {"mimetype": mime, "size": len(data)},
        }

    async def open_file(self, seen: Seen) -> bytes:
        """Fetch and decrypt a file somebody sent."""
        file = seen.content["file"]
        data = await self.download(file["url"])
        opened: bytes = decrypt_attachment(data, file["key"]["k"], file["hashes"]["sha256"], file["iv"])
        return opened

    async def _heard(self, news: Json) -> None:
        answer = SyncResponse.from_dict(json.loads(json.dumps(news)))
        assert isinstance(answer, SyncResponse), answer
        await self.client.receive_response(answer)
        if self.client.should_upload_keys:
            await self.client.keys_upload()
        if self.client.should_query_keys:
            await self.client.keys_query()
        if self.client.should_claim_keys:
            await self.client.keys_claim(self.client.get_users_for_key_claiming())
        await self.client.send_to_device_messages()
        for room, visit in news.get("rooms", {}).get("join", {}).items():
            events = visit.get("timeline", {}).get("events", [])
            events[:] = [self._opened(room, event) for event in events]

    def _opened(self, room: str, raw: Json) -> Json:
        if raw["type"] != "m.room.encrypted" or "ciphertext" not in raw["content"]:
            return raw
        event = MegolmEvent.from_dict(raw)
        assert self.client.olm is not None
        opened = self.client.olm.decrypt_event(event, room) if isinstance(event, MegolmEvent) else None
        return raw if opened is None else {**raw, **opened.source, "encrypted": True}
