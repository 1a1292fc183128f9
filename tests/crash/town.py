"""A town with one bot: a platform that keeps records, residents with ideas, and a keeper who starts the bot again."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Final, Protocol, Self

import aiohttp

from tests.crash.halls import GroupAtTelegram, Hall, RoomAtMatrix
from tests.crash.ideas import REMINDER, Idea, idea
from tests.crash.keeper import Keeper, Trap
from tests.crash.oracle import InDoubt, Verdict, judge
from tests.crash.record import PostgresRecord, Record, SqliteRecord
from tests.crash.residents import AtMatrix, AtTelegram, Resident, is_typing
from tests.crash.team_oracle import judge_teams
from tests.crash.teams import Team
from tests.servers import botapi
from tests.servers.botapi.clock import wall_clock
from tests.servers.synapse import MatrixUser, Synapse

TOGETHER = 4  # residents at once: every kind of idea once
NOON = datetime(2026, 6, 15, 10, tzinfo=UTC)  # 12 o'clock in Berlin, where nobody is reminded at night
TO_THE_REMINDER = 86_460.0  # seconds: the first comes after a day
# What Telegram's servers do on a bad day: of a hundred calls so many lose their answer, fail, are late, come again.
ODDS: Final[dict[botapi.Kind, float]] = {"drop": 0.02, "error": 0.03, "garbage": 0.01, "delay": 0.05, "redeliver": 0.05}
FAULTY: Final = (
    *("getUpdates", "sendMessage", "editMessageText", "getFile", "answerCallbackQuery"),
    *("sendPoll", "sendDocument"),
)
RATE = "1000"  # messages a second: the servers here have no limits, and people answer at once


class Platform(Protocol):
    """Where residents and the bot meet."""

    async def arrive(self, number: int, whole: Idea) -> Resident:
        """Let somebody with an idea open a conversation with the bot."""

    async def quiet(self) -> None:
        """Return when what a dead bot has requested is carried out."""

    def unanswered(self) -> set[tuple[str, str]]:
        """Return the messages (chat and message) that were accepted without the bot being told."""


async def _buried() -> None:
    """Do nothing: no platform knows of a worker."""


class Town:
    """A platform, a bot, and everybody who has ever spoken to it."""

    def __init__(self, platform: Platform, folder: Path, *, workers: int = 0, **settings: str) -> None:
        self.residents: list[Resident] = []
        self.teams: list[Team] = []
        self.halls: list[Hall] = []
        self.in_doubt = InDoubt()
        self.bot = Keeper(folder, self._died, locale="en", **settings)
        self.workers = [
            Keeper(folder.with_name(f"worker-{number}"), _buried, command="worker", locale="en", **settings)
            for number in range(workers)
        ]
        self.ahead = NOON.timestamp() - wall_clock()
        database = settings.get("database_url")
        self.record: Record = PostgresRecord(database) if database else SqliteRecord(folder)
        self.platform = platform
        self._numbers = itertools.count(1)

    @property
    def ahead(self) -> float:
        """How far the clock of every bot is ahead of ours, from its next start on."""
        return self.bot.ahead

    @ahead.setter
    def ahead(self, seconds: float) -> None:
        for keeper in (self.bot, *self.workers):
            keeper.ahead = seconds

    async def __aenter__(self) -> Self:
        self._open = AsyncExitStack()
        (self.bot.folder / "media").mkdir(parents=True, exist_ok=True)
        for worker in self.workers:  # as docs/operating.md wants it
            worker.folder.mkdir(parents=True, exist_ok=True)
            (worker.folder / "media").symlink_to(self.bot.folder / "media")
        for keeper in (self.bot, *self.workers):
            await self._open.enter_async_context(keeper)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._open.aclose()

    async def start(self, *traps: Trap) -> None:
        """Start the bot, with traps as for its keeper, and then its workers."""
        await self.bot.start(*traps)
        for worker in self.workers:
            await worker.start()

    async def arrive(self, count: int = TOGETHER) -> list[Resident]:
        """Let several people open a conversation at once."""
        return list(await asyncio.gather(*[self.welcome() for _ in range(count)]))

    async def welcome(self, title: Callable[[int], str] = lambda _: "") -> Resident:
        """Let somebody open a conversation, with an idea that may have a title of its own kind."""
        number = next(self._numbers)
        arrived = await self.platform.arrive(number, idea(number, title(number)))
        self.residents.append(arrived)
        return arrived

    async def tell_ideas(self, *traps: Trap, people: int = TOGETHER) -> None:
        """Let people send their ideas while the bot walks into one trap after another; return when all is settled."""
        if traps:
            await self.bot.trap(*traps)
        arrived = await self.arrive(people)
        await asyncio.gather(*[resident.tell() for resident in arrived])
        await self.bot.settled()
        if traps:
            self.bot.must_be_free_of_traps()

    async def be_reminded(self, *traps: Trap) -> None:
        """Let people leave their ideas, a day pass, the bot remind them of it, and the ideas be sent after all."""
        arrived = await self.arrive()
        await asyncio.gather(*[resident.begin() for resident in arrived])
        await self.bot.settled()
        self.ahead += TO_THE_REMINDER
        for worker in self.workers:
            worker.kill()  # its next life has the new time
        self.bot.kill(*traps)
        await asyncio.gather(*[resident.seat.asked(REMINDER) for resident in arrived])
        await self.bot.settled()
        if traps:
            self.bot.must_be_free_of_traps()
        for resident in arrived:
            resident.seat.look()
        await asyncio.gather(*[resident.go_on() for resident in arrived])
        await self.bot.settled()

    async def judged(self) -> Verdict:
        """Compare all records."""
        self.in_doubt.ids |= self.platform.unanswered()
        await asyncio.gather(*[hall.look() for hall in self.halls])
        verdict = await asyncio.to_thread(judge, self.bot.folder, self.record, self.residents, self.in_doubt)
        await asyncio.to_thread(judge_teams, self.record, self.teams, self.in_doubt, verdict)
        return verdict

    async def _died(self) -> None:
        await self.platform.quiet()
        places = [*[resident.seat for resident in self.residents], *self.halls]
        await asyncio.to_thread(self.in_doubt.note, self.record, places, self.platform.unanswered())


# ---- Telegram ------------------------------------------------------------------------------------------------------


class OnTelegram:
    """The strict Bot API server: it keeps what is not confirmed, and a log of what it has accepted."""

    def __init__(self, server: botapi.BotApiServer) -> None:
        self._server = server
        self._groups = itertools.count(-500, -1)

    async def arrive(self, number: int, whole: Idea) -> Resident:
        """Press Start."""
        person = self._server.person(1000 + number, "Anna", language_code="en")
        seat = AtTelegram(person, typing=is_typing(number))
        await seat.begin()
        return Resident(whole, seat)

    async def hall(self, people: Sequence[Resident]) -> Hall:
        """Open a group."""
        group = GroupAtTelegram(self._server, next(self._groups), people)
        await group.open(people[0])
        return group

    async def quiet(self) -> None:
        """Ask for something ourselves: what came before has then been answered."""
        async with aiohttp.ClientSession() as http, http.get(f"{self._server.url}/bot{self._server.token}/getMe") as me:
            assert me.status == HTTPStatus.OK
        await self._server.faults.over()

    def unanswered(self) -> set[tuple[str, str]]:
        """Return what the server's faults have concealed."""
        return self._server.faults.unanswered


