"""The smallest house a channel can stand in, and a server and channel that belong together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from typing import Any

from projektbot.channels.telegram import TelegramChannel
from projektbot.channels.telegram.channel import Commands
from projektbot.messages import Choice, Event, Inbound, Outgoing, Part
from tests.servers.botapi.server import BotApiServer

SECRET = "only_for_tests"


class House:
    """Takes what comes and remembers it, as a road with one page of memory; `refuse` makes it fail."""

    def __init__(self) -> None:
        self.taken: list[Inbound] = []
        self.raws: list[Any] = []
        self.aside: list[Any] = []
        self.refuse = 0
        self.in_touch = 0
        self.refused = asyncio.Event()
        self.open = asyncio.Event()
        self.open.set()
        self._changed = asyncio.Condition()

    async def take(self, _channel: str, raws: Sequence[Any], read: Callable[[Any], Inbound | None]) -> None:
        """Remember what can be read; a refusal remembers nothing. With nothing to take it is a sign of life."""
        if not raws:
            self.in_touch += 1
            return
        await self.open.wait()
        if self.refuse:
            self.refuse -= 1
            self.refused.set()
            raise ConnectionError("the store is away, and here stands what Ada wrote")
        async with self._changed:
            self.raws += raws
            for raw in raws:
                try:
                    inbound = read(raw)
                except (KeyError, TypeError, AttributeError):
                    self.aside.append(raw)
                else:
                    self.taken += [inbound] if inbound else []
            self._changed.notify_all()

    async def relays(self, _channel: str, _chats: Collection[str]) -> frozenset[str]:
        """Pass nothing on."""
        return frozenset()

    async def recall(self, _name: str) -> str:
        """Telegram remembers by itself."""
        return ""

    async def keep(self, _name: str, _value: str) -> None:
        """Telegram remembers by itself."""

    async def events(self, count: int) -> list[Event]:
        """Wait until so many have come."""
        async with asyncio.timeout(30), self._changed:
            await self._changed.wait_for(lambda: len(self.taken) >= count)
        return [inbound.event for inbound in self.taken]


def channel_for(
    server: BotApiServer,
    *,
    name: str = "telegram",
    webhook_url: str = "",
    webhook_secret: str = "",
    commands: Commands | None = None,
) -> TelegramChannel:
    """Make a channel that talks to this server."""
    return TelegramChannel(
        name=name,
        token=server.token,
        api_url=server.url,
        read_media=read_media,
        webhook_url=webhook_url,
        webhook_secret=webhook_secret,
        commands=commands,
    )


@asynccontextmanager
async def receiving(channel: TelegramChannel, house: House) -> AsyncIterator[asyncio.Task[None]]:
    """Receive during a test; what ended receiving early is raised at its end."""
    task = asyncio.create_task(channel.receive(house))
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait([task])
        await channel.close()


def read_media(sha256: str) -> bytes:
    """Return the same small picture for every name."""
    return PNG


def says(words: str, *, choices: tuple[Choice, ...] = (), replaces: str = "", reply_to: str = "") -> Outgoing:
    """Make a message of plain words."""
    return Outgoing((Part(words),), choices, replaces=replaces, reply_to=reply_to)


async def until(true: Callable[[], object]) -> None:
    """Let others run until something is so."""
    async with asyncio.timeout(30):
        while not true():  # noqa: ASYNC110 - the server rings no bell for its own state
            await asyncio.sleep(0.005)


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360f8cf50000001000101005f8ab1d20000000049454e44ae426082"
)
