"""Roles that were taken, and invitations to take one."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, LargeBinary, String, Table, UniqueConstraint

from projektbot.store.tables import Id, Time, metadata

grants = Table(
    "grants",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("role", String(16), nullable=False),
    Column("area", String(24), nullable=False),  # empty: everywhere
    Column("at", Time, nullable=False),
    UniqueConstraint("person_id", "role", "area"),
    sqlite_autoincrement=True,  # an operator revokes by number: it must not come to mean somebody else
)

invitations = Table(
    "invitations",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("role", String(16), nullable=False),
    Column("area", String(24), nullable=False),
    Column("expires_at", Time, nullable=False),
)
