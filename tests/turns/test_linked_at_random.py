"""Chats that are connected and separated at random: no draft is lost, and no button ever means another one."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections import Counter
from pathlib import Path
from typing import TypeAlias

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from projektbot.dialog.session import Frame, Session, load
from projektbot.messages import Command, Tap, Words
from projektbot.store.tables import sessions
from tests.turns.linked import connect
from tests.turns.town import Town

MANY = 600 if os.environ.get("PROJEKTBOT_FUZZ") == "long" else 25
CHATS = ("anna", "ben", "cem")
Act: TypeAlias = tuple[str, str, int]

acts: st.SearchStrategy[Act] = st.tuples(
    st.sampled_from(["connect", "connect", "leave", "send away", "begin", "begin", "old button", "old button", "back",
                     "keep", "cancel", "menu", "drafts", "describe"]),
    st.sampled_from(CHATS),
    st.integers(0, 1000),
)  # fmt: skip


class Three:
    """Three chats, the ideas begun in them, and every button of a draft that a chat was ever shown."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.begun: list[str] = []
        self.shown: list[tuple[str, str, str]] = []  # chat, token, title of the draft

    async def act(self, act: Act) -> None:
        """Do one thing in a chat."""
        what, chat, number = act
        person = self.town.person(chat)
        match what:
            case "connect":
                await connect(self.town.person(CHATS[(CHATS.index(chat) + 1 + number % 2) % 3]), person)
            case "leave" | "send away":
                await person.says("/unlink")
                which = "here" if what == "leave" else str(1 + number % 3)
                await person.does(Tap(f"=unlink_chat|which|{which}"))
                await person.does(Tap("=unlink_chat|which|stay"))
            case "begin" if len(self.begun) < 8:
                await self._begin(chat)
            case "old button" if self.shown:
                await self._tap_old(number)
            case "describe" if await self._is_named(chat):
                await person.does(Words("Something for everybody who lives here."))
            case "back" if await self._is_named(chat):  # further back there is no draft any more
                await person.does(Command(what))
            case "keep" | "cancel" | "menu" | "drafts":
                await person.does(Command(what))
            case _:
                return
        await self._look()

    async def _is_named(self, chat: str) -> bool:
        top = (await self.town.session(chat)).top()
        return bool(top and "title" in top.answers)

    async def _begin(self, chat: str) -> None:
        title = f"Idea number {len(self.begun)}"
        person = self.town.person(chat)
        await person.says("/idea")
        if "You have already started one" in self.town.told(chat)[-1]:
            await person.taps("Start a new one")
        await person.taps("Something new")
        await person.says(title)
        self.begun.append(title)

    async def _tap_old(self, number: int) -> None:
        chat, token, title = self.shown[number % len(self.shown)]
        note(f"{token} in {chat} is of {title!r}")
        there = titles(await self.town.session(chat))
        told = await self.town.person(chat).does(Tap(token))
        if title in there:
            assert title_of((await self.town.session(chat)).frames[-1]) == title
        else:
            assert "finished" in told

    async def _look(self) -> None:
        """Hold what must be true, and note the buttons of the drafts that are open."""
        states = [load(row.state) for row in await self.town.rows(sessions)]
        assert Counter(title for state in states for title in titles(state)) == Counter(self.begun)
        for state in states:
            ids = [frame.id for frame in (*state.frames, *state.drafts)]
            assert len(ids) == len(set(ids))
        letter = self.town.letters[-1]
        session = await self.town.session(letter.chat)
        names = {frame.id: title_of(frame) for frame in (*session.frames, *session.drafts)}
        for choice in letter.message.choices:
            title = names.get(choice.token.partition("|")[0])
            if title and "|title|.back" not in choice.token:
                self.shown.append((letter.chat, choice.token, title))


def titles(session: Session) -> list[str]:
    return [title for frame in (*session.frames, *session.drafts) if (title := title_of(frame))]


def title_of(frame: Frame) -> str:
    return str({**frame.old, **frame.answers}.get("title", ""))


@pytest.mark.fuzz
@settings(
    max_examples=MANY, deadline=None, suppress_health_check=[HealthCheck.too_slow], phases=[Phase.reuse, Phase.generate]
)  # every script is a town of its own: shrinking one takes minutes
@given(st.lists(acts, min_size=5, max_size=25))
def test_no_draft_is_lost_and_no_button_means_another(script: list[Act]) -> None:
    asyncio.run(_live(script))


async def _live(script: list[Act]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        town = Town(Path(folder), durable=False)
        for chat in CHATS:
            await town.person(chat).says("/menu")
        three = Three(town)
        for act in script:
            note(str(act))
            await three.act(act)
        await town.close()
