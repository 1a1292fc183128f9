"""What keeps strangers out: headers on every answer, forms from our own pages only, bodies of bounded size."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from urllib.parse import urlsplit

from starlette.datastructures import FormData, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from projektbot.errors import Bug, ChannelError, guarded
from projektbot.web.problems import API

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'; object-src 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(), microphone=(), payment=(), usb=()",
    # not no-referrer: browsers would then send our own forms with `Origin: null`
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
# A browser shows an answer only when it has sent its whole body: so much of a too large one is read and forgotten.
DRAIN_BYTES = 100_000_000
MAX_FIELDS = 8
MAX_FIELD_BYTES = 64_000


class TooBig(Exception):
    """The person sent more than we take."""


def secured(app: ASGIApp) -> ASGIApp:
    """Put the security headers on every answer, the one about our own mistakes included."""

    async def with_headers(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await app(scope, receive, send_with_headers if scope["type"] == "http" else send)

    return with_headers


def answered(app: ASGIApp) -> ASGIApp:
    """Keep from the server what the app has answered and logged, as Starlette does not: it would be logged again."""

    async def quietly(scope: Scope, receive: Receive, send: Send) -> None:
        with suppress(Bug, ChannelError):
            await guarded(app(scope, receive, send))

    return quietly


class OwnFormsOnly:
    """Refuse what another site's page makes a browser send here."""

    def __init__(self, app: ASGIApp, *, url: str, refuse: Callable[[Request], Response]) -> None:
        self._app = app
        self._url = url
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self._is_harmless(scope) or self._is_own(Request(scope)):
            await self._app(scope, receive, send)
        else:
            await self._refuse(Request(scope))(scope, receive, send)

    def _is_harmless(self, scope: Scope) -> bool:
        # the API changes nothing, whatever is sent there, and tells programs so in its own way
        return scope["method"] in SAFE_METHODS or scope["path"].startswith(API)

    def _is_own(self, request: Request) -> bool:
        site = request.headers.get("sec-fetch-site")
        if site is not None:
            return site in {"same-origin", "none"}  # none: the person's own doing, such as sending once more
        # Browsers leave Sec-Fetch-Site out over plain http; a POST has its Origin all the same.
        origin = request.headers.get("origin", "")
        host = host_in(origin)
        return bool(host) and (host == request.headers.get("host") or origin == self._url.rstrip("/"))


def host_in(url: str) -> str:
    """Return the host and port an address names; empty if it is none."""
    try:
        return urlsplit(url).netloc
    except ValueError:  # half an IPv6 address
        return ""


async def read_form(request: Request, limit: int) -> FormData:
    """Read a form of at most `limit` bytes; raises TooBig, or HTTPException(400) if it is none."""
    bounded = Request(request.scope, _bounded(request.receive, limit))
    try:
        return await bounded.form(max_files=1, max_fields=MAX_FIELDS, max_part_size=MAX_FIELD_BYTES)
    except UnicodeError as error:  # a form may name any encoding that Python knows, odd ones included
        raise HTTPException(400) from error


def word_of(form: FormData, name: str) -> str:
    """Return a field that is text, without half characters, or an empty string."""
    value = form.get(name, "")
    return value.encode(errors="replace").decode() if isinstance(value, str) else ""


def _bounded(receive: Receive, limit: int) -> Receive:
    taken = 0

    async def receive_bounded() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken <= limit:
            return message
        while message.get("more_body") and taken <= DRAIN_BYTES:
            message = await receive()
            taken += len(message.get("body", b""))
        raise TooBig

    return receive_bounded
