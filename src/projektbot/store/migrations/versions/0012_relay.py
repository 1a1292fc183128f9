"""Plain messages that are passed on between the two chats of a project."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.BigInteger()


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "relays",
        sa.Column("project", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["project"], ["projects.number"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("project"),
    )
    op.create_table(
        "relayed",
        sa.Column("id", ID, nullable=False),
        sa.Column("address_id", ID, nullable=False),
        sa.Column("message", sa.String(255), nullable=False),
        sa.Column("sender", sa.String(255), nullable=False),
        sa.Column("outbox_id", ID, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["address_id"], ["addresses.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("relayed_message", "relayed", ["address_id", "message"])
    op.create_index(op.f("ix_relayed_outbox_id"), "relayed", ["outbox_id"])
    op.create_table(
        "relay_paces",
        sa.Column("address_id", ID, autoincrement=False, nullable=False),
        sa.Column("sender", sa.String(255), nullable=False),
        sa.Column("pace", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["address_id"], ["addresses.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("address_id", "sender"),
    )


def downgrade() -> None:
    """Go back to the revision before."""
    for table in ("relay_paces", "relayed", "relays"):
        op.drop_table(table)
