"""`python -m tests.demo.screenshot`: take the picture of the demo anew that the README shows."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

import uvicorn
from playwright.async_api import Browser, FrameLocator, expect

from projektbot.app import build, make_web
from projektbot.config import Settings
from projektbot.demo.cast import Cast
from projektbot.demo.playing import Play
from projektbot.demo.season import read_season
from projektbot.serving import accounts, hands
from tests.program import CHECKOUT
from tests.servers.browser import browse, chromium
from tests.web.screenshots import keep
from tests.web.town import TellingServer, listening

TOLD = ("/idee", "Etwas Neues", "Bänke am Fluss", "Plätze zum Ausruhen für alle, die langsam gehen.")


async def take(path: Path) -> None:
    """Play the season, open the demo and take its picture."""
    found = chromium()
    assert found, "there is no Chromium"
    with tempfile.TemporaryDirectory() as folder:
        cast = Cast()
        house = build(Settings(data_dir=Path(folder)), cast, demo=True)
        tasks = [asyncio.create_task(work) for work in [*hands(house), *accounts(house)]]
        await Play(house, cast, read_season()).play()
        with listening() as (listener, url):
            server = TellingServer(uvicorn.Config(make_web(house), log_config=None, lifespan="off"))
            tasks.append(asyncio.create_task(server.serve([listener])))
            await server.up.wait()
            async with browse(found) as browser:
                keep(path, await _shot(browser, url))
            await house.web_chat.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await house.close()


async def _shot(browser: Browser, url: str) -> bytes:
    page = await browser.new_page(locale="de-DE", viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    await page.goto(f"{url}/demo")
    anna, _team, mia = (page.frame_locator("iframe").nth(number) for number in range(3))
    for seat in (anna, mia):
        await seat.get_by_role("button", name="Los geht’s").click()
        await expect(seat.locator(".ours")).to_have_count(1)
    for words in TOLD:
        await _say(anna, words)
    await _say(mia, "/pruefen")
    return await page.screenshot()


async def _say(seat: FrameLocator, words: str) -> None:
    told = await seat.locator(".ours").count()
    await seat.locator("textarea").fill(words)
    await seat.locator("button.send").click()
    await expect(seat.locator(".ours")).to_have_count(told + 1)


if __name__ == "__main__":
    asyncio.run(take(Path(sys.argv[1]) if len(sys.argv) > 1 else CHECKOUT / "docs" / "images" / "demo.png"))
