"""A browser for the tests of web pages: Debian's Chromium, headless, unable to reach anything but this machine."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, async_playwright

USUAL_PLACES = [Path("/usr/bin/chromium"), Path("/usr/bin/chromium-browser"), Path("/usr/bin/google-chrome")]
NO_CHROMIUM = "NO CHROMIUM: web pages are not tested (apt install chromium, or set PROJEKTBOT_CHROMIUM to its path)"

LONGEST_LOOK = 30_000  # milliseconds until what should be on a page is missing, on a busy machine

OFFLINE = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    # Whatever a page asks for, no other host has an address.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]
# Tests run as root in containers, where Chromium's own sandbox cannot start; it sees our pages only.
IN_CONTAINERS = ["--no-sandbox", "--disable-dev-shm-usage"]


def chromium() -> Path | None:
    """Find Chromium: where PROJEKTBOT_CHROMIUM says, else in the usual places."""
    named = os.environ.get("PROJEKTBOT_CHROMIUM")
    places = [Path(named)] if named else USUAL_PLACES
    return next((place for place in places if os.access(place, os.X_OK)), None)


@asynccontextmanager
async def browse(executable: Path) -> AsyncIterator[Browser]:
    """Keep a browser open for the length of a block."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=[*OFFLINE, *IN_CONTAINERS])
        try:
            yield browser
        finally:
            await browser.close()
