"""Until when something may be sent in: a page of its own, a part of others, and a calendar to subscribe to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from projektbot.civic.deadlines.cards import left, whom
from projektbot.civic.deadlines.queries import DeadlineRow, coming, since
from projektbot.civic.deadlines.rules import reference
from projektbot.civic.projects.queries import Filter
from projektbot.documents.calendar import Event, feed
from projektbot.i18n import harmless
from projektbot.instants import micros, moment
from projektbot.texts import N_
from projektbot.web.asked import wanted_in
from projektbot.web.feeds import A_WHILE, varied
from projektbot.web.pages import Pages, Way
from projektbot.web.reader import Reader
from projektbot.web.showcase import Showcase

MOST: Final = 200
BESIDE: Final = 3  # on a page about something else
KEPT: Final = timedelta(days=30)  # in the calendar, after the end: nobody wonders where it has gone
DEADLINE: Final = "deadline"  # the deep link that opens one in a chat, with its reference

NAMED = N_("Deadlines in {city}")
OFF = N_("Withdrawn: {title}")


class Deadline(NamedTuple):
    """A deadline in the reader's words; `reason` is that of its last change, if it was changed."""

    ref: str
    title: str
    words: Sequence[str]
    url: str
    whom: str
    ends_at: datetime
    left: str
    reason: str
    withdrawn: bool
    ways: Sequence[Way]


def deadlines_for(
    showcase: Showcase, db: Connection, reader: Reader, area: str = "", field: str = ""
) -> list[Deadline]:
    """Return the next few, as a page about something else shows them."""
    rows = coming(db, micros(showcase.now()), area=area, field=field, most=BESIDE)
    return [_told(showcase, row, reader) for row in rows]


def _told(showcase: Showcase, row: DeadlineRow, reader: Reader, ways: Sequence[Way] = ()) -> Deadline:
    words, zone = partial(showcase.words, reader=reader), showcase.languages.zone
    return Deadline(
        reference(row.number),
        harmless(row.title),
        harmless(row.words or "").split("\n"),
        row.url or "",
        words(whom(row, showcase.city)),
        moment(row.ends_at),
        words(left(row, showcase.now(), zone)),
        harmless(row.reason or ""),
        row.withdrawn_at is not None,
        ways,
    )


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The addresses /deadlines and /deadlines.ics. `url` is the site's public address."""

    showcase: Showcase
    pages: Pages
    url: str
    invited: bool

    def routes(self) -> list[Route]:
        """List them."""
        return [Route("/deadlines", self._page), Route("/deadlines.ics", self._calendar)]

    async def _page(self, request: Request) -> Response:
        reader = self.pages.reader(request)
        rows = await self._rows(self.showcase.now(), Filter())
        told = [_told(self.showcase, row, reader, self._ways(row, reader)) for row in rows]
        return self.pages.page("deadlines.html", reader, deadlines=told)

    async def _calendar(self, request: Request) -> Response:
        reader = self.pages.reader(request)
        wanted = wanted_in(request.query_params, self.showcase.city)
        rows = await self._rows(self.showcase.now() - KEPT, wanted)
        name = reader.say(NAMED.msgid, city=self.showcase.city.name)
        words = feed(name, [self._event(row, reader) for row in rows])
        return Response(words, media_type="text/calendar", headers={"Cache-Control": A_WHILE, **varied(reader)})

    async def _rows(self, after: datetime, wanted: Filter) -> list[DeadlineRow]:
        read = partial(since, at=micros(after), most=MOST, area=wanted.area, field=wanted.field)
        return await self.showcase.store.read(read)

    def _event(self, row: DeadlineRow, reader: Reader) -> Event:
        ref, off = reference(row.number), row.withdrawn_at is not None
        title = reader.say(OFF.msgid, title=row.title) if off else row.title
        words = [self.showcase.words(whom(row, self.showcase.city), reader), row.words, row.reason, row.url]
        return Event(
            uid=f"{ref}@{urlsplit(self.url).hostname or 'localhost'}",
            title=harmless(title),
            starts_at=moment(row.ends_at),
            ends_at=None,
            made_at=moment(row.changed_at),
            url=f"{self.url}/deadlines#{ref}",
            words=harmless("\n".join(part for part in words if part)),
            sequence=row.sequence,
            cancelled=off,
        )

    def _ways(self, row: DeadlineRow, reader: Reader) -> Sequence[Way]:
        return self.pages.ways_to(f"{DEADLINE}-{reference(row.number)}" if self.invited else "", reader)
