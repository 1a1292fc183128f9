"""What has not changed is not sent again: every answer has a name (ETag), and whoever knows it gets 304 (RFC 9110)."""

from __future__ import annotations

import hashlib

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

KNOWN = ("GET", "HEAD")
OF_THE_BODY = ("content-length", "content-type", "accept-ranges")


def fresh(app: ASGIApp) -> ASGIApp:
    """Name an app's answers, and leave out the body of what the reader has already; caches ask each time."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        named = scope["type"] == "http" and scope["method"] in KNOWN
        await app(scope, receive, _Sender(send, Headers(scope=scope).get("if-none-match", "")) if named else send)

    return answer


class _Sender:
    """Sends one answer, whose beginning waits for its body: that is what its name is made of."""

    def __init__(self, send: Send, known: str) -> None:
        self._send = send
        self._known = {_bare(name) for name in known.split(",")} - {""}
        self._start: Message = {}
        self._silent = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
        elif self._start:
            await self._begin(message)
        elif not self._silent:
            await self._send(message)

    async def _begin(self, message: Message) -> None:
        start, self._start = self._start, {}
        headers = MutableHeaders(scope=start)
        headers.setdefault("Cache-Control", "no-cache")
        if start["status"] == 200 and "no-store" not in headers["cache-control"]:  # noqa: PLR2004 - OK
            if "etag" not in headers and not message.get("more_body"):
                headers["ETag"] = f'W/"{hashlib.sha256(message.get("body", b"")).hexdigest()[:24]}"'
            self._silent = bool({_bare(headers.get("etag", "")), "*"} & self._known)
        if not self._silent:
            await self._send(start)
            await self._send(message)
            return
        for name in OF_THE_BODY:
            del headers[name]
        await self._send({**start, "status": 304})
        await self._send({"type": "http.response.body", "body": b""})


def _bare(name: str) -> str:
    """Return a name without what tells that it is a weak one: for this it does not count."""
    return name.strip().removeprefix("W/")
