"""How people want to be told news, what waits for a digest, alerts, and living status messages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.BigInteger()


def upgrade() -> None:
    """Bring the tables to this revision."""
    _choices()
    _news()
    _alerts()
    _status_messages()


def _choices() -> None:
    op.create_table(
        "news_choices",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("name", sa.String(16), nullable=False),
        sa.Column("choice", sa.String(16), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("person_id", "name"),
    )


def _news() -> None:
    op.create_table(
        "news",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("topic", sa.String(16), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_news_person_id"), "news", ["person_id"])


def _alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("area", sa.String(24), nullable=False),
        sa.Column("field", sa.String(24), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("person_id", "area", "field"),
        sqlite_autoincrement=True,
    )
    op.create_index("alerts_of", "alerts", ["area", "field"])


def _status_messages() -> None:
    op.create_table(
        "status_messages",
        sa.Column("id", ID, nullable=False),
        sa.Column("address_id", ID, nullable=False),
        sa.Column("project", sa.Integer(), nullable=False),
        sa.Column("outbox_id", ID, nullable=False),
        sa.Column("supporters", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["address_id"], ["addresses.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["project"], ["projects.number"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("address_id", "project"),
    )
    for column in ("project", "outbox_id"):
        op.create_index(op.f(f"ix_status_messages_{column}"), "status_messages", [column])


def downgrade() -> None:
    """Go back to the revision before."""
    for table in ("status_messages", "alerts", "news", "news_choices"):
        op.drop_table(table)
