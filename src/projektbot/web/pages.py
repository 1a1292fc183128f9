"""Pages in the reader's language: templates, the start page, and the pages that say what went wrong."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple, TypeAlias
from urllib.parse import quote

import structlog
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from projektbot.civic.city import City
from projektbot.errors import cause_of, where_from
from projektbot.texts import N_, Text
from projektbot.web.problems import API, problem
from projektbot.web.reader import Reader, Translate, best_locale
from projektbot.web.static import Asset

log = structlog.get_logger()

TEMPLATES = Path(__file__).parent / "templates"

IN_THE_BROWSER = N_("In the browser")
MISSING = N_("This page does not exist (any more).")
FOREIGN = N_("This form was sent from another website. Please open our page and try again.")
UNUSUAL = N_("Your browser asked for something this page does not offer.")
BROKEN = N_("Something went wrong on our side. We have made a note of it under the number {number}.")
REASONS = {404: MISSING, 403: FOREIGN}


@dataclass(frozen=True, slots=True)
class Site:
    """What an operator says of their site.

    `url` is the public address, `locales` begins with the city's own, `invitation` is the deep link's payload that
    opens what the start page invites to, `opens` says what a payload such as "project-P-1042" can open, `logo`
    whether the city has one; `secret` signs cookies (at least 128 random bits, the same after a restart).
    """

    city: str
    url: str
    secret: str
    zone: tzinfo
    locales: Sequence[str] = ("de", "en")
    invitation: str = ""
    opens: Collection[str] = ("project", "deadline")
    logo: bool = False

    @property
    def secure(self) -> bool:
        """Say whether browsers reach us encrypted."""
        return self.url.startswith("https:")


class Way(NamedTuple):
    """Another way in: the messenger's name, and the link that opens a chat with us there."""

    label: str
    url: str


Ways: TypeAlias = Callable[[str], Sequence[Way]]  # payload of a deep link -> the ways that are open now


class Pages:
    """Templates filled in for a reader."""

    def __init__(self, site: Site, translate: Translate, assets: dict[str, Asset], ways: Ways, city: City) -> None:
        self.ways = ways
        self._site = site
        self._translate = translate
        self._templates = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals["static"] = lambda name: assets[name].url
        self._templates.globals["site"] = site
        self._templates.globals["city"] = city

    @property
    def locales(self) -> Sequence[str]:
        """Return the languages there are."""
        return self._site.locales

    @property
    def tongues(self) -> Sequence[Reader]:
        """Return a reader of each language there is, to offer them."""
        return [Reader(locale, self._translate, self._site.zone) for locale in self.locales]

    def reader(self, request: Request, locale: str = "") -> Reader:
        """Find out who reads: `locale` if the page has its own, else what the browser asks for."""
        accepted = request.headers.get("accept-language", "")
        return Reader(locale or best_locale(accepted, self._site.locales), self._translate, self._site.zone)

    def ways_to(self, payload: str, reader: Reader) -> list[Way]:
        """Return where one can begin with what a deep link opens: messengers, and the chat on our own page."""
        here = f"{self._site.url}/chat?start={payload}" if payload else f"{self._site.url}/chat"
        return [*self.ways(payload), Way(reader.say(IN_THE_BROWSER.msgid), here)]

    def fill(self, template: str, reader: Reader, **values: object) -> str:
        """Fill a template in; everything in `values` is escaped."""
        return self._templates.get_template(template).render(reader=reader, _=reader.say, **values)

    def page(self, template: str, reader: Reader, *, status: int = 200, **values: object) -> Response:
        """Answer with a page."""
        response = HTMLResponse(self.fill(template, reader, **values), status)
        response.headers["Content-Language"] = reader.lang
        response.headers["Vary"] = "Accept-Language"
        return response

    # ---- what went wrong ---------------------------------------------------------------------------------------------

    def refuse(self, request: Request) -> Response:
        """Answer a form that another site's page sent."""
        return self.problem(request, 403, FOREIGN)

    async def on_http(self, request: Request, error: Exception) -> Response:
        """Answer what Starlette refused; a slash too many at the end of an address does no harm."""
        status = error.status_code if isinstance(error, HTTPException) else 400
        if status == HTTPStatus.NOT_FOUND and (plain := without_slash(request)):
            return RedirectResponse(plain, 307)
        headers = (error.headers if isinstance(error, HTTPException) else None) or {}
        if request.url.path.startswith(API):
            return problem(status, headers=headers)
        response = self.problem(request, status, REASONS.get(status, UNUSUAL))
        response.headers.update(headers)  # such as Allow
        return response

    async def on_bug(self, request: Request, error: Exception) -> Response:
        """Answer for a mistake of ours; the number leads from the person to the log."""
        number = secrets.token_hex(4)
        cause = cause_of(error)
        log.error("page_failed", number=number, error=type(cause).__name__, where=where_from(cause))
        if request.url.path.startswith(API):
            return problem(500, BROKEN.msgid.format(number=number))
        return self.problem(request, 500, BROKEN, number=number)

    def problem(self, request: Request, status: int, reason: Text, **values: str) -> Response:
        """Answer with a page that says what went wrong, and leads on."""
        reader = self.reader(request)
        return self.page("problem.html", reader, status=status, reason=reader.say(reason.msgid, **values), code=status)


def without_slash(request: Request) -> str:
    """Return an address without slashes at its end, on this host whatever it begins with; empty if it has none."""
    path, query = request.scope["path"], request.url.query
    plain = path.strip("/")
    if not plain or not path.endswith("/"):
        return ""
    return f"/{quote(plain)}?{query}" if query else f"/{quote(plain)}"
