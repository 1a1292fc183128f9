"""A project's own page: what it is, how far it is, what others say, and the ways to take part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import accumulate
from typing import NamedTuple
from urllib.parse import quote

import segno
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from projektbot.civic.projects.rules import number_of, reference
from projektbot.civic.projects.showcase import Said, Shown, Went, joined, said_on, shown_project, went
from projektbot.instants import moment
from projektbot.records import record
from projektbot.texts import N_, NN_, Text
from projektbot.web.deadlines import Deadline, deadlines_for
from projektbot.web.pages import Pages, Way
from projektbot.web.reader import Reader
from projektbot.web.showcase import (
    DESCRIBED,
    LARGE,
    Card,
    Picture,
    Showcase,
    card_of,
    cost_of,
    picture_of,
    shortened,
    supporters_of,
)
from projektbot.web.team import TeamBox, team_box
from projektbot.web.town_map import Dot, TownMap

MOST_COMMENTS = 50
ROOM = 12_000  # characters of them: a page and all that belongs to it stay below 100 kB
MOST_JOINED = 20  # ideas that go on in this one; more numbers would say nothing
QUIET = 4  # modules that ISO/IEC 18004 wants free around a QR code
AN_HOUR = "public, max-age=3600"  # an idea goes on with another for good, but that one may go on with a third
NEVER = N_("There is no published project under this number. Perhaps a digit is missing?")
NO_MORE = N_("This project is not shown any more.")

SENT = N_("Idea sent")
CHECKED = N_("Read by the city and published")
ANSWERED = N_("Answered by the city")


@record
class Looked:
    """What the store says about a project."""

    row: Shown
    card: Card
    picture: Picture | None
    said: Sequence[Said]
    team: TeamBox | None
    deadlines: Sequence[Deadline]
    joined: Sequence[int]


class Milestone(NamedTuple):
    """A step on a project's way, and when it was taken, if it was."""

    label: str
    at: datetime | None


class Comment(NamedTuple):
    """What somebody said."""

    words: str
    at: datetime
    ours: bool


@dataclass(frozen=True, slots=True)
class ProjectPage:
    """The pages at /p/P-1042. `url` is the site's public address, `invited` says whether chats open at a project."""

    showcase: Showcase
    pages: Pages
    town: TownMap
    url: str
    invited: bool

    def routes(self) -> list[Route]:
        """List their address."""
        return [Route("/p/{ref}", self._show)]

    async def _show(self, request: Request) -> Response:
        asked = request.path_params["ref"]
        number = number_of(asked)
        reader = self.pages.reader(request)
        looked = await self.showcase.store.read(partial(self._look, number=number, reader=reader))
        if isinstance(looked, Went):
            return self._elsewhere(request, looked)
        if asked != looked.card.ref:
            return RedirectResponse(f"/p/{looked.card.ref}", 301, {"Cache-Control": AN_HOUR})
        return self._page(looked, reader)

    def _look(self, db: Connection, *, number: int | None, reader: Reader) -> Looked | Went:
        row = shown_project(db, number)
        if row is None:
            return went(db, number)
        picture = picture_of(self.showcase, row.photo, LARGE)
        said, team = fitting(said_on(db, row.number, MOST_COMMENTS)), team_box(self.showcase, db, row.number, reader)
        ahead = deadlines_for(self.showcase, db, reader, row.area, row.field)
        others = joined(db, row.number, MOST_JOINED)
        return Looked(row, card_of(self.showcase, row, reader), picture, said, team, ahead, others)

    def _elsewhere(self, request: Request, gone: Went) -> Response:
        if gone.into is not None:
            return RedirectResponse(f"/p/{reference(gone.into)}", 301, {"Cache-Control": AN_HOUR})
        return self.pages.problem(request, 410 if gone.was_public else 404, NO_MORE if gone.was_public else NEVER)

    def _page(self, looked: Looked, reader: Reader) -> Response:
        row, card = looked.row, looked.card
        ways = self._ways(card.ref, reader)
        return self.pages.page(
            "project.html",
            reader,
            card=card,
            supporters=supporters_of(self.showcase, row, reader),
            picture=looked.picture,
            description=row.description.split("\n"),
            service=row.service,
            cost=cost_of(self.showcase, row, reader),
            answer=row.answer.split("\n") if row.answer else [],
            answered_at=moment(row.answered_at) if row.answered_at else None,
            milestones=[Milestone(self.showcase.words(text, reader), at) for text, at in milestones(row)],
            comments=[Comment(said.words, moment(said.at), said.ours) for said in looked.said],
            team=looked.team,
            deadlines=looked.deadlines,
            joined=", ".join(map(reference, looked.joined)),
            earlier=self._earlier(row, looked.said, reader),
            ways=ways,
            codes=[(way, qr(way.url)) for way in ways],
            town=self.town.drawn([Dot(card.ref, card.title, row.lat, row.lon)])
            if row.lat is not None and row.lon is not None
            else None,
            within=f"/?area={quote(row.area)}#projects",
            address=f"{self.url}/p/{card.ref}",
            summary=shortened(row.description, DESCRIBED),
            image=f"{self.url}{looked.picture.src}" if looked.picture else "",
            linked=linked(row, card, f"{self.url}/p/{card.ref}", self.showcase),
        )

    def _earlier(self, row: Shown, said: Sequence[Said], reader: Reader) -> str:
        n = row.comments - len(said)
        return self.showcase.words(NN_("{n} earlier comment", "{n} earlier comments", n), reader) if n > 0 else ""

    def _ways(self, ref: str, reader: Reader) -> list[Way]:
        """Return where one can do something about a project: messengers, and the chat on our own page."""
        return self.pages.ways_to(f"project-{ref}" if self.invited else "", reader)


