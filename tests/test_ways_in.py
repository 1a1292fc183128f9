"""The ways in that our page names: the bot as the messengers themselves say who it is, and nobody else."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from html import unescape
from pathlib import Path

import httpx
import pytest

from projektbot.app import House, make_web
from projektbot.channels.matrix.links import link_to as matrix_link
from projektbot.channels.telegram.links import link_to as telegram_link
from tests.channels.matrix.homeserver import stand_in
from tests.playing.living import living
from tests.servers import botapi
from tests.servers.synapse import Synapse

GERMAN = {"Accept-Language": "de"}
WAIT = 30.0


@asynccontextmanager
async def page_of(folder: Path, **settings: str) -> AsyncIterator[tuple[House, httpx.AsyncClient]]:
    """Run a house, and look at its pages."""
    async with living(folder, demo=False, **settings) as house:
        transport = httpx.ASGITransport(make_web(house))
        async with httpx.AsyncClient(transport=transport, base_url="http://house.test", headers=GERMAN) as visitor:
            yield house, visitor


async def until(true: Callable[[], object]) -> None:
    """Let others run until something is so."""
    async with asyncio.timeout(WAIT):
        while not true():  # noqa: ASYNC110 - channels ring no bell when they know who they are
            await asyncio.sleep(0.005)


def links_out(page: str) -> list[str]:
    """Return where a page leads to, besides the city's own words on privacy in its foot."""
    body = page.partition('<footer class="foot">')[0]
    return [unescape(link) for link in re.findall(r'href="(https?:[^"]*)"', body)]


async def look(visitor: httpx.AsyncClient, path: str) -> str:
    return (await visitor.get(path)).text


def on_telegram(server: botapi.BotApiServer) -> dict[str, str]:
    return {"telegram_token": server.token, "telegram_api_url": server.url}


async def test_the_page_leads_to_the_bot_on_telegram_once_it_has_said_its_name(tmp_path: Path) -> None:
    async with botapi.BotApiServer(username="kiez_bot") as server:
        away = server.faults.error(502, "getMe", times=None)
        async with page_of(tmp_path, **on_telegram(server)) as (house, visitor):
            await until(lambda: server.faults.happened["error"])
            before = await look(visitor, "/")
            server.faults.planned.remove(away)
            await until(house.channels["telegram"].address)
            start, chat, deep = [await look(visitor, path) for path in ("/", "/chat", "/chat?start=idea-altstadt")]

    assert "Messenger" not in before.partition("<body")[2]
    assert links_out(before) == []
    assert "Oder in Ihrem Messenger" in start
    assert links_out(start) == ["https://t.me/kiez_bot?start=idea"]
    assert links_out(chat) == ["https://t.me/kiez_bot"]
    assert links_out(deep) == ["https://t.me/kiez_bot?start=idea-altstadt"]


async def test_the_link_of_the_page_opens_an_idea(tmp_path: Path) -> None:
    async with botapi.BotApiServer() as server, page_of(tmp_path, **on_telegram(server)) as (house, visitor):
        await until(house.channels["telegram"].address)
        [link] = links_out(await look(visitor, "/"))
        anna = server.person(4711, "Anna")
        await anna.send(f"/start {link.partition('start=')[2]}")

        await anna.wait_for(lambda seen: "etwas Neues" in seen.text)


async def test_a_bot_whose_token_is_refused_is_not_led_to(tmp_path: Path) -> None:
    async with botapi.BotApiServer() as server, page_of(tmp_path, **on_telegram(server)) as (house, visitor):
        await until(house.channels["telegram"].address)
        server.faults.revoke(server.token)
        await server.person(4711, "Anna").send("Hallo")  # ends the poll that is under way
        await until(lambda: not house.channels["telegram"].address())
        page = await look(visitor, "/")

    assert links_out(page) == []


async def test_the_page_leads_to_our_account_on_matrix(tmp_path: Path, synapse: Synapse) -> None:
    bot = await synapse.user("projektbot")
    account = {"matrix_homeserver": synapse.url, "matrix_user": bot.user_id, "matrix_password": bot.password}
    async with page_of(tmp_path, **account) as (house, visitor):
        await until(house.channels["matrix"].address)
        start, chat = await look(visitor, "/"), await look(visitor, "/chat?start=idea")

    assert links_out(start) == links_out(chat) == [f"https://matrix.to/#/{bot.user_id}"]


async def test_an_account_that_is_locked_out_is_not_led_to(tmp_path: Path) -> None:
    async with stand_in() as homeserver:
        account = {"matrix_homeserver": homeserver.url, "matrix_user": "@bot:stand.in", "matrix_access_token": "t"}
        async with page_of(tmp_path, **account) as (house, visitor):
            await until(house.channels["matrix"].address)
            homeserver.answer("/sync", 401, {"errcode": "M_UNKNOWN_TOKEN"})
            await until(lambda: not house.channels["matrix"].address())
            page = await look(visitor, "/")

    assert links_out(page) == []


async def test_without_a_messenger_the_page_leads_nowhere_else(tmp_path: Path) -> None:
    async with page_of(tmp_path) as (_, visitor):
        assert links_out(await look(visitor, "/")) == links_out(await look(visitor, "/chat")) == []


@pytest.mark.parametrize(
    "username",
    [
        "",
        "bot",
        "a" * 33,
        "../evil",
        "x/../../evil",
        "evil.example",
        "bot?start=x",
        "bot#x",
        'bot"onclick="x',
        "böt_bot",
    ],
)
def test_what_is_no_username_makes_no_link(username: str) -> None:
    assert telegram_link(username) == ""


@pytest.mark.parametrize("start", ["", "a b", "x&y=z", "a" * 65, "<script>", "ö"])
def test_what_telegram_could_not_hand_over_is_left_out(start: str) -> None:
    assert telegram_link("kiez_bot", start) == "https://t.me/kiez_bot"


@pytest.mark.parametrize(
    ("user_id", "link"),
    [
        ("@kiez:stadt.example", "https://matrix.to/#/@kiez:stadt.example"),
        ("@kiez:stadt.example:8448", "https://matrix.to/#/@kiez:stadt.example:8448"),
        ("@kiez:[2001:db8::1]:8448", "https://matrix.to/#/@kiez:%5B2001:db8::1%5D:8448"),
        ('@a=b/c?d#e%f"<:stadt.example', "https://matrix.to/#/@a%3Db%2Fc%3Fd%23e%25f%22%3C:stadt.example"),
    ],
)
def test_a_matrix_id_is_written_so_that_it_stays_one(user_id: str, link: str) -> None:
    assert matrix_link(user_id) == link


@pytest.mark.parametrize(
    "user_id",
    [
        "",
        "kiez",
        "@kiez",
        "@:stadt.example",
        "#kiez:stadt.example",
        "@k:evil/path",
        "@k:a?b",
        "@k ü:a",
        "@k:" + "a" * 260,
    ],
)
def test_what_is_no_matrix_id_makes_no_link(user_id: str) -> None:
    assert matrix_link(user_id) == ""
