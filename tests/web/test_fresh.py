"""What is kept by browsers and by caches on the way, and for how long."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.turns.conftest import logs
from tests.web.market import Market, a_market, picture
from tests.web.town import Town

__all__ = ["logs"]

PATHS = ("/", "/p/P-1001", "/feed.atom", "/api/v1/projects", "/api/v1/projects/P-1001", "/sitemap.xml")


@pytest_asyncio.fixture
async def market(tmp_path: Path) -> AsyncIterator[Market]:
    """Open a market with one project."""
    async with a_market(tmp_path) as market:
        await market.shows("Bänke am Fluss", photo=picture())
        yield market


@pytest.mark.parametrize("path", PATHS)
async def test_what_has_not_changed_is_not_sent_again(market: Market, path: str) -> None:
    async with market.visitor() as visitor:
        first = await visitor.get(path)
        known = {"If-None-Match": f'"another", {first.headers["etag"]}'}
        again = await visitor.get(path, headers=known)
        head = await visitor.head(path, headers=known)
        other = await visitor.get(path, headers={"If-None-Match": '"another"'})
        await market.shows("Zebrastreifen")
        await market.supports("P-1001", "ben")
        later = await visitor.get(path, headers=known)

    assert [first.status_code, again.status_code, other.status_code, later.status_code] == [200, 304, 200, 200]
    assert (again.content, head.status_code) == (b"", 304)
    assert again.headers["etag"] == first.headers["etag"] != later.headers["etag"]
    assert "content-security-policy" in again.headers


async def test_the_same_page_in_another_language_has_another_name(market: Market) -> None:
    names = {(await market.get("/", language)).headers["etag"] for language in ("de", "en")}

    assert len(names) == 2


@pytest.mark.parametrize("path", ["/", "/p/P-1001", "/p/P-7777", "/nowhere"])
async def test_a_cache_asks_each_time_for_a_page(market: Market, path: str) -> None:
    assert (await market.get(path)).headers["cache-control"] == "no-cache"


async def test_no_cache_of_others_keeps_a_photo_that_is_public_no_more(market: Market) -> None:
    [source] = re.findall(r'<img src="(/media/[^"]+)"', (await market.get("/")).text)

    small, whole = await market.get(source), await market.get(source.rpartition("/")[0])

    for photo in (small, whole):
        assert "s-maxage=300" in photo.headers["cache-control"]


async def test_a_file_of_a_chat_that_was_left_is_not_seen_again(town: Town) -> None:
    visitor = town.visitor()
    page = await visitor.post("/chat/file", files={"file": ("a.png", picture(60, 40, "PNG"), "image/png")})
    [url] = set(re.findall(r'img src="(/chat/media/[0-9a-f]{64})"', page.text))

    mine = await visitor.get(url)
    again = await visitor.get(url, headers={"If-None-Match": mine.headers["etag"]})
    await visitor.post("/chat/leave")
    left = await visitor.get(url, headers={"If-None-Match": mine.headers["etag"]})

    assert mine.headers["cache-control"] == "private, no-cache", "a browser must not show it by itself"
    assert [mine.status_code, again.status_code, left.status_code] == [200, 304, 404]


async def test_a_conversation_has_no_name_and_is_kept_by_nobody(town: Town) -> None:
    visitor = town.visitor()
    await visitor.post("/chat/start")

    page = await visitor.get("/chat", headers={"If-None-Match": "*"})

    assert (page.status_code, page.headers["cache-control"]) == (200, "no-store")
    assert "etag" not in page.headers
