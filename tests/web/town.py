"""A small town for the web's tests: a real store and web chat, the real app on a real server, a road that echoes."""

from __future__ import annotations

import asyncio
import itertools
import socket
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypedDict, Unpack
from zoneinfo import ZoneInfo

import httpx
import uvicorn
from starlette.types import ASGIApp

from projektbot.channels.webchat import WebChat
from projektbot.civic.city import City
from projektbot.i18n import Languages
from projektbot.messages import Choice, Command, Event, Inbound, Outgoing, Part, Stored, Style, Tap, Upload, Words
from projektbot.store.database import Store, open_engine
from projektbot.store.media import MediaStore
from projektbot.store.thumbs import Thumbs
from projektbot.web.app import make_app
from projektbot.web.demo import Demo
from projektbot.web.health import Ready
from projektbot.web.pages import Site, Way, Ways
from projektbot.web.reader import Translate
from projektbot.web.showcase import Showcase
from projektbot.web.webhooks import Webhook
from tests.ready import lay_ready

BEGINNING = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)  # a Monday, half past ten in Berlin
FORM = {"Sec-Fetch-Site": "same-origin"}  # what a browser adds when a form of ours is sent

Answer = Callable[[Event], Sequence[Outgoing]]


def says(text: str, *choices: Choice, replaces: str = "") -> Outgoing:
    return Outgoing((Part(text),), choices, replaces=replaces)


def echo(event: Event) -> Sequence[Outgoing]:
    """Answer like a very simple bot: greet, repeat, thank."""
    match event:
        case Command("start"):
            return [says("Hello! New or better?", Choice("t1", "Something new"), Choice("t2", "Something better"))]
        case Command("silence"):
            return []
        case Words(text):
            return [Outgoing((Part("You wrote: "), Part(text, Style.QUOTE)))]
        case Tap(token):
            return [says(f"Tapped {token}", Choice("back", "Back", word="back"))]
        case Upload(kind):
            return [says(f"Thanks for the {kind}")]
        case _:
            return [says(f"Got {type(event).__name__}")]


@dataclass
class EchoRoad:
    """A road that answers at once through the web chat; what it keeps outlives a restart of the receiver."""

    answer: Answer = echo
    chat: WebChat | None = None
    kept: dict[str, str] = field(default_factory=dict)
    taken: list[Inbound] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    numbers: itertools.count[int] = field(default_factory=itertools.count)
    moved_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, channel: str, raws: Sequence[Any], read: Callable[[Any], Inbound | None]) -> None:
        assert channel == "web"
        for raw in raws:
            inbound = read(raw)
            if inbound is not None and inbound.key not in self.keys:
                self.keys.add(inbound.key)
                self.taken.append(inbound)
                await self._reply(inbound)

    async def relays(self, channel: str, chats: Collection[str]) -> frozenset[str]:  # noqa: ARG002 - of Road
        return frozenset()

    async def recall(self, name: str) -> str:
        return self.kept.get(name, "")

    async def keep(self, name: str, value: str) -> None:
        self.kept[name] = value
        self.moved_on.set()

    async def _reply(self, inbound: Inbound) -> None:
        assert self.chat is not None
        for message in self.answer(inbound.event):
            await self.chat.send(inbound.chat, message, f"out{next(self.numbers)}", private=True)


@dataclass
class Clock:
    """A clock one can move."""

    now: datetime = BEGINNING

    def __call__(self) -> datetime:
        return self.now

    async def advance(self, step: timedelta) -> datetime:
        self.now += step
        return self.now


@dataclass
class Town:
    """All of it, running."""

    chat: WebChat
    road: EchoRoad
    clock: Clock
    store: Store
    files: dict[str, bytes]
    app: ASGIApp
    url: str = ""

    def visitor(self, **headers: str) -> httpx.AsyncClient:
        """Come as a browser without script: cookies are kept, forms are our own."""
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        base = "http://town.test"
        return httpx.AsyncClient(transport=transport, base_url=base, headers={**FORM, **headers}, follow_redirects=True)

    @property
    def last_chat(self) -> str:
        return self.road.taken[-1].chat


