"""What published projects are found by, kept by the database itself: whatever program changes a project, it follows.

`project_words` holds the words of every project that was ever published, folded as `language.fold` folds what somebody
looks for. On SQLite `project_index` (FTS5, trigrams) is over it, on PostgreSQL an index of pg_trgm, where that may be
had; without it the same questions are answered by reading the whole table. Whether a project is public now is for
whoever asks to look up.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlalchemy import DDL, Connection, event, text

from projektbot.civic.projects.language import FOLDED
from projektbot.civic.projects.tables import project_words

INDEX: Final = "project_index"
TRIGRAMS: Final = "project_words_trigrams"
# In a database, but not in the metadata: what SQLite keeps for its index, and what not every PostgreSQL has.
UNLISTED: Final = frozenset({INDEX, *(f"{INDEX}_{part}" for part in ("config", "data", "docsize", "idx")), TRIGRAMS})


def _on_sqlite(words: str) -> str:
    for letter, plain in FOLDED.items():
        words = f"replace({words}, '{letter}', '{plain}')"
    return f"lower({words})"


def _on_postgres(words: str) -> str:
    single = {letter: plain for letter, plain in FOLDED.items() if len(plain) == 1}
    for letter, plain in FOLDED.items():
        words = words if letter in single else f"replace({words}, '{letter}', '{plain}')"
    return f"lower(translate({words}, '{''.join(single)}', '{''.join(single.values())}'))"


def _note(fold: Callable[[str], str]) -> str:
    into, words = "INSERT INTO project_words (number, title, description)", ("new.title", "new.description")
    return f"{into} SELECT new.number, {', '.join(map(fold, words))} WHERE new.published_at IS NOT NULL"


_FORGET = "DELETE FROM project_words WHERE number = old.number"
_ADD = f"INSERT INTO {INDEX} (rowid, title, description) VALUES (new.number, new.title, new.description)"  # noqa: S608
_DROP = (
    f"INSERT INTO {INDEX} ({INDEX}, rowid, title, description) "  # noqa: S608
    "VALUES ('delete', old.number, old.title, old.description)"
)
_CHANGED = "AFTER UPDATE OF title, description, published_at"
ON_SQLITE = (
    (
        f"CREATE VIRTUAL TABLE {INDEX} USING fts5"
        "(title, description, content='project_words', content_rowid='number', tokenize='trigram')"
    ),
    f"CREATE TRIGGER {INDEX}_add AFTER INSERT ON project_words BEGIN {_ADD}; END",
    f"CREATE TRIGGER {INDEX}_change AFTER UPDATE ON project_words BEGIN {_DROP}; {_ADD}; END",
    f"CREATE TRIGGER {INDEX}_drop AFTER DELETE ON project_words BEGIN {_DROP}; END",
    # sending an idea costs nothing more: it is not published yet
    (
        "CREATE TRIGGER project_words_add AFTER INSERT ON projects WHEN new.published_at IS NOT NULL "
        f"BEGIN {_note(_on_sqlite)}; END"
    ),
    f"CREATE TRIGGER project_words_change {_CHANGED} ON projects BEGIN {_FORGET}; {_note(_on_sqlite)}; END",
    f"CREATE TRIGGER project_words_drop AFTER DELETE ON projects BEGIN {_FORGET}; END",
)
_FOLLOW = f"""CREATE FUNCTION project_words_follow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP <> 'INSERT' THEN {_FORGET}; END IF;
    IF TG_OP <> 'DELETE' THEN {_note(_on_postgres)}; END IF;
    RETURN NULL;
    END $$"""
# Without `fastupdate` what is new lies in the index at once, and not in a heap beside it that each search must read.
# pg_trgm comes with PostgreSQL, but may not be installed; whoever may create in the database may create it there
MAKE_TRIGRAMS: Final = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm; "
    f"CREATE INDEX {TRIGRAMS} ON project_words USING gin (title gin_trgm_ops, description gin_trgm_ops) "
    "WITH (fastupdate = off);"
)
_TRIGRAMS = f"""DO $$ BEGIN {MAKE_TRIGRAMS}
    EXCEPTION WHEN insufficient_privilege OR feature_not_supported OR undefined_file OR undefined_object THEN NULL;
    END $$"""
ON_POSTGRES = (
    _TRIGRAMS,
    _FOLLOW,
    (
        "CREATE TRIGGER project_words_add AFTER INSERT ON projects FOR EACH ROW "
        "WHEN (new.published_at IS NOT NULL) EXECUTE FUNCTION project_words_follow()"
    ),
    (
        f"CREATE TRIGGER project_words_change {_CHANGED} OR DELETE ON projects "
        "FOR EACH ROW EXECUTE FUNCTION project_words_follow()"
    ),
)
for _dialect, _statements in {"sqlite": ON_SQLITE, "postgresql": ON_POSTGRES}.items():
    for _statement in _statements:
        _made = DDL(_statement).execute_if(dialect=_dialect)  # type: ignore[no-untyped-call]
        event.listen(project_words, "after_create", _made)


def lacks_trigrams(db: Connection) -> bool:
    """Say whether this is a PostgreSQL that must read every project for each search."""
    if db.dialect.name != "postgresql":
        return False
    return db.scalar(text("SELECT to_regclass(:name) IS NULL"), {"name": TRIGRAMS}) is True
