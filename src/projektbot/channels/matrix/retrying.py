"""Trying again: how long to wait, and when trying is useless."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import structlog

from projektbot.errors import Bug, ChannelError, Revoked, guarded

T = TypeVar("T")

LONGEST_WAIT: Final = 60.0  # seconds: after an outage we are back within a minute
log = structlog.get_logger(__name__)


def pause(failures: int) -> float:
    """Return how many seconds to wait after so many failures in a row: 1, 2, 4 … 60, less up to a half by chance.

    Chance keeps a hundred bots from all coming back in the same second.
    """
    return min(2.0 ** min(failures - 1, 10), LONGEST_WAIT) * random.uniform(0.5, 1.0)  # noqa: S311 - no secret


async def insist(step: Callable[[], Awaitable[T]], what: str) -> T:
    """Carry a step out until it succeeds, whatever fails; raises only Revoked."""
    failures = 0
    while True:
        try:
            return await guarded(step())
        except Revoked:
            raise
        except ChannelError as error:
            reason, asked = error.reason, error.retry_after
        except Bug as bug:  # receiving must go on; the words of a fault may be people's, so its name only
            reason, asked = type(bug.cause).__name__, 0.0
        failures += 1
        wait = max(pause(failures), asked)
        log.warning("matrix_failed", what=what, reason=reason, failures=failures, wait=round(wait, 1))
        await asyncio.sleep(wait)
