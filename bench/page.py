"""The public page with ten thousand projects: how long its answers take, asked one by one through the whole app."""

from __future__ import annotations

import cProfile
import pstats
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any, Final

import httpx
from sqlalchemy import Connection, insert

from bench.figures import percentile, table
from projektbot.app import build, make_web
from projektbot.civic.projects.rules import FIELDS
from projektbot.civic.projects.tables import comments, project_people, projects
from projektbot.civic.teams.tables import offers
from projektbot.config import Settings
from projektbot.store.tables import people

PATHS: Final = {
    "the first page": "/",
    "its tenth page": "/?page=10",
    "one area and field": "/?area=hafen&field=nature",
    "words": "/?q=Bank+Ufer",
    "those that need something": "/?only=needs_help",
    "those the city has answered": "/?only=answered",
    "a project": "/p/P-1200",
    "feed": "/feed.atom",
    "API, 20 projects": "/api/v1/projects",
}
FEW: Final = 1_000  # people who support and comment
SUPPORTS, COMMENTS = 20, 3  # of each project
NEED, ANSWERED = 10, 5  # one in so many needs something, is answered
WORDS: Final = (
    "Bank", "Ufer", "Schatten", "Spielplatz", "Baum", "Fahrrad", "Schule", "Brunnen", "Garten", "Brücke", "Licht",
    "Haltestelle", "Werkstatt", "Kiez", "Wiese", "Treffpunkt", "Rampe", "Wandbild", "Bibliothek", "Insel",
)  # fmt: skip
MINUTE: Final = 60_000_000  # microseconds


def fill(db: Connection, count: int) -> None:
    """Write projects, supporters and comments straight into the tables."""
    chance = Random(4)  # noqa: S311 - made-up projects
    db.execute(insert(people), [{"created_at": 1} for _ in range(FEW)])
    areas = ("altstadt", "hafen", "lindenhof", "nordfeld", "muehleninsel", "suedhang", "gartenstadt")
    for first in range(1001, 1001 + count, 500):
        numbers = range(first, min(first + 500, 1001 + count))
        db.execute(insert(projects), [_project(chance, number, areas) for number in numbers])
        cares = [
            {"project": number, "person_id": person, "supports_at": 1}
            for number in numbers
            for person in chance.sample(range(1, FEW + 1), SUPPORTS)
        ]
        db.execute(insert(project_people), cares)
        said = [
            {"project": number, "person_id": chance.randint(1, FEW), "words": _words(chance, 20), "at": number}
            for number in numbers
            for _ in range(COMMENTS)
        ]
        db.execute(insert(comments), said)
        needs = [number for number in numbers if number % NEED == 0]
        db.execute(insert(offers), [{"project": number, "kind": "needs", "what": "Brett", "at": 1} for number in needs])


def _project(chance: Random, number: int, areas: tuple[str, ...]) -> dict[str, Any]:
    placed = chance.random() < 0.5  # noqa: PLR2004 - half of them
    return {
        "number": number, "person_id": chance.randint(1, FEW), "stage": "published", "kind": "new",
        "title": _words(chance, 5), "description": _words(chance, 80), "field": chance.choice(list(FIELDS)),
        "area": chance.choice(areas), "lat": 52.69 + 0.04 * chance.random() if placed else None,
        "lon": 12.94 + 0.07 * chance.random() if placed else None, "locale": "de", "channel": "web",
        "answered_at": None if number % ANSWERED else number * MINUTE,
        "created_at": number * MINUTE, "published_at": number * MINUTE,
    }  # fmt: skip


def _words(chance: Random, count: int) -> str:
    return " ".join(chance.choices(WORDS, k=count))


@asynccontextmanager
async def opened(folder: Path, count: int) -> AsyncIterator[httpx.AsyncClient]:
    """Open the page of a house with so many projects."""
    house = build(Settings(data_dir=folder))
    await house.store.write(lambda db: fill(db, count))
    transport = httpx.ASGITransport(make_web(house))
    headers = {"Accept-Language": "de", "Accept-Encoding": "gzip"}
    async with httpx.AsyncClient(transport=transport, base_url="http://bench.test", headers=headers) as visitor:
        yield visitor
    await house.close()


async def measure(count: int, times: int) -> None:
    """Print what each page takes."""
    with tempfile.TemporaryDirectory() as folder:
        async with opened(Path(folder), count) as visitor:
            rows = [(name, *await _row(visitor, path, times)) for name, path in PATHS.items()]
    print(f"{count:,} public projects, each with {SUPPORTS} supporters and {COMMENTS} comments; {times} requests each")
    table(("", "p50 ms", "p95 ms", "worst ms", "kB, compressed"), rows)


async def _row(visitor: httpx.AsyncClient, path: str, times: int) -> tuple[str, ...]:
    taken, weight = [], 0
    for number in range(times + 3):
        begin = time.perf_counter()
        answer = await visitor.get(path)
        spent = 1000 * (time.perf_counter() - begin)
        answer.raise_for_status()
        weight = answer.num_bytes_downloaded
        if number > 2:  # noqa: PLR2004 - the first ones read templates and catalogs
            taken.append(spent)
    figures = (percentile(taken, 0.5), percentile(taken, 0.95), max(taken))
    return (*[f"{figure:.1f}" for figure in figures], f"{weight / 1000:.1f}")


async def profiled(count: int, times: int) -> None:
    """Print where the first page spends its time."""
    with tempfile.TemporaryDirectory() as folder:
        async with opened(Path(folder), count) as visitor:
            profile = cProfile.Profile()
            await visitor.get("/")
            with profile:
                for _ in range(times):
                    await visitor.get("/")
    pstats.Stats(profile).sort_stats("cumulative").print_stats(45)
