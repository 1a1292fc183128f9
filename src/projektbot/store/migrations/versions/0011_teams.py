"""teams: members, requests and invitations to join, who is asked to lead, partners, what teams have and need."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.BigInteger()


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table("teams", _project(), sa.Column("seats", sa.Integer()), sa.PrimaryKeyConstraint("project"), _of())
    _people()
    _invitations()
    _partners()
    _offers()


def _project() -> sa.Column[int]:
    return sa.Column("project", sa.Integer(), nullable=False)


def _of() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["project"], ["projects.number"], ondelete="CASCADE")


def _people() -> None:
    op.create_table(
        "members",
        sa.Column("id", ID, nullable=False),
        _project(),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("role", sa.String(8), nullable=False),
        sa.Column("sector", sa.String(16), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("joined_at", TIME, nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        _of(),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "join_requests",
        sa.Column("id", ID, nullable=False),
        _project(),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sector", sa.String(16), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("skills", sa.Text(), nullable=True),
        sa.Column("hours", sa.Integer(), nullable=True),
        sa.Column("at", TIME, nullable=False),
        sa.Column("told_at", TIME, nullable=False),
        sa.Column("settled_at", TIME, nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        _of(),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    for table in ("members", "join_requests"):
        op.create_index(f"{table}_both", table, ["project", "person_id"], unique=True)
        op.create_index(op.f(f"ix_{table}_person_id"), table, ["person_id"])


def _invitations() -> None:
    op.create_table(
        "team_invitations",
        sa.Column("id", ID, nullable=False),
        _project(),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("role", sa.String(8), nullable=False),
        sa.Column("uses_left", sa.Integer(), nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        _of(),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_team_invitations_project"), "team_invitations", ["project"])
    op.create_table(
        "lead_offers",
        sa.Column("member", ID, nullable=False),
        sa.Column("by", ID, nullable=False),
        sa.Column("stays", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["member"], ["members.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["by"], ["members.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("member"),
    )
    op.create_index(op.f("ix_lead_offers_by"), "lead_offers", ["by"])


def _partners() -> None:
    op.create_table(
        "partners",
        sa.Column("id", ID, nullable=False),
        _project(),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sector", sa.String(16), nullable=False),
        sa.Column("resources", sa.Text(), nullable=True),
        sa.Column("tasks", sa.Text(), nullable=True),
        _of(),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_partners_project"), "partners", ["project"])


def _offers() -> None:
    op.create_table(
        "offers",
        sa.Column("id", ID, nullable=False),
        _project(),
        sa.Column("person_id", ID, nullable=True),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("when", sa.Text(), nullable=True),
        sa.Column("at", TIME, nullable=False),
        sa.Column("settled_at", TIME, nullable=True),
        _of(),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    for column in ("project", "person_id"):
        op.create_index(op.f(f"ix_offers_{column}"), "offers", [column])
    op.create_index("offers_open", "offers", ["kind", "settled_at"])
    op.create_table(
        "matches",
        sa.Column("id", ID, nullable=False),
        sa.Column("has", ID, nullable=False),
        sa.Column("needs", ID, nullable=False),
        sa.Column("has_says", sa.String(4), nullable=True),
        sa.Column("needs_says", sa.String(4), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["has"], ["offers.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["needs"], ["offers.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_matches_needs"), "matches", ["needs"])
    op.create_index("matches_both", "matches", ["has", "needs"], unique=True)


def downgrade() -> None:
    """Go back to the revision before."""
    for table in ("matches", "offers", "partners", "lead_offers", "team_invitations", "join_requests", "members",
                  "teams"):  # fmt: skip
        op.drop_table(table)
