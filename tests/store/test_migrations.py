"""The database of an old version becomes that of the new one, and exactly that."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, MetaData, Table, delete, event, insert, inspect, select

import projektbot.civic.house  # noqa: F401 - knows every room, so that all their tables are in the metadata
from projektbot.civic.projects.index import TRIGRAMS, UNLISTED
from projektbot.civic.teams.queries import leads_of, teams_of
from projektbot.store.database import open_engine
from projektbot.store.migrate import FOLDER, HEAD, apart, revision, upgrade
from projektbot.store.tables import metadata
from tests.servers.postgres import Postgres


@pytest.fixture
def engine(empty_url: str) -> Iterator[Engine]:
    """Open an empty database, of SQLite or of PostgreSQL."""
    engine = open_engine(empty_url)
    yield engine
    engine.dispose()


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Engine]:
    """Open an empty database of SQLite, for what concerns its kind alone."""
    engine = open_engine(f"sqlite:///{tmp_path}/old.db")
    yield engine
    engine.dispose()


def scripts() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return config


def schema(engine: Engine) -> set[tuple[str, str]]:
    """Return tables and indexes with their SQL, spaces and quotes aside."""
    with engine.connect() as db:
        rows = db.exec_driver_sql(
            "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name != 'alembic_version'"
        )
        return {(name, " ".join(sql.replace('"', "").split())) for name, sql in rows}


def test_an_empty_file_becomes_exactly_what_the_tables_say(engine: Engine) -> None:
    assert upgrade(engine)

    with engine.connect() as db:
        options = {"compare_type": True, "compare_server_default": True, "include_name": is_listed}
        context = MigrationContext.configure(db, opts=options)
        assert compare_metadata(context, metadata) == []
    unlisted = UNLISTED - {TRIGRAMS} if engine.dialect.name == "sqlite" else set()
    assert set(inspect(engine).get_table_names()) == {*metadata.tables, *unlisted, "alembic_version"}


def is_listed(name: str | None, _kind: str, _parents: object) -> bool:
    """Say whether something of a database should be in the metadata too; what is not is compared by its SQL below."""
    return name not in UNLISTED


def test_the_words_of_projects_that_are_published_already_are_noted(engine: Engine) -> None:
    up_to(engine, "0008", 1)
    old = tables_of(engine)["projects"]
    row = dict.fromkeys(("stage", "kind", "field", "area", "locale", "channel"), "x") | {"created_at": 1}
    words = {"title": "Größe", "description": "Ä"}
    with engine.connect() as db, db.begin():
        db.execute(insert(old).values(**row, **words, number=1001, published_at=5))
        db.execute(insert(old).values(**row, **words, number=1002))

    upgrade(engine)

    with engine.connect() as db:
        assert db.exec_driver_sql("SELECT * FROM project_words").all() == [(1001, "grosse", "a")]


def test_whoever_had_an_idea_before_there_were_teams_leads_its_team(engine: Engine) -> None:
    up_to(engine, "0011", 1)
    old = tables_of(engine)
    row = dict.fromkeys(("stage", "kind", "field", "area", "locale", "channel", "title", "description"), "x")
    with engine.connect() as db, db.begin():
        db.execute(insert(old["people"]).values(id=7, created_at=1))
        db.execute(insert(old["projects"]).values(**row, created_at=1, number=1001, published_at=5, person_id=7))

    upgrade(engine)

    with engine.connect() as db:
        assert (leads_of(db, 1001), teams_of(db, 7)) == ([7], [1001])


def test_migrated_tables_are_those_made_anew(file: Engine, tmp_path: Path) -> None:
    """Also what Alembic does not compare: WITHOUT ROWID, partial indexes, foreign keys' actions."""
    new = open_engine(f"sqlite:///{tmp_path}/new.db")
    metadata.create_all(new)
    upgrade(file)

    names = {name for name, _ in schema(new)}
    assert {name for name, _ in schema(file)} == names
    for table in metadata.tables:
        keys = [sorted(map(str, inspect(one).get_foreign_keys(table))) for one in (file, new)]
        assert keys[0] == keys[1]
    ours, theirs = dict(schema(file)), dict(schema(new))
    for name in names:
        for mark in ("WITHOUT ROWID", "AUTOINCREMENT", "WHERE", "ON DELETE CASCADE", "ON DELETE SET NULL", "UNIQUE"):
            assert ours[name].count(mark) == theirs[name].count(mark), f"{name}: {mark}"
        if ours[name].startswith(("CREATE TRIGGER", "CREATE VIRTUAL")):
            assert ours[name] == theirs[name]  # a table made anew loses its triggers: a migration must make them again
    new.dispose()


