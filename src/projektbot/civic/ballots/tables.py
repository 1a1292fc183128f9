"""Who has voted in which round; what was voted is kept where nothing leads back to a person."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, String, Table, UniqueConstraint

from projektbot.store.tables import Id, metadata

# A row outlives its person, since the number of those who voted must stay what it was; then it names nobody.
voters = Table(
    "voters",
    metadata,
    Column("id", Id, primary_key=True),
    Column("round", String(32), nullable=False),
    Column("person_id", Id, ForeignKey("people.id", ondelete="SET NULL"), index=True),
    UniqueConstraint("round", "person_id"),  # one person, one vote
)
