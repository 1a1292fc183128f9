"""The public API: what the pages show, for programs. It needs no key, and says what it did not understand."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple
from urllib.parse import urlencode

import orjson
from sqlalchemy import Connection
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from projektbot.civic.city import City
from projektbot.civic.deadlines.queries import DeadlineRow, since
from projektbot.civic.deadlines.rules import reference as deadline_reference
from projektbot.civic.projects.queries import Filter, count_public
from projektbot.civic.projects.rules import FIELDS, number_of, reference
from projektbot.civic.projects.showcase import (
    Said,
    Shown,
    Went,
    count_by_area,
    said_on,
    shown_project,
    shown_projects,
    went,
)
from projektbot.civic.teams.cards import needs_of
from projektbot.civic.teams.exchange_queries import among, offers_of
from projektbot.i18n import harmless
from projektbot.instants import micros, moment
from projektbot.records import record
from projektbot.web.asked import LONGEST_WORDS, ONLY, asking
from projektbot.web.openapi import BASE, LAST_PAGE, MOST_PER_PAGE, PER_PAGE, REF, document
from projektbot.web.opendata import OPEN_TO_ALL, described
from projektbot.web.problems import problem
from projektbot.web.showcase import Showcase

MOST_COMMENTS = 100
MOST_DEADLINES = 200
_WHOLE = re.compile(r"[1-9][0-9]{0,4}")


class Unfit(Exception):
    """The caller's matter: what is asked makes no sense, and why."""


@record
class Asked:
    """Which projects, and which page of them."""

    wanted: Filter
    page: int
    per_page: int


class Answer(NamedTuple):
    """A project with what its team needs, and what was said about it."""

    row: Shown
    needs: Sequence[str]
    said: Sequence[Said]


@dataclass(frozen=True, slots=True)
class Api:
    """The addresses under /api/v1. `url` is the site's public address."""

    showcase: Showcase
    url: str

    def routes(self) -> list[Route]:
        """List them."""
        return [
            Route(f"{BASE}/projects", self._projects),
            Route(f"{BASE}/projects/{{ref}}", self._project),
            Route(f"{BASE}/areas", self._areas),
            Route(f"{BASE}/deadlines", self._deadlines),
            Route(f"{BASE}/openapi.json", self._document),
        ]

    async def _projects(self, request: Request) -> Response:
        try:
            asked = asked_in(request.query_params, self.showcase.city)
        except Unfit as error:
            return problem(400, str(error))
        total, rows = await self.showcase.store.read(partial(_page, asked=asked))
        headers = {"Link": links(self.url, asked, total)} if total else {}
        return _json({"total": total, "items": [described(row, self.url) for row in rows]}, headers)

    async def _project(self, request: Request) -> Response:
        ref = request.path_params["ref"]
        if unknown := sorted(set(request.query_params)):
            return problem(400, f"unknown parameter: {unknown[0]}")
        if not re.fullmatch(REF, ref):
            return problem(400, "a reference is P- and one to nine digits, such as P-1042")
        found = await self.showcase.store.read(partial(_one, number=number_of(ref)))
        if isinstance(found, Went):
            return _elsewhere(found)
        said = [{"words": one.words, "at": moment(one.at).isoformat(timespec="seconds")} for one in found.said]
        return _json({**described(found.row, self.url), "needs": found.needs, "said": said})

    async def _areas(self, request: Request) -> Response:
        if unknown := sorted(set(request.query_params)):
            return problem(400, f"unknown parameter: {unknown[0]}")
        counts = await self.showcase.store.read(partial(count_by_area, wanted=Filter()))
        areas = self.showcase.city.areas
        names = ("code", "name", "inhabitants", "projects")
        rows = [(area.code, area.name, area.inhabitants, counts.get(area.code, 0)) for area in areas]
        return _json({"items": [dict(zip(names, row, strict=True)) for row in rows]})

    async def _deadlines(self, request: Request) -> Response:
        query = request.query_params
        if unknown := sorted(set(query) - {"area"}):
            return problem(400, f"unknown parameter: {unknown[0]}")
        try:
            area = _area(query, self.showcase.city)
        except Unfit as error:
            return problem(400, str(error))
        at = micros(self.showcase.now())
        rows = await self.showcase.store.read(partial(since, at=at, area=area, most=MOST_DEADLINES))
        return _json({"items": [described_deadline(row, self.url) for row in rows]})

    async def _document(self, request: Request) -> Response:  # noqa: ARG002 - the same answer to everyone
        return _json(document(self.showcase.city, self.url))


