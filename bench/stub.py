"""The lightest server a bot can live with: takes messages, posts updates, checks nothing.

The strict server of the tests would cost more than the bots that are measured; `bench.strict` holds them to it once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import count
from types import TracebackType
from typing import Any, Final, Self, TypeAlias
from urllib.parse import parse_qsl

import aiohttp
import orjson
from aiohttp import web

Json: TypeAlias = dict[str, Any]
OnMessage: TypeAlias = Callable[[int, Json], None]  # (chat, message)

TOKEN: Final = "1000001:only-for-tests"  # noqa: S105 - of no bot
ME: Final = {"id": 1000001, "is_bot": True, "first_name": "Bench", "username": "projekt_bench_bot"}
DATE: Final = 1_780_000_000  # nobody looks at it
READY_SECONDS: Final = 30.0
IN_FORMS: Final = ("reply_markup", "entities")  # what is JSON within a form


class Stub:
    """A Bot API server for one bot by webhook; `on_message` hears of every message it sends."""

    def __init__(self, on_message: OnMessage) -> None:
        self.url = ""
        self.calls = 0
        self._on_message = on_message
        self._numbers = count(1)
        self._updates = count(700_000_001)
        self._hook: asyncio.Future[tuple[str, str]] = asyncio.get_running_loop().create_future()
        self._runner = web.ServerRunner(web.Server(self._handle, access_log=None))
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0, backlog=1024)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(
        self, _type: type[BaseException] | None, _value: BaseException | None, _trace: TracebackType | None
    ) -> None:
        await self._session.close()
        await self._runner.cleanup()

    async def ready(self) -> None:
        """Return when the bot has set its webhook."""
        await asyncio.wait_for(asyncio.shield(self._hook), READY_SECONDS)

    async def post(self, kind: str, content: Json) -> None:
        """Give the bot an update; return when it has accepted it."""
        url, secret = self._hook.result()
        body = orjson.dumps({"update_id": next(self._updates), kind: content})
        headers = {"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": secret}
        async with self._session.post(url, data=body, headers=headers) as response:
            if response.status != 200:  # noqa: PLR2004 - HTTP's
                raise RuntimeError(f"the bot answered {response.status}")
            await response.read()

    def message(self, chat: Json, sender: Json, content: Json) -> Json:
        """Make a message."""
        return {"message_id": next(self._numbers), "from": sender, "chat": chat, "date": DATE, **content}

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        self.calls += 1
        result = self._result(request.path.rpartition("/")[2].lower(), await _parameters(request))
        return web.Response(body=orjson.dumps({"ok": True, "result": result}), content_type="application/json")

    def _result(self, method: str, given: Json) -> object:
        match method:
            case "getme":
                return ME
            case "setwebhook":
                if given.get("url") and not self._hook.done():
                    self._hook.set_result((given["url"], given.get("secret_token", "")))
                return True
            case "sendmessage":
                return self._sent(given)
            case _:
                return True

    def _sent(self, given: Json) -> Json:
        chat = int(given["chat_id"])
        content: Json = {name: given[name] for name in ("text", "entities", "reply_markup") if name in given}
        message = self.message({"id": chat, "type": "private", "first_name": f"P{chat}"}, ME, content)
        self._on_message(chat, message)
        return message


async def _parameters(request: web.BaseRequest) -> Json:
    """Read parameters as JSON, or as one of the two kinds of forms."""
    kind = request.content_type
    if kind == "application/json":
        return dict(orjson.loads(await request.read() or b"{}"))
    if kind == "multipart/form-data":
        form = await request.post()
        return _unpacked({name: str(value) for name, value in form.items()})
    return _unpacked(dict(parse_qsl((await request.read()).decode())))


def _unpacked(form: dict[str, str]) -> Json:
    return {name: orjson.loads(value) if name in IN_FORMS else value for name, value in form.items()}
