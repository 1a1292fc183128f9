"""ideas become projects: staff with roles, an append-only audit log, who cares about a project, and what is said."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.BigInteger()
REFUSE = (
    "CREATE TRIGGER audit_no_{0} BEFORE {0} ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
)
FUNCTION = """CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$"""
TRIGGER = """CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()"""
COLUMNS = (
    ("waits_since", TIME),
    ("published_at", TIME),
    ("words", sa.Text()),
    ("merged_into", sa.Integer()),
    ("answer", sa.Text()),
    ("answered_at", TIME),
)


def upgrade() -> None:
    """Bring the tables to this revision."""
    _audit()
    _staff()
    with op.batch_alter_table("projects") as table:
        for name, kind in COLUMNS:
            table.add_column(sa.Column(name, kind, nullable=True))
        table.create_foreign_key("projects_merged_into_fkey", "projects", ["merged_into"], ["number"])
    op.execute("UPDATE projects SET waits_since = created_at WHERE stage = 'submitted'")
    op.create_index("projects_stage", "projects", ["stage", "published_at"])
    op.create_index("projects_waiting", "projects", ["waits_since"])
    op.create_index("projects_merged", "projects", ["merged_into"])
    _caring()
    _talking()
    _proposals()


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", ID, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("actor", ID, nullable=False),
        sa.Column("act", sa.String(32), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("area", sa.String(24), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("audit_subject", "audit", ["subject"])
    on_postgres = op.get_bind().dialect.name == "postgresql"
    for statement in (FUNCTION, TRIGGER) if on_postgres else (REFUSE.format("UPDATE"), REFUSE.format("DELETE")):
        op.execute(statement)


def _staff() -> None:
    op.create_table(
        "grants",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("area", sa.String(24), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("person_id", "role", "area"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "invitations",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("area", sa.String(24), nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )


def _caring() -> None:
    op.create_table(
        "project_people",
        sa.Column("id", ID, nullable=False),
        sa.Column("project", sa.Integer(), nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("supports_at", TIME, nullable=True),
        sa.Column("follows_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(["project"], ["projects.number"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("project_people_both", "project_people", ["project", "person_id"], unique=True)
    op.create_index(op.f("ix_project_people_person_id"), "project_people", ["person_id"])


def _talking() -> None:
    op.create_table(
        "comments",
        sa.Column("id", ID, nullable=False),
        sa.Column("project", sa.Integer(), nullable=False),
        sa.Column("person_id", ID, nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("hidden_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(["project"], ["projects.number"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "reports",
        sa.Column("id", ID, nullable=False),
        sa.Column("project", sa.Integer(), nullable=False),
        sa.Column("comment", ID, nullable=True),
        sa.Column("person_id", ID, nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("settled_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(["project"], ["projects.number"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["comment"], ["comments.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    for table, column in (("comments", "project"), ("comments", "person_id"), ("reports", "project"),
                          ("reports", "comment"), ("reports", "person_id")):  # fmt: skip
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def _proposals() -> None:
    op.create_table(
        "proposals",
        sa.Column("project", sa.Integer(), nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("step", sa.String(16), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("into", sa.Integer(), nullable=True),
        sa.Column("at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["project"], ["projects.number"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["into"], ["projects.number"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("project"),
    )
    op.create_index(op.f("ix_proposals_person_id"), "proposals", ["person_id"])
    op.create_index("proposals_into", "proposals", ["into"])


def downgrade() -> None:
    """Go back to the revision before."""
    for table in ("proposals", "reports", "comments", "project_people", "invitations", "grants", "audit"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_is_append_only()")
    for index in ("projects_merged", "projects_waiting", "projects_stage"):
        op.drop_index(index, "projects")
    with op.batch_alter_table("projects") as batch:
        batch.drop_constraint("projects_merged_into_fkey", type_="foreignkey")
        for name, _ in COLUMNS:
            batch.drop_column(name)
