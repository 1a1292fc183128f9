"""What is kept for connecting chats, for minutes only; and how somebody wants to be told news."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, LargeBinary, String, Table, UniqueConstraint

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

# Only what somebody chose; `name` is a topic of news, or "nights".
news_choices = Table(
    "news_choices",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("name", String(16), nullable=False),
    Column("choice", String(16), nullable=False),
    UniqueConstraint("person_id", "name"),
)

# What waits for a person's digest, each as the message it would have been by itself.
news = Table(
    "news",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("topic", String(16), nullable=False),
    Column("at", Time, nullable=False),
    Column("body", LargeBinary, nullable=False),  # the Outgoing as JSON
    sqlite_autoincrement=True,
)
