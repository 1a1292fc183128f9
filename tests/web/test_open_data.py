"""Feeds, tables, maps and the API: each valid, each saying the same, none of them dangerous to open."""

# ruff: noqa: S314 - what is read here is our own

from __future__ import annotations

import asyncio
import contextlib
import csv
import io
import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import pytest_asyncio
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case
from schemathesis.core.result import Ok
from sqlalchemy import Connection, update
from starlette.types import Message

from projektbot.civic.projects.tables import projects
from projektbot.civic.staff.rules import Role
from projektbot.instants import micros
from projektbot.web.opendata import AT_ONCE, COLUMNS, defused
from tests.civic.deadlines.test_deadlines import announces
from tests.civic.projects.published import publish
from tests.civic.projects.town import with_role
from tests.turns.conftest import logs
from tests.turns.town import NOON
from tests.web.market import Market, a_market

__all__ = ["logs"]

ATOM = {"a": "http://www.w3.org/2005/Atom"}
FORMULA = '=HYPERLINK("http://evil.example","x")'


@pytest_asyncio.fixture
async def market(tmp_path: Path) -> AsyncIterator[Market]:
    """Open a market with three projects and a deadline."""
    async with a_market(tmp_path) as market:
        await market.shows(FORMULA, "+49 sagt: <b>]]></b>\n&amp; mehr", place=(52.705, 12.98), cost="1200 €")
        await market.shows("Bäume, viele", 'Sie sagte: "Ja"', area="2", number=6)
        await market.shows("Zebrastreifen", "Vor der Schule ist es gefährlich.", number=6)
        await announces(await with_role(market.town, "carla", Role.CASEWORKER), area=market.city.areas[0].name)
        yield market


async def test_the_feed_is_well_formed_whatever_people_write(market: Market) -> None:
    whole, chosen = await market.get("/feed.atom"), await market.get("/feed.atom?area=hafen&field=nature")

    feed = ET.fromstring(whole.text)
    titles = [title.text for title in feed.findall("a:entry/a:title", ATOM)]
    assert titles == ["P-1003 Zebrastreifen", "P-1002 Bäume, viele", f"P-1001 {FORMULA}"]
    assert len({entry.text for entry in feed.findall("a:entry/a:id", ATOM)}) == 3
    assert "+49 sagt: <b>]]></b>" in "".join(feed.itertext())
    assert [title.text for title in ET.fromstring(chosen.text).findall("a:entry/a:title", ATOM)] == [
        "P-1002 Bäume, viele"
    ]
    assert whole.headers["content-type"].startswith("application/atom+xml")


async def test_the_feed_of_an_empty_city_is_valid(tmp_path: Path) -> None:
    async with a_market(tmp_path) as empty:
        feed = ET.fromstring((await empty.get("/feed.atom")).text)
        places = (await empty.get("/projects.geojson")).json()

    assert feed.find("a:updated", ATOM) is not None
    assert places == {"type": "FeatureCollection", "features": []}


@pytest.mark.parametrize("path", ["/projects.csv", "/projects.geojson"])
@pytest.mark.parametrize("what", ["published", "taken off"])
async def test_what_changes_while_a_table_is_sent_doubles_and_loses_nothing(
    market: Market, path: str, what: str
) -> None:
    many = range(2000, 2000 + AT_ONCE + 1)  # one more than is read at once

    def fill(db: Connection) -> None:
        for number in many:
            publish(db, number, f"Idea {number}", lat=52.7, lon=12.9, published_at=micros(NOON) + number)

    def change(db: Connection) -> None:
        if what == "published":
            publish(db, 4000, "The newest", lat=52.7, lon=12.9, published_at=micros(NOON) + 10_000)
        else:
            db.execute(update(projects).where(projects.c.number == many[-1]).values(stage="declined"))

    await market.town.store.write(fill)

    sent = await streamed(market, path, lambda: market.town.store.write(change))

    told = Counter(re.findall(r"/p/(P-[0-9]+)", sent))
    assert set(told.values()) == {1}
    assert {f"P-{number}" for number in many} <= set(told)


async def streamed(market: Market, path: str, meanwhile: Callable[[], Awaitable[None]]) -> str:
    """Ask for something that is sent bit by bit; do something after the first bit of projects has been sent."""
    bits: list[bytes] = []
    done: list[bool] = []

    async def receive() -> Message:
        raise AssertionError("nothing is sent to us")

    async def send(message: Message) -> None:
        bits.append(message.get("body", b""))
        if b"/p/P-" in bits[-1] and not done:
            done.append(True)
            await meanwhile()

    scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b"",
             "headers": [], "scheme": "http", "server": ("town.test", 80),
             "asgi": {"version": "3.0", "spec_version": "2.4"}}  # fmt: skip
    await market.app(scope, receive, send)
    return b"".join(bits).decode()


async def test_a_table_holds_no_formulas(market: Market) -> None:
    answer = await market.get("/projects.csv")

    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert list(rows[0]) == list(COLUMNS)
    assert [row["title"] for row in rows] == ["Zebrastreifen", "Bäume, viele", f"'{FORMULA}"]
    assert rows[2]["description"].startswith("'+49")
    assert (rows[2]["cost"], rows[2]["latitude"]) == ("1200", "52.705")
    assert not [cell for row in rows for cell in row.values() if cell[:1] in "=+-@\t\r" and cell]


