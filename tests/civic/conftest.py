"""The town in which what residents and staff do is tested."""

from __future__ import annotations

from tests.turns.conftest import database, logs, town

__all__ = ["database", "logs", "town"]
