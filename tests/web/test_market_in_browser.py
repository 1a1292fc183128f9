"""The marketplace in Chromium: without script, light and dark, on a phone, for screen readers; and its weight."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from PIL import Image
from playwright.async_api import Browser, Page, Request, ViewportSize, expect

from tests.turns.conftest import logs
from tests.web.havelmuende import fill
from tests.web.market import Market, a_market, messengers
from tests.web.screenshots import on_a_server
from tests.web.test_in_browser import LONG, PHONE, SCHEMES, look_by

__all__ = ["logs"]

pytestmark = pytest.mark.asyncio(loop_scope="session")  # where the browser is

DESKTOP = ViewportSize(width=1280, height=900)
PAGES = ("/", "/?field=nature", "/?q=gibtesnicht", "/p/P-1020", "/p/P-1003", "/p/P-7777", "/deadlines")
WEIGHT = 100_000  # bytes on the way of a page and all that belongs to it
RULES = {
    "resultTypes": ["violations"],  # else it tells at length what is right: that takes longer than looking for it
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
}

Place = tuple[Market, str]


@asynccontextmanager
async def a_city(folder: object) -> AsyncIterator[Place]:
    async with a_market(folder, ways=messengers) as market, on_a_server(market) as url:  # type: ignore[arg-type]  # a Path
        yield market, url


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def city(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """Fill a city once, and give its address."""
    async with a_city(tmp_path_factory.mktemp("city")) as (market, url):
        await fill(market)
        yield url


async def opened(browser: Browser, **options: object) -> Page:
    context = await browser.new_context(locale="de-DE", reduced_motion="reduce", **options)  # type: ignore[arg-type]  # playwright's own names
    return await context.new_page()


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("path", PAGES)
async def test_axe_finds_nothing(browser: Browser, city: str, path: str, size: ViewportSize) -> None:
    page = await opened(browser, viewport=size)
    await page.context.add_init_script(
        "addEventListener('securitypolicyviolation', (e) => { window.blocked = e.blockedURI })"
    )
    await page.goto(city + path)

    for scheme in SCHEMES:
        await look_by(page, scheme)
        found = await Axe().run(page, options=RULES)

        assert found.violations_count == 0, f"{scheme}: {found.generate_report()}"
    assert await page.evaluate("window.blocked ?? null") is None


@pytest.mark.parametrize("path", ["/", "/p/P-1020"])
async def test_a_page_weighs_less_than_100_kb_and_asks_nobody_else(browser: Browser, city: str, path: str) -> None:
    weight, asked = await weighed(browser, city + path)

    assert len([url for url in asked if "/media/" in url]) >= 1
    assert weight < WEIGHT, weight
    assert {url[: len(city)] for url in asked} == {city}


async def test_the_heaviest_pages_weigh_less_than_100_kb_too(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A logo and photos as heavy as they may be, and more long comments than are shown."""
    folder, chance = tmp_path_factory.mktemp("heavy"), Random(5)  # noqa: S311 - noise
    (folder / "logo.png").write_bytes(noise(80, "PNG"))
    async with a_market(folder) as plain:
        city = plain.city.model_copy(update={"logo": folder / "logo.png"})
    async with a_market(tmp_path_factory.mktemp("city"), city=city, ways=messengers) as market:
        ref = await market.shows("Alles zugleich", said(chance, 2000), photo=noise(1200, "JPEG"))
        for number in range(55):
            await market.comments(ref, said(chance, 1000), by=f"neighbour{number}")
        await market.answers(ref, said(chance, 1000))
        for number in range(12):
            await market.shows(said(chance, 76), said(chance, 300), photo=noise(400 + number, "JPEG"))
        async with on_a_server(market) as url:
            weights = [await weighed(browser, f"{url}{path}") for path in ("/", f"/p/{ref}")]
            page = (await market.get(f"/p/{ref}")).text

    for weight, asked in weights:
        assert len([address for address in asked if "logo" in address or "media" in address]) >= 2
        assert weight < WEIGHT, weight
    assert "frühere Kommentare" in page


async def weighed(browser: Browser, url: str) -> tuple[int, list[str]]:
    """Return how many bytes a page and all that belongs to it has on its way, and what was asked for."""
    page = await opened(browser, viewport=DESKTOP)
    requests: list[Request] = []
    page.on("requestfinished", lambda request: requests.append(request))  # noqa: PLW0108 - playwright wants a function
    await page.goto(url)
    await page.evaluate("for (const image of document.images) image.loading = 'eager'")
    await page.wait_for_load_state("networkidle")
    sizes = [await request.sizes() for request in requests]
    weight = sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes)
    return weight, [request.url for request in requests]


def noise(side: int, kind: str) -> bytes:
    """Make a picture that cannot be made small."""
    out = io.BytesIO()
    Image.frombytes("RGB", (side, side), Random(side).randbytes(3 * side * side)).save(out, kind)  # noqa: S311 - noise
    return out.getvalue()


