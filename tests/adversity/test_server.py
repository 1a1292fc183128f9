"""The disk of PostgreSQL is full: nothing that was answered is lost, and it goes on when there is room."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from projektbot.store.advice import advice
from projektbot.store.database import Store, is_trouble, open_engine
from tests.adversity.conftest import fill_up
from tests.servers.postgres import NO_POSTGRES, Postgres, programs
from tests.store.words import everything, metadata, put

WORDS = "word " * 20_000  # 100 kB


async def test_a_full_disk_of_the_server_loses_nothing(small_disk: Path) -> None:
    found = programs()
    if found is None:
        pytest.skip(NO_POSTGRES)
    server = Postgres(found, durable=True, place=small_disk)
    server.start()
    store = Store(open_engine(server.url(server.create())))
    await store.write(metadata.create_all)

    filler = fill_up(small_disk)
    written, failure = await write_until_it_fails(store)
    filler.unlink()
    while is_trouble((await asyncio.gather(store.do(put, "there is room"), return_exceptions=True))[0]):
        pass  # the server may be mending itself

    assert "disk of PostgreSQL is full" in advice(failure, make_url("postgresql+psycopg://")) or is_trouble(failure)
    assert await store.read(everything) == [*written, "there is room"]
    await asyncio.to_thread(store.close)
    server.remove()


async def write_until_it_fails(store: Store) -> tuple[list[str], OperationalError]:
    """Return what was answered, and with what it ended."""
    written: list[str] = []
    while True:
        word = f"{len(written)} {WORDS}"
        try:
            await store.do(put, word)
        except OperationalError as error:
            return written, error
        written.append(word)
