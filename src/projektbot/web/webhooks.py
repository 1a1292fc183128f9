"""The messengers' way in: a body and a secret, handed on as they are. Plain ASGI, for a city's whole traffic."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from starlette.types import ASGIApp, Receive, Scope, Send

# (body, secret) -> (status, answer): the secret is not checked yet, the answer is JSON or empty
Webhook: TypeAlias = Callable[[bytes, str], Awaitable[tuple[int, bytes]]]

PREFIX = "/telegram/"
SECRET_HEADER = b"x-telegram-bot-api-secret-token"
MAX_BODY = 1_000_000  # updates have a few kB


def with_webhooks(app: ASGIApp, webhooks: Mapping[str, Webhook]) -> ASGIApp:
    """Take what goes to /telegram/<tenant> out of the way of everything else."""

    async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX):
            await app(scope, receive, send)
            return
        webhook = webhooks.get(scope["path"][len(PREFIX) :])
        status, answer = await _take(webhook, scope, receive)
        await _respond(send, status, answer)

    return dispatch


async def _take(webhook: Webhook | None, scope: Scope, receive: Receive) -> tuple[int, bytes]:
    if webhook is None:
        return 404, b""
    if scope["method"] != "POST":
        return 405, b""
    body = await _body(receive)
    if body is None:
        return 413, b""
    return await webhook(body, dict(scope["headers"]).get(SECRET_HEADER, b"").decode("latin-1"))


async def _body(receive: Receive) -> bytes | None:
    body: bytes = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None  # half an update is none
        body += message.get("body", b"")
        if len(body) > MAX_BODY:
            return None
        if not message.get("more_body"):
            return body


async def _respond(send: Send, status: int, answer: bytes) -> None:
    headers = [(b"content-length", str(len(answer)).encode())]
    if answer:
        headers.append((b"content-type", b"application/json"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": answer})
