"""What machines ask: does the process run, and is it ready for people."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

# Returns what is wrong, in words for an operator; an empty string when all is well.
Ready: TypeAlias = Callable[[], Awaitable[str]]


def health_routes(ready: Ready) -> list[Route]:
    """Answer /healthz while the process runs, /readyz once `ready` finds nothing wrong."""

    async def healthz(request: Request) -> Response:  # noqa: ARG001 - the same answer to everyone
        return PlainTextResponse("ok\n")

    async def readyz(request: Request) -> Response:  # noqa: ARG001 - likewise
        problem = await ready()
        return PlainTextResponse(f"{problem}\n", 503) if problem else PlainTextResponse("ready\n")

    return [Route("/healthz", healthz), Route("/readyz", readyz)]
