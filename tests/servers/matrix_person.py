"""Someone with a Matrix client: plain HTTP, so that the bot is not judged with the eyes of its own library."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Self, TypeAlias, TypeVar
from urllib.parse import quote
from uuid import uuid4

import aiohttp

Json: TypeAlias = dict[str, Any]
T = TypeVar("T")

TIMELINE_LIMIT = 5000  # so many new events in one answer to /sync; more would leave a gap in what a person sees
SYNC_SECONDS = 30.0  # how long the server may hold a /sync in which nothing happens
RETRY_SECONDS = 0.1  # between tries while the server is down
WAIT_SECONDS = 30.0  # for what should come at once, on a busy machine

_FILTER = json.dumps(
    {
        "presence": {"types": []},
        "account_data": {"types": []},
        "room": {
            "timeline": {"limit": TIMELINE_LIMIT},
            "ephemeral": {"types": []},
            "account_data": {"types": []},
        },
    }
)


class MatrixRefused(Exception):
    """The homeserver said no: `code` is its errcode, for instance `M_FORBIDDEN`."""

    def __init__(self, status: int, code: str, words: str) -> None:
        super().__init__(f"{status} {code}: {words}")
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True)
class Seen:
    """One event of a room's timeline, as the homeserver delivered it."""

    event_id: str
    room: str
    sender: str
    type: str
    content: Json
    state_key: str | None = None

    @property
    def body(self) -> str:
        """The words: of an edit, the new ones."""
        words = self.content.get("m.new_content", self.content).get("body", "")
        return str(words)

    @property
    def replaces(self) -> str:
        """The event this one edits, or nothing."""
        return self._related("m.replace")

    @property
    def annotates(self) -> str:
        """The event this one reacts to, or nothing; with what, says `key`."""
        return self._related("m.annotation")

    @property
    def key(self) -> str:
        """The reaction, for instance 👍, or nothing."""
        return str(self._relation().get("key", ""))

    @property
    def replies_to(self) -> str:
        """The event this one answers, or nothing."""
        return str(self._relation().get("m.in_reply_to", {}).get("event_id", ""))

    @property
    def redacts(self) -> str:
        """The event this one takes away, or nothing (rooms of version 11 and later)."""
        return str(self.content.get("redacts", ""))

    def _relation(self) -> Json:
        relation: Json = self.content.get("m.relates_to", {})
        return relation

    def _related(self, kind: str) -> str:
        relation = self._relation()
        return str(relation["event_id"]) if relation.get("rel_type") == kind else ""


@dataclass(frozen=True, slots=True)
class Invitation:
    """Someone asks this person into a room."""

    room: str
    sender: str
    is_direct: bool


