"""What search engines read: where they may look, and which pages there are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from projektbot.civic.projects.rules import reference
from projektbot.civic.projects.showcase import public_numbers
from projektbot.instants import moment
from projektbot.web.pages import Pages
from projektbot.web.showcase import Showcase

MOST = 49_998  # a sitemap holds at most 50,000 addresses (sitemaps.org), and two are no project
ROBOTS = """User-agent: *
Disallow: /chat
Disallow: /demo
Disallow: /api/
Disallow: /*?
Sitemap: {url}/sitemap.xml
"""


@dataclass(frozen=True, slots=True)
class Crawlers:
    """The addresses /robots.txt and /sitemap.xml. `url` is the site's public address."""

    showcase: Showcase
    pages: Pages
    url: str

    def routes(self) -> list[Route]:
        """List them."""
        return [Route("/robots.txt", self._robots), Route("/sitemap.xml", self._sitemap)]

    async def _robots(self, request: Request) -> Response:  # noqa: ARG002 - the same answer to everyone
        return PlainTextResponse(ROBOTS.format(url=self.url))

    async def _sitemap(self, request: Request) -> Response:
        numbers = await self.showcase.store.read(partial(public_numbers, limit=MOST))
        entries = [(reference(number), moment(changed).date().isoformat()) for number, changed in numbers]
        words = self.pages.fill("sitemap.xml", self.pages.reader(request), url=self.url, entries=entries)
        return Response(words, media_type="application/xml")
