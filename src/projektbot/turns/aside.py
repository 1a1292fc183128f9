"""What could not be carried along the road: kept with its number, told to its person, listed by `doctor`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError

from projektbot.errors import Bug, cause_of, where_from
from projektbot.instants import micros
from projektbot.messages import Inbound, Letter
from projektbot.turns.patience import Patience
from projektbot.turns.storable import as_json
from projektbot.turns.transactions import Failed, Transactions, Unreadable

log = structlog.get_logger()

TRIES = 3  # an update that fails so often is set aside


class Aside:
    """Where updates end that fail whatever we do."""

    def __init__(
        self, patience: Patience, transactions: Transactions, hand_over: Callable[[Iterable[Letter]], None]
    ) -> None:
        self._patience = patience
        self._transactions = transactions
        self._hand_over = hand_over
        self._last_number = 0

    async def put(self, inbound: Inbound, failure: Exception, *, queued_id: int = 0) -> None:
        """Set an update aside that failed three times, and tell the person; its row of the queue goes with it."""
        number = self.number(self._transactions.world.now())
        facts = {"error": type(failure).__name__, "where": where_from(failure)}
        log.error("turn_set_aside", number=number, channel=inbound.channel, **facts)
        failed = Failed(inbound, number, failure, queued_id)
        try:
            letter = await self._patience.do(self._transactions.set_aside, failed)
        except (Bug, SQLAlchemyError) as error:  # even to say so fails: the others must not wait for it
            log.error("apology_failed", number=number, error=type(cause_of(error)).__name__)  # noqa: TRY400 - no words
            await self._patience.do(self._transactions.set_aside_unsaid, failed)
        else:
            self._hand_over([letter] if letter else [])

    async def put_unreadable(self, channel: str, raw: object, error: Exception) -> None:
        """Keep what a messenger sent and nobody can read."""
        number, problem = self.number(self._transactions.world.now()), type(error).__name__
        log.error("update_unreadable", number=number, channel=channel, error=problem, where=where_from(error))
        await self._patience.do(self._transactions.keep_aside, Unreadable(channel, number, as_json(raw), problem))

    def number(self, now: datetime) -> str:
        """Return a number for a failure: short enough to say on the telephone, and not the same twice in a row."""
        self._last_number = max(self._last_number + 1, micros(now) // 1000)
        return f"E-{self._last_number % 100_000_000}"
