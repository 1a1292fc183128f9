"""Calls to the Bot API: the one place that knows the token.

`telegram.Bot` would stand here, were it not that `do_api_request` warns at every method it knows, logs whole messages
and its URL (with the token) at level debug, and costs a fifth more than its own request interface; and that its
`RetryAfter` warns of a deprecation whenever it is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from telegram import InputFile
from telegram.error import TelegramError
from telegram.request import BaseRequest, RequestData
from telegram.request._requestparameter import RequestParameter  # RequestData takes nothing else

from projektbot.channels.telegram.faults import fault_of
from projektbot.channels.telegram.transport import AiohttpRequest, Lost, TooBig, Unreached
from projektbot.errors import ChannelError, Rejected, Unsure
from projektbot.messages import MAX_FILE_BYTES

DEFAULT_URL = "https://api.telegram.org"


class Api:
    """One token on one Bot API server."""

    def __init__(self, token: str, url: str = DEFAULT_URL) -> None:
        self._methods = f"{url.rstrip('/')}/bot{token}/"
        self._files = f"{url.rstrip('/')}/file/bot{token}/"
        self._wire = AiohttpRequest()

    async def call(
        self,
        method: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        upload: tuple[str, InputFile] | None = None,
        seconds: float | None = None,
    ) -> Any:  # noqa: ANN401 - JSON, read by the caller
        """Call a method and return its result. Raises ChannelError and its kinds, none of which knows the URL.

        `upload` is the name of a parameter and its file; `seconds` is how long to wait for the answer.
        """
        data = _request_data(parameters or {}, upload)
        timeout = BaseRequest.DEFAULT_NONE if seconds is None else seconds
        fault: ChannelError
        try:
            code, payload = await self._wire.do_request(self._methods + method, "POST", data, timeout)
            return _result(code, payload)
        except TelegramError as error:
            fault = _plain(error)
        raise fault  # out of the `except`, so that it drags no context along

    async def download(self, path: str) -> bytes:
        """Fetch a file that getFile has named; raise Rejected("too_big") or Rejected("unreachable")."""
        fault: ChannelError
        try:
            code, content = await self._wire.download(self._files + path, MAX_FILE_BYTES)
        except TooBig:
            fault = Rejected("too_big")
        except TelegramError:
            fault = ChannelError("unreached")  # nothing was changed by asking, so asking again is safe
        else:
            if code == HTTPStatus.OK:
                return content
            late = code >= HTTPStatus.INTERNAL_SERVER_ERROR
            fault = ChannelError(f"status {code}") if late else Rejected("unreachable")
        raise fault

    async def close(self) -> None:
        """Give back connections."""
        await self._wire.shutdown()


def _request_data(parameters: Mapping[str, Any], upload: tuple[str, InputFile] | None) -> RequestData:
    # Not RequestParameter.from_input: it looks in every value for files and dates, which ours have not.
    given = [RequestParameter(name, value, None) for name, value in parameters.items()]
    if upload is not None:
        given.append(RequestParameter(upload[0], None, [upload[1]]))
    return RequestData(given)


def _result(code: int, payload: bytes) -> Any:  # noqa: ANN401 - JSON
    if code != HTTPStatus.OK:
        raise fault_of(code, _json_or_none(payload))
    answer = AiohttpRequest.parse_json_payload(payload)
    if not isinstance(answer, dict) or "result" not in answer:
        raise Lost("no_result")
    return answer["result"]


def _json_or_none(payload: bytes) -> Any:  # noqa: ANN401 - JSON
    try:
        return AiohttpRequest.parse_json_payload(payload)
    except TelegramError:
        return None  # a proxy's page; the status says enough


def _plain(error: TelegramError) -> ChannelError:
    if isinstance(error, Unreached):
        return ChannelError("unreached")
    return Unsure("no_answer")
