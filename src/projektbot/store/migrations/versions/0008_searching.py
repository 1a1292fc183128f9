"""what published projects are found by: their words, folded, and an index of trigrams over them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

FOLDED = {
    "Ä": "a", "ä": "a", "Ö": "o", "ö": "o", "Ü": "u", "ü": "u", "ẞ": "ss", "ß": "ss",
    "É": "e", "é": "e", "È": "e", "è": "e", "Á": "a", "á": "a", "À": "a", "à": "a", "Ç": "c", "ç": "c",
}  # fmt: skip
ADD = "INSERT INTO project_index (rowid, title, description) VALUES (new.number, new.title, new.description)"
DROP = (
    "INSERT INTO project_index (project_index, rowid, title, description) "
    "VALUES ('delete', old.number, old.title, old.description)"
)
FORGET = "DELETE FROM project_words WHERE number = old.number"
TRIGRAMS = """DO $$ BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE INDEX project_words_trigrams ON project_words
        USING gin (title gin_trgm_ops, description gin_trgm_ops);
    EXCEPTION WHEN insufficient_privilege OR feature_not_supported OR undefined_file OR undefined_object THEN NULL;
    END $$"""


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "project_words",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["projects.number"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("number"),
    )
    on_postgres = op.get_bind().dialect.name == "postgresql"
    for statement in _on_postgres() if on_postgres else _on_sqlite():
        op.execute(statement)
    op.execute("UPDATE projects SET title = title WHERE published_at IS NOT NULL")  # its trigger notes the words


def _on_sqlite() -> tuple[str, ...]:
    note = _note(_fold("new.title"), _fold("new.description"))
    return (
        (
            "CREATE VIRTUAL TABLE project_index USING fts5"
            "(title, description, content='project_words', content_rowid='number', tokenize='trigram')"
        ),
        f"CREATE TRIGGER project_index_add AFTER INSERT ON project_words BEGIN {ADD}; END",
        f"CREATE TRIGGER project_index_change AFTER UPDATE ON project_words BEGIN {DROP}; {ADD}; END",
        f"CREATE TRIGGER project_index_drop AFTER DELETE ON project_words BEGIN {DROP}; END",
        f"CREATE TRIGGER project_words_add AFTER INSERT ON projects WHEN new.published_at IS NOT NULL BEGIN {note}; END",
        (
            "CREATE TRIGGER project_words_change AFTER UPDATE OF title, description, published_at ON projects "
            f"BEGIN {FORGET}; {note}; END"
        ),
        f"CREATE TRIGGER project_words_drop AFTER DELETE ON projects BEGIN {FORGET}; END",
    )


def _on_postgres() -> tuple[str, ...]:
    follow = f"""CREATE FUNCTION project_words_follow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF TG_OP <> 'INSERT' THEN {FORGET}; END IF;
        IF TG_OP <> 'DELETE' THEN {_note(_translated("new.title"), _translated("new.description"))}; END IF;
        RETURN NULL;
        END $$"""
    return (
        TRIGRAMS,
        follow,
        (
            "CREATE TRIGGER project_words_add AFTER INSERT ON projects FOR EACH ROW "
            "WHEN (new.published_at IS NOT NULL) EXECUTE FUNCTION project_words_follow()"
        ),
        (
            "CREATE TRIGGER project_words_change AFTER UPDATE OF title, description, published_at OR DELETE "
            "ON projects FOR EACH ROW EXECUTE FUNCTION project_words_follow()"
        ),
    )


def _note(title: str, description: str) -> str:
    into = "INSERT INTO project_words (number, title, description)"
    return f"{into} SELECT new.number, {title}, {description} WHERE new.published_at IS NOT NULL"


def _fold(words: str) -> str:
    for letter, plain in FOLDED.items():
        words = f"replace({words}, '{letter}', '{plain}')"
    return f"lower({words})"


def _translated(words: str) -> str:
    single = {letter: plain for letter, plain in FOLDED.items() if len(plain) == 1}
    for letter, plain in FOLDED.items():
        words = words if letter in single else f"replace({words}, '{letter}', '{plain}')"
    return f"lower(translate({words}, '{''.join(single)}', '{''.join(single.values())}'))"


def downgrade() -> None:
    """Go back to the revision before."""
    if op.get_bind().dialect.name == "postgresql":
        for trigger in ("project_words_add", "project_words_change"):
            op.execute(f"DROP TRIGGER {trigger} ON projects")
        op.execute("DROP FUNCTION project_words_follow()")
    else:
        for trigger in ("add", "change", "drop"):
            op.execute(f"DROP TRIGGER project_words_{trigger}")
        op.execute("DROP TABLE project_index")
    op.drop_table("project_words")
