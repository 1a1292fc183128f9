"""Being alone with something that is no row: on PostgreSQL by advisory locks; on SQLite a writer is alone anyway."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, text

# The numbers of our locks in a city's database; another program on the same one must not use them.
SLOTS: Final = 7_711_001
PROJECT_NUMBERS: Final = 7_711_002
UPGRADE: Final = 7_711_003
WEB_POSTS: Final = 7_711_004
EARLY_VOTES: Final = 7_711_005

_wait = text("SELECT pg_advisory_xact_lock(:lock)")
_take_slot = text("SELECT pg_try_advisory_lock(:lock, :slot)")


def be_alone(db: Connection, lock: int) -> None:
    """Wait until no other transaction has the lock; it is ours until this one ends."""
    if db.dialect.name == "postgresql":
        db.execute(_wait, {"lock": lock})


def slot(db: Connection, most: int) -> int:
    """Return a number below `most` that no other connection to this PostgreSQL database has while ours lasts.

    Raises LookupError if there is none left.
    """
    kept = db.connection.info  # lives and dies with the connection, as the lock does
    if "slot" not in kept:
        kept["slot"] = _free_slot(db, most)
    return int(kept["slot"])


def _free_slot(db: Connection, most: int) -> int:
    for number in range(most):
        if db.scalar(_take_slot, {"lock": SLOTS, "slot": number}):
            return number
    raise LookupError(f"{most} processes write already")
