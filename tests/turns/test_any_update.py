"""Whatever comes in, from whomever, in whatever order: no exception, words back, a session one can read."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections import Counter
from functools import cache
from pathlib import Path
from typing import TypeAlias

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from projektbot.dialog.session import load
from projektbot.messages import (
    Command,
    Edited,
    Event,
    Inbound,
    Kind,
    Migrated,
    Odd,
    Pick,
    Presence,
    Shared,
    Stored,
    Tap,
    Upload,
    Vote,
    Wake,
    Words,
)
from projektbot.store.tables import inbox, outbox
from projektbot.store.tables import sessions as session_table
from projektbot.turns.rows import ASIDE, WAITING
from tests.turns.town import Desk, Town

BEGUN = 3  # letters of the idea that was begun beforehand
MANY = 1500 if os.environ.get("PROJEKTBOT_FUZZ") == "long" else 60
CHATS = ("anna", "ben", "-100")  # the first is in the middle of something, the others are new
IN_GROUPS = ("team", "task", "tasks", "meeting", "fix", "poll", "polls", "decide", "relay", "delete", "vote")
COMMANDS = ("start", "idea", "idee", "drafts", "ideas", "menu", "help", "language", "privacy", "back", "skip", "cancel")
SAID = (
    "new", "better", "1", "2", "7", "99", "0", "-1", "yes", "no", "skip", "back", "1.500", "1,50", "12 €", "Altstadt",
    "52.7, 12.98", "Benches along the river", "A place to rest for everybody", "Send the idea", "\u202egnp.exe", "",
    "²", "on", "off",
)  # fmt: skip
TOKENS = (
    "0|kind|new", "0|title|", "0||go", "0||drop", "0||later", "=start|what|idea", "=start|what|drafts",
    "0|review|submit", "|", "||", "0", "zz|kind|new", "=otherwise|what|idea", "=nothing|a|b",
    "0|picture|x", "0|area|altstadt", "task|1|done", "task|9999999999999999999999|done", "ask|²|0", "fix|1|",
)  # fmt: skip
FILES = {"photo": b"\xff\xd8\xff", "page": b"<html>", "none": b"", "voice": b"OggS\x00\x02" + bytes(40)}

Told: TypeAlias = Counter[str]

anything = st.text(st.characters(), max_size=60)  # half characters and NUL included
words = st.one_of(st.sampled_from(SAID), anything, st.text(min_size=3000, max_size=5000))
ids = st.one_of(st.sampled_from(["", "1", "m1", "$event:server"]), anything)
whole = st.integers(-(10**30), 10**30)
degrees = st.floats(allow_nan=True, allow_infinity=True)
stored = st.builds(Stored, st.just("0" * 64), anything, whole, anything)
uploads = st.builds(
    Upload, st.sampled_from(Kind), st.one_of(st.sampled_from(sorted(FILES)), anything), whole, anything, anything,
    st.one_of(st.none(), st.none(), stored), st.sampled_from(["", "too_big", "strange"]),
)  # fmt: skip
events: SearchStrategy[Event] = st.one_of(
    st.builds(Words, words, ids),
    st.builds(
        Command,
        st.one_of(st.sampled_from(COMMANDS + IN_GROUPS), anything),
        st.one_of(st.just(""), st.just("idea"), anything),
        ids,
        anything,
    ),
    st.builds(Tap, st.one_of(st.sampled_from(TOKENS), anything), ids),
    st.builds(Pick, st.one_of(st.integers(-1, 12), whole), ids),
    st.builds(Vote, ids, st.lists(st.one_of(st.integers(-1, 12), whole)).map(tuple)),
    st.builds(Shared, degrees, degrees),
    uploads,
    st.builds(Edited, ids, words),
    st.builds(Odd, st.one_of(st.sampled_from(["sticker", "encrypted", "reaction"]), anything)),
    st.builds(Presence, st.booleans()),
    st.builds(Migrated, st.one_of(st.sampled_from(["-100", "-200"]), st.text(max_size=60))),
    st.builds(Wake, st.one_of(st.sampled_from(["0", "1", "zz"]), st.text(max_size=60))),
)


@st.composite
def updates(draw: st.DrawFn, key: int) -> Inbound:
    """Draw an update as a channel might read it."""
    event = draw(events)
    chat = draw(st.sampled_from(CHATS[:2] if isinstance(event, Wake) else CHATS))  # groups have no drafts to wake
    if isinstance(event, Vote):
        chat = draw(st.sampled_from(["-100", ""]))  # in private there are no polls, and some do not say where they are
    locale = draw(st.one_of(st.sampled_from(["de", "en", "de-DE", "tr", ""]), anything))
    return Inbound("desk", str(key), chat, event, draw(ids), locale, private=chat not in ("-100", ""))


@st.composite
def deliveries(draw: st.DrawFn) -> list[list[Inbound]]:
    """Draw updates and how they arrive: in batches, in any order, some of them again and again."""
    pool = [draw(updates(key)) for key in range(draw(st.integers(1, 12)))]
    return draw(st.lists(st.lists(st.sampled_from(pool), max_size=8), max_size=6))


class FileDesk(Desk):
    """A desk with every kind of file, and none for a name nobody knows."""

    async def fetch(self, ref: str) -> bytes:
        """Return the file."""
        return FILES.get(ref) or b""


def answered(inbound: Inbound) -> bool:
    """Say whether a person did something that wants words."""
    if not inbound.private:  # several people talk at once there: only what is surely meant for us is answered
        return isinstance(inbound.event, Command | Tap | Words)
    return not isinstance(inbound.event, Presence | Migrated | Wake)


@cache
def _begun() -> bytes:
    """Return a town's database in which somebody has begun an idea."""

    async def begin(home: Path) -> bytes:
        town = Town(home, durable=False)
        await town.person("anna").begins_an_idea()
        await town.close()
        return (home / "town.db").read_bytes()

    with tempfile.TemporaryDirectory() as home:
        return asyncio.run(begin(Path(home)))


