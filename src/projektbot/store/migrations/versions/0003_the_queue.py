"""the queue: updates that wait for any of several processes, and which process serves an account."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "queue",
        sa.Column("id", Id, nullable=False),
        sa.Column("address_id", Id, nullable=False),
        sa.Column("seq", Id, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("ready_at", sa.BigInteger(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["address_id"], ["addresses.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("queue", schema=None) as batch_op:
        batch_op.create_index("queue_chat", ["address_id", "seq"], unique=False)
        batch_op.create_index("queue_age", ["at"], unique=False)
    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    if op.get_bind().dialect.name == "postgresql":
        # a table through which everything passes and in which nothing stays: cleaned by what went through it
        op.execute("ALTER TABLE queue SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000)")


def downgrade() -> None:
    """Go back to the revision before."""
    op.drop_table("leases")
    op.drop_table("queue")