def asked_in(query: QueryParams, city: City) -> Asked:
    """Read what is asked; raise Unfit if anything makes no sense."""
    given = query.multi_items()
    names = [name for name, _ in given]
    for name in names:
        if name not in {"area", "field", "only", "q", "page", "per_page"}:
            raise Unfit(f"unknown parameter: {name}")
        if names.count(name) > 1:
            raise Unfit(f"{name} is given more than once")
    area, field = _area(query, city), query.get("field")
    if field is not None and field not in FIELDS:
        raise Unfit(f"field: is one of {', '.join(FIELDS)}")
    words = query.get("q", "")
    if len(words) > LONGEST_WORDS:
        raise Unfit(f"q: at most {LONGEST_WORDS} characters")
    only = query.get("only")
    if only is not None and only not in ONLY:
        raise Unfit(f"only: is one of {', '.join(ONLY)}")
    wanted = Filter(
        area, field or "", harmless(words).strip(), answered=only == "answered", needs_help=only == "needs_help"
    )
    return Asked(wanted, _number(query, "page", 1, LAST_PAGE), _number(query, "per_page", PER_PAGE, MOST_PER_PAGE))


def _area(query: QueryParams, city: City) -> str:
    given = query.getlist("area")
    if len(given) > 1:
        raise Unfit("area is given more than once")
    if given and all(given[0] != known.code for known in city.areas):
        raise Unfit("area: there is no such area, see /areas")
    return "".join(given)


def described_deadline(row: DeadlineRow, url: str) -> Mapping[str, object]:
    """Return a deadline under the names of the API."""
    ref = deadline_reference(row.number)
    return {
        "ref": ref,
        "title": row.title,
        "words": row.words,
        "area": row.area or None,
        "field": row.field or None,
        "ends": moment(row.ends_at).isoformat(timespec="seconds"),
        "changed": moment(row.changed_at).isoformat(timespec="seconds"),
        "reason": row.reason,
        "withdrawn": row.withdrawn_at is not None,
        "more": row.url,
        "url": f"{url}/deadlines#{ref}",
    }


def _number(query: QueryParams, name: str, usual: int, most: int) -> int:
    words = query.get(name)
    if words is None:
        return usual
    if not _WHOLE.fullmatch(words) or int(words) > most:
        raise Unfit(f"{name}: is a whole number from 1 to {most}")
    return int(words)


def links(url: str, asked: Asked, total: int) -> str:
    """Return the pages beside this one, as a Link header (RFC 8288)."""
    last = max(1, -(-total // asked.per_page))
    pages = {"first": 1, "prev": asked.page - 1, "next": asked.page + 1, "last": last}
    kept = asking(asked.wanted)
    return ", ".join(
        f'<{url}{BASE}/projects?{urlencode({**kept, "page": page, "per_page": asked.per_page})}>; rel="{name}"'
        for name, page in pages.items()
        if 1 <= page <= last
    )


def _page(db: Connection, *, asked: Asked) -> tuple[int, Sequence[Shown]]:
    offset = (asked.page - 1) * asked.per_page
    needing = among(asked.wanted)
    rows = shown_projects(db, asked.wanted, asked.per_page, offset, needing)
    return count_public(db, asked.wanted, needing), rows


def _one(db: Connection, *, number: int | None) -> Answer | Went:
    row = shown_project(db, number)
    if row is None:
        return went(db, number)
    return Answer(row, needs_of(offers_of(db, row.number)), said_on(db, row.number, MOST_COMMENTS))


def _elsewhere(gone: Went) -> Response:
    """Say where a project that is not shown went; a script on another site follows only where that is allowed again."""
    if gone.into is not None:
        return RedirectResponse(f"{BASE}/projects/{reference(gone.into)}", 301, OPEN_TO_ALL)
    if gone.was_public:
        return problem(410, "this project is not public any more")
    return problem(404, "no public project has this reference")


def _json(content: object, headers: Mapping[str, str] | None = None) -> Response:
    exposed = {"Access-Control-Expose-Headers": "Link"}
    return Response(
        orjson.dumps(content), media_type="application/json", headers={**OPEN_TO_ALL, **exposed, **(headers or {})}
    )
