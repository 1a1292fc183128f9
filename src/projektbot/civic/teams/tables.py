"""Members of teams, requests and invitations to join, who is asked to lead, and partners."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from projektbot.store.tables import Id, Time, metadata

# What a team as a whole has; no row: nothing is set.
teams = Table(
    "teams",
    metadata,
    Column("project", Integer, ForeignKey("projects.number", ondelete="CASCADE"), primary_key=True),
    Column("seats", Integer),
)

# One row a person and project. Who leaves is gone; who was removed stays with that role, so that it can be said.
members = Table(
    "members",
    metadata,
    Column("id", Id, primary_key=True),
    Column("project", Integer, ForeignKey("projects.number", ondelete="CASCADE"), nullable=False),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("role", String(8), nullable=False),
    Column("sector", String(16), nullable=False),
    Column("name", Text, nullable=False),  # as they want to be called here
    Column("joined_at", Time, nullable=False),
    Column("words", Text),  # why they were removed
    Index("members_both", "project", "person_id", unique=True),
    sqlite_autoincrement=True,  # buttons name members by number: it must not come to mean somebody else
)

join_requests = Table(
    "join_requests",
    metadata,
    Column("id", Id, primary_key=True),
    Column("project", Integer, ForeignKey("projects.number", ondelete="CASCADE"), nullable=False),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("state", String(16), nullable=False),
    Column("name", Text, nullable=False),
    Column("sector", String(16), nullable=False),
    Column("why", Text, nullable=False),
    Column("skills", Text),
    Column("hours", Integer),  # a week
    Column("at", Time, nullable=False),
    Column("told_at", Time, nullable=False),  # when the leads last heard of it
    Column("settled_at", Time),
    Column("words", Text),  # the answer
    Index("join_requests_both", "project", "person_id", unique=True),  # asking again changes it
    sqlite_autoincrement=True,
)

team_invitations = Table(
    "team_invitations",
    metadata,
    Column("id", Id, primary_key=True),
    Column("project", Integer, ForeignKey("projects.number", ondelete="CASCADE"), nullable=False, index=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("role", String(8), nullable=False),
    Column("uses_left", Integer, nullable=False),
    Column("expires_at", Time, nullable=False),
    sqlite_autoincrement=True,
)

# Who is asked to lead, and by whom; it ends with either of them. Once: a new offer takes the place of an old one.
lead_offers = Table(
    "lead_offers",
    metadata,
    Column("member", Id, ForeignKey("members.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("by", Id, ForeignKey("members.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("stays", Boolean, nullable=False),  # whoever offers goes on leading too
)

partners = Table(
    "partners",
    metadata,
    Column("id", Id, primary_key=True),
    Column("project", Integer, ForeignKey("projects.number", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("sector", String(16), nullable=False),
    Column("resources", Text),
    Column("tasks", Text),
    sqlite_autoincrement=True,
)

# What a team has for others, or needs from them.
offers = Table(
    "offers",
    metadata,
    Column("id", Id, primary_key=True),
    Column("project", Integer, ForeignKey("projects.number", ondelete="CASCADE"), nullable=False, index=True),
    Column("person_id", Id, ForeignKey("people.id", ondelete="SET NULL"), index=True),  # who is asked about it
    Column("kind", String(8), nullable=False),  # has, needs
    Column("what", Text, nullable=False),
    Column("when", Text),
    Column("at", Time, nullable=False),
    Column("settled_at", Time),
    Index("offers_open", "kind", "settled_at"),
    sqlite_autoincrement=True,
)

# Two offers that fit. The words by which a side can be reached are here from its yes until both have been told.
matches = Table(
    "matches",
    metadata,
    Column("id", Id, primary_key=True),
    Column("has", Id, ForeignKey("offers.id", ondelete="CASCADE"), nullable=False),
    Column("needs", Id, ForeignKey("offers.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("has_says", String(4)),
    Column("needs_says", String(4)),
    Column("words", Text),
    Column("at", Time, nullable=False),
    Index("matches_both", "has", "needs", unique=True),
    sqlite_autoincrement=True,
)
