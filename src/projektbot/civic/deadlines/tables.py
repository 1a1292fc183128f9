"""Deadlines, and who is to be reminded of them."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from projektbot.store.tables import Id, Time, metadata

deadlines = Table(
    "deadlines",
    metadata,
    Column("number", Id, primary_key=True),  # 12 in D-12
    Column("person_id", Id, ForeignKey("people.id", ondelete="SET NULL"), index=True),
    Column("title", Text, nullable=False),
    Column("words", Text),
    Column("url", Text),
    Column("area", String(24), nullable=False),  # empty: the whole city
    Column("field", String(24), nullable=False),  # empty: every subject
    Column("ends_at", Time, nullable=False),
    Column("at", Time, nullable=False),
    Column("changed_at", Time, nullable=False),
    Column("sequence", Integer, nullable=False),  # how often it was changed (RFC 5545, 3.8.7.4)
    Column("reason", Text),  # of the last change
    Column("withdrawn_at", Time),
    sqlite_autoincrement=True,  # a number that was told must not come to mean another one
)
Index("deadlines_ends", deadlines.c.ends_at)

deadline_people = Table(
    "deadline_people",
    metadata,
    Column("id", Id, primary_key=True),
    Column("deadline", Id, ForeignKey("deadlines.number", ondelete="CASCADE"), nullable=False),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    UniqueConstraint("deadline", "person_id"),
)
