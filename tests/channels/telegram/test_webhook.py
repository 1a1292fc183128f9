"""The webhook: who may post, what 200 means, and what is never raised."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import orjson
import pytest
from aiohttp import web
from structlog.testing import capture_logs

from projektbot.channels.telegram import TelegramChannel, polling
from projektbot.messages import Choice, Odd, Tap, Words
from tests.channels.telegram import updates as u
from tests.channels.telegram.house import SECRET, House, channel_for, receiving, says, until
from tests.servers.botapi.server import BotApiServer
from tests.servers.botapi.webhook import Backoff

HEADER = "X-Telegram-Bot-Api-Secret-Token"


@asynccontextmanager
async def listening(port: int) -> AsyncIterator[list[TelegramChannel]]:
    """Serve the webhook of the channel that is put into the list, as our web does."""
    channels: list[TelegramChannel] = []

    async def handle(request: web.BaseRequest) -> web.Response:
        status, body = await channels[0].webhook(await request.read(), request.headers.get(HEADER, ""))
        return web.Response(status=status, body=body, content_type="application/json")

    runner = web.ServerRunner(web.Server(handle))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield channels
    finally:
        await runner.cleanup()


async def test_telegram_delivers_and_a_tap_is_answered_in_the_response(unused_tcp_port: int) -> None:
    house = House()
    async with listening(unused_tcp_port) as channels, BotApiServer() as server:
        url = f"http://127.0.0.1:{unused_tcp_port}/telegram/telegram"
        channel = channel_for(server, webhook_url=url, webhook_secret=SECRET)
        channels.append(channel)
        ada = server.person(7001, "Ada")
        async with receiving(channel, house):
            await ada.send("Hallo")
            await house.events(1)
            sent = await channel.send("7001", says("Ja?", choices=(Choice("tok", "Ja"),)), "t", private=True)
            await ada.tap("Ja")

            assert await house.events(2) == [Words("Hallo"), Tap("tok", sent)]
            await ada.wait_for_log(lambda line: line.kind == "answered")
            await until(lambda: not server.bot().updates.pending)


async def test_what_is_not_committed_is_posted_again(unused_tcp_port: int) -> None:
    house = House()
    house.refuse = 1
    async with listening(unused_tcp_port) as channels, BotApiServer(backoff=Backoff(second=0.01)) as server:
        url = f"http://127.0.0.1:{unused_tcp_port}/"
        channel = channel_for(server, webhook_url=url, webhook_secret=SECRET)
        channels.append(channel)
        async with receiving(channel, house):
            await server.person(7001, "Ada").send("Hallo")

            assert await house.events(1) == [Words("Hallo")]
            assert house.refused.is_set()


async def test_while_nothing_waits_for_us_we_are_in_touch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody listens at the webhook: what waits there is a sign that we are not, and the operator is told why."""
    monkeypatch.setattr(polling, "WATCH_SECONDS", 0.01)
    house = House()
    async with BotApiServer(backoff=Backoff(second=0.01)) as server:
        channel = channel_for(server, webhook_url="http://127.0.0.1:9/telegram", webhook_secret=SECRET)
        looks = server.bot().calls
        with capture_logs() as logs:
            async with receiving(channel, house):
                await until(lambda: house.in_touch > 3)
                assert not [line for line in logs if line["event"] == "telegram_webhook_failed"]
                await server.person(7001, "Ada").send("Hallo")
                await until(lambda: any(line["event"] == "telegram_webhook_failed" for line in logs))
                before, asked = house.in_touch, len(looks)
                await until(lambda: len(looks) > asked + 3)

                assert house.in_touch == before


@asynccontextmanager
async def set_up(house: House, secret: str = SECRET) -> AsyncIterator[TelegramChannel]:
    """Make a channel that has said where its webhook is, with nobody listening there."""
    async with BotApiServer() as server:
        channel = channel_for(server, webhook_url="http://127.0.0.1:9/", webhook_secret=secret)
        async with receiving(channel, house):
            await until(lambda: any(call.method == "setWebhook" for call in server.bot().calls))
            yield channel


UPDATE = orjson.dumps(u.message(text="Hallo"))


async def test_without_the_secret_nothing_is_taken() -> None:
    house = House()
    async with set_up(house) as channel:
        answers = [await channel.webhook(UPDATE, wrong) for wrong in ("", "wrong", SECRET + "x", "ä\ud800")]

    assert answers == [(401, b"")] * 4
    assert house.taken == []


async def test_a_channel_without_a_secret_lets_nobody_in() -> None:
    channel = TelegramChannel(name="telegram", token="1:x", read_media=lambda _: b"")

    assert await channel.webhook(UPDATE, "") == (401, b"")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b'{"update_id": "1"}',
        b"\xff\xfe",
        b"[" * 100_000,
        b"{}",
        b"[" * 900 + b"NaN" + b"]" * 900,
        b'{"update_id": true}',
        b'{"update_id": 1e400}',
        b"9" * 10_000,
    ],
)
async def test_garbage_is_refused_and_never_raises(body: bytes) -> None:
    house = House()
    async with set_up(house) as channel:
        assert await channel.webhook(body, SECRET) == (400, b"")

    assert house.raws == []


@pytest.mark.parametrize("number", ["1e400", "-1e400", "NaN", "Infinity"])
async def test_a_number_beyond_all_bounds_makes_its_update_odd(number: str) -> None:
    house = House()
    body = orjson.dumps(u.message(location={"latitude": 4.25, "longitude": 1}))
    async with set_up(house) as channel:
        status, _ = await channel.webhook(body.replace(b"4.25", number.encode()), SECRET)

    assert status == 200
    assert [inbound.event for inbound in house.taken] == [Odd("damaged")]


async def test_two_hundred_comes_only_after_the_commit() -> None:
    house = House()
    async with set_up(house) as channel:
        house.open.clear()
        posting = asyncio.create_task(channel.webhook(orjson.dumps(u.TAP), SECRET))
        await asyncio.wait([posting], timeout=0.05)
        answered_early = posting.done()
        house.open.set()
        status, body = await posting
        house.refuse = 1
        refused = await channel.webhook(UPDATE, SECRET)

    assert not answered_early
    assert (status, orjson.loads(body)) == (200, {"method": "answerCallbackQuery", "callback_query_id": "300648"})
    assert refused == (503, b"")


async def test_before_receiving_has_begun_telegram_is_asked_to_come_again() -> None:
    channel = TelegramChannel(name="telegram", token="1:x", read_media=lambda _: b"", webhook_secret=SECRET)

    assert await channel.webhook(UPDATE, SECRET) == (503, b"")


async def test_half_a_surrogate_in_a_name_blocks_nothing() -> None:
    house = House()
    async with set_up(house) as channel:
        status, _ = await channel.webhook(UPDATE.replace(b"Hallo", b"Hall\\ud83d"), SECRET)

    assert status == 200
    assert [inbound.event for inbound in house.taken] == [Words("Hall?")]