@pytest.mark.parametrize("words", ["=1", "+1", "-1", "@x", "\t=1", "  =1", "\n=1", "＝1"])
def test_a_cell_that_would_be_worked_out_is_shown(words: str) -> None:
    assert defused(words).startswith("'")


@pytest.mark.parametrize("between", [";", "\t", ","])
@pytest.mark.parametrize(
    "words", ["Ja;=1+1", 'Ja; "=1+1', "Ja\n=1+1", 'Ja\n"-1', "=1", 'a;"";=1', '";=1', '"\n=1', ";;@x", "a\t=1"]
)
async def test_no_cell_is_worked_out_wherever_a_spreadsheet_thinks_that_it_begins(
    market: Market, between: str, words: str
) -> None:
    await market.shows("Vogelhäuser", f"{words} und noch viel mehr für die Vögel")

    table = (await market.get("/projects.csv")).content.decode("utf-8-sig")

    cells = [cell for row in csv.reader(io.StringIO(table), delimiter=between) for cell in row]
    assert not [cell for cell in cells if cell.strip()[:1] in set("=+-@|%") and cell.strip()]


async def test_places_are_geojson(market: Market) -> None:
    places = (await market.get("/projects.geojson")).json()

    [feature] = places["features"]
    assert feature["geometry"] == {"type": "Point", "coordinates": [12.98, 52.705]}
    assert feature["properties"]["title"] == FORMULA


async def test_the_sitemap_names_every_page(market: Market) -> None:
    words = (await market.get("/sitemap.xml")).text

    assert [place.text for place in ET.fromstring(words).iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")] == [
        f"http://town.test{path}" for path in ("/", "/deadlines", "/p/P-1003", "/p/P-1002", "/p/P-1001")
    ]
    assert "Sitemap: http://town.test/sitemap.xml" in (await market.get("/robots.txt")).text


# ---- the API ---------------------------------------------------------------------------------------------------------


async def test_the_api_pages_with_links(market: Market) -> None:
    answer = await market.get("/api/v1/projects?per_page=1&page=2&field=mobility")
    middle = await market.get("/api/v1/projects?per_page=1&page=2")

    assert answer.json() == {"total": 1, "items": []}
    assert [item["ref"] for item in middle.json()["items"]] == ["P-1002"]
    assert '<http://town.test/api/v1/projects?page=3&per_page=1>; rel="next"' in middle.headers["link"]
    assert middle.headers["access-control-allow-origin"] == "*"
    areas = (await market.get("/api/v1/areas")).json()["items"]
    assert {area["code"]: area["projects"] for area in areas}["hafen"] == 1


@pytest.mark.parametrize(
    ("path", "status"),
    [("projects?page=0", 400), ("projects?per_page=101", 400), ("projects?area=mars", 400), ("projects?x=1", 400),
     ("projects?page=1&page=2", 400), ("projects?q=" + "x" * 101, 400), ("projects/1001", 400),
     ("projects?only=mars", 400), ("projects/P-99999", 404), ("nothing", 404)],
)  # fmt: skip
async def test_the_api_says_what_it_did_not_understand(market: Market, path: str, status: int) -> None:
    answer = await market.get(f"/api/v1/{path}")

    assert (answer.status_code, answer.json()["status"]) == (status, status)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_what_the_api_takes_no_part_in_is_refused_in_its_own_way(market: Market) -> None:
    async with market.visitor() as visitor:
        answer = await visitor.post("/api/v1/projects")

    assert (answer.status_code, answer.headers["content-type"]) == (405, "application/problem+json")
    assert "GET" in answer.headers["allow"]


async def test_the_api_keeps_to_its_own_description(market: Market) -> None:
    """As schemathesis finds out, by asking whatever the description allows and what it does not."""
    document = (await market.get("/api/v1/openapi.json")).json()
    cases = await asyncio.to_thread(made_up, document)
    async with market.visitor() as visitor:
        for case in cases:
            sent = case.as_transport_kwargs(base_url="http://town.test/api/v1")
            case.validate_response(await visitor.request(**{name: sent[name] for name in SENT if sent.get(name)}))

    assert len(cases) > 200
    assert {case.operation.label for case in cases} == {
        "GET /projects", "GET /projects/{ref}", "GET /areas", "GET /deadlines",
    }  # fmt: skip


AnyCase: TypeAlias = Case[Any]  # its parts are whatever was made up
SENT = ("method", "url", "params", "headers")


def made_up(document: dict[str, Any]) -> list[AnyCase]:
    """Let schemathesis make requests up, fitting ones and others."""
    cases: list[AnyCase] = []
    for found in schemathesis.openapi.from_dict(document).get_all_operations():
        assert isinstance(found, Ok), "an operation is not described well"
        operation = found.ok()
        for mode in schemathesis.GenerationMode:
            with contextlib.suppress(Unsatisfiable):  # what takes nothing cannot be asked wrongly

                @given(case=operation.as_strategy(generation_mode=mode))
                @settings(
                    max_examples=80, phases=[Phase.generate], suppress_health_check=list(HealthCheck), database=None
                )
                def note(case: AnyCase) -> None:
                    cases.append(case)

                note()
    return cases
