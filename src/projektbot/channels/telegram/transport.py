"""The wire: python-telegram-bot's request interface on aiohttp, at a fifth of the CPU its httpx costs."""

from __future__ import annotations

import json
import math
import urllib.request
from contextlib import suppress
from typing import Any

import aiohttp
import orjson
from telegram.error import NetworkError, TelegramError
from telegram.request import BaseRequest, RequestData

CONNECT_SECONDS = 5.0  # name, connection and TLS: until here nothing of ours has left
TOTAL_SECONDS = 15.0
CHUNK = 1 << 16
JSON_HEADERS = {"Content-Type": "application/json"}
BEFORE_SENDING = (
    aiohttp.ClientConnectorError,
    aiohttp.ClientHttpProxyError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
)


class Unreached(NetworkError):
    """No connection came about: the request surely had no effect."""


class Lost(NetworkError):
    """The request left (or may have), no answer came."""


class TooBig(NetworkError):
    """A file is larger than we take."""


class AiohttpRequest(BaseRequest):
    """Carry requests over one pool of connections.

    The token is part of every URL, and aiohttp names URLs in its errors. So none of them gets out of here: what we
    raise carries a word of ours, and neither cause nor context.
    """

    __slots__ = ("_session",)

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        return TOTAL_SECONDS

    async def initialize(self) -> None:
        """Make nothing: the session is made where the event loop is known to run, at the first request."""

    async def shutdown(self) -> None:
        """Give back the connections. A later request makes new ones."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    @staticmethod
    def parse_json_payload(payload: bytes) -> Any:  # noqa: ANN401 - JSON is read one function later
        """Read JSON, half surrogates included; raise TelegramError without quoting what could not be read."""
        with suppress(ValueError):
            return orjson.loads(payload)
        with suppress(ValueError, RecursionError):
            return orjson.loads(_repaired(payload))
        raise TelegramError("not_json")

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ANN401 - a float, None or their sentinel
        write_timeout: Any = None,  # noqa: ANN401, ARG002 - one timeout covers all that follows the connection
        connect_timeout: Any = None,  # noqa: ANN401, ARG002
        pool_timeout: Any = None,  # noqa: ANN401, ARG002
    ) -> tuple[int, bytes]:
        """Send one request; return status and body. Raises Unreached or Lost."""
        timeout = ORDINARY if read_timeout is BaseRequest.DEFAULT_NONE else _within(read_timeout)
        fault: TelegramError
        try:
            body, headers = _body(request_data)
            async with self._open().request(method, url, data=body, headers=headers, timeout=timeout) as response:
                return response.status, await response.read()
        except (aiohttp.ClientError, OSError) as error:
            fault = _fault(error)
        raise fault

    async def download(self, url: str, limit: int) -> tuple[int, bytes]:
        """Fetch a file as a stream; raise TooBig as soon as it exceeds `limit` bytes, Unreached or Lost."""
        fault: TelegramError
        try:
            async with self._open().get(url, timeout=_within(4 * TOTAL_SECONDS)) as response:
                return response.status, await _read_up_to(response, limit)
        except (aiohttp.ClientError, OSError) as error:
            fault = _fault(error)
        raise fault

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0),  # who sends decides how much at once; no queue in here
                cookie_jar=aiohttp.DummyCookieJar(),
                # Looking up proxies costs at each request: only where the operator has set some.
                trust_env=bool(urllib.request.getproxies()),
                skip_auto_headers=("User-Agent", "Accept-Encoding"),  # the answers are small: unpacking costs more
            )
        return self._session


def _within(seconds: float | None) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=seconds, connect=CONNECT_SECONDS)


ORDINARY = _within(TOTAL_SECONDS)


def _body(data: RequestData | None) -> tuple[bytes | aiohttp.FormData | None, dict[str, str] | None]:
    if data is None:
        return None, None
    if not data.contains_files:
        return orjson.dumps(data.parameters), JSON_HEADERS
    form = aiohttp.FormData(data.json_parameters)
    for field, (name, content, mime) in data.multipart_data.items():
        form.add_field(field, content, filename=name, content_type=mime)
    return form, None


def _fault(error: Exception) -> TelegramError:
    """Say whether the request may have left; keep nothing else of the error."""
    return Unreached("unreached") if isinstance(error, BEFORE_SENDING) else Lost("lost")


async def _read_up_to(response: aiohttp.ClientResponse, limit: int) -> bytes:
    content = bytearray()
    async for chunk in response.content.iter_chunked(CHUNK):
        content += chunk
        if len(content) > limit:
            raise TooBig("too_big")
    return bytes(content)


def _repaired(payload: bytes) -> bytes:
    """Replace what orjson refuses, half surrogates, and numbers beyond all bounds, which would become no JSON again.

    One such name or place would block a hundred updates for good. Raises ValueError or RecursionError.
    """
    data = json.loads(payload.decode(errors="replace"), parse_float=_bounded, parse_constant=lambda _: None)
    return json.dumps(data, ensure_ascii=False).encode(errors="replace")


def _bounded(digits: str) -> float | None:
    number = float(digits)
    return number if math.isfinite(number) else None
