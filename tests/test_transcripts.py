"""Every story, on every messenger, in every way of answering: told alike, stored alike."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from tests.playing.casts import (
    Cast,
    in_terminal,
    on_matrix,
    on_several,
    on_telegram,
    on_web,
    telegram_people,
    web_people,
)
from tests.playing.transcripts import Transcript, play, read_transcripts
from tests.servers import botapi
from tests.servers.synapse import Synapse

ALL = read_transcripts()
STORIES = [story for story in ALL if not story.messengers()]
ON_TWO = [story for story in ALL if story.messengers()]
OF_SEVERAL = [story for story in ALL if story.people()]


def stories(test: Callable[..., object]) -> object:
    """Run a test for every transcript there is."""
    return pytest.mark.parametrize("story", STORIES, ids=[story.path.stem for story in STORIES])(test)


def stories_on_two(test: Callable[..., object]) -> object:
    """Run a test for every transcript that goes on on another messenger."""
    return pytest.mark.parametrize("story", ON_TWO, ids=[story.path.stem for story in ON_TWO])(test)


async def _play(story: Transcript, playing: AbstractAsyncContextManager[Cast]) -> None:
    async with playing as cast:
        await play(story, cast.house, await cast.call(first_of(story)), call=cast.call)


def first_of(story: Transcript) -> str:
    """Return the name of whom a story is about first."""
    return next(iter(story.people()), "anna")


@stories
async def test_by_telegram_buttons(story: Transcript, tmp_path: Path) -> None:
    await _play(story, on_telegram(tmp_path, story.locale, text=False))


@stories
async def test_by_telegram_text(story: Transcript, tmp_path: Path) -> None:
    await _play(story, on_telegram(tmp_path, story.locale, text=True))


@stories
@pytest.mark.asyncio(loop_scope="session")
async def test_by_matrix_reactions(story: Transcript, tmp_path: Path, synapse: Synapse) -> None:
    await _play(story, on_matrix(tmp_path, story.locale, synapse, reactions=True))


@stories
@pytest.mark.asyncio(loop_scope="session")
async def test_by_numbers_in_encrypted_rooms(story: Transcript, tmp_path: Path, synapse: Synapse) -> None:
    await _play(story, on_matrix(tmp_path, story.locale, synapse, encrypted=True))


@stories
async def test_by_web_forms(story: Transcript, tmp_path: Path) -> None:
    await _play(story, on_web(tmp_path, story.locale))


@stories
async def test_in_the_terminal(story: Transcript, tmp_path: Path) -> None:
    await _play(story, in_terminal(tmp_path, story.locale))


# ---- several people, each on another messenger -----------------------------------------------------------------------


@pytest.mark.parametrize("story", OF_SEVERAL, ids=[story.path.stem for story in OF_SEVERAL])
@pytest.mark.asyncio(loop_scope="session")
async def test_each_on_another_messenger(story: Transcript, tmp_path: Path, synapse: Synapse) -> None:
    await _play(story, on_several(tmp_path, story.locale, synapse))


# ---- one person, two messengers ------------------------------------------------------------------------------------


@stories_on_two
async def test_from_the_terminal_to_the_web_chat(story: Transcript, tmp_path: Path) -> None:
    async with in_terminal(tmp_path, story.locale) as cast:
        await play(story, cast.house, await cast.call("here"), await cast.call("there"))


@stories_on_two
@pytest.mark.parametrize("text", [False, True], ids=["buttons", "text"])
async def test_from_the_web_chat_to_telegram(story: Transcript, tmp_path: Path, text: bool) -> None:  # noqa: FBT001
    async with (
        on_telegram(tmp_path, story.locale, text=text) as cast,
        web_people(cast.house, story.locale) as on_the_web,
    ):
        await play(story, cast.house, await on_the_web("here"), await cast.call("there"))


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
        telegram = {"telegram_token": server.token, "telegram_api_url": server.url}
        async with on_matrix(tmp_path, story.locale, synapse, reactions=matrix_first, beside=telegram) as cast:
            here = await telegram_people(server, story.locale, text=False)("anna")
            there = await cast.call("anna")
            await play(story, cast.house, *((there, here) if matrix_first else (here, there)))
