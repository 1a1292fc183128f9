"""Runs the server as a program: `python -m tests.servers.botapi --port 0 --token …` prints its URL and serves."""

from __future__ import annotations

import argparse
import asyncio
import sys

from tests.servers.botapi.limits import Limits
from tests.servers.botapi.server import DEFAULT_TOKEN, BotApiServer


def main() -> int:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m tests.servers.botapi", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--token", action="append", help="may be given several times")
    parser.add_argument("--people", type=int, default=0, help="open private chats with this many people, ids from 1")
    parser.add_argument("--no-limits", action="store_true", help="lift the flood limits")
    chosen = parser.parse_args()
    try:
        asyncio.run(serve(chosen))
    except KeyboardInterrupt:
        return 0
    return 0


async def serve(chosen: argparse.Namespace) -> None:
    """Start a server as asked for and wait for ever."""
    first, *others = chosen.token or [DEFAULT_TOKEN]
    limits = Limits.off() if chosen.no_limits else Limits()
    async with BotApiServer(first, limits=limits, host=chosen.host, port=chosen.port) as server:
        for number, token in enumerate(others, start=2):
            server.add_bot(token, f"projekt_test_{number}_bot")
        for number in range(1, chosen.people + 1):
            server.person(number, f"P{number}", started=True)
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    raise SystemExit(main())
