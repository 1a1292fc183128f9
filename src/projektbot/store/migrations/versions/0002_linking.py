"""one person, two messengers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.add_column("addresses", sa.Column("first_session", ID, server_default="0", nullable=False))
    op.create_table(
        "link_codes",
        sa.Column("person_id", ID, nullable=False),
        sa.Column("address_id", ID, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["address_id"], ["addresses.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id"),
        sa.UniqueConstraint("digest"),
    )
    op.create_table(
        "link_tries",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_link_tries_person_id"), "link_tries", ["person_id"])


def downgrade() -> None:
    """Go back to the revision before."""
    op.drop_table("link_tries")
    op.drop_table("link_codes")
    op.drop_column("addresses", "first_session")
