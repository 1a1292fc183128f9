"""What went wrong, for programs (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

import orjson
from starlette.responses import Response

API = "/api/"
MIME = "application/problem+json"


def problem(status: int, detail: str = "", headers: Mapping[str, str] | None = None) -> Response:
    """Answer a program with what went wrong."""
    said = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    body = orjson.dumps({**said, "detail": detail} if detail else said)
    return Response(body, status, {"Access-Control-Allow-Origin": "*", **(headers or {})}, MIME)
