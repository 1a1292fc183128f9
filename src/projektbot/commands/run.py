"""`projektbot run` and `projektbot demo`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from projektbot.app import House, build
from projektbot.config import Settings, read_settings
from projektbot.errors import Rejected, SettingsError
from projektbot.logs import set_up_logs
from projektbot.serving import serve, work


def run(*, demo: bool) -> int:
    """Serve until told to stop."""
    settings = read_settings()
    set_up_logs(settings.log_level)
    house, first = _sample(settings) if demo else (build(settings), None)
    try:
        asyncio.run(serve(house, lambda address: _announce(house, address, demo=demo), first))
    except SystemExit as error:  # uvicorn's way to say that it cannot listen there; the log has the reason
        raise Rejected(f"the web cannot be served at {settings.web_listen}") from error
    return 0


def _sample(settings: Settings) -> tuple[House, Callable[[], Awaitable[None]]]:
    """Return the house of the sample city, and what happens there before it opens: its season, if it is new."""
    from projektbot.demo.cast import Cast  # the demo alone draws pictures
    from projektbot.demo.playing import Play, is_empty
    from projektbot.demo.season import read_season

    cast = Cast()
    house = build(settings, cast, demo=True)

    async def first() -> None:
        if await is_empty(house):
            print(f"{house.city.name} lives through its first 120 days …", flush=True)
            await Play(house, cast, read_season()).play()

    return house, first


def add_worker() -> int:
    """Work beside others on the same database until told to stop."""
    settings = read_settings()
    set_up_logs(settings.log_level)
    if settings.database.startswith("sqlite"):
        raise SettingsError(["PROJEKTBOT_DATABASE_URL: a worker needs PostgreSQL; with SQLite one process does it all"])
    house = build(settings)
    asyncio.run(work(house, lambda: print("A worker has begun. Ctrl-C stops it.", flush=True)))
    return 0


def _announce(house: House, address: str, *, demo: bool) -> None:
    """Say where to look."""
    print(f"projektbot for {house.city.name} is running.", flush=True)
    if demo:
        print(f"  {address}/demo   a resident, a team and a moderator, and a clock you can move on", flush=True)
    print(f"  {address}/chat   the web chat", flush=True)
    print(f"  {address}/       the public page", flush=True)
    for name in sorted(house.channels.keys() - {"web", "cast"}):
        print(f"  {name}", flush=True)
    print("Ctrl-C stops it.", flush=True)
