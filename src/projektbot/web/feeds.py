"""What other programs subscribe to: an Atom feed of new projects, and a calendar of deadlines."""

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
from projektbot.texts import N_
from projektbot.web.asked import ONLY, address, wanted_in
from projektbot.web.pages import Pages
from projektbot.web.reader import Reader
from projektbot.web.showcase import LARGE, Card, Showcase, card_of, moment, picture_of

IN_A_FEED = 30
A_WHILE = "public, max-age=300"
EPOCH = moment(0)  # the feed of a city in which nothing is published yet

NEW_PROJECTS = N_("New projects in {city}")
DEADLINES = N_("Deadlines in {city}")

# RFC 5545 wants at least one component. There are no rounds, and so no deadlines, yet: a clock is all it has.
CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//projektbot//deadlines//EN
METHOD:PUBLISH
NAME:{name}
X-WR-CALNAME:{name}
REFRESH-INTERVAL;VALUE=DURATION:PT6H
BEGIN:VTIMEZONE
TZID:Etc/UTC
BEGIN:STANDARD
DTSTART:19700101T000000
TZOFFSETFROM:+0000
TZOFFSETTO:+0000
END:STANDARD
END:VTIMEZONE
END:VCALENDAR
"""
LONGEST_LINE = 75  # bytes, RFC 5545 3.1


@dataclass(frozen=True, slots=True)
class Feeds:
    """The addresses /feed.atom and /deadlines.ics. `url` is the site's public address."""

    showcase: Showcase
    pages: Pages
    url: str

    def routes(self) -> list[Route]:
        """List them."""
        return [Route("/feed.atom", self._atom), Route("/deadlines.ics", self._calendar)]

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
        return Response(words, media_type="application/atom+xml", headers={"Cache-Control": A_WHILE, **_varied(reader)})

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

    async def _calendar(self, request: Request) -> Response:
        reader = self.pages.reader(request)
        name = escaped(reader.say(DEADLINES.msgid, city=self.showcase.city.name))
        lines = CALENDAR.format(name=name).splitlines()
        words = "".join(f"{folded(line)}\r\n" for line in lines)
        headers = {"Cache-Control": A_WHILE, **_varied(reader)}
        return Response(words, media_type="text/calendar", headers=headers)


def _changed(row: Shown) -> datetime:
    return moment(row.changed_at)


def _varied(reader: Reader) -> dict[str, str]:
    return {"Content-Language": reader.lang, "Vary": "Accept-Language"}


def escaped(words: str) -> str:
    """Write a text as RFC 5545 3.3.11 wants it."""
    for plain, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        words = words.replace(plain, written)
    return words


def folded(line: str) -> str:
    """Break a line that is too long, between characters."""
    lines, size = [""], 0
    for char in line:
        width = len(char.encode())
        if size + width > LONGEST_LINE:
            lines.append(" ")
            size = 1
        lines[-1] += char
        size += width
    return "\r\n".join(lines)
