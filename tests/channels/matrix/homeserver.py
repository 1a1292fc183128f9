"""A homeserver that answers as it is told: for refusals that a real one gives only on its worst days."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer


@dataclass(slots=True)
class StandIn:
    """Answers requests whose path contains a word with what was queued for it, and else as a friendly homeserver."""

    url: str = ""
    asked: list[str] = field(default_factory=list)
    bodies: list[tuple[str, Any]] = field(default_factory=list)  # the JSON that was sent, with its path
    waits: list[str] = field(default_factory=list)  # milliseconds that each sync was willing to wait
    tokens: set[str] = field(default_factory=set)
    _answers: dict[str, deque[Callable[[], web.Response]]] = field(default_factory=dict)
    _ending: asyncio.Event = field(default_factory=asyncio.Event)

    def answer(
        self,
        word: str,
        status: int = 200,
        body: Mapping[str, Any] | bytes | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        tells_length: bool = True,
    ) -> None:
        """Queue an answer for the next request whose path contains `word`."""

        def make() -> web.Response:
            if isinstance(body, bytes):
                answer = web.Response(status=status, body=body, headers=headers)
                if not tells_length:
                    answer.enable_chunked_encoding()
                return answer
            return web.json_response(body or {}, status=status, headers=headers)

        self._answers.setdefault(word, deque()).append(make)

    def hang_up(self, word: str) -> None:
        """Queue a broken connection."""

        def make() -> web.Response:
            raise ConnectionResetError

        self._answers.setdefault(word, deque()).append(make)

    def hang(self, word: str) -> None:
        """Queue an answer that never comes."""

        def make() -> web.Response:
            raise TimeoutError

        self._answers.setdefault(word, deque()).append(make)

    async def end(self, _app: web.Application) -> None:
        """Let go of those who wait for an answer that never comes."""
        self._ending.set()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path)
        self.waits += [request.query["timeout"]] if "timeout" in request.query else []
        self.tokens.add(request.headers.get("Authorization", ""))
        if request.content_type == "application/json" and (body := await request.read()):
            self.bodies.append((request.path, json.loads(body)))
        for word, answers in self._answers.items():
            if word in request.path and answers:
                try:
                    return answers.popleft()()
                except TimeoutError:
                    await self._ending.wait()
                    return web.Response()
                except ConnectionResetError:
                    assert request.transport is not None
                    request.transport.abort()
                    return web.Response()
        if request.path.endswith("/state/m.room.encryption"):
            return web.json_response({"errcode": "M_NOT_FOUND"}, status=404)
        return web.json_response(_FRIENDLY.get(request.path.rsplit("/", 1)[-1], {"event_id": "$sent"}))


_FRIENDLY: dict[str, dict[str, Any]] = {
    "whoami": {"user_id": "@projektbot:stand.in", "device_id": "DEVICE"},
    "login": {"user_id": "@projektbot:stand.in", "device_id": "NEW", "access_token": "new-token"},
    "sync": {"next_batch": "s1", "rooms": {}},
}


@asynccontextmanager
async def stand_in() -> AsyncIterator[StandIn]:
    """Serve one on a free port while the block runs."""
    homeserver = StandIn()
    app = web.Application()
    app.on_shutdown.append(homeserver.end)
    app.router.add_route("*", "/{path:.*}", homeserver.handle)
    async with TestServer(app) as server:
        homeserver.url = str(server.make_url("")).rstrip("/")
        yield homeserver