def test_migrated_tables_are_those_made_anew_on_postgresql_too(postgres: Postgres, migrated: str) -> None:
    old = open_engine(postgres.url(migrated))
    with postgres.database() as url:
        new = open_engine(url)
        metadata.create_all(new)

        for question in (COLUMNS, INDEXES, CONSTRAINTS, TRIGGERS):
            assert asked(old, question) == asked(new, question) != []
        new.dispose()
    old.dispose()


COLUMNS = """SELECT table_name, column_name, data_type, character_maximum_length, is_nullable, column_default
    FROM information_schema.columns WHERE table_schema = 'public' AND table_name != 'alembic_version' ORDER BY 1, 2"""
INDEXES = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename != 'alembic_version' ORDER BY 1"
CONSTRAINTS = """SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text != 'alembic_version' ORDER BY 1, 2"""

TRIGGERS = """SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1"""


def asked(engine: Engine, question: str) -> list[tuple[object, ...]]:
    with engine.connect() as db:
        return [tuple(row) for row in db.exec_driver_sql(question)]


def test_the_newest_revision_is_the_one_we_say_it_is() -> None:
    assert ScriptDirectory.from_config(scripts()).get_heads() == [HEAD]


def test_a_database_is_upgraded_once(engine: Engine) -> None:
    assert revision(engine) == ""
    assert upgrade(engine)

    assert not upgrade(engine)

    assert revision(engine) == HEAD


