"""ids are never reused."""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

revision = "0004"
down_revision = "0003"

TABLES = ("people", "sessions", "addresses", "due", "web_messages")


def upgrade() -> None:
    """Bring the tables to this revision."""
    if op.get_bind().dialect.name != "sqlite":
        return  # its sequences count on, whatever is deleted
    _made_anew(autoincrement=True)
    _count_on_from_what_was_read()


def downgrade() -> None:
    """Go back to the revision before."""
    if op.get_bind().dialect.name == "sqlite":
        _made_anew(autoincrement=False)


def _made_anew(*, autoincrement: bool) -> None:
    if op.get_bind().exec_driver_sql("PRAGMA foreign_keys").scalar():
        raise RuntimeError("dropping a table would delete what speaks of its rows: see migrate.apart")
    for table in TABLES:
        options = {"sqlite_autoincrement": autoincrement}
        with op.batch_alter_table(table, recreate="always", table_kwargs=options):
            pass  # copied as it is
    if broken := op.get_bind().exec_driver_sql("PRAGMA foreign_key_check").first():
        raise RuntimeError(f"rows of {broken[0]} speak of rows of {broken[2]} that are not there")


def _count_on_from_what_was_read() -> None:
    """Begin the web chat's ids behind the last one we read, in case its row was the newest and is gone."""
    db = op.get_bind()
    since = db.scalar(text("SELECT value FROM settings WHERE name = 'web:since'"))
    if since is None:
        return
    db.execute(text("INSERT INTO sqlite_sequence (name, seq) SELECT 'web_messages', 0 WHERE NOT EXISTS "
                    "(SELECT 1 FROM sqlite_sequence WHERE name = 'web_messages')"))  # fmt: skip
    counted = text("UPDATE sqlite_sequence SET seq = max(seq, :since) WHERE name = 'web_messages'")
    db.execute(counted, {"since": int(since)})