class MatrixPerson:
    """One account at one client; use it as `async with`, so that it sees what happens while the block runs."""

    def __init__(self, url: str, user_id: str, access_token: str) -> None:
        self.user_id = user_id
        self._url = url
        self._token = access_token
        self._seen: list[Seen] = []
        self._invitations: dict[str, Invitation] = {}
        self._changed = asyncio.Condition()
        self._leaving = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._http = aiohttp.ClientSession(headers={"Authorization": f"Bearer {self._token}"})
        self._watching = asyncio.create_task(self._watch(), name=f"sync {self.user_id}")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._leaving.set()
        self._watching.cancel()
        results = await asyncio.gather(self._watching, return_exceptions=True)
        await self._http.close()
        if isinstance(fault := results[0], Exception):
            raise fault

    # ---- what they see ----------------------------------------------------------------------------------------------

    def sees(self, room: str, type_: str = "") -> list[Seen]:
        """All events of a room in the server's order, their own too; with `type_`, only those."""
        return [event for event in self._seen if event.room == room and type_ in {"", event.type}]

    async def wait_for(
        self,
        room: str,
        predicate: Callable[[Seen], bool],
        *,
        after: str = "",
        timeout: float = WAIT_SECONDS,
    ) -> Seen:
        """Return the first event of a room that fits, seen already or still to come.

        With `after` (an event id), look only at what came later than that event. Raises `TimeoutError` after `timeout`
        seconds, telling what was seen instead.
        """

        def found() -> Seen | None:
            return next(filter(predicate, _later_than(after, self.sees(room))), None)

        try:
            return await self._until(found, timeout)
        except TimeoutError:
            raise TimeoutError(
                f"{self.user_id} waited {timeout} s in vain and saw:\n{self._account_of(room)}"
            ) from None

    async def wait_for_message(self, room: str, sender: str, *, after: str = "", timeout: float = WAIT_SECONDS) -> Seen:
        """Return somebody's first message (text, notice, picture, …; edits are none) in a room."""

        def fits(event: Seen) -> bool:
            return event.type == "m.room.message" and event.sender == sender and not event.replaces

        return await self.wait_for(room, fits, after=after, timeout=timeout)

    async def wait_for_invitation(self, sender: str, *, timeout: float = WAIT_SECONDS) -> Invitation:
        """Return an open invitation from somebody, given already or still to come."""

        def found() -> Invitation | None:
            return next((each for each in self._invitations.values() if each.sender == sender), None)

        return await self._until(found, timeout)

    # ---- rooms ------------------------------------------------------------------------------------------------------

    async def create_room(self, name: str = "", *, invite: Sequence[str] = (), **more: object) -> str:
        """Make a private room and return its id; `more` goes into the request (`room_version`, `preset`, …)."""
        request = {"preset": "private_chat", "invite": list(invite), **({"name": name} if name else {}), **more}
        return str((await self._call("POST", "createRoom", request))["room_id"])

    async def direct_chat(self, other: str) -> str:
        """Open a direct chat, as clients do when one writes to somebody for the first time; return the room's id."""
        return await self.create_room(invite=[other], preset="trusted_private_chat", is_direct=True)

    async def invite(self, room: str, other: str) -> None:
        """Ask somebody in."""
        await self._call("POST", f"rooms/{_q(room)}/invite", {"user_id": other})

    async def join(self, room: str) -> str:
        """Enter a room, by its id or alias; return its id."""
        return str((await self._call("POST", f"join/{_q(room)}", {}))["room_id"])

    async def leave(self, room: str) -> None:
        """Leave a room, or decline an invitation to it."""
        await self._call("POST", f"rooms/{_q(room)}/leave", {})

    async def kick(self, room: str, other: str, reason: str = "") -> None:
        """Put somebody out."""
        await self._call("POST", f"rooms/{_q(room)}/kick", {"user_id": other, "reason": reason})

    async def upgrade(self, room: str, version: str) -> str:
        """Replace a room by one of another version, leaving a tombstone; return the new room's id."""
        return str(
            (await self._call("POST", f"rooms/{_q(room)}/upgrade", {"new_version": version}))["replacement_room"]
        )

    async def set_state(self, room: str, type_: str, content: Json) -> None:
        """Change something about a room."""
        await self._call("PUT", f"rooms/{_q(room)}/state/{_q(type_)}/", content)

    async def call_oneself(self, name: str) -> None:
        """Choose the name that others see."""
        await self._call("PUT", f"profile/{_q(self.user_id)}/displayname", {"displayname": name})

    # ---- what they say; each returns the event's id -----------------------------------------------------------------

    async def send(self, room: str, content: Json, type_: str = "m.room.message") -> str:
        """Send any event."""
        path = f"rooms/{_q(room)}/send/{_q(type_)}/{uuid4().hex}"
        return str((await self._call("PUT", path, content))["event_id"])

    async def say(self, room: str, words: str) -> str:
        """Send a text."""
        return await self.send(room, {"msgtype": "m.text", "body": words})

    async def say_much(self, room: str, count: int) -> list[str]:
        """Send many texts at once; return their words in the order the homeserver has given them.

        At once, because one after another they cost the server three times as much.
        """
        sent = await asyncio.gather(*[self.say(room, f"message {number}") for number in range(count)])
        await self._until(lambda: set(sent) <= {event.event_id for event in self.sees(room)} or None, WAIT_SECONDS)
        return [event.body for event in self.sees(room) if event.event_id in sent]

    async def notice(self, room: str, words: str) -> str:
        """Send a notice, as bots do; bots must not answer them."""
        return await self.send(room, {"msgtype": "m.notice", "body": words})

    async def reply(self, room: str, event_id: str, words: str) -> str:
        """Answer a message."""
        return await self.send(
            room,
            {"msgtype": "m.text", "body": words, "m.relates_to": {"m.in_reply_to": {"event_id": event_id}}},
        )

    async def edit(self, room: str, event_id: str, words: str) -> str:
        """Put other words in the place of a message of their own."""
        new = {"msgtype": "m.text", "body": words}
        relation = {"rel_type": "m.replace", "event_id": event_id}
        return await self.send(room, {**new, "body": f"* {words}", "m.new_content": new, "m.relates_to": relation})

    async def react(self, room: str, event_id: str, key: str) -> str:
        """React to a message."""
        relation = {"rel_type": "m.annotation", "event_id": event_id, "key": key}
        return await self.send(room, {"m.relates_to": relation}, "m.reaction")

    async def redact(self, room: str, event_id: str, reason: str = "") -> str:
        """Take a message or reaction away."""
        path = f"rooms/{_q(room)}/redact/{_q(event_id)}/{uuid4().hex}"
        return str((await self._call("PUT", path, {"reason": reason} if reason else {}))["event_id"])

    async def send_image(self, room: str, data: bytes, *, name: str = "photo.png", mime: str = "image/png") -> str:
        """Upload a picture and send it."""
        return await self.send(room, {"msgtype": "m.image", **await self._stored(data, name, mime)})

    async def send_voice(self, room: str, data: bytes, *, name: str = "voice.ogg", mime: str = "audio/ogg") -> str:
        """Upload a recording and send it as a voice message (MSC3245)."""
        stored = await self._stored(data, name, mime)
        return await self.send(room, {"msgtype": "m.audio", **stored, "org.matrix.msc3245.voice": {}})

    async def send_location(self, room: str, latitude: float, longitude: float) -> str:
        """Share a place, in WGS 84 degrees."""
        uri = f"geo:{latitude},{longitude}"
        return await self.send(room, {"msgtype": "m.location", "body": f"Location: {uri}", "geo_uri": uri})

    async def upload(self, data: bytes, *, name: str, mime: str) -> str:
        """Store a file on the homeserver; return its mxc:// address."""
        address = f"{self._url}/_matrix/media/v3/upload"
        headers = {"Content-Type": mime}
        async with self._http.post(address, params={"filename": name}, data=data, headers=headers) as answer:
            return str((await _checked(answer))["content_uri"])

    async def stored(self, room: str, event_id: str) -> Json:
        """Return an event as the homeserver has it."""
        return await self._call("GET", f"rooms/{_q(room)}/event/{_q(event_id)}")

    async def download(self, mxc: str) -> bytes:
        """Fetch a file by its mxc:// address."""
        address = f"{self._url}/_matrix/client/v1/media/download/{mxc.removeprefix('mxc://')}"
        async with self._http.get(address) as answer:
            if answer.status != HTTPStatus.OK:
                await _checked(answer)
            return await answer.read()

    # ---- devices ----------------------------------------------------------------------------------------------------

    async def curve_of(self, user: str) -> str:
        """Return the Curve25519 key of a device of somebody."""
        devices = (await self._call("POST", "keys/query", {"device_keys": {user: []}}))["device_keys"][user]
        return next(str(key) for device in devices.values() for name, key in device["keys"].items() if "curve" in name)

    async def send_to_devices(self, user: str, type_: str, content: Json) -> None:
        """Send anything to all devices of somebody."""
        await self._call("PUT", f"sendToDevice/{_q(type_)}/{uuid4().hex}", {"messages": {user: {"*": content}}})

    # ---- how ---------------------------------------------------------------------------------------------------------

    async def _stored(self, data: bytes, name: str, mime: str) -> Json:
        mxc = await self.upload(data, name=name, mime=mime)
        return {"body": name, "url": mxc, "info": {"mimetype": mime, "size": len(data)}}

    async def _call(
        self, method: str, path: str, body: Json | None = None, query: Mapping[str, str] | None = None
    ) -> Json:
        address = f"{self._url}/_matrix/client/v3/{path}"
        async with self._http.request(method, address, json=body, params=query) as answer:
            return await _checked(answer)

    async def _until(self, found: Callable[[], T | None], timeout: float) -> T:
        async with asyncio.timeout(timeout), self._changed:
            while (it := found()) is None:
                await self._changed.wait()
        return it

    async def _watch(self) -> None:
        since: dict[str, str] = {}
        while not self._leaving.is_set():
            hold = str(int(SYNC_SECONDS * 1000)) if since else "0"
            try:
                news = await self._call("GET", "sync", query={"filter": _FILTER, "timeout": hold, **since})
            except aiohttp.ClientError:  # the server is being restarted: go on where we were
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._leaving.wait(), RETRY_SECONDS)
                continue
            await self._heard(news)
            async with self._changed:
                self._note(news.get("rooms", {}))
                self._changed.notify_all()
            since = {"since": news["next_batch"]}

    async def _heard(self, news: Json) -> None:
        """Change what a sync brought before it is seen: `EncryptedPerson` decrypts it."""

    def _note(self, rooms: Json) -> None:
        for room, news in [*rooms.get("join", {}).items(), *rooms.get("leave", {}).items()]:
            self._invitations.pop(room, None)
            self._seen += [_seen(room, event) for event in news.get("timeline", {}).get("events", [])]
        for room, news in rooms.get("invite", {}).items():
            for event in news["invite_state"]["events"]:
                if event["type"] == "m.room.member" and event["state_key"] == self.user_id:
                    direct = bool(event["content"].get("is_direct"))
                    self._invitations[room] = Invitation(room, event["sender"], direct)

    def _account_of(self, room: str) -> str:
        lines = [f"  {e.event_id[:8]} {e.sender} {e.type} {json.dumps(e.content)[:200]}" for e in self.sees(room)]
        return "\n".join(lines) or "  nothing"


def _later_than(event_id: str, events: list[Seen]) -> list[Seen]:
    if not event_id:
        return events
    ids = [event.event_id for event in events]
    return events[ids.index(event_id) + 1 :] if event_id in ids else []


def _seen(room: str, event: Json) -> Seen:
    return Seen(event["event_id"], room, event["sender"], event["type"], event["content"], event.get("state_key"))


def _q(part: str) -> str:
    return quote(part, safe="")


async def _checked(answer: aiohttp.ClientResponse) -> Json:
    body: Json = await answer.json()
    if answer.status != HTTPStatus.OK:
        raise MatrixRefused(answer.status, body.get("errcode", ""), body.get("error", ""))
    return body
