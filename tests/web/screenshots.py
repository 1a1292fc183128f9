"""`python -m tests.web.screenshots`: take the pictures of the page anew that docs/ shows."""

from __future__ import annotations

import asyncio
import io
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

import uvicorn
from PIL import Image
from playwright.async_api import Browser

from tests.program import CHECKOUT
from tests.servers.browser import browse, chromium
from tests.web.havelmuende import fill
from tests.web.market import Market, a_market, messengers
from tests.web.town import TellingServer, listening

FOLDER = CHECKOUT / "docs" / "screenshots"
COLOURS = 192  # in a picture: half the bytes, and nobody sees it


@asynccontextmanager
async def on_a_server(market: Market) -> AsyncIterator[str]:
    """Put a market on a real server; give its address."""
    with listening() as (listener, url):
        server = TellingServer(uvicorn.Config(market.app, log_config=None, lifespan="off"))
        serving = asyncio.create_task(server.serve([listener]))
        await server.up.wait()
        try:
            yield url
        finally:
            server.should_exit = True
            await serving


async def take(folder: Path, *, whole: bool) -> None:
    """Fill a city and take its pictures."""
    found = chromium()
    assert found, "there is no Chromium"
    with tempfile.TemporaryDirectory() as home:
        async with (
            a_market(Path(home), ways=messengers) as market,
            on_a_server(market) as url,
            browse(found) as browser,
        ):
            ref = await fill(market)
            for name, path, width, height, scheme in (
                ("desktop", "/", 1280, 1500, "light"),
                ("phone", f"/p/{ref}", 390, 1500, "light"),
                ("dark", f"/p/{ref}", 1280, 1000, "dark"),
                *([("projects-dark", "/?area=", 1280, 900, "dark"), ("phone-start", "/", 390, 844, "light"),
                   ("project", f"/p/{ref}", 1280, 900, "light"), ("phone-dark", "/?field=nature", 390, 844, "dark"),
                   ("empty", "/?q=xyz", 1280, 900, "light")] if whole else []),
            ):  # fmt: skip
                picture = await _shot(browser, url + path, (width, height), scheme, whole=whole)  # type: ignore[arg-type]  # one of the two
                keep(folder / f"{name}.png", picture)


async def _shot(
    browser: Browser, url: str, size: tuple[int, int], scheme: Literal["light", "dark"], *, whole: bool
) -> bytes:
    context = await browser.new_context(
        locale="de-DE", viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = await context.new_page()
    await page.goto(url, wait_until="networkidle")
    picture = await page.screenshot(full_page=whole)
    await context.close()
    return picture


def keep(path: Path, picture: bytes) -> None:
    """Write a picture in few colours."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with Image.open(io.BytesIO(picture)) as image:
        few = image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(path, optimize=True)


if __name__ == "__main__":
    asyncio.run(take(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER, whole=len(sys.argv) > 1))
