"""Similar ideas across languages: what is found by words, by meaning and by both, and what a look costs."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, thread_time
from typing import Final, NamedTuple, TypeAlias

from sqlalchemy import Connection, insert, select

from bench.figures import table
from bench.similar import SEED, fill, titles
from bench.titles import OTHERS, PAIRS, UNSEEN_OTHERS, UNSEEN_PAIRS
from bench.tongues import ALIKE, APART, UNSEEN_ALIKE, UNSEEN_APART, Said
from projektbot.civic.projects.meaning import Model, load, packed
from projektbot.civic.projects.meanings import Meanings
from projektbot.civic.projects.similar import MOST, similar_to
from projektbot.civic.projects.tables import project_meanings, projects
from projektbot.store.database import open_engine
from projektbot.store.migrate import upgrade

FIRST: Final = 1001
LOOKS: Final = 300

Way: TypeAlias = Callable[[Connection, str], list[str]]
Wanted: TypeAlias = tuple[str, str]  # a title, and the one it should find; empty: none


class Fixed(NamedTuple):
    """Titles of which is known what is alike."""

    name: str
    pairs: Sequence[tuple[str, str]]
    others: Sequence[str]
    alike: Sequence[Said]
    apart: Sequence[str]

    @property
    def german(self) -> list[Wanted]:
        """Return what is looked for in German."""
        return [*((second, first) for first, second in self.pairs), *((other, "") for other in self.others)]

    @property
    def across(self) -> list[Wanted]:
        """Return what is looked for in other languages."""
        said = [(title, said.german) for said in self.alike for title in said[1:]]
        return [*said, *((title, "") for title in self.apart)]

    @property
    def stored(self) -> list[str]:
        """Return what is public: all that is German, but for the second of each pair."""
        firsts = [first for first, _ in self.pairs]
        return list(dict.fromkeys([*firsts, *self.others, *(said.german for said in self.alike)]))


SETS: Final = (
    Fixed("improved on", PAIRS, OTHERS, ALIKE, APART),
    Fixed("put aside", UNSEEN_PAIRS, UNSEEN_OTHERS, UNSEEN_ALIKE, UNSEEN_APART),
)


def measure(ideas: int) -> None:
    """Print what is found, and how long it takes."""
    model = load()
    rows = [row for fixed in SETS for row in _hits(model, fixed)]
    table(("titles", "by", "German pairs", "pairs across languages", "false alarms, German", "across"), rows)
    table(("", "p50 ms", "p95 ms", "worst ms", "CPU ms, p50", "p95"), list(_times(model, ideas)))


@contextmanager
def _store(named: Sequence[str]) -> Iterator[Connection]:
    """Open a store in which these are public."""
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{Path(folder) / 'meaning.db'}")
        upgrade(engine)
        with engine.connect().execution_options(writes=True) as db, db.begin():
            fill(db, named, FIRST, random.Random(SEED))  # noqa: S311 - areas, not secrets
        with engine.connect().execution_options(writes=True) as db, db.begin():
            yield db
        engine.dispose()


# ---- what is found -------------------------------------------------------------------------------------------------


def _hits(model: Model, fixed: Fixed) -> Iterator[tuple[str, ...]]:
    with _store(fixed.stored) as db:
        meanings = Meanings(model)
        while meanings.make_missing(db):
            pass
        for by, way in _ways(meanings).items():
            counts = [_count(db, way, wanted) for wanted in (fixed.german, fixed.across)]
            yield fixed.name, by, *(hits for hits, _ in counts), *(false for _, false in counts)


def _ways(meanings: Meanings) -> dict[str, Way]:
    def by_words(db: Connection, title: str) -> list[str]:
        return [row.title for row in similar_to(db, title)]

    def by_meaning(db: Connection, title: str) -> list[str]:
        return [its for _, its in meanings.like(db, title)[:MOST]]

    def by_both(db: Connection, title: str) -> list[str]:
        return [row.title for row in similar_to(db, title, meanings=meanings)]

    return {"words": by_words, "meaning": by_meaning, "both": by_both}


def _count(db: Connection, way: Way, wanted: Sequence[Wanted]) -> tuple[str, str]:
    """Return how many partners are among the first three, and after how many titles anything else is."""
    found = [(partner, way(db, title), title) for title, partner in wanted]
    partners = [partner in titles for partner, titles, _ in found if partner]
    false = [title for partner, titles, title in found if set(titles) - {partner, title}]
    return f"{sum(partners)} of {len(partners)}", f"{len(false)} of {len(found)}"


# ---- how long it takes ---------------------------------------------------------------------------------------------


def _times(model: Model, ideas: int) -> Iterator[tuple[str, ...]]:
    """Look among so many, whose vectors are made up: what they say does not count here."""
    rng = random.Random(SEED)  # noqa: S311 - as above
    made = titles(rng)
    with _store([next(made) for _ in range(ideas)]) as db:
        db.execute(insert(project_meanings), _made_up(db, model, rng))
        meanings = Meanings(model)
        yield _spread("the first look of a process", [_spent(lambda title: meanings.like(db, title), next(made))])
        asked = [next(made) for _ in range(LOOKS)]
        (mine,) = model.vectors([asked[0]])
        yield _spread("the vector of a title", [_spent(lambda title: model.vectors([title]), title) for title in asked])
        yield _spread("by meaning, its vector known", [_spent(lambda _: meanings.nearest(db, mine), "") for _ in asked])
        yield _spread("by words", [_spent(lambda title: similar_to(db, title), title) for title in asked])
        both = [_spent(lambda title: similar_to(db, title, meanings=meanings), title) for title in asked]
        yield _spread("by both, as in an idea", both)
        strange = [title for said in (*ALIKE, *UNSEEN_ALIKE) for title in said[1:]]
        alone = [_spent(lambda title: similar_to(db, title, meanings=meanings), title) for title in strange]
        yield _spread("by both, where words find nothing", alone)


def _made_up(db: Connection, model: Model, rng: random.Random) -> list[dict[str, object]]:
    """Return rows as the store has them, none of which is like anything."""
    numbers = db.scalars(select(projects.c.number)).all()
    (vector,) = model.vectors(["Etwas anderes"])
    shuffled = list(range(len(vector)))
    rows: list[dict[str, object]] = []
    for number in numbers:
        rng.shuffle(shuffled)
        rows.append({"number": number, "model": model.name, "vector": packed(vector[shuffled][None])[0]})
    return rows


def _spent(look: Callable[[str], object], title: str) -> tuple[float, float]:
    """Return how long it took, and what of that was work of ours rather than others'; in ms."""
    begin, worked = perf_counter(), thread_time()
    look(title)
    return (perf_counter() - begin) * 1000, (thread_time() - worked) * 1000


def _spread(what: str, spent: Sequence[tuple[float, float]]) -> tuple[str, ...]:
    took, worked = sorted(wall for wall, _ in spent), sorted(cpu for _, cpu in spent)
    half, most = len(spent) // 2, int(len(spent) * 0.95)
    return what, *(f"{ms:.1f}" for ms in (took[half], took[most], took[-1], worked[half], worked[most]))
