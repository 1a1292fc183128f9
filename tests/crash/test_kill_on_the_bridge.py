"""The bot is killed while it passes words on between a team's group on Telegram and its room on Matrix."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio

from tests.crash.halls import GroupAtTelegram, Hall, RoomAtMatrix
from tests.crash.ideas import Choose, Step, idea
from tests.crash.oracle import Verdict, judge_inbox, judge_news, judge_told, letters_to
from tests.crash.points import ON_THE_ROAD, WHEN_DUE, Point, points_on, traps
from tests.crash.residents import Resident
from tests.crash.town import RATE, OnMatrix, OnTelegram, Town
from tests.servers import botapi
from tests.servers.synapse import Synapse

pytestmark = pytest.mark.asyncio(loop_scope="session")

# What is passed on is a notice, which is claimed before it leaves.
ROAD = [point for point in (*ON_THE_ROAD, *WHEN_DUE) if point in points_on("telegram") or point in points_on("matrix")]
# Keeping `since` is passed when nobody says anything, and then perhaps not twice: `test_kill_on_matrix` has that.
POINTS = [point for point in ROAD if not point.name.startswith(("due_", "since_"))]
IN_THE_MIDDLE = 2  # passings
ON = "From now on the two chats"
CODE = re.compile(r"[A-Z0-9]{4}-[A-Z0-9]{4}")


@dataclass(slots=True)
class Side:
    """One of the two chats, who talks there, and what must be shown there of what is said in the other."""

    hall: Hall
    speaker: Resident
    shown: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Bridge:
    """A project with two chats between which words are passed on."""

    town: Town
    sides: tuple[Side, Side]

    async def talk(self, name: str) -> None:
        """Let one speak and another answer, twice; then both at once."""
        here, there = self.sides
        for number in (1, 2):
            for side, other in ((here, there), (there, here)):
                await self._say(side, other, f"{name} {number}")
        await asyncio.gather(self._say(here, there, f"{name} now"), self._say(there, here, f"{name} now"))

    async def settle(self) -> None:
        """Return when the bot has died as it was to, has done all there was to do, and what it said was seen."""
        await self.town.bot.sprung()
        await self.town.bot.settled()
        await asyncio.gather(*[side.hall.look() for side in self.sides])

    async def _say(self, side: Side, other: Side, words: str) -> None:
        words = f"{words}, they say on {side.hall.platform}"
        await side.hall.say(side.speaker, words)
        other.shown.append(words)
        await other.hall.reads(other.speaker, words)

    def faults(self) -> list[str]:
        """Compare what was said in one chat with what is stored for the other and was shown there."""
        verdict = Verdict()
        with self.town.record.now() as db:
            verdict.wrong += db.damage()
            for side in self.sides:
                judge_inbox(db, side.hall, verdict)
                letters = letters_to(db, side.hall)
                judge_news(side.hall, letters, side.shown, verdict)
                judge_told(letters, side.hall, self.town.in_doubt, verdict)
        return verdict.faults


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def bridge(tmp_path_factory: pytest.TempPathFactory, synapse: Synapse) -> AsyncIterator[Bridge]:
    """Open one project with two chats for all tests: what was said there is looked at again after each."""
    folder: Path = tmp_path_factory.mktemp("bridge")
    account = await synapse.user("bot")
    matrix = {"matrix_homeserver": synapse.url, "matrix_user": account.user_id, "matrix_password": account.password}
    async with AsyncExitStack() as staying:
        server = await staying.enter_async_context(botapi.BotApiServer(limits=botapi.Limits.off()))
        telegram = {"telegram_token": server.token, "telegram_api_url": server.url, "telegram_rate": RATE}
        town = await staying.enter_async_context(Town(OnTelegram(server), folder, workers=0, **telegram, **matrix))
        await town.start()
        yield await opened(server, OnMatrix(synapse, account, staying, encrypted=True), town)


async def opened(server: botapi.BotApiServer, matrix: OnMatrix, town: Town) -> Bridge:
    """Let somebody with an idea connect their messengers, and two chats with the project, and these with each other."""
    (lead,) = await town.arrive(1)
    await lead.tell()
    away, guest = [await matrix.arrive(number, idea(number)) for number in (1001, 1002)]
    await linked(lead, away)
    group = GroupAtTelegram(server, -500, [lead])
    await group.open(lead, admin=True)
    room = RoomAtMatrix(matrix.bot, away)
    await room.open([guest])
    town.halls += [group, room]
    for hall, who in ((group, lead), (room, away)):
        await hall.command(who, "/team P-1001")
        await hall.reads(who, "This group belongs to", "P-1001")
    await group.command(lead, "/relay on")
    await room.reads(guest, ON)
    return Bridge(town, (Side(group, lead), Side(room, guest, [ON])))


async def linked(lead: Resident, away: Resident) -> None:
    """Let somebody's other account be theirs."""
    get = Step("what", "Have you got a code already?", Choose("No, give me a code"))
    await lead.say("/link", get, ending="Your code is")
    code = CODE.search(lead.seat.words)
    assert code, lead.seat.words
    sure = Step("sure", "Did you get this code yourself", Choose("Yes, connect them"))
    await away.seat.asked("Hello!")
    await away.say(f"/link {code[0]}", sure, ending="The chats are connected")


@pytest.mark.parametrize("point", POINTS, ids=[f"{point.name}-{'-'.join(point.on)}" for point in POINTS])
async def test_a_kill_loses_no_words_and_shows_none_twice(bridge: Bridge, point: Point) -> None:
    await bridge.town.bot.trap(*traps([point], IN_THE_MIDDLE))

    await bridge.talk(f"{point.name} {len(point.on)}")
    await bridge.settle()

    assert bridge.faults() == []
