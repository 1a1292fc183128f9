"""Ids of the outbox: they grow with time in every process, and no two processes make the same."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, text

from projektbot.turns import rows

SLOTS = 64  # processes that may write at once; each has the ids of its remainder
SLOT_LOCK = 7_711_001  # the first key of our advisory locks on slots
_take_slot = text("SELECT pg_try_advisory_lock(:lock, :slot)")


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
        return _counting(last - last % SLOTS + _slot(db), SLOTS)


def _counting(last: int, step: int) -> Callable[[], int]:
    def following() -> int:
        nonlocal last
        last += step
        return last

    return following


def _slot(db: Connection) -> int:
    kept = db.connection.info  # lives and dies with the connection, as the lock does
    if "slot" not in kept:
        kept["slot"] = next(slot for slot in range(SLOTS) if db.scalar(_take_slot, {"lock": SLOT_LOCK, "slot": slot}))
    return int(kept["slot"])
