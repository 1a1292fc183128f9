"""Asking Telegram: for updates (the offset moves only when they are committed), or whether its posts reach us."""

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
from projektbot.channels.telegram.webhook import is_update
from projektbot.errors import Bug, ChannelError, Revoked, guarded, where_from

log = structlog.get_logger()

BATCH = 100  # the most getUpdates gives
POLL_SECONDS = 50  # how long Telegram may hold a poll; its own limit
POLL_GRACE = 10.0  # beyond that the connection is dead
WATCH_SECONDS = 60.0
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 60.0
CONFLICT_PAUSE = 15.0  # two pollers that fight starve each other; ours gives the other time to go

T = TypeVar("T")
Take = Callable[[list[Any]], Awaitable[bool]]


async def poll(api: Api, channel: str, take: Take) -> NoReturn:
    """Receive until cancelled, or raise Revoked. `take` says whether updates are committed; if not they come again."""
    offset = 0  # Telegram remembers what was acknowledged; unknown is right after a start
    failures = 0
    in_touch = False  # else we ask for an answer at once: it tells that an outage is over

    async def ask() -> list[Any]:
        nonlocal in_touch
        seconds, in_touch = POLL_SECONDS if in_touch else 0, False
        updates = await _updates(api, offset, seconds)
        in_touch = True
        return updates

    while True:
        updates = await persist(ask, channel, "getUpdates")
        if await take(updates):
            offset, failures = max([offset, *(1 + update["update_id"] for update in filter(is_update, updates))]), 0
            continue
        failures += 1
        await asyncio.sleep(pause(failures, random.random()))  # noqa: S311 - jitter, not a secret


async def watch(api: Api, channel: str, take: Take) -> NoReturn:
    """Look until cancelled whether Telegram's posts reach us, or raise Revoked; its silence alone says nothing."""
    told = None
    while True:
        info = await persist(partial(api.call, "getWebhookInfo"), channel, "getWebhookInfo")
        facts = info if isinstance(info, dict) else {}
        if facts.get("pending_update_count") == 0:
            await take([])
        error = facts.get("last_error_date", 0)
        if told is not None and error != told:
            log.warning("telegram_webhook_failed", channel=channel, reason=str(facts.get("last_error_message")))
        told = error
        await asyncio.sleep(WATCH_SECONDS)


async def me_of(api: Api) -> dict[str, Any]:
    """Ask which bot we are; `id` and `username` are there. Raises ChannelError."""
    me = await api.call("getMe")
    if isinstance(me, dict) and isinstance(me.get("id"), int) and isinstance(me.get("username"), str):
        return me
    raise ChannelError("odd_answer")


async def persist(
    attempt: Callable[[], Awaitable[T]], channel: str, what: str, *, giving_up: type[ChannelError] = Revoked
) -> T:
    """Try until it succeeds, waiting longer each time; raise only Revoked and `giving_up`."""
    failures = 0
    while True:
        try:
            return await guarded(attempt())
        except (Revoked, giving_up):
            raise
        except (Bug, ChannelError) as error:
            failures += 1
            wait = pause_after(error, failures, random.random())  # noqa: S311 - jitter, not a secret
            facts = {"channel": channel, "what": what, "failures": failures, "wait": round(wait, 1)}
            _complain(error, facts)
        await asyncio.sleep(wait)


async def _updates(api: Api, offset: int, seconds: int) -> list[Any]:
    """Ask for updates, and wait so long for the first. Raises ChannelError."""
    asked = {"limit": BATCH, "timeout": seconds, "allowed_updates": ALLOWED_UPDATES}
    if offset:
        asked["offset"] = offset
    updates = await api.call("getUpdates", asked, seconds=seconds + POLL_GRACE)
    # One that has no number cannot be acknowledged by itself; those that come after it do that for it.
    if isinstance(updates, list) and (not updates or any(map(is_update, updates))):
        return updates
    raise ChannelError("odd_answer")


def pause_after(error: Bug | ChannelError, failures: int, chance: float) -> float:
    """Return the seconds to wait after a failed request: what Telegram says, if it says something."""
    if isinstance(error, Conflict):
        return CONFLICT_PAUSE * (1 + chance)
    said = 0.0 if isinstance(error, Bug) else error.retry_after
    return said or pause(failures, chance)


def pause(failures: int, chance: float) -> float:
    """Return the seconds to wait after so many failures in a row; `chance` in [0, 1) spreads several bots apart."""
    longest: float = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(failures - 1, 10))
    return longest * (0.5 + chance / 2)


def _complain(error: Bug | ChannelError, facts: dict[str, Any]) -> None:
    if isinstance(error, Conflict):
        hint = "another program receives with this bot's token, or has set a webhook: stop it"
        log.error("telegram_conflict", reason=error.reason, hint=hint, **facts)
    elif isinstance(error, Bug):
        log.error("telegram_request_failed", reason=f"a fault of ours: {error}", where=where_from(error.cause), **facts)
    else:
        log.warning("telegram_request_failed", reason=error.reason, **facts)
