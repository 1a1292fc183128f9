"""What an action gets: the open transaction, the time, and for whom it acts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from projektbot.messages import micros
from projektbot.records import record


@record
class Who:
    """The person who acts, and where. `person_id` never leaves the store."""

    person_id: int
    session_id: int
    address_id: int
    channel: str
    locale: str


@record
class Tx:
    """One turn's transaction. What an action writes is committed together with the answer it leads to."""

    db: Connection
    now: datetime
    who: Who

    @property
    def at(self) -> int:
        """Return now as the store keeps times: microseconds since 1970 UTC."""
        return micros(self.now)
