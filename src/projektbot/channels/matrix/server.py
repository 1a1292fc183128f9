"""The homeserver: one request, its answer, and what its refusals mean."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote, quote_plus

import orjson
from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout, DummyCookieJar

from projektbot.errors import Blocked, ChannelError, Rejected, Revoked, Throttled
from projektbot.messages import MAX_FILE_BYTES

SECONDS: Final = 60.0  # for a request; Synapse gives up on its own database after about that time
UNSTATED_WAIT: Final = 5.0  # seconds, if a server asks us to wait but does not say how long

OUR_ACCOUNT = {
    "M_UNKNOWN_TOKEN",
    "M_MISSING_TOKEN",
    "M_USER_DEACTIVATED",
    "M_USER_SUSPENDED",
    "M_USER_LOCKED",
    "M_CONSENT_NOT_GIVEN",
}
NOT_IN_ROOM = {"M_FORBIDDEN", "M_NOT_FOUND", "M_GUEST_ACCESS_FORBIDDEN"}


class NeedsPassword(ChannelError):
    """The homeserver wants to be sure that it is us ("User-Interactive Authentication")."""

    def __init__(self, session: str) -> None:
        super().__init__("needs_password")
        self.session = session


class Server:
    """A homeserver and our access to it."""

    def __init__(self, homeserver: str) -> None:
        self.token = ""
        self._homeserver = homeserver.rstrip("/")
        self._session: ClientSession | None = None

    async def call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | bytes | None = None,
        *,
        mime: str = "application/json",
        seconds: float = SECONDS,
    ) -> dict[str, Any]:
        """Make a request and return the JSON object that answers it; raises ChannelError."""
        data = orjson.dumps(body) if isinstance(body, Mapping) else body
        try:
            answer = await self._request(method, path, data, mime, seconds)
            async with answer:
                return _read(answer, await answer.read())
        except (ClientError, TimeoutError, OSError) as error:
            # Nothing is unsure about it: whatever changes something carries a transaction id or may be done twice.
            raise ChannelError("unreachable") from error

    async def download(self, path: str) -> bytes:
        """Return the bytes of a file, at most MAX_FILE_BYTES, else raises Rejected("too_big")."""
        try:
            answer = await self._request("GET", path, None, "", SECONDS)
            async with answer:
                if answer.status != HTTPStatus.OK:
                    _read(answer, await answer.read())
                return await _read_file(answer)
        except (ClientError, TimeoutError, OSError) as error:
            raise ChannelError("unreachable") from error

    async def close(self) -> None:
        if self._session:
            await self._session.close()

    async def _request(self, method: str, path: str, data: bytes | None, mime: str, seconds: float) -> ClientResponse:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if data is not None:
            headers["Content-Type"] = mime
        if self._session is None:  # only where a loop runs
            self._session = ClientSession(cookie_jar=DummyCookieJar())  # nothing here needs cookies
        url, timeout = self._homeserver + path, _timeout(seconds)
        return await self._session.request(method, url, data=data, headers=headers, timeout=timeout)


def path(*segments: str, base: str = "/_matrix/client/v3", **query: str) -> str:
    """Build the path of a request; ids may contain anything, even slashes. The token never stands in it."""
    words = f"{base}/{'/'.join(quote(segment, safe='') for segment in segments)}"
    return f"{words}?{'&'.join(f'{name}={_quoted(value)}' for name, value in query.items())}" if query else words


@lru_cache(32)  # a filter goes with each sync, and is long
def _quoted(value: str) -> str:
    return quote_plus(value)


@lru_cache(32)
def _timeout(seconds: float) -> ClientTimeout:
    return ClientTimeout(total=seconds, sock_connect=min(seconds, 20.0))


def told(answer: Mapping[str, Any], name: str) -> str:
    """Return a string that a good answer must have; raises ChannelError."""
    value = answer.get(name)
    if not isinstance(value, str):
        raise ChannelError("garbage")
    return value


def refusal(status: int, answer: Mapping[str, Any], retry_after: str = "") -> ChannelError:
    """Say by whose fault a request failed, from the status, the error object and the Retry-After header."""
    code = str(answer.get("errcode", ""))
    if status == HTTPStatus.TOO_MANY_REQUESTS or code == "M_LIMIT_EXCEEDED":
        return Throttled(_wait(answer, retry_after), everyone=True)
    if status == HTTPStatus.UNAUTHORIZED and "flows" in answer:
        return NeedsPassword(str(answer.get("session", "")))
    if not code or status >= HTTPStatus.INTERNAL_SERVER_ERROR:  # no homeserver's words: a proxy before it
        return ChannelError(f"server_{status}")
    if code in OUR_ACCOUNT:
        return Revoked(code)
    if code in NOT_IN_ROOM:
        return Blocked(code)
    return Rejected(code)


def _read(answer: ClientResponse, data: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(data)
    except orjson.JSONDecodeError:
        found = None
    if answer.status == HTTPStatus.OK and isinstance(found, dict):
        return found
    if answer.status == HTTPStatus.OK:
        raise ChannelError("garbage")
    raise refusal(answer.status, found if isinstance(found, dict) else {}, answer.headers.get("Retry-After", ""))


async def _read_file(answer: ClientResponse) -> bytes:
    if (answer.content_length or 0) > MAX_FILE_BYTES:
        raise Rejected("too_big")
    data = bytearray()
    async for chunk in answer.content.iter_chunked(1 << 16):
        data += chunk
        if len(data) > MAX_FILE_BYTES:  # whatever the header said
            raise Rejected("too_big")
    return bytes(data)


def _wait(answer: Mapping[str, Any], retry_after: str) -> float:
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after)  # Matrix 1.10; may also be a date, which nobody sends
    stated = answer.get("retry_after_ms")  # deprecated, but exact
    return stated / 1000 if isinstance(stated, int) and stated >= 0 else UNSTATED_WAIT
