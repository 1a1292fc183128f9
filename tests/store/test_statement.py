"""Statements that go to the driver as they are, to either of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from projektbot.store.database import is_trouble, open_engine
from projektbot.store.statement import Among, Statement
from projektbot.store.tables import settings

put = Statement(insert(settings), "name", "value")
values = Statement(select(settings.c.name, settings.c.value).order_by(settings.c.name))
some = Among(lambda names: select(settings.c.value).where(settings.c.name.in_(names)))


@pytest.fixture
def db(store_url: str) -> Iterator[Connection]:
    """Return an open transaction in an empty store."""
    engine = open_engine(store_url)
    with engine.connect() as connection, connection.begin():
        yield connection
    engine.dispose()


def test_parameters_are_given_in_the_order_of_their_names(db: Connection) -> None:
    change = Statement(
        update(settings).where(settings.c.name == bindparam("which")).values(value=bindparam("to")), "which", "to"
    )
    put.many(db, [("a", "1"), ("b", "2")])

    change.many(db, [("b", "3")])

    assert values.rows(db) == [("a", "1"), ("b", "3")]


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 9])
def test_as_many_are_found_as_are_asked_for(db: Connection, count: int) -> None:
    put.many(db, [(f"n{number}", str(number)) for number in range(12)])

    found = some.rows(db, [f"n{number}" for number in range(count)])

    assert sorted(found) == sorted((str(number),) for number in range(count))


def test_a_single_parameter_may_be_the_second_of_its_statement(db: Connection) -> None:
    either = Statement(
        select(settings.c.value).where((settings.c.name == bindparam("it")) | (settings.c.value == bindparam("it"))),
        "it",
    )
    put.many(db, [("a", "x"), ("x", "b")])

    assert sorted(either.rows(db, "x")) == [("b",), ("x",)]


def test_a_fault_is_sqlalchemys_and_does_not_tell_what_people_wrote(db: Connection) -> None:
    put.many(db, [("my secret", "1")])

    with pytest.raises(IntegrityError) as caught:
        put.many(db, [("my secret", "my secret")])

    assert "my secret" not in str(caught.value)
    assert "my secret" not in str(caught.value.orig)


def test_a_mistake_in_a_statement_is_no_trouble_of_the_store(db: Connection) -> None:
    db.exec_driver_sql("DROP TABLE settings")

    with pytest.raises(OperationalError if db.dialect.name == "sqlite" else ProgrammingError) as caught:
        values.rows(db)

    assert not is_trouble(caught.value)
