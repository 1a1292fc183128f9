"""What other programs subscribe to: an Atom feed of new projects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from urllib.parse import urlsplit

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from projektbot.civic.projects.queries import Filter
from projektbot.civic.projects.showcase import Shown, shown_projects
from projektbot.civic.teams.exchange_queries import among
from projektbot.instants import moment
from projektbot.texts import N_
from projektbot.web.asked import ONLY, address, wanted_in
from projektbot.web.pages import Pages
from projektbot.web.reader import Reader
from projektbot.web.showcase import LARGE, Card, Showcase, card_of, picture_of

IN_A_FEED = 30
A_WHILE = "public, max-age=300"
EPOCH = moment(0)  # the feed of a city in which nothing is published yet

NEW_PROJECTS = N_("New projects in {city}")


@dataclass(frozen=True, slots=True)
class Feeds:
    """The address /feed.atom. `url` is the site's public address."""

    showcase: Showcase
    pages: Pages
    url: str

    def routes(self) -> list[Route]:
        """List it."""
        return [Route("/feed.atom", self._atom)]

    async def _atom(self, request: Request) -> Response:
        chosen = replace(wanted_in(request.query_params, self.showcase.city), words="")
        reader = self.pages.reader(request)
        entries = await self.showcase.store.read(partial(self._entries, wanted=chosen, reader=reader))
        words = self.pages.fill(
            "feed.xml",
            reader,
            title=self._title(chosen, reader),
            url=self.url,
            this=self.url + address("/feed.atom", chosen),
            that=self.url + address("/", chosen),
            host=urlsplit(self.url).hostname or "localhost",
            updated=max((_changed(row) for row, _, _ in entries), default=EPOCH),
            operator=self.showcase.city.operator,
            entries=[
                (row, card, picture, _changed(row), moment(row.published_at), row.description.split("\n"))
                for row, card, picture in entries
            ],
        )
        return Response(words, media_type="application/atom+xml", headers={"Cache-Control": A_WHILE, **varied(reader)})

    def _entries(self, db: Connection, *, wanted: Filter, reader: Reader) -> Sequence[tuple[Shown, Card, str]]:
        rows = shown_projects(db, wanted, IN_A_FEED, among=among(wanted))
        pictures = [picture_of(self.showcase, row.photo, LARGE) for row in rows]
        return [
            (row, card_of(self.showcase, row, reader), f"{self.url}{picture.src}" if picture else "")
            for row, picture in zip(rows, pictures, strict=True)
        ]

    def _title(self, wanted: Filter, reader: Reader) -> str:
        of = [self.showcase.area(wanted.area)] if wanted.area else []
        of += [self.showcase.field(wanted.field, reader)] if wanted.field else []
        of += [reader.say(text.msgid) for name, text in ONLY.items() if getattr(wanted, name)]
        return " · ".join([reader.say(NEW_PROJECTS.msgid, city=self.showcase.city.name), *of])


def _changed(row: Shown) -> datetime:
    return moment(row.changed_at)


def varied(reader: Reader) -> dict[str, str]:
    """Return the headers of what depends on the reader's language."""
    return {"Content-Language": reader.lang, "Vary": "Accept-Language"}
