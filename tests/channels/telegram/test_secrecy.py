"""The token is part of every URL, and gets into no log and no error."""

from __future__ import annotations

import asyncio
import io
import logging
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager

import pytest
import structlog
import telegram
from telegram.error import TelegramError

from projektbot.channels.telegram import TelegramChannel
from projektbot.channels.telegram.api import Api
from projektbot.channels.telegram.transport import AiohttpRequest
from projektbot.errors import ChannelError
from projektbot.messages import Kind, Media, Outgoing, Stored
from tests.channels.telegram.house import House, channel_for, receiving, says
from tests.servers.botapi.server import BotApiServer

TOKEN = "1000001:only-for-tests"
FILE = Media(Kind.FILE, Stored("ab" * 32, "application/pdf", 3))


@pytest.fixture
def output() -> Iterator[io.StringIO]:
    """Collect everything that is logged by anyone, at every level, with tracebacks."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    structlog.configure(
        processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()],
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    try:
        yield stream
    finally:
        structlog.reset_defaults()
        root.removeHandler(handler)
        root.setLevel(before)


def everything_in(error: BaseException) -> str:
    """Return all that could be printed of an error, of its causes, and of what it hides."""
    chain: list[BaseException] = [error]
    for one in chain:
        chain += [other for other in (one.__cause__, one.__context__) if other is not None and other not in chain]
    return "".join("".join(traceback.format_exception(one)) + repr(one) + repr(one.args) for one in chain)


async def failure_of(act: Callable[[], Awaitable[object]]) -> BaseException:
    """Return what an act raises."""
    with pytest.raises(ChannelError) as caught:
        await act()
    return caught.value


async def failures_of(channel: TelegramChannel, trouble: Callable[[], object]) -> list[BaseException]:
    """Cause the same trouble for each kind of request."""
    acts: tuple[Callable[[], Awaitable[object]], ...] = (
        lambda: channel.send("7001", says("x"), "t", private=True),
        lambda: channel.send("7001", Outgoing((), media=FILE), "t", private=True),
        lambda: channel.fetch("x"),
    )
    failures = []
    for act in acts:
        trouble()
        failures.append(await failure_of(act))
    return failures


async def test_no_trouble_of_any_kind_tells_the_token(output: io.StringIO) -> None:
    async with BotApiServer(TOKEN) as server:
        ada = server.person(7001, "Ada", started=True)
        channel = channel_for(server)
        faults = server.faults
        errors = await failures_of(channel, faults.drop)
        errors += await failures_of(channel, faults.garbage)
        errors += await failures_of(channel, faults.error)
        errors += await failures_of(channel, lambda: faults.error(404))
        faults.drop("getMe")
        faults.drop("getUpdates")
        house = House()
        async with receiving(channel, house):
            await ada.send("Hallo")
            await house.events(1)
        faults.revoke(TOKEN)
        errors.append(await failure_of(lambda: channel.receive(House())))
        await channel.close()

    assert len(errors) == 13
    assert "telegram_request_failed" in output.getvalue()  # else it would prove nothing
    assert "only-for-tests" not in output.getvalue()
    assert not [error for error in errors if "only-for-tests" in everything_in(error)]


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://no-such-host.invalid", "no url", "http://[::1"])
async def test_an_address_that_leads_nowhere_does_not_tell_it_either(output: io.StringIO, url: str) -> None:
    api = Api(TOKEN, url)

    errors = [await failure_of(lambda: api.call("getMe")), await failure_of(lambda: api.download("x"))]
    await api.close()

    assert "only-for-tests" not in output.getvalue()
    assert not [error for error in errors if "only-for-tests" in everything_in(error)]


@asynccontextmanager
async def running_in_circles(port: int) -> AsyncIterator[str]:
    """Serve redirects that lead to themselves: aiohttp's error then names the whole URL."""

    async def redirect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        target = (await reader.readuntil(b"\r\n\r\n")).split()[1]
        writer.write(
            b"HTTP/1.1 302 Found\r\nLocation: " + target + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(redirect, "127.0.0.1", port):
        yield f"http://127.0.0.1:{port}"


async def test_the_wire_itself_lets_no_url_out(output: io.StringIO, unused_tcp_port: int) -> None:
    wire = AiohttpRequest()
    errors: list[BaseException] = []
    async with running_in_circles(unused_tcp_port) as circles:
        for url in (circles, "http://127.0.0.1:1", "no url", "http://[::1"):
            for ask in (wire.do_request(f"{url}/bot{TOKEN}/x", "POST"), wire.download(f"{url}/file/bot{TOKEN}/x", 9)):
                with pytest.raises(TelegramError) as caught:
                    await ask
                errors.append(caught.value)
    await wire.shutdown()

    assert len(errors) == 8
    assert "only-for-tests" not in output.getvalue()
    assert not [error for error in errors if "only-for-tests" in everything_in(error)]


async def test_the_wire_carries_the_librarys_own_bot_as_well() -> None:
    async with BotApiServer(TOKEN) as server:
        wire = AiohttpRequest()
        async with telegram.Bot(
            TOKEN, base_url=f"{server.url}/bot", request=wire, get_updates_request=AiohttpRequest()
        ) as bot:
            assert bot.username == "projekt_test_bot"
