"""Which poll of a messenger asks which question of a group, and who asked it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables to this revision."""
    _askers()
    _polls()


def _askers() -> None:
    op.create_table(
        "group_askers",
        sa.Column("question", ID, nullable=False),
        sa.Column("person_id", ID, nullable=True),
        sa.Column("guest", sa.String(320), nullable=True),
        sa.ForeignKeyConstraint(["question"], ["group_questions.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("question"),
    )
    op.create_index(op.f("ix_group_askers_person_id"), "group_askers", ["person_id"])


def _polls() -> None:
    op.create_table(
        "group_polls",
        sa.Column("id", ID, nullable=False),
        sa.Column("question", ID, nullable=False),
        sa.Column("address_id", ID, nullable=False),
        sa.Column("outbox_id", ID, nullable=False),
        sa.Column("message", sa.String(255), nullable=True),
        sa.Column("poll", sa.String(255), nullable=True),
        sa.ForeignKeyConstraint(["question"], ["group_questions.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["address_id"], ["addresses.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("outbox_id"),
        sa.UniqueConstraint("question", "address_id"),
    )
    op.create_index("group_polls_in_chat", "group_polls", ["address_id", "poll"])
    op.create_index("group_polls_by_poll", "group_polls", ["poll"])


def downgrade() -> None:
    """Go back to the revision before."""
    op.drop_table("group_polls")
    op.drop_table("group_askers")
