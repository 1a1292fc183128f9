"""Where stories are played: a house that lives, and the people of a story on its messengers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from types import MappingProxyType

import httpx

from projektbot.app import House, make_web
from tests.playing.living import living
from tests.playing.people import ByMatrix, ByTelegram, ByTerminal, ByWeb
from tests.playing.transcripts import Person
from tests.servers import botapi
from tests.servers.synapse import Synapse

FIRST_ID = 4711  # of a person on Telegram


@dataclass(frozen=True, slots=True)
class Cast:
    """A house, and how somebody of a name comes to it; each call brings another one."""

    house: House
    call: Callable[[str], Awaitable[Person]]


@asynccontextmanager
async def on_telegram(folder: Path, locale: str, *, text: bool) -> AsyncIterator[Cast]:
    """Play on the strict Bot API server."""
    async with (
        botapi.BotApiServer(limits=botapi.Limits.off()) as server,
        living(folder, telegram_token=server.token, telegram_api_url=server.url) as house,
    ):
        yield Cast(house, telegram_people(server, locale, text=text))


def telegram_people(server: botapi.BotApiServer, locale: str, *, text: bool) -> Callable[[str], Awaitable[Person]]:
    """Return how people come to a Bot API server."""
    ids = count(FIRST_ID)

    async def call(name: str) -> Person:
        return ByTelegram(server.person(next(ids), name.capitalize(), language_code=locale), text=text)

    return call


@asynccontextmanager
async def on_matrix(
    folder: Path,
    locale: str,
    synapse: Synapse,
    *,
    reactions: bool = False,
    encrypted: bool = False,
    beside: Mapping[str, str] = MappingProxyType({}),
) -> AsyncIterator[Cast]:
    """Play on a real homeserver, in direct chats. Matrix does not tell a language: the city's own holds."""
    bot = await synapse.user("bot")
    account = {"matrix_homeserver": synapse.url, "matrix_user": bot.user_id, "matrix_password": bot.password}
    async with (
        living(folder, demo=False, locale=locale, **account, **beside) as house,
        AsyncExitStack() as clients,
    ):

        async def call(name: str) -> Person:
            sitting = synapse.encrypted_person(name) if encrypted else synapse.person(name)
            someone = await clients.enter_async_context(sitting)
            room = await someone.direct_chat(bot.user_id)
            person = ByMatrix(someone, room, bot.user_id, reactions=reactions)
            await person.told_anew()  # the greeting
            return person

        yield Cast(house, call)


@asynccontextmanager
async def on_web(folder: Path, locale: str) -> AsyncIterator[Cast]:
    """Play on the web chat, by forms."""
    async with living(folder) as house, web_people(house, locale) as call:
        yield Cast(house, call)


@asynccontextmanager
async def web_people(house: House, locale: str) -> AsyncIterator[Callable[[str], Awaitable[ByWeb]]]:
    """Open the web chat of a house that lives, each time as somebody else."""
    headers = {"Accept-Language": locale}
    url = f"http://{house.settings.web_listen}"
    async with AsyncExitStack() as browsers:

        async def call(_name: str) -> ByWeb:
            transport = httpx.ASGITransport(app=make_web(house))
            client = httpx.AsyncClient(transport=transport, base_url=url, headers=headers)
            return ByWeb(await browsers.enter_async_context(client))

        yield call


@asynccontextmanager
async def in_terminal(folder: Path, locale: str) -> AsyncIterator[Cast]:
    """Play in the terminal. It has one seat: whoever else is in the story is on the web chat."""
    seated = ByTerminal(folder, locale)
    async with living(folder / "var", seated.channel) as house, web_people(house, locale) as call:
        free = [seated]

        async def come(name: str) -> Person:
            return free.pop() if free else await call(name)

        yield Cast(house, come)


@asynccontextmanager
async def on_several(folder: Path, locale: str, synapse: Synapse) -> AsyncIterator[Cast]:
    """Play with everybody on another messenger: the first on Matrix, then Telegram, then the web chat, and so on."""
    async with botapi.BotApiServer(limits=botapi.Limits.off()) as server:
        telegram = {"telegram_token": server.token, "telegram_api_url": server.url}
        async with (
            on_matrix(folder, locale, synapse, beside=telegram) as matrix,
            web_people(matrix.house, locale) as call,
        ):
            ways = [matrix.call, telegram_people(server, locale, text=False), call]
            numbers = count()

            async def come(name: str) -> Person:
                return await ways[next(numbers) % len(ways)](name)

            yield Cast(matrix.house, come)
