"""Codes that are told to somebody, good once: how they are made, stored, and guarded against guessing."""

from __future__ import annotations

import hashlib
import secrets

from sqlalchemy import delete, insert

from projektbot.civic.people.rules import LENGTH, LETTERS, MINUTE, TRIES_MINUTES
from projektbot.civic.people.tables import link_tries
from projektbot.civic.tx import Tx

ROUNDS = 10_000  # 3 ms here; whoever reads the table needs days to try all codes, and a code lasts ten minutes


def new_code() -> str:
    """Return a code that nobody can guess."""
    return "".join([secrets.choice(LETTERS) for _ in range(LENGTH)])


def digest(code: str) -> bytes:
    """Return how a code is stored."""
    return hashlib.pbkdf2_hmac("sha256", code.encode(), b"projektbot link", ROUNDS)


def note_wrong(tx: Tx) -> None:
    """Note that this person entered a wrong code."""
    tx.db.execute(delete(link_tries).where(link_tries.c.at <= tx.at - TRIES_MINUTES * MINUTE))
    tx.db.execute(insert(link_tries).values(person_id=tx.who.person_id, at=tx.at))
