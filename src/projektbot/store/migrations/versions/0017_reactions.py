"""Reactions by which people chose something in a group; an index of alerts that nothing used goes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "group_reactions",
        sa.Column("id", ID, nullable=False),
        sa.Column("address_id", ID, nullable=False),
        sa.Column("reaction", sa.String(255), nullable=False),
        sa.Column("message", sa.String(255), nullable=False),
        sa.Column("sender", sa.String(255), nullable=False),
        sa.Column("question", ID, nullable=False),
        sa.Column("choice", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["address_id"], ["addresses.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["question"], ["group_questions.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("address_id", "reaction"),
    )
    op.create_index(op.f("ix_group_reactions_question"), "group_reactions", ["question"])
    op.create_index(op.f("ix_group_reactions_at"), "group_reactions", ["at"])
    op.drop_index("alerts_of", table_name="alerts")


def downgrade() -> None:
    """Go back to the revision before."""
    op.create_index("alerts_of", "alerts", ["area", "field"])
    op.drop_table("group_reactions")
