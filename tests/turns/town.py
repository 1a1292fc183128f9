"""A town with a road and no wires: real store, real dialogs, real engine; letters are laid in a row instead of sent."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, event, func, select
from sqlalchemy.sql import FromClause

from projektbot.app import read_book
from projektbot.civic.city import City, read_city
from projektbot.civic.projects.meanings import Meanings
from projektbot.clock import Clock
from projektbot.config import Settings, folder
from projektbot.dialog.book import Book
from projektbot.dialog.session import Session, load
from projektbot.i18n import Languages, read_catalogs
from projektbot.jobs import Jobs
from projektbot.messages import Channel, Command, Event, Inbound, Letter, Limits, Outgoing, Road, Tap, Words
from projektbot.store.database import Store, open_engine
from projektbot.store.listening import Bell
from projektbot.store.media import MediaStore
from projektbot.store.tables import addresses, inbox, queue, sessions
from projektbot.turns import Turns
from projektbot.turns.batch import World
from projektbot.turns.queue import Queue
from projektbot.turns.rows import WAITING
from tests.ending import cancel_all_tasks
from tests.ready import lay_ready

ZONE = ZoneInfo("Europe/Berlin")
SQLITE = ("direct", "queued")  # the ways of the road that need no server
NOON = datetime(2026, 6, 15, 10, tzinfo=UTC)  # 12 o'clock in Berlin, a Monday
WAIT = 30.0  # seconds until a test that hangs has failed

AnyRow: TypeAlias = Row[*tuple[Any, ...]]


@cache
def _constant() -> tuple[Languages, Book, City]:
    languages = read_catalogs(folder("locales"), "de", ZONE)
    return languages, read_book(languages), read_city(Settings().city)


class Desk:
    """A channel whose files come when the test says so: bytes, or what is raised; `gates` hold them back."""

    name = "desk"
    limits = Limits()
    idempotent = False
    one_receiver = True

    def __init__(self) -> None:
        self.files: dict[str, bytes | Exception] = {}
        self.gates: dict[str, asyncio.Event] = {}
        self.fetched: list[str] = []

    def hold(self, ref: str) -> asyncio.Event:
        """Hold a file back until the returned event is set."""
        self.gates[ref] = asyncio.Event()
        return self.gates[ref]

    async def fetch(self, ref: str) -> bytes:
        """Return what was laid down under `ref`, once its gate is open."""
        self.fetched.append(ref)
        if gate := self.gates.get(ref):
            await gate.wait()
        match self.files[ref]:
            case Exception() as error:
                raise error
            case data:
                return data

    async def receive(self, road: Road) -> None:
        """Receive nothing: tests hand updates over themselves."""

    async def send(self, chat: str, message: Outgoing, txn: str, *, private: bool) -> str:
        """Send nothing: letters are read as they are handed over."""
        raise NotImplementedError("letters are read as they are handed over")

    def address(self, start: str = "") -> str:  # noqa: ARG002 - of Channel
        """Return nothing: tests hand updates over themselves."""
        return ""

    async def close(self) -> None:
        """Hold nothing."""


async def _no_files(_before: datetime) -> None:
    """There is no web chat in this town."""


class Town:
    """Everything from an update to a committed answer, on a folder; a second Town on it is the next start."""

    def __init__(
        self,
        home: Path,
        *channels: Channel,
        clock: Clock | None = None,
        durable: bool = True,
        made: bool = False,
        queued: bool = False,
        database: str = "",
        meanings: Meanings | None = None,
    ) -> None:
        languages, book, city = _constant()
        self.home = home
        self.queued = queued
        self.database = database
        self.clock = clock or Clock(lambda: NOON)
        self.desk = Desk()
        if not (made or database):
            lay_ready(home, "town.db")
        self.engine = open_engine(database or f"sqlite:///{home}/town.db")
        if not durable:
            event.listen(self.engine, "connect", _no_fsync)
        self.rung: list[str] = []
        self.store = Store(self.engine, self.rung.append)
        self.media = MediaStore(home / "media")
        self.letters: list[Letter] = []
        self.hand_over: Callable[[Iterable[Letter]], None] = self.letters.extend
        self.languages = languages
        self.world = World(book, languages, city, self.clock.now, self.media.keep, meanings=meanings)
        here = {channel.name: channel for channel in (self.desk, *channels)}
        bell = Bell(self.engine) if queued else None
        self.turns = Turns(self.store, self.world, self.media, here, self._hand_over, bell)
        self.jobs = Jobs(self.store, self.turns, languages, self.clock.now, _no_files)
        self._keys = 0

    def _hand_over(self, letters: Iterable[Letter]) -> None:
        self.hand_over(letters)

    def again(self, **more: Any) -> Town:  # noqa: ANN401 - as Town
        """Return another process on the same store: the next start, or one beside this."""
        return Town(self.home, queued=self.queued, database=self.database, **more)

    # ---- living ------------------------------------------------------------------------------------------------------

    def inbound(self, chat: str, event: Event, *, key: str = "", **more: Any) -> Inbound:  # noqa: ANN401 - as Inbound
        """Return an update with a key of its own."""
        self._keys += 1
        return Inbound("desk", key or f"{id(self)}/{self._keys}", chat, event, **{"locale": "en", **more})

    async def take(self, *inbounds: Inbound) -> None:
        """Let updates arrive together; return when all that is ready has had its turn."""
        await self.read(inbounds, lambda raw: raw)

    async def read(self, raws: Sequence[Any], read: Callable[[Any], Inbound | None]) -> None:
        """Let anything arrive, to be read by `read`."""
        await asyncio.wait_for(self.turns.take("desk", raws, read), WAIT)
        if isinstance(self.turns.carrier, Queue):
            while (await self.turns.carrier.drained()).taken:
                pass

    def person(self, chat: str) -> Person:
        """Return somebody who writes from a chat."""
        return Person(self, chat)

    async def pass_by(self, by: timedelta) -> None:
        """Let time pass; what is due on the way happens when it is late."""
        self.clock.advance(by)
        await self.jobs.tick()

    async def close(self) -> None:
        """End in order."""
        await asyncio.to_thread(self.store.close)

    async def kill(self) -> None:
        """Crash: whatever is waiting in memory is gone."""
        await cancel_all_tasks()
        await self.close()

    # ---- looking -----------------------------------------------------------------------------------------------------

    def told(self, chat: str) -> list[str]:
        """Return everything a chat was told, the oldest first."""
        return [bare(letter.message) for letter in self.letters if letter.chat == chat]

    async def rows(self, table: FromClause, *where: Any) -> Sequence[AnyRow]:  # noqa: ANN401 - conditions
        """Return the rows of a table."""
        query = select(table).where(*where)
        return await self.store.read(lambda db: db.execute(query).all())

    async def waiting(self) -> int:
        """Return how many updates wait for a file, or behind one."""
        if self.queued:
            return await self.count(queue)
        return len(await self.rows(inbox, inbox.c.state == WAITING))

    async def count(self, table: FromClause) -> int:
        """Return how many rows a table has."""
        query = select(func.count()).select_from(table)
        return await self.store.read(lambda db: db.scalar(query) or 0)

    async def session(self, chat: str) -> Session:
        """Return the session behind a chat."""
        return load(await self.store.read(partial(_state, chat=chat)))


class Person:
    """Somebody in a chat of the town: types, taps by label, and reads what comes back."""

    def __init__(self, town: Town, chat: str) -> None:
        self.town = town
        self.chat = chat

    async def does(self, event: Event, **more: Any) -> str:  # noqa: ANN401 - as Inbound
        """Do something and return what is said."""
        before = len(self.town.letters)
        await self.town.take(self.town.inbound(self.chat, event, **more))
        return "\n".join(bare(letter.message) for letter in self.town.letters[before:] if letter.chat == self.chat)

    async def says(self, *messages: str) -> str:
        """Type messages; return what the last one was answered."""
        told = ""
        for message in messages:
            name, _, argument = message[1:].partition(" ")
            told = await self.does(Command(name, argument) if message.startswith("/") else Words(message))
        return told

    async def taps(self, *labels: str) -> str:
        """Press buttons of the last message; return what the last one was answered."""
        told = ""
        for label in labels:
            mine = [letter for letter in self.town.letters if letter.chat == self.chat]
            offered = {choice.label: choice.token for choice in mine[-1].message.choices}
            told = await self.does(Tap(offered[label]))
        return told

    async def begins_an_idea(self) -> str:
        """Answer the first two questions of an idea: enough for a draft."""
        await self.says("/idea")
        await self.taps("Something new")
        return await self.says("Benches along the river")


def bare(message: Outgoing) -> str:
    """Return a message as a person sees it, without the marks around what people wrote."""
    return message.plain().replace("\u2068", "").replace("\u2069", "")


def letters_to(letters: Iterable[Letter], chat: str) -> list[Letter]:
    """Return the letters to a chat."""
    return [letter for letter in letters if letter.chat == chat]


def _state(db: Connection, chat: str) -> bytes:
    at = addresses.c.session_id == sessions.c.id
    state: bytes = db.scalars(select(sessions.c.state).join(addresses, at).where(addresses.c.chat == chat)).one()
    return state


def _no_fsync(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")  # what is tested dies, if at all, as a process and not as a machine
