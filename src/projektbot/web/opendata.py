"""All public projects at once, for spreadsheets (CSV) and maps (GeoJSON), written page by page as it is sent."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import orjson
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from projektbot.civic.projects.queries import Filter, numbers_in_order
from projektbot.civic.projects.rules import reference
from projektbot.civic.projects.showcase import Shown, shown_among
from projektbot.civic.teams.exchange_queries import among
from projektbot.instants import moment
from projektbot.web.asked import wanted_in
from projektbot.web.showcase import LARGE, Showcase

AT_ONCE = 500  # rows in memory, however many there are
OPEN_TO_ALL = {"Access-Control-Allow-Origin": "*", "Cache-Control": "public, max-age=300"}
BOM = "\ufeff"  # or spreadsheets take UTF-8 for something else
# With one of these a cell is worked out instead of shown. A German spreadsheet takes a semicolon for the end of a cell
# and a line for the end of a row, whatever quotes stand around them: so cells begin in the middle of people's words.
FORMULA = re.compile(r"(?:^|(?<=[;\t\r\n]))(?=[\s\"]*[=+\-@\t\r＝＋－＠|%])")

COLUMNS = (
    "ref", "title", "description", "field", "area", "cost", "currency", "latitude", "longitude", "sent", "published",
    "supporters", "comments", "answer", "answered", "url",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class OpenData:
    """The addresses /projects.csv and /projects.geojson. `url` is the site's public address."""

    showcase: Showcase
    url: str

    def routes(self) -> list[Route]:
        """List them."""
        return [Route("/projects.csv", self._csv), Route("/projects.geojson", self._geojson)]

    async def _csv(self, request: Request) -> Response:
        rows = self._pages(wanted_in(request.query_params, self.showcase.city))
        headers = {**OPEN_TO_ALL, "Content-Disposition": 'attachment; filename="projects.csv"'}
        return StreamingResponse(self._lines(rows), media_type="text/csv", headers=headers)

    async def _lines(self, pages: AsyncIterator[Sequence[Shown]]) -> AsyncIterator[str]:
        yield BOM + _written([COLUMNS])
        async for rows in pages:
            yield _written([self._cells(row) for row in rows])

    def _cells(self, row: Shown) -> Sequence[str]:
        said = described(row, self.url)
        return [defused(said[name]) for name in COLUMNS]

    async def _geojson(self, request: Request) -> Response:
        pages = self._pages(wanted_in(request.query_params, self.showcase.city))
        return StreamingResponse(self._features(pages), media_type="application/geo+json", headers=OPEN_TO_ALL)

    async def _features(self, pages: AsyncIterator[Sequence[Shown]]) -> AsyncIterator[bytes]:
        between = b'{"type":"FeatureCollection","features":['
        async for rows in pages:
            for row in rows:
                if row.lat is not None:
                    yield between + orjson.dumps(feature(row, self.url))
                    between = b",\n"
        yield (b"" if between == b",\n" else between) + b"]}\n"

    async def _pages(self, wanted: Filter) -> AsyncIterator[Sequence[Shown]]:
        # which they are is asked once: else one that is published, or taken off, meanwhile would shift all behind it
        read = self.showcase.store.read
        numbers = await read(partial(numbers_in_order, wanted=wanted, among=among(wanted)))
        for first in range(0, len(numbers), AT_ONCE):
            yield await read(partial(shown_among, numbers=numbers[first : first + AT_ONCE]))


def described(row: Shown, url: str) -> Mapping[str, object]:
    """Return what everybody may know of a project, under the names of the API."""
    ref = reference(row.number)
    return {
        "ref": ref,
        "title": row.title,
        "description": row.description,
        "field": row.field,
        "area": row.area,
        "cost": None if row.cost_cents is None else row.cost_cents / 100,
        "currency": None if row.cost_cents is None else row.currency,
        "latitude": row.lat,
        "longitude": row.lon,
        "sent": moment(row.created_at).isoformat(timespec="seconds"),
        "published": moment(row.published_at).isoformat(timespec="seconds"),
        "supporters": row.supporters,
        "comments": row.comments,
        "answer": row.answer or None,
        "answered": moment(row.answered_at).isoformat(timespec="seconds") if row.answered_at else None,
        "photo": f"{url}/media/{row.photo.sha256}/{LARGE}" if row.photo else None,
        "url": f"{url}/p/{ref}",
    }


def feature(row: Shown, url: str) -> Mapping[str, object]:
    """Return a project as GeoJSON (RFC 7946: longitude first)."""
    said = dict(described(row, url))
    place = {"type": "Point", "coordinates": [said.pop("longitude"), said.pop("latitude")]}
    return {"type": "Feature", "id": said["ref"], "geometry": place, "properties": said}


def defused(value: object) -> str:
    """Write a cell so that no spreadsheet takes it for a formula."""
    if value is None:
        return ""
    if isinstance(value, int | float):
        return f"{value:.15g}"  # a number of ours, not a person's
    return FORMULA.sub("'", str(value))


def _written(rows: Sequence[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(rows)
    return out.getvalue()
