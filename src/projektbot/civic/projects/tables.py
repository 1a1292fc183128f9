"""Projects, the files that belong to them, who cares about them, and what is said about them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from projektbot.store.tables import Id, Time, metadata

projects = Table(
    "projects",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),  # 1042 in P-1042
    Column("person_id", Id, ForeignKey("people.id", ondelete="SET NULL"), index=True),
    Column("stage", String(16), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("service", Text),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("field", String(24), nullable=False),
    Column("area", String(24), nullable=False),
    Column("lat", Float),
    Column("lon", Float),
    Column("cost_cents", BigInteger),
    Column("currency", String(3)),
    Column("contribution", Text),
    Column("locale", String(16), nullable=False),
    Column("channel", String(64), nullable=False),
    Column("created_at", Time, nullable=False),
    Column("waits_since", Time),  # for the city; empty: it waits for nobody, or for its author
    Column("published_at", Time),
    Column("words", Text),  # of staff to the author: what they asked last, or why it was declined
    Column("merged_into", Integer, ForeignKey("projects.number", name="projects_merged_into_fkey")),
    Column("answer", Text),  # official, public
    Column("answered_at", Time),
)
Index("projects_stage", projects.c.stage, projects.c.published_at)
Index("projects_waiting", projects.c.waits_since)
Index("projects_merged", projects.c.merged_into)
Index("projects_areas", projects.c.stage, projects.c.area)  # how many are public in each is on every first page

# What projects that were ever published are found by, folded; the database itself keeps it (`index.py`).
project_words = Table(
    "project_words",
    metadata,
    Column("number", Integer, ForeignKey("projects.number", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
)

# What their titles mean, for a model that compares across languages (`meanings.py`). A row goes with the words it is
# made of, so with any change of them. Rows are not updated, and ids not given twice.
project_meanings = Table(
    "project_meanings",
    metadata,
    Column("id", Id, primary_key=True),
    Column("number", Integer, ForeignKey("project_words.number", ondelete="CASCADE"), nullable=False, unique=True),
    Column("model", String(64), nullable=False, index=True),
    Column("vector", LargeBinary, nullable=False),  # numbers of two bytes, the lower byte first
    sqlite_autoincrement=True,
)

project_files = Table(
    "project_files",
    metadata,
    Column("id", Id, primary_key=True),
    Column("project", Integer, ForeignKey("projects.number", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", String(8), nullable=False),
    Column("sha256", String(64), nullable=False, index=True),
    Column("mime", String(64), nullable=False),
    Column("size", Integer, nullable=False),
    Column("caption", Text),
)

# One row a person and project, so that nobody is counted twice.
project_people = Table(
    "project_people",
    metadata,
    Column("id", Id, primary_key=True),
    Column("project", Integer, ForeignKey("projects.number", ondelete="CASCADE"), nullable=False),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("supports_at", Time),
    Column("follows_at", Time),
    Index("project_people_both", "project", "person_id", unique=True),
)

comments = Table(
    "comments",
    metadata,
    Column("id", Id, primary_key=True),
    Column("project", Integer, ForeignKey("projects.number", ondelete="CASCADE"), nullable=False, index=True),
    Column("person_id", Id, ForeignKey("people.id", ondelete="SET NULL"), index=True),
    Column("words", Text, nullable=False),
    Column("at", Time, nullable=False),
    Column("hidden_at", Time),
    sqlite_autoincrement=True,
)

# What somebody finds should not be public: a project, or one comment on it.
reports = Table(
    "reports",
    metadata,
    Column("id", Id, primary_key=True),
    Column("project", Integer, ForeignKey("projects.number", ondelete="CASCADE"), nullable=False, index=True),
    Column("comment", Id, ForeignKey("comments.id", ondelete="CASCADE"), index=True),
    Column("person_id", Id, ForeignKey("people.id", ondelete="SET NULL"), index=True),
    Column("words", Text, nullable=False),
    Column("at", Time, nullable=False),
    Column("settled_at", Time),
    sqlite_autoincrement=True,
)

# What one moderator proposes and another has to agree to, where the city wants four eyes.
proposals = Table(
    "proposals",
    metadata,
    Column("project", Integer, ForeignKey("projects.number", ondelete="CASCADE"), primary_key=True),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("step", String(16), nullable=False),
    Column("words", Text),
    Column("into", Integer, ForeignKey("projects.number", ondelete="CASCADE")),
    Column("at", Time, nullable=False),
)
Index("proposals_into", proposals.c.into)

# Of which new projects somebody wants to be told; an empty area or field stands for all of them.
alerts = Table(
    "alerts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("area", String(24), nullable=False),
    Column("field", String(24), nullable=False),
    Column("at", Time, nullable=False),
    UniqueConstraint("person_id", "area", "field"),
    sqlite_autoincrement=True,
)

# The message in which a chat is shown how a project stands: it is changed instead of sending a new one.
status_messages = Table(
    "status_messages",
    metadata,
    Column("id", Id, primary_key=True),
    Column("address_id", Id, ForeignKey("addresses.id", ondelete="CASCADE"), nullable=False),
    Column("project", Integer, ForeignKey("projects.number", ondelete="CASCADE"), nullable=False, index=True),
    Column("outbox_id", Id, ForeignKey("outbox.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("supporters", Integer, nullable=False),  # as it says
    UniqueConstraint("address_id", "project"),
)
