"""The demo: the chats of a resident, a team and a moderator side by side, and a clock one can move."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from projektbot.web.chat import FORM_BYTES, ChatPage
from projektbot.web.guard import read_form, word_of
from projektbot.web.pages import Pages
from projektbot.web.room import Room
from projektbot.web.session import Cookies

STEPS = MappingProxyType({"PT1H": timedelta(hours=1), "P1D": timedelta(days=1), "P7D": timedelta(days=7)})


@dataclass(frozen=True, slots=True)
class Seat:
    """A sample person: a made-up name, the language they begin in, and whether they read ideas for the city.

    With `people` it is a team, in whose group one writes as any of them; `room` names that for the web chat.
    """

    name: str
    locale: str = ""  # the browser's
    staff: bool = False
    people: Sequence[str] = ()
    room: str = ""


TEAM = Seat("Reparaturcafé", "de", people=("Cem", "Ida", "Hakan", "Birgit"), room="repaircafe")
SEATS = (Seat("Anna"), TEAM, Seat("Mia", "de", staff=True))
# What the buttons of the dialog `language` carry: another language is chosen as if by one of them.
SWITCH = "=language|language|{locale}"


@dataclass(frozen=True, slots=True)
class Demo:
    """What the demo needs of the house: its clock, a way to move it on (returns the new time), and invitations.

    `invite` returns the payload of a deep link that makes whoever follows it a moderator.
    """

    now: Callable[[], datetime]
    advance: Callable[[timedelta], Awaitable[datetime]]
    invite: Callable[[], Awaitable[str]]
    seats: Sequence[Seat] = SEATS


@dataclass(frozen=True, slots=True)
class DemoPage:
    """The page at /demo and a chat page for each seat."""

    demo: Demo
    pages: Pages
    page: ChatPage
    cookies: Cookies

    def routes(self) -> list[Route]:
        """List the addresses under /demo."""
        seats = [route for number, seat in enumerate(self.demo.seats, 1) for route in self._seat(number, seat)]
        return [Route("/demo", self._show), Route("/demo/clock", self._move_clock, methods=["POST"]), *seats]

    def _seat(self, number: int, seat: Seat) -> list[Route]:
        base = f"/demo/{number}/chat"
        page = replace(self.page, base=base, locale=seat.locale, framed=True)
        if seat.people:
            room = Room(seat.room, seat.people, f"/demo/{number}", self.cookies.secure)
            return [
                route
                for place in (room, replace(room, private=True))
                for route in (*replace(page, place=place, base=place.base).routes(), *place.routes())
            ]
        own = replace(self.cookies, path=base)
        return replace(page, place=own, switch=SWITCH, begin=self.demo.invite if seat.staff else None).routes()

    async def _show(self, request: Request) -> Response:
        reader = self.pages.reader(request)
        moment = reader.moment(self.demo.now())
        response = self.pages.page("demo.html", reader, seats=self.demo.seats, moment=moment)
        response.headers["Cache-Control"] = "no-store"
        return response

    async def _move_clock(self, request: Request) -> Response:
        form = await read_form(request, FORM_BYTES)
        step = STEPS.get(word_of(form, "by"))
        now = await self.demo.advance(step) if step else self.demo.now()
        if "x-by-script" in request.headers:
            return PlainTextResponse(self.pages.reader(request).moment(now))
        return RedirectResponse("/demo", 303)
