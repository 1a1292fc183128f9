"""who has voted in which round: what two people must not both have done if they are to become one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "voters",
        sa.Column("id", ID, nullable=False),
        sa.Column("round", sa.String(length=32), nullable=False),
        sa.Column("person_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("round", "person_id"),
    )
    op.create_index(op.f("ix_voters_person_id"), "voters", ["person_id"])


def downgrade() -> None:
    """Go back to the revision before."""
    op.drop_table("voters")
