"""A team's chats on a page of the demo: the group, the chat that each has alone, and whom somebody writes as there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from projektbot.web.guard import read_form, word_of

COOKIE = "projektbot_writes_as"
FORM_BYTES = 1000
YEAR = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Room:
    """A room for all browsers, where whoever comes writes as one of `people`; nobody is asked for a proof of it.

    There are two pages under `path`: the group's, and with `private` that where each has a chat of their own.
    """

    name: str
    people: Sequence[str]
    path: str
    secure: bool
    private: bool = False

    @property
    def group(self) -> str:
        """Return the address of the group's page."""
        return f"{self.path}/chat"

    @property
    def alone(self) -> str:
        """Return the address of the page where each has a chat of their own."""
        return f"{self.path}/alone"

    @property
    def base(self) -> str:
        """Return the address of this page."""
        return self.alone if self.private else self.group

    def routes(self) -> list[Route]:
        """List the address where one becomes somebody else."""
        return [Route(f"{self.base}/as", self._choose, methods=["POST"])]

    def actor(self, request: Request) -> str:
        """Return whom the browser writes as: the first of the people, until another one is chosen."""
        kept = request.cookies.get(COOKIE, "")
        return next((name for number, name in enumerate(self.people) if str(number) == kept), self.people[0])

    def chat(self, request: Request) -> str:
        """Return the chat: the group's, which is the same for everybody, or that person's."""
        return self.actor(request) if self.private else self.name

    def by(self, request: Request) -> str:
        """Return who says in the group what is said; alone that need not be told."""
        return "" if self.private else self.actor(request)

    def keep(self, response: Response, chat: str) -> None:
        """Keep nothing: the room is always there."""

    def forget(self, response: Response) -> None:
        """Forget nothing."""

    async def _choose(self, request: Request) -> Response:
        name = word_of(await read_form(request, FORM_BYTES), "by")
        response = RedirectResponse(f"{self.base}#end", 303)
        if name in self.people:
            number = str(self.people.index(name))  # a name may have letters that no cookie can hold
            response.set_cookie(
                COOKIE, number, max_age=YEAR, path=self.path, secure=self.secure, httponly=True, samesite="lax"
            )
        return response
