"""Instants as the store keeps them: microseconds since 1970 UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(at: int) -> datetime:
    """Return the instant that so many microseconds since 1970 UTC are."""
    return EPOCH + timedelta(microseconds=at)
