"""Similar ideas: how long it takes to find them among ten thousand, and how many of those we know are found."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import perf_counter
from typing import Final

from sqlalchemy import Connection, Engine, insert

from bench.figures import table
from bench.titles import OTHERS, PAIRS, UNSEEN_OTHERS, UNSEEN_PAIRS
from projektbot.civic.projects.similar import similar_to
from projektbot.civic.projects.tables import projects
from projektbot.store.database import open_engine
from projektbot.store.migrate import upgrade
from tests.servers.postgres import NO_POSTGRES, Postgres, programs

SEED: Final = 4


def _words(words: str) -> tuple[str, ...]:
    return tuple(words.split())


WISHES: Final = ("Mehr", "Neue", "Bessere", "Sichere", "Barrierefreie", "Saubere", "Öffentliche", "Kostenlose")
THINGS: Final = _words(
    "Bänke Sitzgelegenheiten Radwege Zebrastreifen Ampeln Bäume Mülleimer Laternen Brunnen Toiletten Hochbeete Wippen"
    " Fahrradständer Bücherregale Rutschen Tischtennisplatten Hundewiesen Blumenwiesen Insektenhotels Ladesäulen Poller"
    " Bushaltestellen Rampen Geländer Wandbilder Grillplätze Trinkbrunnen Parkplätze Schilder Kurse Konzerte Feste"
    " Sprachtreffs Werkstätten Führungen Ausstellungen Sportgeräte Schaukeln Klettergerüste Nistkästen Vogelhäuser"
)
_PLACES: Final = """
    am Bahnhof, am Fluss, am Hafen, am Kanal, am Markt, am Rathaus, am See, an der Brücke, an der Grundschule,
    an der Kirche, auf dem Friedhof, auf dem Schulhof, beim Krankenhaus, beim Schwimmbad, hinter der Turnhalle,
    im Neubaugebiet, im Stadtpark, im Volkspark, in der Altstadt, in der Bibliothek, neben dem Museum,
    vor dem Supermarkt, vor der Kita
"""
PLACES: Final = tuple(map(str.strip, _PLACES.split(",")))
STREETS: Final = _words(
    "Ahorn Apfel Bach Berg Birken Buchen Eichen Feld Garten Goethe Kastanien Kirsch Linden Mühlen Ring Rosen Schiller"
    " Tal Tulpen Ulmen Weiden Wiesen Ziegel Zeppelin"
)
WAYS: Final = ("straße", "weg", "allee", "platz", "gasse", "damm")
WHOM: Final = ("Kinder", "Ältere", "Familien", "alle", "die Nachbarschaft", "Jugendliche", "Leute mit Rollstuhl")
IDEAS: Final = 10_000


def titles(rng: random.Random) -> Iterator[str]:
    """Make up titles without end."""
    while True:
        street = f"{rng.choice(STREETS)}{rng.choice(WAYS)}"
        place = rng.choice((rng.choice(PLACES), f"in der {street}", f"an der Ecke {street}"))
        whom = rng.choice(("", "", f" für {rng.choice(WHOM)}"))
        yield f"{rng.choice(WISHES)} {rng.choice(THINGS)}{whom} {place}"


def fill(db: Connection, named: Sequence[str], first: int, rng: random.Random) -> None:
    """Store public projects of these names."""
    row = {"stage": "published", "kind": "new", "field": "other", "locale": "de", "channel": "bench", "created_at": 1}
    rows = [
        {
            **row,
            "number": first + at,
            "title": title,
            "area": rng.choice(("altstadt", "hafen", "norden")),
            "published_at": first + at,
            "description": f"{title}: es fehlen {rng.choice(THINGS)} {rng.choice(PLACES)} für {rng.choice(WHOM)}.",
        }
        for at, title in enumerate(named)
    ]
    db.execute(insert(projects), rows)


def measure(ideas: int) -> None:
    """Print how long it takes on each database, and what is found."""
    times = [row for name, url in _databases() for row in _times_on(name, url, ideas)]
    table(("", "p50 ms", "p95 ms", "worst ms"), times)
    rows = [_hits("improved on", PAIRS, OTHERS, 0), _hits("put aside", UNSEEN_PAIRS, UNSEEN_OTHERS, 0)]
    rows += [
        _hits(f"improved on, among {ideas}", PAIRS, (), ideas),
        _hits(f"put aside, among {ideas}", UNSEEN_PAIRS, (), ideas),
    ]
    table(("titles", "pairs found", "false alarms"), rows)


def _databases() -> Iterator[tuple[str, str]]:
    """Yield the name and the address of each database there is here."""
    with tempfile.TemporaryDirectory() as folder:
        yield "SQLite", f"sqlite:///{Path(folder) / 'similar.db'}"
    if (found := programs()) is None:
        print(NO_POSTGRES)
        return
    server = Postgres(found, durable=True)
    server.start()
    try:
        with server.database() as url:
            yield "PostgreSQL", url
    finally:
        server.remove()


def _times_on(name: str, url: str, ideas: int) -> list[tuple[str, ...]]:
    engine = open_engine(url)
    upgrade(engine)
    rng = random.Random(SEED)  # noqa: S311 - titles, not secrets
    made = titles(rng)
    with engine.connect().execution_options(writes=True) as db, db.begin():
        fill(db, [next(made) for _ in range(ideas)], 1001, rng)
        db.exec_driver_sql("ANALYZE")  # as the database itself does, within a minute
    try:
        return [(f"{what}, {name}", *figures) for what, *figures in _times(engine, made, rng)]
    finally:
        engine.dispose()


def _times(engine: Engine, made: Iterator[str], rng: random.Random) -> Iterator[tuple[str, ...]]:
    asked = [next(made) for _ in range(300)]
    about = (
        f"{rng.choice(THINGS)} {rng.choice(PLACES)} wären schön für alle, die dort wohnen, auch abends und im Winter."
    )
    with engine.connect() as db:
        for what, description in (("by its title", ""), ("by title and description", about)):
            similar_to(db, "Aufwärmen am Anfang", description)
            spent = sorted(_spent(db, title, description) for title in asked)
            yield what, *(f"{spent[int(len(spent) * part)]:.1f}" for part in (0.5, 0.95)), f"{spent[-1]:.1f}"


def _spent(db: Connection, title: str, description: str) -> float:
    begin = perf_counter()
    similar_to(db, title, description)
    return (perf_counter() - begin) * 1000


def _hits(what: str, pairs: Sequence[tuple[str, str]], others: Sequence[str], among: int) -> tuple[str, ...]:
    """Store all titles but the second of each pair; look for that one, and for each of the others without itself."""
    rng = random.Random(SEED)  # noqa: S311 - as above
    made = titles(rng)
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{Path(folder) / 'hits.db'}")
        upgrade(engine)
        firsts = [first for first, _ in pairs]
        stored = [*firsts, *others]
        with engine.connect().execution_options(writes=True) as db, db.begin():
            fill(db, stored, 1001, rng)
            if among:
                fill(db, [next(made) for _ in range(among)], 5001, rng)
            found = sum(first in _titles(db, second) for first, second in pairs)
            false = [other for other in others if set(_titles(db, other)) - {other}]
            false += [second for first, second in pairs if others and set(_titles(db, second)) - {first}]
        engine.dispose()
    return what, f"{found} of {len(pairs)}", f"{len(false)} of {len(others) + len(pairs)}" if others else "–"


def _titles(db: Connection, title: str) -> list[str]:
    return [row.title for row in similar_to(db, title)]