@asynccontextmanager
async def telegram_town(folder: Path, workers: int = 0, *, faults: int = 0, **more: str) -> AsyncIterator[Town]:
    """Open a town on the Bot API server, its bot not started yet; `faults` is the seed of what goes wrong there."""
    async with botapi.BotApiServer(limits=botapi.Limits.off()) as server:
        if faults:
            server.faults.at_random(faults, ODDS, methods=FAULTY)
        account = {"telegram_token": server.token, "telegram_api_url": server.url, "telegram_rate": RATE}
        town = Town(OnTelegram(server), folder, workers=workers, **account, **more)
        async with town:
            yield town


# ---- Matrix --------------------------------------------------------------------------------------------------------


class OnMatrix:
    """A homeserver: it keeps every event, and what each of its users has been sent."""

    def __init__(self, synapse: Synapse, bot: MatrixUser, staying: AsyncExitStack, *, encrypted: bool) -> None:
        self._synapse = synapse
        self._encrypted = encrypted
        self.bot = bot.user_id
        self._staying = staying

    async def arrive(self, number: int, whole: Idea) -> Resident:
        """Register and invite the bot."""
        client = self._synapse.encrypted_person if self._encrypted else self._synapse.person
        person = await self._staying.enter_async_context(client("resident"))
        seat = AtMatrix(person, self.bot, typing=is_typing(number))
        await seat.begin()
        return Resident(whole, seat)

    async def hall(self, people: Sequence[Resident]) -> Hall:
        """Open a room, an encrypted one where people have such clients."""
        room = RoomAtMatrix(self.bot, people[0])
        await room.open(people[1:])
        return room

    async def quiet(self) -> None:
        """Wait for nothing: a request sent twice is one, whenever it is carried out."""

    def unanswered(self) -> set[tuple[str, str]]:
        """Return nothing: a homeserver knows a message that comes again."""
        return set()


@asynccontextmanager
async def matrix_town(
    folder: Path, synapse: Synapse, workers: int = 0, *, encrypted: bool = False, **more: str
) -> AsyncIterator[Town]:
    """Open a town on a homeserver, its bot not started yet; with `encrypted`, everybody makes encrypted rooms."""
    bot = await synapse.user("bot")
    account = {"matrix_homeserver": synapse.url, "matrix_user": bot.user_id, "matrix_password": bot.password}
    async with AsyncExitStack() as staying:
        platform = OnMatrix(synapse, bot, staying, encrypted=encrypted)
        town = Town(platform, folder, workers=workers, **account, **more)
        async with town:
            yield town
