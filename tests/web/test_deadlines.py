"""Deadlines on the pages: whom they concern, what of them is said, and what calendars are told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest_asyncio

from projektbot.civic.staff.rules import Role
from tests.civic.deadlines.test_deadlines import announces, moves, withdraws
from tests.civic.projects.town import with_role
from tests.turns.conftest import database, logs
from tests.turns.town import Person
from tests.web.market import Market, a_market

__all__ = ["database", "logs"]

NASTY = "<script>alert(1)</script> \u202eEND:VCALENDAR"


@pytest_asyncio.fixture(params=["sqlite", "postgres"])
async def market(tmp_path: Path, database: str) -> AsyncIterator[Market]:
    """Open a market with one project, on each database."""
    async with a_market(tmp_path, database=database, queued=bool(database)) as market:
        await market.shows("Bänke am Fluss")
        yield market


@pytest_asyncio.fixture
async def carla(market: Market) -> Person:
    """Return somebody who may announce deadlines everywhere."""
    return await with_role(market.town, "carla", Role.CASEWORKER)


async def test_there_is_a_page_and_a_calendar_also_without_any(market: Market) -> None:
    page, calendar = await market.get("/deadlines"), await market.get("/deadlines.ics")

    assert "Im Moment läuft keine Frist." in page.text
    assert "X-WR-CALNAME:Fristen in Havelmünde" in calendar.text.split("\r\n")
    assert calendar.headers["content-type"].startswith("text/calendar")


async def test_a_deadline_stands_where_it_concerns_somebody(market: Market, carla: Person) -> None:
    here, elsewhere = market.city.areas[0], market.city.areas[1]
    await announces(carla, "Money for the old town", area=here.name)
    await announces(carla, "Money for the harbour", area=elsewhere.name)

    first, project = (await market.get("/")).text, (await market.get("/p/P-1001")).text
    within = (await market.get(f"/?area={here.code}")).text

    assert ("Money for the old town" in first, "Money for the harbour" in first) == (True, True)
    assert ("Money for the old town" in project, "Money for the harbour" in project) == (True, False)
    assert ("Money for the old town" in within, "Money for the harbour" in within) == (True, False)
    assert "noch 15 Tage" in project
    assert "bis 30. Juni 2026" in project


async def test_the_list_leads_into_the_chat_and_says_what_was_changed(market: Market, carla: Person) -> None:
    await announces(carla)
    await moves(carla, "1 July 2026")

    page = (await market.get("/deadlines")).text

    assert 'id="D-1"' in page
    assert "/chat?start=deadline-D-1" in page
    assert "The council meets later." in page
    assert "Mittwoch, 1. Juli 2026" in page


async def test_what_is_withdrawn_is_still_told_as_long_as_it_would_have_run(market: Market, carla: Person) -> None:
    await announces(carla)
    await withdraws(carla)

    page, first = (await market.get("/deadlines")).text, (await market.get("/")).text
    calendar = (await market.get("/deadlines.ics")).text.split("\r\n")

    assert "The fund is used up already." in page
    assert "Erinnern" not in page
    assert "Applications" not in first
    assert {"STATUS:CANCELLED", "SEQUENCE:1"} < set(calendar)
    assert "SUMMARY:Zurückgenommen: Applications to the neighbourhood fund" in calendar


async def test_what_is_over_leaves_the_pages_and_later_the_calendar(market: Market, carla: Person) -> None:
    await announces(carla)
    market.town.clock.advance(timedelta(days=16))
    page, calendar = (await market.get("/deadlines")).text, (await market.get("/deadlines.ics")).text
    market.town.clock.advance(timedelta(days=30))

    assert "Applications" not in page
    assert "DTSTART:20260630T160000Z" in calendar
    assert "BEGIN:VEVENT" not in (await market.get("/deadlines.ics")).text


async def test_the_calendar_can_be_that_of_one_area(market: Market, carla: Person) -> None:
    here, elsewhere = market.city.areas[0], market.city.areas[1]
    await announces(carla, "Money for the old town", area=here.name)
    await announces(carla, "Money for the harbour", area=elsewhere.name)
    await announces(carla, "Money for all")

    calendar = (await market.get(f"/deadlines.ics?area={here.code}")).text

    assert [line for line in calendar.split("\r\n") if line.startswith("SUMMARY")] == [
        "SUMMARY:Money for the old town",
        "SUMMARY:Money for all",
    ]


async def test_what_staff_write_is_no_markup_and_no_line_of_a_calendar(market: Market, carla: Person) -> None:
    await announces(carla, NASTY)

    page, first = (await market.get("/deadlines")).text, (await market.get("/")).text
    calendar = (await market.get("/deadlines.ics")).text

    assert "<script>alert" not in page + first
    assert "&lt;script&gt;alert(1)" in page
    assert "\u202e" not in page + first + calendar
    assert [line for line in calendar.split("\r\n") if line == "END:VCALENDAR"] == ["END:VCALENDAR"]


async def test_programs_get_them_too(market: Market, carla: Person) -> None:
    await announces(carla)
    await announces(carla, "Money for the old town", area=market.city.areas[0].name)
    await withdraws(carla)

    (item, other) = (await market.get("/api/v1/deadlines")).json()["items"]

    assert (item["ref"], item["withdrawn"], item["reason"]) == ("D-1", True, "The fund is used up already.")
    assert item["url"] == "http://town.test/deadlines#D-1"
    assert (other["area"], other["ends"]) == (market.city.areas[0].code, "2026-06-30T16:00:00+00:00")
    assert (await market.get("/api/v1/deadlines?area=nowhere")).status_code == 400
