"""The server: takes requests, finds bot and method, answers as the public one does, and goes wrong when asked to."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Self

import aiohttp
import orjson
from aiohttp import web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http import RawRequestMessage

from tests.servers.botapi import reading
from tests.servers.botapi.call import Call
from tests.servers.botapi.chats import Json, user_of
from tests.servers.botapi.clock import Clock, wall_clock
from tests.servers.botapi.errors import ApiError, not_found, unauthorized
from tests.servers.botapi.faults import Fault, Faults
from tests.servers.botapi.files import MAX_UPLOAD
from tests.servers.botapi.groups import Group
from tests.servers.botapi.limits import FloodGate, Limits
from tests.servers.botapi.methods import Methods, Modelled
from tests.servers.botapi.people import Person
from tests.servers.botapi.receiving import Described, Receiving
from tests.servers.botapi.updates import UpdateQueue
from tests.servers.botapi.validate import load_spec
from tests.servers.botapi.webhook import Backoff
from tests.servers.botapi.world import Bot, CallRecord, World, new_bot

DEFAULT_TOKEN = "1000001:only-for-tests"
FIRST_UPDATE_ID = 700_000_001
NOT_IN_WEBHOOK_ANSWERS = ("deletewebhook", "setwebhook", "close", "logout")
MAX_REQUEST = MAX_UPLOAD + 1024 * 1024  # a file and what goes with it
SHUTDOWN = 1.0  # seconds that open requests get when the server stops


class BotApiServer:
    """A Bot API server in this process: `async with BotApiServer() as server: …`.

    `limits` may be changed while it runs by `set_limits`; `faults` is empty at first.
    """

    def __init__(
        self,
        token: str = DEFAULT_TOKEN,
        *,
        username: str = "projekt_test_bot",
        limits: Limits | None = None,
        clock: Clock = wall_clock,
        backoff: Backoff | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self.token = token
        self.url = ""
        self.faults = Faults()
        self.world = World(clock)
        self._limits = limits or Limits()
        self._backoff = backoff or Backoff()
        self._spec = load_spec()
        self._methods = Methods(self._spec)
        self._receiving: dict[str, Receiving] = {}
        self._address = (host, port)
        self._ending = asyncio.Event()
        self._runner = web.ServerRunner(
            web.Server(self._handle, request_factory=_request, access_log=None), shutdown_timeout=SHUTDOWN
        )
        self._session: aiohttp.ClientSession | None = None
        self.add_bot(token, username)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen; afterwards `url` is known."""
        self._session = aiohttp.ClientSession()
        await self._runner.setup()
        site = web.TCPSite(self._runner, *self._address)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"

    async def stop(self) -> None:
        """Stop deliveries, let hanging requests go, close the port."""
        self._ending.set()
        for receiving in self._receiving.values():
            receiving.close()
            receiving.queue.wake(found=False)
        await self._runner.cleanup()
        if self._session is not None:
            await self._session.close()

    def add_bot(self, token: str, username: str) -> Bot:
        """Let another token be valid; the bot's id is the number before its colon."""
        clock = self.world.clock
        queue = UpdateQueue(clock, self._spec.update_types, FIRST_UPDATE_ID)
        bot = new_bot(token, username, queue, FloodGate(self._limits, clock))
        self.world.bots[token] = bot
        return bot

    def bot(self, token: str | None = None) -> Bot:
        """Return the state of a bot: its queue, commands, files and the last calls it made."""
        return self.world.bots[token or self.token]

    def set_limits(self, limits: Limits) -> None:
        """Change the flood limits of all bots."""
        self._limits = limits
        for bot in self.world.bots.values():
            bot.gate.limits = limits

    def person(
        self,
        id_: int,
        first_name: str,
        *,
        language_code: str | None = "de",
        last_name: str | None = None,
        username: str | None = None,
        started: bool = False,
        token: str | None = None,
    ) -> Person:
        """Make a person who has a private chat with a bot; `started` opens it without a message.

        The same id again with another token is the same person talking to another bot.
        """
        user = user_of(id_, first_name, last_name=last_name, username=username, language_code=language_code)
        self.world.users[id_] = user
        bot = self.bot(token)
        chat = self.world.private_chat(bot, user)
        chat.started = chat.started or started
        return Person(self.world, bot, user)

    def group(self, id_: int, title: str, members: Iterable[Person], *, kind: str = "group") -> Group:
        """Make a group of people, without a bot at first; the first member is its creator. `id_` is negative."""
        return Group.create(self.world, id_, [person.user for person in members], title=title, kind=kind)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        try:
            where = reading.address(request.raw_path)
            bot = self.world.bots.get(where.token)
            if bot is None:
                raise unauthorized()
            if where.file_path:
                return self._download(bot, where.file_path)
            given, typed = await reading.parameters(request, where.query)
            return await self._call(request, bot, where.method, given, typed=typed)
        except ApiError as error:
            return _refusal(error)
        except web.HTTPRequestEntityTooLarge:
            return _refusal(ApiError(413, "Request Entity Too Large"))

    async def _call(
        self, request: web.BaseRequest, bot: Bot, name: str, given: Json, *, typed: bool
    ) -> web.StreamResponse:
        fault = None
        if self.faults.active:
            fault = self.faults.take(self._methods.name(name), _chat_id(given), bot.token)
        if fault is None:
            return await self.execute(bot, name, given, typed=typed)
        if self._methods.name(name) == "getUpdates":  # may be held for a minute, and changes nothing that anybody sees
            return await self._call_badly(fault, request, bot, name, given, typed=typed)
        with self.faults.under_way():
            return await self._call_badly(fault, request, bot, name, given, typed=typed)

    async def _call_badly(
        self, fault: Fault, request: web.BaseRequest, bot: Bot, name: str, given: Json, *, typed: bool
    ) -> web.StreamResponse:
        if not fault.after:
            return await self._spoil(fault, request) or await self.execute(bot, name, given, typed=typed)
        answer = await self.execute(bot, name, given, typed=typed)
        spoilt = await self._spoil(fault, request)
        if spoilt is not None:
            self.faults.note_unanswered(_chat_id(given), answer.body)
        return spoilt or answer

    async def execute(self, bot: Bot, name: str, given: Json, *, typed: bool) -> web.Response:
        """Carry out one method and return its answer; `typed` says that the parameters came as JSON."""
        try:
            method = self._methods.find(name)
            accepted = method.accept(given, typed=typed)
            result = await self._result(bot, method, accepted)
        except ApiError as error:
            bot.calls.append(CallRecord(name, given, error.code, error.description))
            return _refusal(error)
        bot.calls.append(CallRecord(method.name, accepted, 200, ""))
        body: Json = {"ok": True, "result": result}
        if isinstance(result, Described):
            body |= {"result": result.result, "description": result.description}
        return web.Response(body=orjson.dumps(body), content_type="application/json")

    async def _result(self, bot: Bot, method: Modelled, accepted: Json) -> object:
        if method.act is not None:
            return method.act(Call(self.world, bot, accepted))
        return await self._receiver(bot).answer(method.name, accepted)

    def _receiver(self, bot: Bot) -> Receiving:
        receiving = self._receiving.get(bot.token)
        if receiving is None:
            if self._session is None:
                raise RuntimeError("the server has not been started")

            async def execute(content_type: str, body: bytes) -> None:
                await self._webhook_answer(bot, content_type, body)

            receiving = Receiving(bot.updates, self.faults, self._backoff, execute, self._session)
            self._receiving[bot.token] = receiving
        return receiving

    async def _webhook_answer(self, bot: Bot, content_type: str, body: bytes) -> None:
        """Carry out the method in a webhook's answer, as WebhookActor.cpp does: its result goes nowhere."""
        try:
            given, typed = reading.decoded(content_type, body, {})
        except ApiError:
            return  # "ok" and other bodies without a method are common, and no fault
        name = str(given.pop("method", "")).lower()
        if name and name not in NOT_IN_WEBHOOK_ANSWERS and not name.startswith("get"):
            await self.execute(bot, name, given, typed=typed)

    async def _spoil(self, fault: Fault, request: web.BaseRequest) -> web.StreamResponse | None:
        """Make a call go wrong; None when it goes on after a delay."""
        match fault.kind:
            case "error" if fault.refusal is not None:
                return _refusal(fault.refusal)
            case "delay":
                await asyncio.sleep(fault.seconds)
                return None
            case "garbage":
                return web.Response(text="<html>upstream connect error</html>", content_type="text/html")
            case "hang":
                await self._ending.wait()
        if request.transport is not None:
            request.transport.abort()
        return web.Response()  # written to a closed connection: the client sees it broken off

    def _download(self, bot: Bot, path: str) -> web.Response:
        stored = bot.files.by_path.get(path)
        if stored is None:
            raise not_found()
        return web.Response(body=stored.data, content_type="application/octet-stream")


def _refusal(error: ApiError) -> web.Response:
    headers = {"Retry-After": str(error.parameters["retry_after"])} if "retry_after" in error.parameters else None
    return web.Response(
        body=orjson.dumps(error.body()),
        status=error.code,
        headers=headers,
        content_type="application/json",
    )


def _chat_id(given: Json) -> object:
    chat_id = given.get("chat_id")
    if isinstance(chat_id, str) and chat_id.lstrip("-").isdigit():
        return int(chat_id)
    return chat_id


def _request(
    message: RawRequestMessage,
    payload: aiohttp.StreamReader,
    protocol: web.RequestHandler,
    writer: AbstractStreamWriter,
    task: asyncio.Task[None],
) -> web.BaseRequest:
    loop = asyncio.get_running_loop()
    return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=MAX_REQUEST)
