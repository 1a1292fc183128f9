"""Reads what a client sent: path, parameters in all four forms, files."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

import aiohttp
import orjson
from aiohttp import web

from tests.servers.botapi.chats import Json
from tests.servers.botapi.checks import Upload
from tests.servers.botapi.errors import bad_request, not_found


@dataclass(frozen=True, slots=True)
class Address:
    """Where a request goes: a bot's method, or one of its files."""

    token: str
    method: str
    file_path: str
    query: str


def address(raw_path: str) -> Address:
    """Take `/bot<token>/<method>` or `/file/bot<token>/<path>` apart; refuses others."""
    path, _, query = raw_path.partition("?")
    if "%" in path:
        path = unquote(path)
    if path.startswith("/bot"):
        token, slash, method = path[4:].partition("/")
        if slash:
            return Address(token, method, "", query)
    elif path.startswith("/file/bot"):
        token, slash, file_path = path[9:].partition("/")
        if slash:
            return Address(token, "", file_path, query)
    raise not_found()


async def parameters(request: web.BaseRequest, query: str) -> tuple[Json, bool]:
    """Return the parameters, and whether they came as JSON (then strings are not numbers)."""
    given: Json = dict(parse_qsl(query, keep_blank_values=True)) if query else {}
    if request.method == "GET" or not request.body_exists:
        return given, False
    if request.content_type == "multipart/form-data":
        return given | await _multipart(request), False
    body = await request.read()
    return decoded(request.content_type, body, given)


def decoded(content_type: str, body: bytes, given: Json) -> tuple[Json, bool]:
    """Read a body that is JSON or urlencoded; used for webhook answers too."""
    if not body:
        return given, False
    if content_type == "application/json":
        try:
            read = orjson.loads(body)
        except orjson.JSONDecodeError:
            raise bad_request("can't parse JSON object") from None
        if type(read) is not dict:
            raise bad_request("expected a JSON object")
        return given | read, True
    if content_type == "application/x-www-form-urlencoded":
        return given | dict(parse_qsl(body.decode(), keep_blank_values=True)), False
    raise bad_request(f"content type {content_type} is not supported")


async def _multipart(request: web.BaseRequest) -> Json:
    given: Json = {}
    uploads: dict[str, Upload] = {}
    async for part in await request.multipart():
        if not isinstance(part, aiohttp.BodyPartReader) or part.name is None:
            raise bad_request("a part of the request has no name")
        data = bytes(await part.read())
        if part.filename is None:
            given[part.name] = data.decode()
        else:
            mime_type = part.headers.get("Content-Type", "application/octet-stream")
            uploads[part.name] = Upload(part.name, part.filename, mime_type, data)
    return _attached(given, uploads)


def _attached(given: Json, uploads: dict[str, Upload]) -> Json:
    """Put files where `attach://name` points to them; the others are parameters under their own names."""
    for name, value in given.items():
        if value.startswith("attach://"):
            upload = uploads.pop(value.removeprefix("attach://"), None)
            if upload is None:
                raise bad_request(f'parameter "{name}" points to a file that is not in the request')
            given[name] = upload
    return given | uploads