def identity(msgid: str, _locale: str) -> str:
    return msgid


def no_messenger(_start: str) -> Sequence[Way]:
    return ()


def two_messengers(start: str) -> Sequence[Way]:
    telegram = "https://t.me/example_bot" + (f"?start={start}" if start else "")
    return [Way("Telegram", telegram), Way("Matrix", "https://matrix.to/#/@bot:example.org")]


async def all_well() -> str:
    return ""


@asynccontextmanager
async def open_store(folder: Path) -> AsyncIterator[Store]:
    store = Store(open_engine(f"sqlite:///{lay_ready(folder, 'town.db')}"))
    try:
        yield store
    finally:
        store.close()


def web_chat(store: Store, folder: Path, clock: Clock, files: dict[str, bytes]) -> WebChat:
    async def read_file(file: Stored) -> bytes:
        return files[file.sha256]

    return WebChat(store, folder / "spool", now=clock, read_file=read_file)


@asynccontextmanager
async def receiving(chat: WebChat, road: EchoRoad) -> AsyncIterator[None]:
    """Let the channel receive, as the house does."""
    road.chat = chat
    task = asyncio.create_task(chat.receive(road))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


class Options(TypedDict, total=False):
    """What a test says of its app, where it differs."""

    city: str
    url: str
    locales: Sequence[str]
    invitation: str
    ways: Ways
    translate: Translate
    ready: Ready
    webhooks: dict[str, Webhook]
    demo: bool


class TellingServer(uvicorn.Server):
    """A server that says when it has started."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()


@asynccontextmanager
async def a_town(folder: Path, *, answer: Answer = echo, **options: Unpack[Options]) -> AsyncIterator[Town]:
    """Build a town without a server."""
    clock = Clock()
    road = EchoRoad(answer)
    files: dict[str, bytes] = {}
    async with open_store(folder) as store:
        chat = web_chat(store, folder, clock, files)
        app = _app(store, folder, chat, clock, options)
        async with receiving(chat, road):
            yield Town(chat, road, clock, store, files, app)
            await chat.close()


def _app(store: Store, folder: Path, chat: WebChat, clock: Clock, options: Options) -> ASGIApp:
    zone = ZoneInfo("Europe/Berlin")
    media = MediaStore(folder / "media")
    city = City(name="Beispielstadt", operator="Stadt Beispielstadt", contact="mail@town.test", areas=())
    site = Site(
        city=options.get("city", "Beispielstadt"),
        url=options.get("url", "http://town.test"),
        secret="not so secret in a test",
        zone=zone,
        locales=options.get("locales", ("en", "de", "ar", "de@leicht")),
        invitation=options.get("invitation", ""),
    )
    demo = Demo(clock, clock.advance, _invitation) if options.get("demo") else None
    return make_app(
        chat=chat,
        site=site,
        ways=options.get("ways", no_messenger),
        translate=options.get("translate", identity),
        now=clock,
        ready=options.get("ready", all_well),
        webhooks=options.get("webhooks", {}),
        showcase=Showcase(store, city, Languages({}, {}, "en", zone), media, Thumbs(media, folder / "thumbs"), clock),
        demo=demo,
    )


@contextmanager
def listening() -> Iterator[tuple[socket.socket, str]]:
    """Listen at a free port; give the socket and its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener, f"http://127.0.0.1:{listener.getsockname()[1]}"


@asynccontextmanager
async def served(town: Town) -> AsyncIterator[Town]:
    """Put the town on a real server at a free port."""
    with listening() as (listener, town.url):
        config = uvicorn.Config(town.app, log_config=None, lifespan="off", timeout_graceful_shutdown=5)
        server = TellingServer(config)
        serving = asyncio.create_task(server.serve([listener]))
        try:
            await server.up.wait()
            yield town
        finally:
            await town.chat.close()
            server.should_exit = True
            await serving


async def _invitation() -> str:
    return "staff-BCDF-2345"
