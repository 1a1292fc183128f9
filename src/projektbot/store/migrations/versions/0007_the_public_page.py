"""what the public page looks for: projects by area, and the project a picture belongs to."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_index("projects_areas", "projects", ["stage", "area"])
    op.create_index(op.f("ix_project_files_sha256"), "project_files", ["sha256"])


def downgrade() -> None:
    """Go back to the revision before."""
    op.drop_index(op.f("ix_project_files_sha256"), "project_files")
    op.drop_index("projects_areas", "projects")
