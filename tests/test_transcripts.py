"""Every story, on every messenger, in every way of answering: told alike, stored alike."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

import httpx
import pytest

from projektbot.app import House, make_web
from tests.playing.living import living
from tests.playing.people import ByMatrix, ByTelegram, ByTerminal, ByWeb
from tests.playing.transcripts import Person, Transcript, play, read_transcripts
from tests.servers import botapi
from tests.servers.synapse import Synapse

Playing: TypeAlias = tuple[Person, House]
ALL = read_transcripts()
STORIES = [story for story in ALL if not story.messengers()]
ON_TWO = [story for story in ALL if story.messengers()]


def stories(test: Callable[..., object]) -> object:
    """Run a test for every transcript there is."""
    return pytest.mark.parametrize("story", STORIES, ids=[story.path.stem for story in STORIES])(test)


@asynccontextmanager
async def on_telegram(folder: Path, locale: str, *, text: bool) -> AsyncIterator[Playing]:
    """Play on the strict Bot API server."""
    async with botapi.BotApiServer(limits=botapi.Limits.off()) as server:
        someone = server.person(4711, "Anna", language_code=locale)
        async with living(folder, telegram_token=server.token, telegram_api_url=server.url) as house:
            yield ByTelegram(someone, text=text), house


@asynccontextmanager
async def on_matrix(
    folder: Path,
    locale: str,
    synapse: Synapse,
    *,
    reactions: bool = False,
    encrypted: bool = False,
    beside: Mapping[str, str] = MappingProxyType({}),
) -> AsyncIterator[Playing]:
    """Play on a real homeserver, in a direct chat. Matrix does not tell a language: the city's own holds."""
    bot = await synapse.user("bot")
    account = {"matrix_homeserver": synapse.url, "matrix_user": bot.user_id, "matrix_password": bot.password}
    someone = synapse.encrypted_person("anna") if encrypted else synapse.person("anna")
    async with living(folder, demo=False, locale=locale, **account, **beside) as house, someone as anna:
        room = await anna.direct_chat(bot.user_id)
        person = ByMatrix(anna, room, bot.user_id, reactions=reactions)
        await person.told_anew()  # the greeting
        yield person, house


@asynccontextmanager
async def on_web(folder: Path, locale: str) -> AsyncIterator[Playing]:
    """Play on the web chat, by forms."""
    async with living(folder) as house, web_of(house, locale) as person:
        yield person, house


@asynccontextmanager
async def web_of(house: House, locale: str) -> AsyncIterator[ByWeb]:
    """Open the web chat of a house that lives."""
    transport = httpx.ASGITransport(app=make_web(house))
    address = house.settings.web_listen
    headers = {"Accept-Language": locale}
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{address}", headers=headers) as client:
        yield ByWeb(client)


@asynccontextmanager
async def in_terminal(folder: Path, locale: str) -> AsyncIterator[Playing]:
    """Play in the terminal."""
    person = ByTerminal(folder, locale)
    async with living(folder / "var", person.channel) as house:
        yield person, house


def stories_on_two(test: Callable[..., object]) -> object:
    """Run a test for every transcript that goes on on another messenger."""
    return pytest.mark.parametrize("story", ON_TWO, ids=[story.path.stem for story in ON_TWO])(test)


async def _play(story: Transcript, playing: AbstractAsyncContextManager[Playing]) -> None:
    async with playing as (person, house):
        await play(story, house, person)


@stories
async def test_by_telegram_buttons(story: Transcript, tmp_path: Path) -> None:
    await _play(story, on_telegram(tmp_path, story.locale, text=False))


@stories
async def test_by_telegram_text(story: Transcript, tmp_path: Path) -> None:
    await _play(story, on_telegram(tmp_path, story.locale, text=True))


@stories
@pytest.mark.asyncio(loop_scope="session")
async def test_by_matrix_numbers(story: Transcript, tmp_path: Path, synapse: Synapse) -> None:
    await _play(story, on_matrix(tmp_path, story.locale, synapse, reactions=False))


@stories
@pytest.mark.asyncio(loop_scope="session")
async def test_by_matrix_reactions(story: Transcript, tmp_path: Path, synapse: Synapse) -> None:
    await _play(story, on_matrix(tmp_path, story.locale, synapse, reactions=True))


@stories
@pytest.mark.asyncio(loop_scope="session")
async def test_by_encrypted_matrix(story: Transcript, tmp_path: Path, synapse: Synapse) -> None:
    await _play(story, on_matrix(tmp_path, story.locale, synapse, encrypted=True))


@stories
async def test_by_web_forms(story: Transcript, tmp_path: Path) -> None:
    await _play(story, on_web(tmp_path, story.locale))


@stories
async def test_in_the_terminal(story: Transcript, tmp_path: Path) -> None:
    await _play(story, in_terminal(tmp_path, story.locale))


# ---- one person, two messengers ------------------------------------------------------------------------------------


@stories_on_two
async def test_from_the_terminal_to_the_web_chat(story: Transcript, tmp_path: Path) -> None:
    async with in_terminal(tmp_path, story.locale) as (person, house), web_of(house, story.locale) as elsewhere:
        await play(story, house, person, elsewhere)


@stories_on_two
@pytest.mark.parametrize("text", [False, True], ids=["buttons", "text"])
async def test_from_the_web_chat_to_telegram(story: Transcript, tmp_path: Path, text: bool) -> None:  # noqa: FBT001
    async with (
        on_telegram(tmp_path, story.locale, text=text) as (elsewhere, house),
        web_of(house, story.locale) as person,
    ):
        await play(story, house, person, elsewhere)


@stories_on_two
@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("matrix_first", [False, True], ids=["to_matrix", "from_matrix"])
async def test_between_telegram_and_matrix(
    story: Transcript,
    tmp_path: Path,
    synapse: Synapse,
    matrix_first: bool,  # noqa: FBT001
) -> None:
    async with botapi.BotApiServer(limits=botapi.Limits.off()) as server:
        someone = server.person(4711, "Anna", language_code=story.locale)
        telegram = {"telegram_token": server.token, "telegram_api_url": server.url}
        async with on_matrix(tmp_path, story.locale, synapse, reactions=matrix_first, beside=telegram) as (
            there,
            house,
        ):
            here = ByTelegram(someone, text=False)
            await play(story, house, *((there, here) if matrix_first else (here, there)))
