"""What is kept for connecting chats, for minutes only."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, LargeBinary, Table

from projektbot.store.tables import Id, Time, metadata

link_codes = Table(
    "link_codes",
    metadata,
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),  # a new one ends the old
    Column("address_id", Id, ForeignKey("addresses.id", ondelete="CASCADE"), nullable=False),  # where it was told
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("expires_at", Time, nullable=False),
)

link_tries = Table(  # wrong ones
    "link_tries",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", Time, nullable=False),
)
