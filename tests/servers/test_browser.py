"""The browser opens our pages, shows what is wrong with them, and nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Error

from tests.servers.browser import chromium

PAGE = """<!doctype html>
<html lang="en"><head><title>Town hall</title></head>
<body><main><h1>Town hall</h1><img src="data:,"><script>document.title = "Scripted"</script></main></body></html>"""


@pytest_asyncio.fixture(loop_scope="session")
async def address() -> AsyncIterator[str]:
    async def page(_: web.Request) -> web.Response:
        return web.Response(text=PAGE, content_type="text/html")

    app = web.Application()
    app.router.add_get("/", page)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    await runner.cleanup()


@pytest.mark.asyncio(loop_scope="session")  # where the browser is
async def test_a_page_is_shown_and_its_script_runs(browser: Browser, address: str) -> None:
    page = await browser.new_page()

    await page.goto(address)

    assert await page.title() == "Scripted"
    assert await page.inner_text("h1") == "Town hall"


@pytest.mark.asyncio(loop_scope="session")  # where the browser is
async def test_axe_finds_a_picture_without_words(browser: Browser, address: str) -> None:
    page = await browser.new_page()
    await page.goto(address)

    found = await Axe().run(page)

    assert "image-alt" in {violation["id"] for violation in found.response["violations"]}


@pytest.mark.asyncio(loop_scope="session")  # where the browser is
async def test_no_other_host_can_be_reached(browser: Browser) -> None:
    page = await browser.new_page()

    with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
        await page.goto("http://example.org/")


def test_a_named_chromium_is_preferred_and_a_missing_one_is_noticed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    named = tmp_path / "chromium"
    monkeypatch.setenv("PROJEKTBOT_CHROMIUM", str(named))

    before = chromium()
    named.touch(mode=0o755)

    assert before is None
    assert chromium() == named