def test_two_programs_that_start_at_once_upgrade_once(engine: Engine, empty_url: str) -> None:
    other = open_engine(empty_url)
    with engine.connect() as db:
        db.exec_driver_sql("SELECT 1")  # the file is there and in WAL before both begin
    threads = [threading.Thread(target=upgrade, args=(one,)) for one in (engine, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert revision(engine) == HEAD
    other.dispose()


def test_an_upgrade_is_one_transaction(file: Engine, tmp_path: Path) -> None:
    """Nobody sees half of it, and from its first table on nobody else can begin one."""
    with file.connect() as db:
        db.exec_driver_sql("SELECT 1")  # the file is there and in WAL
    states: list[tuple[int, bool]] = []

    with closing(sqlite3.connect(tmp_path / "old.db", timeout=0, isolation_level=None)) as other:

        @event.listens_for(file, "before_cursor_execute")
        def look(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            if statement.strip().startswith("CREATE"):
                states.append((seen_by(other), lets_write(other)))

        upgrade(file)

    assert len(states) > len(metadata.tables)
    assert set(states) == {(0, False)}


def seen_by(other: sqlite3.Connection) -> int:
    """Return how many tables and indexes somebody else sees."""
    (number,) = other.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return int(number)


def lets_write(other: sqlite3.Connection) -> bool:
    """Return whether somebody else may begin to write."""
    try:
        other.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError:
        return False
    other.execute("ROLLBACK")
    return True


def test_a_database_can_go_back_to_the_beginning(engine: Engine) -> None:
    upgrade(engine)
    with engine.connect() as db, db.begin():
        db.exec_driver_sql("INSERT INTO people (id, created_at) VALUES (1, 1)")
        db.exec_driver_sql("INSERT INTO sessions (id, person_id, state) VALUES (1, 1, '{}')")
        db.exec_driver_sql(
            "INSERT INTO addresses (id, channel, chat, session_id, private) VALUES (1, 'a', 'b', 1, '1')"
        )

    config = scripts()
    with engine.connect().execution_options(writes=True) as db, apart(db), db.begin():
        config.attributes["connection"] = db
        command.downgrade(config, "base")

    assert inspect(engine).get_table_names() == ["alembic_version"]
    assert revision(engine) == ""
    assert upgrade(engine)


def test_ids_are_given_once_from_0004_on_and_nothing_is_lost(file: Engine) -> None:
    engine = file
    up_to(engine, "0004", 1)
    old = tables_of(engine)
    with engine.connect() as db, db.begin():
        for number in (1, 2):
            db.execute(insert(old["people"]).values(id=number, created_at=number))
            db.execute(insert(old["sessions"]).values(id=number, person_id=number, address_id=number, state=b"{}"))
            db.execute(
                insert(old["addresses"]).values(
                    id=number, session_id=number, channel="a", chat=f"{number}", private=True
                )
            )
            db.execute(insert(old["due"]).values(id=number, session_id=number, due_at=5, kind="draft", subject="f"))
            db.execute(
                insert(old["outbox"]).values(
                    id=number, address_id=number, kind="", state="sent", body=b"", created_at=1
                )
            )
        db.execute(insert(old["web_messages"]).values(id=3, chat="x", at=1))
        db.execute(insert(old["settings"]).values(name="web:since", value="7"))  # 4 to 7 were read, and are pruned
    before = rows_of(engine, old)

    up_to(engine, "0004", 0)

    new = tables_of(engine)
    assert rows_of(engine, new) == before
    with engine.connect() as db, db.begin():
        db.execute(delete(new["people"]).where(new["people"].c.id == 2))
        assert db.scalars(select(new["outbox"].c.id)).all() == [1]  # foreign keys still lead from table to table
        made: dict[str, dict[str, object]] = {
            "people": {"created_at": 9},
            "sessions": {"state": b""},
            "addresses": {"channel": "a", "chat": "new", "session_id": 1, "private": True},
            "due": {"due_at": 1, "kind": "x", "subject": "x"},
            "web_messages": {"chat": "x", "at": 2},
        }
        ids = {
            name: db.scalar(insert(new[name]).values(values).returning(new[name].c.id)) for name, values in made.items()
        }
    assert ids == {"people": 3, "sessions": 3, "addresses": 3, "due": 3, "web_messages": 8}


def up_to(engine: Engine, wanted: str, before: int) -> None:
    """Bring a database to so many revisions `before` one."""
    config = scripts()
    target = f"{wanted}-{before}" if before else wanted
    with engine.connect().execution_options(writes=True) as db, apart(db), db.begin():
        config.attributes["connection"] = db
        command.upgrade(config, target)


def tables_of(engine: Engine) -> dict[str, Table]:
    """Return the tables as they are, whatever revision they are at."""
    found = MetaData()
    found.reflect(engine)
    return {name: table for name, table in found.tables.items() if name != "alembic_version"}


def rows_of(engine: Engine, tables: dict[str, Table]) -> dict[str, list[tuple[object, ...]]]:
    """Return all rows."""
    with engine.connect() as db:
        return {name: [tuple(row) for row in db.execute(select(table))] for name, table in sorted(tables.items())}


def test_an_upgrade_that_fails_leaves_everything_as_it_was(engine: Engine) -> None:
    with engine.connect() as db, db.begin():
        db.exec_driver_sql("CREATE TABLE projects (number INTEGER)")  # in the way of the last tables

    with pytest.raises(Exception, match="already exists"):
        upgrade(engine)

    assert inspect(engine).get_table_names() == ["projects"]