def said(chance: Random, length: int) -> str:
    """Say something so long, in words that nobody else has."""
    words = "".join(chance.choices("abcdefghijklmnopqrstuvwxyzäöüß   ", k=length - 8))
    return f"Ja {words} so"


async def test_a_resident_finds_a_project_without_script(browser: Browser, city: str) -> None:
    page = await opened(browser, java_script_enabled=False)
    await page.goto(city)

    await page.get_by_label("Handlungsfeld").select_option(label="Umwelt und Natur")
    await page.get_by_label("Wörter").fill("Schatten")
    await page.get_by_role("button", name="Anzeigen").click()
    await expect(page.get_by_role("article")).to_have_count(1)
    await page.get_by_role("link", name="Mehr Schatten auf dem Spielplatz Hafenstraße").first.click()

    await expect(page.get_by_role("heading", level=1)).to_have_text("Mehr Schatten auf dem Spielplatz Hafenstraße")
    await expect(page.get_by_text("Die Linden sind bestellt.")).to_be_visible()
    await expect(page.get_by_role("link", name="Telegram")).to_have_attribute(
        "href", "https://t.me/example_bot?start=project-P-1011"
    )
    await page.get_by_role("link", name="Alle Projekte").click()
    await page.get_by_role("link", name="Ältere").click()
    await expect(page.get_by_role("article")).to_have_count(8)


async def test_the_map_leads_to_areas_and_projects(browser: Browser, city: str) -> None:
    page = await opened(browser, viewport=DESKTOP)
    await page.goto(city)

    await page.get_by_role("group", name="Karte der Kieze").get_by_role("link", name="Südhang: 1").click()
    await expect(page.get_by_role("article")).to_have_count(1)
    await page.get_by_role("link", name="P-1006 Bushaltestelle").click()

    await expect(page.get_by_role("img", name="Karte: wo es ist")).to_be_visible()


async def test_whoever_uses_a_keyboard_skips_the_head(browser: Browser, city: str) -> None:
    page = await opened(browser)
    await page.goto(f"{city}/p/P-1020")

    await page.keyboard.press("Tab")

    await expect(page.get_by_role("link", name="Zum Inhalt")).to_be_focused()
    await expect(page.get_by_role("link", name="Zum Inhalt")).to_be_in_viewport()


async def test_a_photo_keeps_its_proportions(browser: Browser, city: str) -> None:
    page = await opened(browser, viewport=PHONE)
    await page.goto(f"{city}/p/P-1005")
    photo = page.get_by_role("img", name="Ein Foto, das mit der Idee kam")

    await expect(photo).to_have_js_property("complete", value=True)

    box = await photo.bounding_box()
    assert box is not None
    assert box["width"] / box["height"] == pytest.approx(900 / 1200, rel=0.02)


async def test_only_who_has_no_phone_in_hand_is_shown_a_code_for_one(browser: Browser, city: str) -> None:
    page = await opened(browser, viewport=DESKTOP)
    await page.goto(f"{city}/p/P-1020")

    await expect(page.get_by_role("img", name="QR-Code: Telegram")).to_be_visible()
    await page.set_viewport_size(PHONE)

    await expect(page.get_by_role("link", name="Telegram")).to_be_visible()
    await expect(page.get_by_role("img", name="QR-Code: Telegram")).to_be_hidden()


async def test_no_word_is_too_long_for_a_phone(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> None:
    async with a_city(tmp_path_factory.mktemp("long")) as (market, url):
        ref = await market.shows(LONG[:80], LONG * 3)
        await market.comments(ref, LONG * 5)
        page = await opened(browser, viewport=ViewportSize(width=320, height=640))
        for path in ("/", f"/p/{ref}", "/?q=" + "w" * 4_000):
            await page.goto(url + path)

            assert await page.evaluate("document.documentElement.scrollWidth") <= 320, path


async def test_the_picture_in_the_head_of_a_city_is_its_own(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("logo")
    out = io.BytesIO()
    Image.new("RGB", (120, 60), "red").save(out, "PNG")
    (folder / "logo.png").write_bytes(out.getvalue())
    async with a_market(folder) as plain:
        city = plain.city.model_copy(update={"logo": folder / "logo.png", "colour": "#e2001a"})
        async with a_market(tmp_path_factory.mktemp("own"), city=city) as market, on_a_server(market) as url:
            page = await opened(browser, viewport=DESKTOP)
            await page.goto(url)
            colour = await page.evaluate("getComputedStyle(document.querySelector('.hero .button')).backgroundColor")

            for path in ("/", "/chat"):
                await page.goto(url + path)
                assert await page.evaluate("document.querySelector('.home .logo').naturalWidth") == 120
                assert await page.get_attribute("link[rel=icon]", "href") == await page.get_attribute(".logo", "src")
            assert colour == "rgb(207, 0, 24)"
