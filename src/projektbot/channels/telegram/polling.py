"""Long polling: the offset moves only when what was received is committed."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, NoReturn, TypeVar

import structlog

from projektbot.channels.telegram.api import Api
from projektbot.channels.telegram.faults import Conflict
from projektbot.channels.telegram.inbound import ALLOWED_UPDATES
from projektbot.errors import ChannelError, Revoked

log = structlog.get_logger()

BATCH = 100  # the most getUpdates gives
POLL_SECONDS = 50  # how long Telegram may hold a poll; its own limit
POLL_GRACE = 10.0  # beyond that the connection is dead
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 60.0
CONFLICT_PAUSE = 15.0  # two pollers that fight starve each other; ours gives the other time to go

T = TypeVar("T")
Take = Callable[[list[Any]], Awaitable[bool]]


async def poll(api: Api, channel: str, take: Take) -> NoReturn:
    """Receive until cancelled, or raise Revoked. `take` says whether updates are committed; if not they come again."""
    offset = 0  # Telegram remembers what was acknowledged; unknown is right after a start
    failures = 0
    while True:
        updates = await persist(partial(_updates, api, offset), channel, "getUpdates")
        if not updates:
            continue
        if await take(updates):
            offset, failures = 1 + max(update["update_id"] for update in updates), 0
            continue
        failures += 1
        await asyncio.sleep(pause(failures, random.random()))  # noqa: S311 - jitter, not a secret


async def persist(
    attempt: Callable[[], Awaitable[T]], channel: str, what: str, *, giving_up: type[ChannelError] = Revoked
) -> T:
    """Try until it succeeds, waiting longer each time; raise only Revoked and `giving_up`."""
    failures = 0
    while True:
        try:
            return await attempt()
        except (Revoked, giving_up):
            raise
        except ChannelError as error:
            failures += 1
            wait = pause_after(error, failures, random.random())  # noqa: S311 - jitter, not a secret
            facts = {"channel": channel, "what": what, "failures": failures, "wait": round(wait, 1)}
            _complain(error, facts)
        await asyncio.sleep(wait)


async def _updates(api: Api, offset: int) -> list[dict[str, Any]]:
    asked = {"limit": BATCH, "timeout": POLL_SECONDS, "allowed_updates": ALLOWED_UPDATES}
    if offset:
        asked["offset"] = offset
    updates: list[dict[str, Any]] = await api.call("getUpdates", asked, seconds=POLL_SECONDS + POLL_GRACE)
    return updates


def pause_after(error: ChannelError, failures: int, chance: float) -> float:
    """Return the seconds to wait after a failed request: what Telegram says, if it says something."""
    if isinstance(error, Conflict):
        return CONFLICT_PAUSE * (1 + chance)
    return error.retry_after or pause(failures, chance)


def pause(failures: int, chance: float) -> float:
    """Return the seconds to wait after so many failures in a row; `chance` in [0, 1) spreads several bots apart."""
    longest: float = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(failures - 1, 10))
    return longest * (0.5 + chance / 2)


def _complain(error: ChannelError, facts: dict[str, Any]) -> None:
    if isinstance(error, Conflict):
        hint = "another program receives with this bot's token, or has set a webhook: stop it"
        log.error("telegram_conflict", reason=error.reason, hint=hint, **facts)
    else:
        log.warning("telegram_request_failed", reason=error.reason, **facts)
