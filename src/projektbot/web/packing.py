"""Answers made small on their way: not pictures, which are, nor conversations, whose length is nobody's business."""

from __future__ import annotations

from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

AS_THEY_ARE = ("/media/", "/chat", "/demo")
WORTH_IT = 800  # bytes


def packed(app: ASGIApp) -> ASGIApp:
    """Compress the answers of an app where that is of use."""
    small = GZipMiddleware(app, minimum_size=WORTH_IT, compresslevel=6)

    async def pack(scope: Scope, receive: Receive, send: Send) -> None:
        as_it_is = scope["type"] != "http" or scope["path"].startswith(AS_THEY_ARE)
        await (app if as_it_is else small)(scope, receive, send)

    return pack