def fitting(said: Sequence[Said]) -> Sequence[Said]:
    """Return the newest comments, as many as a page has room for."""
    sizes = accumulate(len(one.words) for one in reversed(said))
    return said[len(said) - sum(size <= ROOM for size in sizes) :]


def milestones(row: Shown) -> list[tuple[Text, datetime | None]]:
    """Return the steps on a project's way, each with the time it was taken."""
    return [
        (SENT, moment(row.created_at)),
        (CHECKED, moment(row.published_at)),
        (ANSWERED, moment(row.answered_at) if row.answered_at else None),
    ]


class Drawing(NamedTuple):
    """The path of an SVG whose viewBox is "0 0 size size"."""

    size: int
    path: str


def qr(url: str) -> Drawing:
    """Draw a QR code, with the quiet zone around it."""
    code = segno.make(url, error="m", micro=False)
    rows = [list(row) for row in code.matrix_iter(border=QUIET)]
    runs = [(x, y, length) for y, row in enumerate(rows) for x, length in _runs(row)]
    return Drawing(len(rows), "".join(f"M{x} {y}h{length}v1h-{length}z" for x, y, length in runs))


def _runs(row: Sequence[int]) -> list[tuple[int, int]]:
    """Return where dark modules begin, and how many follow each other."""
    runs: list[tuple[int, int]] = []
    for x, dark in enumerate(row):
        if dark and runs and sum(runs[-1]) == x:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        elif dark:
            runs.append((x, 1))
    return runs


def linked(row: Shown, card: Card, url: str, showcase: Showcase) -> Mapping[str, object]:
    """Return a project as schema.org describes one."""
    place: dict[str, object] = {"@type": "Place", "name": card.area}
    if row.lat is not None and row.lon is not None:
        place["geo"] = {"@type": "GeoCoordinates", "latitude": row.lat, "longitude": row.lon}
    return {
        "@context": "https://schema.org",
        "@type": "Project",
        "identifier": card.ref,
        "name": row.title,
        "description": row.description,
        "url": url,
        "foundingDate": moment(row.published_at).astimezone(showcase.languages.zone).date().isoformat(),
        "areaServed": place,
        "knowsAbout": card.field,
        "parentOrganization": {"@type": "GovernmentOrganization", "name": showcase.city.operator},
    }
