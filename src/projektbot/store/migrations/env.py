"""How Alembic reaches the database: over the connection it is handed, in that transaction."""

from __future__ import annotations

from alembic import context

from projektbot.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
context.run_migrations()
