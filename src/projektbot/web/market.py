"""The first page: the ways in, and what the city's people have in mind, to be looked through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from projektbot.civic.projects.queries import Filter
from projektbot.civic.projects.showcase import Shown, count_by_area, public_places, shown_projects
from projektbot.civic.teams.exchange_queries import among
from projektbot.records import record
from projektbot.texts import NN_
from projektbot.web.asked import ONLY, address, page_in, wanted_in
from projektbot.web.deadlines import Deadline, deadlines_for
from projektbot.web.pages import Pages
from projektbot.web.reader import Reader
from projektbot.web.showcase import Card, Showcase, card_of
from projektbot.web.town_map import Dot, TownMap

ON_A_PAGE = 12
MOST_PLACES = 400  # dots on the map: more would be one blot


@record
class Found:
    """What the store says about one page of the list."""

    total: int
    rows: Sequence[Shown]
    cards: Sequence[Card]
    by_area: Mapping[str, int]
    places: Sequence[tuple[float, float]]
    deadlines: Sequence[Deadline]


@dataclass(frozen=True, slots=True)
class MarketPage:
    """The page at /. `invitation` is the payload of a deep link that opens what it invites to."""

    showcase: Showcase
    pages: Pages
    town: TownMap
    invitation: str

    def routes(self) -> list[Route]:
        """List its address."""
        return [Route("/", self._show)]

    async def _show(self, request: Request) -> Response:
        reader = self.pages.reader(request)
        wanted, page = wanted_in(request.query_params, self.showcase.city), page_in(request.query_params)
        found = await self.showcase.store.read(partial(self._find, wanted=wanted, page=page, reader=reader))
        last = max(1, -(-found.total // ON_A_PAGE))
        return self.pages.page(
            "market.html",
            reader,
            status=200 if page <= last else 404,
            ways=self.pages.ways(self.invitation),
            invitation=self.invitation,
            wanted=wanted,
            chosen=wanted != Filter() or page > 1,
            cards=found.cards,
            found=self._in_words(found.total, reader),
            deadlines=found.deadlines,
            any_at_all=bool(found.by_area),
            any_fit=found.total > 0,
            areas=self.showcase.city.areas,
            by_area=found.by_area,
            fields=self.showcase.fields(reader),
            page_number=page,
            last=last,
            at=lambda number: address("/", wanted, number) + "#projects",
            within=lambda area: address("/", replace(wanted, area=area)) + "#projects",
            only={name: reader.say(text.msgid) for name, text in ONLY.items()},
            feed=address("/feed.atom", replace(wanted, words="")),
            town=self.town.drawn(self._dots(found), found.places, found.by_area),
        )

    def _find(self, db: Connection, *, wanted: Filter, page: int, reader: Reader) -> Found:
        needing, anywhere = among(wanted), replace(wanted, area="")
        rows = shown_projects(db, wanted, ON_A_PAGE, (page - 1) * ON_A_PAGE, needing)
        cards = [card_of(self.showcase, row, reader) for row in rows]
        # looking for words takes its time: then there are dots for what stands on the page alone
        dotted = self.town.known and not wanted.words
        places = public_places(db, anywhere, MOST_PLACES, needing) if dotted else []
        by_area = count_by_area(db, anywhere, needing)
        total = by_area.get(wanted.area, 0) if wanted.area else sum(by_area.values())
        ahead = deadlines_for(self.showcase, db, reader, wanted.area, wanted.field)
        return Found(total, rows, cards, by_area, places, ahead)

    def _in_words(self, total: int, reader: Reader) -> str:
        return self.showcase.words(NN_("{n} project", "{n} projects", total), reader)

    def _dots(self, found: Found) -> list[Dot]:
        return [
            Dot(card.ref, card.title, row.lat, row.lon)
            for card, row in zip(found.cards, found.rows, strict=True)
            if row.lat is not None and row.lon is not None
        ]
