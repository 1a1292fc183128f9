"""The whole house, running inside a test: real store, real road, real channels, a clock one can move."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from projektbot.app import House, build, read_texts
from projektbot.civic.projects.tables import project_files, projects
from projektbot.civic.staff.actions import invite
from projektbot.civic.staff.rules import Role
from projektbot.clock import Clock
from projektbot.config import Settings
from projektbot.dialog.book import Book
from projektbot.i18n import Languages
from projektbot.instants import micros
from projektbot.messages import Channel
from projektbot.serving import accounts, hands
from tests.ready import lay_ready

NOON = datetime(2026, 6, 15, 10, tzinfo=UTC)  # 12 o'clock in Berlin, a Monday


class Running:
    """A time that begins where it is told to and then goes on as usual."""

    def __init__(self, begin: datetime = NOON) -> None:
        self._begin = begin
        self._started = time.monotonic()

    def __call__(self) -> datetime:
        """Return the time."""
        return self._begin + timedelta(seconds=time.monotonic() - self._started)


@cache
def _texts(locale: str, timezone: str) -> tuple[Languages, Book]:
    return read_texts(Settings(locale=locale, timezone=timezone))


@asynccontextmanager
async def living(folder: Path, *channels: Channel, demo: bool = False, **settings: str) -> AsyncIterator[House]:
    """Run a house until the block ends; `channels` are received from besides those the settings name."""
    values: dict[str, Any] = {"data_dir": folder, "web_listen": "127.0.0.1:0", **settings}
    chosen = Settings(**values)
    if not chosen.database_url:
        lay_ready(folder)
    house = build(chosen, *channels, demo=demo, clock=Clock(Running()), texts=_texts(chosen.locale, chosen.timezone))
    tasks = [asyncio.create_task(work) for work in (*hands(house), *accounts(house))]
    try:
        yield house
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await house.close()


async def later(house: House, by: timedelta) -> None:
    """Let time pass, and everything due happen."""
    await house.advance(by)


async def invitation(house: House, role: str, area: str) -> str:
    """Return the code of an invitation to a role, as the operator gets it."""
    return await house.store.write(lambda db: invite(db, micros(house.clock.now()), Role(role), area))


async def submissions(house: House) -> list[dict[str, Any]]:
    """Return the ideas in the store as transcripts write them: answers by name, money by currency."""
    return await house.store.read(_submissions)


def _submissions(db: Connection) -> list[dict[str, Any]]:
    found = []
    for row in db.execute(select(projects).order_by(projects.c.number)).mappings():
        idea = {name: row[name] for name in ("kind", "service", "title", "description", "field", "area")}
        idea["cost"] = {row["currency"]: row["cost_cents"]} if row["currency"] else None
        idea["contribution"] = row["contribution"]
        idea["point"] = [row["lat"], row["lon"]] if row["lat"] is not None else None
        kinds = db.scalars(select(project_files.c.kind).where(project_files.c.project == row["number"])).all()
        idea["picture"] = kinds[0] if kinds else None
        found.append({name: value for name, value in idea.items() if value is not None})
    return found
