"""Polls that stand twice in a group, and votes that come before them; on PostgreSQL an index of trigrams that takes up at once what is new."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "group_poll_copies",
        sa.Column("id", ID, nullable=False),
        sa.Column("of", ID, nullable=False),
        sa.Column("message", sa.String(255), nullable=False),
        sa.Column("poll", sa.String(255), nullable=False),
        sa.ForeignKeyConstraint(["of"], ["group_polls.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_group_poll_copies_of"), "group_poll_copies", ["of"])
    op.create_index(op.f("ix_group_poll_copies_poll"), "group_poll_copies", ["poll"])
    op.create_table(
        "early_votes",
        sa.Column("id", ID, nullable=False),
        sa.Column("channel", sa.String(64), nullable=False),
        sa.Column("poll", sa.String(255), nullable=False),
        sa.Column("sender", sa.String(255), nullable=False),
        sa.Column("places", sa.Text(), nullable=False),
        sa.Column("order", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("channel", "poll", "sender"),
    )
    op.create_index(op.f("ix_early_votes_at"), "early_votes", ["at"])
    op.create_index("early_votes_in_poll", "early_votes", ["poll"])
    _set_fastupdate("off")


def downgrade() -> None:
    """Go back to the revision before."""
    for table in ("early_votes", "group_poll_copies"):
        op.drop_table(table)
    _set_fastupdate("on")


def _set_fastupdate(to: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER INDEX IF EXISTS project_words_trigrams SET (fastupdate = {to})")
