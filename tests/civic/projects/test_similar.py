"""What is found to be alike: the same in other words, in a fixed order, rather nothing than nonsense."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection

from bench.titles import OTHERS, PAIRS
from projektbot.civic.projects.similar import MOST, similar_to
from projektbot.store.database import open_engine
from tests.civic.projects.published import publish


@pytest.fixture
def db(store_url: str) -> Iterator[Connection]:
    """Open a store in one transaction."""
    engine = open_engine(store_url)
    with engine.connect() as db, db.begin():
        yield db
    engine.dispose()


def found(db: Connection, title: str, description: str = "", area: str = "") -> list[int]:
    """Return the numbers of what is alike."""
    return [row.number for row in similar_to(db, title, description, area)]


def test_most_of_our_pairs_are_found_and_nothing_else(db: Connection) -> None:
    """As bench/README.md says; one needs to know that the Spree is a river."""
    for number, title in enumerate([first for first, _ in PAIRS] + list(OTHERS), 1001):
        publish(db, number, title)

    hits = [found(db, second) for _, second in PAIRS]

    assert [hit for hit in hits if hit] == [[1001 + at] for at in range(len(PAIRS)) if at != 1]
    assert [found(db, other) for other in OTHERS] == [[1011 + at] for at in range(len(OTHERS))]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Spielplätze am Hafen", "Ein neuer Spielplatz am Hafen"),
        ("Bank am Markt", "Baenke am Marktplatz"),
        ("Fußweg zur Schule", "Fussweg zur Schule"),
        ("Radweg in der Lindenstraße", "Fahrradweg Lindenstrasse"),
        ("Tichtennisplatte im Park", "Tischtennisplatte im Park"),
    ],
)
def test_endings_umlauts_compounds_and_slips_make_no_other_idea(db: Connection, one: str, other: str) -> None:
    publish(db, 1001, one)

    assert found(db, other) == [1001]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Bänke am Hafen", "Grillplatz am Hafen"),  # only the place
        ("Bänke am Hafen", "Bänke vor dem Rathaus"),  # another place
        ("Neue Ideen für alle", "Neue Bäume für alle"),
        ("Mehr Sicherheit", "Mehr Konzerte"),
    ],
)
def test_rather_nothing_than_nonsense(db: Connection, one: str, other: str) -> None:
    publish(db, 1001, one)

    assert found(db, other) == []


def test_at_most_three_the_most_alike_first_then_the_own_area_then_the_older(db: Connection) -> None:
    publish(db, 1001, "Bänke für alle am Hafen und am Markt")
    publish(db, 1002, "Bänke am Hafen")
    publish(db, 1003, "Bänke am Hafen")
    publish(db, 1004, "Bänke am Hafen", area="hafen")

    assert len(found(db, "Bänke am Hafen")) == MOST
    assert found(db, "Bänke am Hafen") == [1002, 1003, 1004]
    assert found(db, "Bänke am Hafen", area="hafen") == [1004, 1002, 1003]


def test_only_what_is_public_is_found(db: Connection) -> None:
    for number, stage in enumerate(("submitted", "asked", "declined", "merged", "published"), 1001):
        publish(db, number, "Bänke am Hafen", stage=stage)

    assert found(db, "Bänke am Hafen") == [1005]


def test_a_description_tells_what_a_title_did_not(db: Connection) -> None:
    publish(db, 1001, "Zebrastreifen vor der Grundschule")
    publish(db, 1002, "Grundschule")

    assert found(db, "Sicherheit für Kinder", "Vor der Schule fehlt ein Überweg.") == [1001]
    assert found(db, "Sicherheit für Kinder", "Vor der Schule ist es laut.") == []


def test_nothing_that_is_typed_breaks_it(db: Connection) -> None:
    publish(db, 1001, "Bänke am Hafen")

    for odd in (
        "",
        " ",
        "%",
        '"',
        "🌳",
        "\0",
        "\ud800",
        "a",
        "AND",
        "x" * 4_000,
        "wort " * 800,
        "NEAR(a b)",
        "title:x",
    ):
        assert found(db, odd, odd) == []
