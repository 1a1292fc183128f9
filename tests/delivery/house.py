"""A house with nothing in it but an outbox and its delivery."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from random import Random
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, func, insert, select, update

from projektbot.delivery import Delivery
from projektbot.delivery.outbox import AnyRow
from projektbot.instants import micros
from projektbot.messages import Letter, Outgoing, Part
from projektbot.polls import Poll
from projektbot.store.tables import addresses, outbox, sessions
from tests.delivery.clock import Clock, WatchedStore
from tests.delivery.platform import Platform
from tests.ending import cancel_all_tasks

ROOM = 5000


@dataclass(frozen=True)
class Row:
    """What a test writes: a letter of a kind to a chat."""

    kind: str
    chat: str
    text: str
    private: bool = True
    after: float = 0.0  # seconds from now
    within: float | None = None  # seconds from now
    channel: str = "telegram"
    poll: Poll | None = None


class House:
    """A store, a clock, a platform and the delivery between them; `restart` is a crash."""

    def __init__(self, engine: Engine) -> None:
        self.store = WatchedStore(engine)
        self.explain = "EXPLAIN QUERY PLAN" if engine.dialect.name == "sqlite" else "EXPLAIN"
        self.clock = Clock(self.store)
        self.platform = Platform(self.clock)
        self.delivery: Delivery | None = None
        self._chats: dict[tuple[str, str], int] = {}
        self._next = 0
        self._run: asyncio.Task[None] | None = None

    # ---- writing -----------------------------------------------------------------------------------------------------

    async def write(self, *rows: Row, state: str = "queued", attempts: int = 0) -> list[Letter]:
        """Commit rows as a turn or a job does, and return the letters."""
        letters = [self._letter(row, attempts) for row in rows]
        new = [letter for letter in letters if (letter.channel, letter.chat) not in self._chats]
        bodies = [orjson.dumps(asdict(letter.message)) for letter in letters]
        values = [self._values(letter, body, state) for letter, body in zip(letters, bodies, strict=True)]

        def job(connection: Connection) -> None:
            for letter in {letter.address_id: letter for letter in new}.values():
                connection.execute(insert(sessions).values(id=letter.address_id, state=b""))
                address = {"id": letter.address_id, "session_id": letter.address_id, "channel": letter.channel}
                connection.execute(insert(addresses).values(**address, chat=letter.chat, private=letter.private))
            connection.execute(insert(outbox), values)

        await self.store.write(job)
        self._chats |= {(letter.channel, letter.chat): letter.address_id for letter in new}
        return letters

    async def post(self, *rows: Row) -> list[Letter]:
        """Commit rows and hand them over."""
        letters = await self.write(*rows)
        self.running.hand_over(letters)
        return letters

    def _letter(self, row: Row, attempts: int) -> Letter:
        self._next += 1
        now = self.clock.now()
        return Letter(
            id=self._next,
            kind=row.kind,
            address_id=self._chats.get((row.channel, row.chat)) or self._address(row),
            channel=row.channel,
            chat=row.chat,
            private=row.private,
            message=Outgoing((Part(row.text),), poll=row.poll),
            not_before=micros(now + timedelta(seconds=row.after)) if row.after else 0,
            expires_at=None if row.within is None else micros(now + timedelta(seconds=row.within)),
            attempts=attempts,
        )

    def _address(self, row: Row) -> int:
        return 1 + sum(map(ord, row.channel)) * 10**12 + int.from_bytes(row.chat.encode()[-5:], "big")

    def _values(self, letter: Letter, body: bytes, state: str) -> dict[str, Any]:
        return {
            "id": letter.id,
            "address_id": letter.address_id,
            "kind": letter.kind,
            "state": state,
            "body": body,
            "created_at": micros(self.clock.now()),
            "not_before": letter.not_before,
            "expires_at": letter.expires_at,
            "attempts": letter.attempts,
        }

    # ---- living ------------------------------------------------------------------------------------------------------

    @property
    def running(self) -> Delivery:
        assert self.delivery is not None
        return self.delivery

    async def start(self, room: int = ROOM, *others: Platform) -> None:
        """Start the delivery, as the house does."""
        channels = {platform.name: platform for platform in (self.platform, *others)}
        chance = Random(1)  # noqa: S311 - the same every time
        self.delivery = Delivery(self.store, channels, self.clock.now, chance=chance, sleep=self.clock.sleep, room=room)
        await self.delivery.recover()
        self._run = asyncio.create_task(self.delivery.run())
        await self.clock.settle()

    async def kill(self) -> None:
        """Crash: nothing that is in flight gets a chance to say what became of it."""
        await cancel_all_tasks()
        await self.clock.settle()
        self.delivery = self._run = None

    async def restart(self, room: int = ROOM) -> None:
        """Crash and start again; the platform goes on with a new connection."""
        await self.kill()
        await self.start(room)

    async def wait(self, seconds: float) -> None:
        """Let time pass."""
        await self.clock.advance(seconds)

    async def finish(self) -> None:
        """Let time pass until the delivery says that it is idle."""
        await self.clock.until(asyncio.ensure_future(self.running.idle()))

    async def end(self) -> None:
        await self.kill()
        await asyncio.to_thread(self.store.close)

    # ---- looking -----------------------------------------------------------------------------------------------------

    async def states(self) -> Counter[str]:
        """Return how many rows are in each state."""
        query = select(outbox.c.state, func.count()).group_by(outbox.c.state)
        rows = await self.store.read(lambda connection: connection.execute(query).all())
        return Counter(dict(tuple(row) for row in rows))

    async def row(self, letter: Letter) -> AnyRow:
        """Return a letter's row."""
        query = select(outbox).where(outbox.c.id == letter.id)
        return await self.store.read(lambda connection: connection.execute(query).one())

    async def rows(self) -> Sequence[AnyRow]:
        return await self.store.read(lambda connection: connection.execute(select(outbox).order_by("id")).all())

    async def address(self, chat: str) -> AnyRow:
        """Return a chat's address."""
        query = select(addresses).where(addresses.c.chat == chat)
        return await self.store.read(lambda connection: connection.execute(query).one())

    async def chats(self) -> set[str]:
        """Return the chats we have addresses of."""
        query = select(addresses.c.chat)
        return set(await self.store.read(lambda connection: connection.scalars(query).all()))

    async def change(self, job: Callable[[Connection], object]) -> None:
        await self.store.write(job)

    async def know_sizes(self) -> None:
        """Let the database see how large its tables are; PostgreSQL does so by itself, within a minute."""
        await self.store.write(lambda connection: connection.exec_driver_sql("ANALYZE"))

    async def unblock(self, chat: str) -> None:
        """Note that the person has come back, as a turn does."""
        statement = update(addresses).where(addresses.c.chat == chat).values(blocked_at=None)
        await self.store.write(lambda connection: connection.execute(statement))


def receipt(chat: str, text: str) -> Row:
    return Row("receipt", chat, text)


def ballot(chat: str, text: str) -> Row:
    return Row("ballot", chat, text)


def notice(chat: str, text: str) -> Row:
    return Row("notice", chat, text)


def bulk(chat: str, text: str) -> Row:
    return Row("bulk", chat, text)


def broadcast(number: int, *, start: int = 0) -> list[Row]:
    """Return a bulk letter each to so many chats."""
    return [bulk(f"b{chat}", "news") for chat in range(start, start + number)]


def in_group(row: Row) -> Row:
    return replace(row, private=False)
