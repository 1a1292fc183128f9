"""Deadlines of the city, and who is to be reminded of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.BigInteger()


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "deadlines",
        sa.Column("number", ID, nullable=False),
        sa.Column("person_id", ID, nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("area", sa.String(24), nullable=False),
        sa.Column("field", sa.String(24), nullable=False),
        sa.Column("ends_at", TIME, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("withdrawn_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("number"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_deadlines_person_id"), "deadlines", ["person_id"])
    op.create_index("deadlines_ends", "deadlines", ["ends_at"])
    op.create_table(
        "deadline_people",
        sa.Column("id", ID, nullable=False),
        sa.Column("deadline", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["deadline"], ["deadlines.number"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("deadline", "person_id"),
    )
    op.create_index(op.f("ix_deadline_people_person_id"), "deadline_people", ["person_id"])


def downgrade() -> None:
    """Go back to the revision before."""
    for table in ("deadline_people", "deadlines"):
        op.drop_table(table)
