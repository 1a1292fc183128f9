"""`projektbot run` and `projektbot demo`."""

from __future__ import annotations

import asyncio

from projektbot.app import House, build
from projektbot.config import read_settings
from projektbot.errors import Rejected, SettingsError
from projektbot.logs import set_up_logs
from projektbot.serving import serve, work


def run(*, demo: bool) -> int:
    """Serve until told to stop."""
    settings = read_settings()
    set_up_logs(settings.log_level)
    house = build(settings, demo=demo)
    try:
        asyncio.run(serve(house, lambda address: _announce(house, address, demo=demo)))
    except SystemExit as error:  # uvicorn's way to say that it cannot listen there; the log has the reason
        raise Rejected(f"the web cannot be served at {settings.web_listen}") from error
    return 0


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
        print(f"  {address}/demo   three people's chats, and a clock you can move on", flush=True)
    print(f"  {address}/chat   the web chat", flush=True)
    print(f"  {address}/       the public page", flush=True)
    for name in sorted(house.channels.keys() - {"web"}):
        print(f"  {name}", flush=True)
    print("Ctrl-C stops it.", flush=True)
