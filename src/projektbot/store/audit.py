"""The audit log: who did what for the city, written once and changed by nobody."""

from __future__ import annotations

from sqlalchemy import DDL, Column, Connection, Index, String, Table, Text, event, insert

from projektbot.store.tables import Id, Time, metadata

OPERATOR = 0  # the actor of what was done at the machine itself

audit = Table(
    "audit",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", Time, nullable=False),
    Column("actor", Id, nullable=False),  # the number of a person; no foreign key, since it stays when they go
    Column("act", String(32), nullable=False),
    Column("subject", String(64), nullable=False),  # a reference, such as P-1042
    Column("area", String(24), nullable=False),
    Column("note", Text, nullable=False),
    Index("audit_subject", "subject"),
    sqlite_autoincrement=True,
)

# The database itself refuses, whatever program asks it.
_REFUSE = (
    "CREATE TRIGGER audit_no_{0} BEFORE {0} ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
)
_FUNCTION = """CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$"""
_TRIGGER = """CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()"""
APPEND_ONLY = {
    "sqlite": (_REFUSE.format("UPDATE"), _REFUSE.format("DELETE")),
    "postgresql": (_FUNCTION, _TRIGGER),
}
for _dialect, _statements in APPEND_ONLY.items():
    for _statement in _statements:
        _made = DDL(_statement).execute_if(dialect=_dialect)  # type: ignore[no-untyped-call]  # SQLAlchemy forgot
        event.listen(audit, "after_create", _made)


def note(db: Connection, at: int, actor: int, act: str, subject: str, *, area: str = "", words: str = "") -> None:
    """Write down an act of somebody's at `at` (microseconds UTC)."""
    row = {"at": at, "actor": actor, "act": act, "subject": subject, "area": area, "note": words}
    db.execute(insert(audit), row)
