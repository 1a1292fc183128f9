"""groups of projects: which chat belongs to which, tasks, questions with buttons, binding votes; who acts in a group."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.BigInteger()


def _project() -> sa.Column[int]:
    return sa.Column("project", sa.Integer(), nullable=False)


def _of_project() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["project"], ["projects.number"], ondelete="CASCADE")


def _person(gone: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["person_id"], ["people.id"], ondelete=gone)


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.add_column("addresses", sa.Column("sender", sa.String(255), nullable=True))
    told = sa.text("sender IS NOT NULL")
    op.create_index("addresses_sender", "addresses", ["channel", "sender"], sqlite_where=told, postgresql_where=told)
    op.create_table(
        "project_chats",
        sa.Column("address_id", ID, autoincrement=False, nullable=False),
        _project(),
        sa.Column("channel", sa.String(64), nullable=False),
        sa.Column("thread", sa.String(255), nullable=False),
        sa.Column("bound_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["address_id"], ["addresses.id"], ondelete="CASCADE"),
        _of_project(),
        sa.PrimaryKeyConstraint("address_id"),
        sa.UniqueConstraint("project", "channel"),
    )
    op.create_table(
        "tasks",
        sa.Column("id", ID, nullable=False),
        _project(),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=True),
        sa.Column("until", sa.String(10), nullable=True),
        sa.Column("person_id", ID, nullable=True),
        sa.Column("at", TIME, nullable=False),
        sa.Column("done_at", TIME, nullable=True),
        _of_project(),
        _person("SET NULL"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("tasks_of_project", "tasks", ["project", "id"])
    op.create_index(op.f("ix_tasks_person_id"), "tasks", ["person_id"])
    _questions()
    _decisions()


def _questions() -> None:
    op.create_table(
        "group_questions",
        sa.Column("id", ID, nullable=False),
        _project(),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("options", sa.Text(), nullable=False),
        sa.Column("starts_at", TIME, nullable=True),
        sa.Column("at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        _of_project(),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("group_questions_of_project", "group_questions", ["project", "id"])
    op.create_table(
        "group_answers",
        sa.Column("id", ID, nullable=False),
        sa.Column("question", ID, nullable=False),
        sa.Column("choice", sa.Integer(), nullable=False),
        sa.Column("voter", sa.String(320), nullable=False),
        sa.Column("person_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["question"], ["group_questions.id"], ondelete="CASCADE"),
        _person("CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("question", "voter", "choice"),
    )
    op.create_index(op.f("ix_group_answers_person_id"), "group_answers", ["person_id"])


def _decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("id", ID, nullable=False),
        _project(),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("until", TIME, nullable=False),
        sa.Column("yes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("no", sa.Integer(), server_default="0", nullable=False),
        sa.Column("abstain", sa.Integer(), server_default="0", nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        _of_project(),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_decisions_project"), "decisions", ["project"])
    op.create_table(
        "decision_voters",
        sa.Column("id", ID, nullable=False),
        sa.Column("decision", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("has_voted", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["decision"], ["decisions.id"], ondelete="CASCADE"),
        _person("CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("decision", "person_id"),
    )
    op.create_index(op.f("ix_decision_voters_person_id"), "decision_voters", ["person_id"])


def downgrade() -> None:
    """Go back to the revision before."""
    for table in ("decision_voters", "decisions", "group_answers", "group_questions", "tasks", "project_chats"):
        op.drop_table(table)
    op.drop_index("addresses_sender", "addresses")
    op.drop_column("addresses", "sender")
