"""A yardstick with people in it: `sqlite3` alone doing what no turn can do without, for as many who wait for it.

For each turn: is the update known, read the session, JSON in, JSON out, and the same three rows; one COMMIT for
whatever waits, and an answer to everybody who waited. No engine, no words, no SQLAlchemy.
"""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import tempfile
import threading
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson

from bench.figures import Sample, Watch
from projektbot.store.database import MAX_BATCH, open_engine
from projektbot.store.migrate import upgrade

STATE: Final = orjson.dumps({"answers": {f"question {number}": "an answer of a few words" for number in range(10)}})
BODY: Final = {"parts": [{"text": "What may it cost, roughly? A guess is fine. " * 8}], "choices": ["skip", "back"] * 8}


class Waiting(NamedTuple):
    """A turn that somebody waits for."""

    key: str
    session: int
    done: asyncio.Future[None]


class Writer:
    """One thread that commits whatever waits."""

    def __init__(self, path: Path, lanes: int) -> None:
        self._queue: queue.SimpleQueue[Waiting | None] = queue.SimpleQueue()
        self._path = path
        self._lanes = lanes
        self._posted = 0
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def turn(self, key: str, session: int) -> asyncio.Future[None]:
        """Ask for a turn; the future ends with its commit."""
        done = asyncio.get_running_loop().create_future()
        self._queue.put(Waiting(key, session, done))
        return done

    def close(self) -> None:
        """Stop."""
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        db = sqlite3.connect(self._path, isolation_level=None, cached_statements=512)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            db.execute(f"PRAGMA {pragma}")
        people = [(number, STATE) for number in range(1, self._lanes + 1)]
        db.executemany("INSERT INTO sessions (id, state) VALUES (?, ?)", people)
        db.executemany(
            "INSERT INTO addresses (id, channel, chat, session_id, private) VALUES (?, 'bench', ?, ?, 1)",
            [(number, str(number), number) for number, _ in people],
        )
        while batch := self._next():
            self._commit(db, batch)
            batch[0].done.get_loop().call_soon_threadsafe(_answer, batch)
        db.close()

    def _next(self) -> list[Waiting]:
        first = self._queue.get()
        batch = [first] if first else []
        while batch and len(batch) < MAX_BATCH and not self._queue.empty():
            following = self._queue.get()
            if following is None:
                self._queue.put(None)
                break
            batch.append(following)
        return batch

    def _commit(self, db: sqlite3.Connection, batch: list[Waiting]) -> None:
        marks = ",".join("?" * len(batch))
        db.execute("BEGIN IMMEDIATE")
        db.execute(f"SELECT key FROM inbox WHERE channel = 'bench' AND key IN ({marks})", [one.key for one in batch])  # noqa: S608
        found = db.execute(
            "SELECT s.id, s.state FROM addresses a JOIN sessions s ON s.id = a.session_id "  # noqa: S608 - marks alone
            f"WHERE a.channel = 'bench' AND a.chat IN ({marks})",
            [str(one.session) for one in batch],
        )
        states: dict[int, Any] = {session: orjson.loads(state) for session, state in found}
        db.executemany(
            "INSERT INTO inbox (channel, key, at, state) VALUES ('bench', ?, 1, 0)", [(o.key,) for o in batch]
        )
        db.executemany(
            "UPDATE sessions SET state = ?, address_id = ? WHERE id = ?",
            [(orjson.dumps(states[one.session]), one.session, one.session) for one in batch],
        )
        db.executemany(
            "INSERT INTO outbox (id, address_id, kind, state, body, created_at) "
            "VALUES (?, ?, 'receipt', 'queued', ?, 1)",
            [(self._posted + number, one.session, orjson.dumps(BODY)) for number, one in enumerate(batch, 1)],
        )
        db.execute("COMMIT")
        self._posted += len(batch)


def _answer(batch: list[Waiting]) -> None:
    for one in batch:
        one.done.set_result(None)


async def served(turns: int, lanes: int) -> Sample:
    """Do so many turns for so many who wait."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "served.db"
        engine = open_engine(f"sqlite:///{path}")
        upgrade(engine)
        engine.dispose()
        writer = Writer(path, lanes)

        async def lane(session: int) -> None:
            for number in range(turns // lanes):
                await writer.turn(f"{session}-{number}", session)

        watch = Watch()
        await asyncio.gather(*[lane(session) for session in range(1, lanes + 1)])
        sample = watch.sample(turns // lanes * lanes)
        await asyncio.to_thread(writer.close)
        return sample
