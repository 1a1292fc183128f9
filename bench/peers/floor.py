"""No framework at all: aiohttp receives an update and sends one message. No bot in Python can cost much less."""

from __future__ import annotations

import json
import sys
from typing import Any

from aiohttp import ClientSession, web

from bench.peers import idea
from bench.peers.idea import Buttons

STEPS: tuple[tuple[str, Buttons], ...] = (
    (idea.KIND, idea.KINDS),
    (idea.TITLE, idea.BACK),
    (idea.DESCRIPTION, idea.BACK),
    (idea.FIELD, idea.FIELDS + idea.BACK),
    (idea.AREA, idea.AREAS + idea.BACK),
    (idea.COST, idea.SKIP),
    (idea.PICTURE, idea.SKIP),
    (idea.CONTRIBUTION, idea.SKIP),
    (idea.review({"Title": "Benches along the river"}), idea.REVIEW_BUTTONS),
    (idea.thanks(1001), ()),
)


class Floor:
    """Says the next text of the list to whoever writes anything."""

    def __init__(self, api: str, session: ClientSession) -> None:
        self._api = api
        self._session = session
        self._said: dict[int, int] = {}

    async def call(self, method: str, parameters: dict[str, Any]) -> None:
        """Call a method and wait for its answer."""
        async with self._session.post(f"{self._api}/{method}", json=parameters) as response:
            await response.json()

    async def take(self, request: web.Request) -> web.Response:
        """Answer an update; a tap is acknowledged in the response, which costs no call."""
        update = json.loads(await request.read())
        query = update.get("callback_query")
        chat = (query["message"] if query else update["message"])["chat"]["id"]
        text, buttons = STEPS[self._said.get(chat, 0) % len(STEPS)]
        self._said[chat] = self._said.get(chat, 0) + 1
        message: dict[str, Any] = {"chat_id": chat, "text": text}
        if buttons:
            rows = [[{"text": label, "callback_data": data}] for label, data in buttons]
            message["reply_markup"] = {"inline_keyboard": rows}
        await self.call("sendMessage", message)
        if query is None:
            return web.Response()
        return web.json_response({"method": "answerCallbackQuery", "callback_query_id": query["id"]})


def main() -> None:
    """Serve until killed: `floor API_URL TOKEN PORT`."""
    api, token, port = sys.argv[1:4]

    async def make() -> web.Application:
        session = ClientSession()
        floor = Floor(f"{api}/bot{token}", session)
        app = web.Application()
        app.router.add_post("/webhook", floor.take)

        async def on_start(_app: web.Application) -> None:
            await floor.call("setWebhook", {"url": f"http://127.0.0.1:{port}/webhook"})

        async def on_end(_app: web.Application) -> None:
            await session.close()

        app.on_startup.append(on_start)
        app.on_cleanup.append(on_end)
        return app

    web.run_app(make(), host="127.0.0.1", port=int(port), print=lambda *_: None, access_log=None)


if __name__ == "__main__":
    main()
