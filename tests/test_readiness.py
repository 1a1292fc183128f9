"""Whether the program is ready for people: it says so as long as its own store answers, and what is wrong otherwise."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from projektbot.app import House, build, make_web
from projektbot.config import Settings

DATABASE = "projektbot.db"


@asynccontextmanager
async def standing(folder: Path) -> AsyncIterator[tuple[House, httpx.AsyncClient]]:
    """Wire a house and ask its web, without a server."""
    house = build(Settings(data_dir=folder))
    transport = httpx.ASGITransport(make_web(house), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://house.test") as visitor:
        try:
            yield house, visitor
        finally:
            await house.close()


def _alone(file: Path) -> Path:
    """Take away what SQLite keeps beside its file."""
    for beside in file.parent.glob(f"{file.name}-*"):
        beside.unlink()
    return file


def garbage(file: Path) -> None:
    file.write_bytes(b"no database at all " * 1000)


def folder_in_the_way(file: Path) -> None:
    file.unlink()
    file.mkdir()


def empty(file: Path) -> None:
    file.write_bytes(b"")


@pytest.mark.parametrize("ruin", [garbage, folder_in_the_way, empty])
async def test_a_store_that_does_not_answer_makes_it_unready(tmp_path: Path, ruin: Callable[[Path], None]) -> None:
    async with standing(tmp_path) as (house, visitor):
        before = await visitor.get("/readyz")
        house.store.engine.dispose()  # the next reader opens the file anew
        ruin(_alone(tmp_path / DATABASE))

        after, alive = await visitor.get("/readyz"), await visitor.get("/healthz")

    assert before.status_code == 200
    assert after.status_code == 503
    assert after.text.startswith("the database does not answer: ")
    assert alive.status_code == 200
