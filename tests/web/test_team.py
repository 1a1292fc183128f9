"""A project's team on the public page: how many, from where, what is needed; never who."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.civic.projects.town import labels
from tests.civic.teams.town import asks, at_team, comes, invites, joins
from tests.turns.conftest import database, logs
from tests.web.market import Market, a_market

__all__ = ["database", "logs"]

NAMES = ("Benedikt", "Cemile", "Dorothea", "Erwin")
NEED = "Bohrmaschine <script>alert(1)</script>"


@pytest_asyncio.fixture(params=["sqlite", "postgres"])
async def market(tmp_path: Path, database: str) -> AsyncIterator[Market]:
    """Open a market on each database."""
    async with a_market(tmp_path, database=database, queued=bool(database)) as market:
        yield market


async def needs_something(market: Market, author: str, ref: str) -> None:
    """Let a lead say what their team needs."""
    lead = market.town.person(author)
    await at_team(lead, "What we have and need", "We need something", ref=ref)
    await lead.says(NEED, "/skip")


async def test_a_team_is_shown_by_sectors_and_needs_and_without_names(market: Market) -> None:
    ref = await market.shows("Bänke am Fluss")
    lead = market.town.person("author1001")
    await joins(market.town.person("ben"), lead, NAMES[0], ref)
    await comes(market.town.person("cem"), await invites(lead, ref=ref), NAMES[1])
    await asks(market.town.person("dora"), NAMES[2], ref)
    await at_team(lead, "Partners", "Add a partner", ref=ref)
    await lead.says(NAMES[3], "1", "/skip", "/skip")
    await needs_something(market, "author1001", ref)

    page = (await market.get(f"/p/{ref}")).text.replace("\u2068", "").replace("\u2069", "")
    elsewhere = [
        (await market.get(path)).text for path in ("/", "/feed.atom", "/projects.csv", f"/api/v1/projects/{ref}")
    ]

    for words in (
        "3 Menschen sind im Team.",
        "Zivilgesellschaft: 1",
        "Wirtschaft: 1",
        "Was es braucht",
        "Bohrmaschine",
    ):
        assert words in page, words
    assert "<script>alert" not in page
    assert (await market.get(f"/api/v1/projects/{ref}")).json()["needs"] == [NEED]
    assert not [name for name in NAMES for told in (page, *elsewhere) if name in told]


async def test_whoever_had_the_idea_and_is_alone_is_no_team_yet(market: Market) -> None:
    ref = await market.shows("Bänke am Fluss")

    assert "Das Team" not in (await market.get(f"/p/{ref}")).text


async def test_projects_that_need_something_are_found_on_the_page_and_in_the_chat(market: Market) -> None:
    await market.shows("Bänke am Fluss")
    ref = await market.shows("Eine Werkstatt für alle", place=(52.705, 12.98))
    await needs_something(market, "author1002", ref)

    first, only = (await market.get("/")).text, (await market.get("/?only=needs_help")).text
    ben = market.town.person("ben")
    await ben.says("/projects")
    told = await ben.taps("Those that need something")

    assert [first.count("<article"), only.count("<article")] == [2, 1]
    assert "P-1002" in only
    assert "P-1001" not in only
    assert "only=needs_help#projects" in only, "the areas beside the map keep what was chosen"
    assert 'href="/feed.atom?only=needs_help"' in only
    assert told.startswith("1 project")


@pytest.mark.parametrize("only", ["needs_help", "answered"])
@pytest.mark.parametrize("path", ["/", "/feed.atom", "/projects.csv", "/projects.geojson", "/api/v1/projects"])
async def test_what_needs_something_and_what_is_answered_is_chosen_in_every_form(
    market: Market, path: str, only: str
) -> None:
    refs = [await market.shows(title, place=(52.705, 12.98)) for title in ("Bänke am Fluss", "Zebrastreifen")]
    await needs_something(market, "author1001", refs[0])
    await market.answers(refs[1], "Im Herbst.")

    every, chosen = (await market.get(path)).text, (await market.get(f"{path}?only={only}")).text

    assert [ref in every for ref in refs] == [True, True]
    assert [ref in chosen for ref in refs] == [only == "needs_help", only == "answered"]


async def test_what_is_settled_is_looked_for_no_more(market: Market) -> None:
    ref = await market.shows("Bänke am Fluss")
    await needs_something(market, "author1001", ref)
    lead = market.town.person("author1001")
    await at_team(lead, "What we have and need", ref=ref)

    await lead.taps(next(label for label in labels(lead) if "Bohrmaschine" in label), "Yes, take it off")

    assert "<article" not in (await market.get("/?only=needs_help")).text
    assert "Bohrmaschine" not in (await market.get(f"/p/{ref}")).text
