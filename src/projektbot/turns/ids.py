"""Ids of the outbox: they grow with time in every process, and no two processes make the same."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

from projektbot.store.locks import slot
from projektbot.turns import rows

SLOTS = 64  # processes that may write at once; each has the ids of its remainder


class Ids:
    """Makes the ids of one process. On PostgreSQL, where others write too, it holds a slot of its own while connected.

    They are asked for anew in each transaction, since another process may have written meanwhile; and they are not
    below the time, since a restored backup has forgotten ids that a homeserver still knows, and would take for messages
    it has already.
    """

    def after(self, db: Connection, at: int) -> Callable[[], int]:
        """Return what makes ids above all committed ones and above `at` (microseconds UTC)."""
        last = max(rows.last_outbox_id(db), at)
        if db.dialect.name != "postgresql":
            return _counting(last, 1)
        return _counting(last - last % SLOTS + slot(db, SLOTS), SLOTS)


def _counting(last: int, step: int) -> Callable[[], int]:
    def following() -> int:
        nonlocal last
        last += step
        return last

    return following