async def play(home: Path, batches: list[list[Inbound]]) -> None:
    town = Town(home, FileDesk(), durable=False, made=True)
    try:
        seen: set[str] = set()
        for batch in batches:
            await _batch(town, batch, seen)
        await _look_over(town)
    finally:
        await town.close()


async def _batch(town: Town, batch: list[Inbound], seen: set[str]) -> None:
    before = len(town.letters)
    fresh = {inbound.key: inbound for inbound in batch if inbound.key not in seen}.values()
    wanted = Counter(inbound.chat for inbound in fresh if answered(inbound))

    await town.take(*batch)
    await asyncio.wait_for(town.turns.settle(), 30)

    letters = town.letters[before:]
    told = Counter(letter.chat for letter in letters)
    moved = any(isinstance(inbound.event, Migrated) for inbound in batch) or seen & {"moved"}
    if moved:
        seen.add("moved")  # words then go where the chat has gone
        assert sum(told.values()) == sum(wanted.values())
    else:
        assert told == wanted
    assert all(letter.message.plain().strip() for letter in letters)
    seen |= {inbound.key for inbound in batch}


async def _look_over(town: Town) -> None:
    for row in await town.rows(session_table):
        load(row.state)
    kept = await town.rows(inbox)
    assert not [row for row in kept if row.state == WAITING]
    assert not [row.error for row in kept if row.state == ASIDE], "every update has an answer of its own"
    assert await town.count(outbox) == BEGUN + len(town.letters)


@pytest.mark.fuzz
@settings(max_examples=MANY, deadline=None, suppress_health_check=list(HealthCheck))
@given(deliveries())
@example([[Inbound("desk", "0", "-100", Words("\ud800"), private=False)]])
@example([[Inbound("desk", "0", "-100", Upload(Kind.IMAGE, "\ud800"), private=False)]])
def test_any_update_is_answered(batches: list[list[Inbound]]) -> None:
    begun = _begun()
    with tempfile.TemporaryDirectory() as home:
        (Path(home) / "town.db").write_bytes(begun)
        asyncio.run(play(Path(home), batches))


@pytest.mark.parametrize("event", [Words("Hello"), Command("start"), Tap("x|y|z", "1"), Pick(1, "1"), Shared(1, 1),
                                   Upload(Kind.IMAGE, "x", problem="too_big"), Edited("1", "x"), Odd("sticker")],
                         ids=lambda event: type(event).__name__)  # fmt: skip
async def test_whatever_somebody_new_does_first_is_answered_with_a_greeting(town: Town, event: Event) -> None:
    town.desk.files["x"] = b""

    await town.take(town.inbound("anna", event))
    await town.turns.settle()

    (told,) = town.told("anna")
    assert "Here you can send ideas for" in told


@pytest.mark.parametrize("message", ["", "\ud800"], ids=["sound", "half a character"])
@pytest.mark.parametrize("event", [Presence(here=True), Presence(here=False), Migrated("x"), Wake("0")])
async def test_what_nobody_does_is_not_answered(town: Town, event: Event, message: str) -> None:
    await town.take(town.inbound("anna", event, message=message))

    assert not town.letters
