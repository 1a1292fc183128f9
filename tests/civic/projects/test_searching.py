"""Words find public projects, whatever they are, and the index follows every change."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, delete, update

from projektbot.civic.projects.index import MAKE_TRIGRAMS, lacks_trigrams
from projektbot.civic.projects.queries import Filter, count_public, public_projects
from projektbot.civic.projects.tables import projects
from projektbot.store.database import open_engine
from tests.civic.projects.published import publish
from tests.civic.projects.town import publishes, sends_an_idea, with_role
from tests.turns.town import Town


@pytest.fixture
def db(store_url: str) -> Iterator[Connection]:
    """Open a store in one transaction."""
    engine = open_engine(store_url)
    with engine.connect() as db, db.begin():
        yield db
    engine.dispose()


def found(db: Connection, words: str, area: str = "", field: str = "") -> list[int]:
    """Return the numbers of what words find; the count must say the same."""
    wanted = Filter(area, field, words)
    numbers = [row.number for row in public_projects(db, wanted, 100)]
    assert count_public(db, wanted) == len(numbers)
    return numbers


@pytest.mark.parametrize(
    "words",
    [
        "spielplatz", "SPIELPLÄTZE", "Spielplaetze", "platz", "größe", "GROSSE", "groesse", "groß", "Café", "cafe",
        "CAFÉ", "Spielplatz Café", "der Spielplatz an der Größe", "100%", "ei_er", '"Ja"', "c++",
        "🌳", "ÖV", "öv", "a-b", "P%",
        "площадка",
    ],
)  # fmt: skip
def test_words_are_found_however_they_are_written(db: Connection, words: str) -> None:
    publish(
        db,
        1001,
        "Spielplätze der Größe nach",
        'Beim Café: 100% ei_er, "Ja", c++ 🌳 mit dem ÖV, a-b, P% игровая площадка',
    )
    publish(db, 1002, "Nichts davon", "Und auch hier nichts.")

    assert found(db, words) == [1001]


@pytest.mark.parametrize(
    "words",
    [
        "%", "_", "%%%", "___", "zz", "AND", "Bank OR Nest", "Bank NOT Nest", "NEAR(Bank Nest)", "title:Bank", '"',
        '""', '"Bank', "'", "';--", "*", "Ban*", "^Bank", "(Bank", "{title}",
        "-", "--", "\\", "\\%", "Ba\0Bank\ud800zz",
        "x" * 4_000,
        "wort " * 800, "🏳️‍🌈", "\N{RIGHT-TO-LEFT OVERRIDE}",
    ],
)  # fmt: skip
def test_nothing_that_is_typed_is_anything_but_words(db: Connection, words: str) -> None:
    publish(db, 1001, "Bank am Fluss", "Mit Lehne")

    assert found(db, words) == []


def test_whoever_looks_for_nothing_sees_everything(db: Connection) -> None:
    publish(db, 1001, "Bank am Fluss")
    publish(db, 1002, "Nest im Baum", area="hafen")

    for nothing in ("  \n ", "\0", "\ud800"):  # what no database takes is nothing that could be looked for
        assert found(db, nothing) == [1002, 1001]
    assert found(db, "", area="hafen") == [1002]
    assert found(db, "bank", area="hafen") == []


def test_every_word_must_be_there_and_what_is_called_so_comes_first(db: Connection) -> None:
    publish(db, 1001, "Bänke am Fluss")
    publish(db, 1002, "Nest im Baum", "Neben der Bank am Fluss")
    publish(db, 1003, "Bank im Park")
    publish(db, 1004, "Flussbank", "Ein Fluss, eine Bank")

    assert found(db, "Bank Fluss") == [1004, 1001, 1002]
    pages = [public_projects(db, Filter(words="bank"), 1, offset)[0].number for offset in range(4)]
    assert pages == [1004, 1003, 1001, 1002]


def test_filling_words_count_only_among_themselves(db: Connection) -> None:
    publish(db, 1001, "Bank am Fluss")

    assert found(db, "eine Bank an dem Fluss") == [1001]
    assert found(db, "am") == [1001]
    assert found(db, "für") == []


def test_the_index_follows_whatever_writes(db: Connection) -> None:
    """Also what no action of ours does today."""
    mine = projects.c.number == 1001
    publish(db, 1001, "Bank am Fluss", stage="submitted", published_at=None)
    assert found(db, "bank") == []

    db.execute(update(projects).where(mine).values(stage="published", published_at=5))
    assert found(db, "bank") == [1001]

    db.execute(update(projects).where(mine).values(title="Nest im Baum"))
    assert (found(db, "bank"), found(db, "nest")) == ([], [1001])

    db.execute(update(projects).where(mine).values(description="aus Weiden"))
    assert found(db, "nest weide") == [1001]

    db.execute(update(projects).values(published_at=None))
    assert found(db, "nest") == []

    db.execute(update(projects).values(published_at=7))
    db.execute(delete(projects))
    publish(db, 1002, "Anderes")
    assert found(db, "nest") == []
    if db.dialect.name == "sqlite":
        db.exec_driver_sql("INSERT INTO project_index (project_index, rank) VALUES ('integrity-check', 1)")


def test_a_change_that_is_rolled_back_is_not_found(db: Connection) -> None:
    publish(db, 1001, "Bank am Fluss")
    inner = db.begin_nested()
    db.execute(update(projects).values(title="Nest im Baum"))
    inner.rollback()

    assert (found(db, "bank"), found(db, "nest")) == ([1001], [])


@pytest.mark.parametrize("store_url", ["postgres"], indirect=True)  # which alone has it
def test_without_pg_trgm_the_same_is_found(db: Connection) -> None:
    assert not lacks_trigrams(db)
    db.exec_driver_sql("DROP EXTENSION pg_trgm CASCADE")
    publish(db, 1001, "Bank am Fluss")

    assert lacks_trigrams(db)
    assert found(db, "bänke") == [1001]
    db.exec_driver_sql(MAKE_TRIGRAMS)  # as `projektbot doctor` says
    assert not lacks_trigrams(db)


async def test_what_staff_do_decides_what_residents_find(town: Town) -> None:
    anna, dora = town.person("anna"), town.person("dora")
    await sends_an_idea(anna, "Bänke am Fluss")
    await sends_an_idea(anna, "Sitze am Wasser")
    assert "nothing here yet" in await looks_for(town, "Bank")
    moderator = await with_role(town, "mia")

    await publishes(moderator, "P-1001")
    assert "1 project" in await looks_for(town, "Bank")

    await publishes(moderator, "P-1002")
    await moderator.says("/queue P-1001")
    await moderator.taps("Put it together with another one")
    await moderator.says("P-1002")
    assert "nothing here yet" in await looks_for(town, "Bank")

    await moderator.says("/queue P-1002")
    await moderator.taps("Decline it")
    await moderator.says("There is no more room there.")
    assert "nothing here yet" in await looks_for(town, "Wasser")
    assert "nothing here yet" in await dora.says("/projects", "6", "every two hundred metres")


async def looks_for(town: Town, words: str) -> str:
    """Search in the chat of somebody."""
    return await town.person("dora").says("/projects", "Search by words", words)
