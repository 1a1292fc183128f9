"""Projects and the files that belong to them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, ForeignKey, Integer, String, Table, Text

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
)

project_files = Table(
    "project_files",
    metadata,
    Column("id", Id, primary_key=True),
    Column("project", Integer, ForeignKey("projects.number", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", String(8), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("mime", String(64), nullable=False),
    Column("size", Integer, nullable=False),
    Column("caption", Text),
)
