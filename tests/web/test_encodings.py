"""Forms in encodings that no browser would choose."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.web.town import Town


async def start(town: Town) -> httpx.AsyncClient:
    visitor = town.visitor()
    await visitor.post("/chat/start")
    return visitor


def in_charset(charset: str, **fields: bytes) -> dict[str, Any]:
    """Make a multipart form in an encoding of the sender's choice."""
    head = 'Content-Disposition: form-data; name="{}"\r\n\r\n'
    parts = [f"--x\r\n{head.format(name)}".encode() + value + b"\r\n" for name, value in fields.items()]
    return {
        "content": b"".join(parts) + b"--x--\r\n",
        "headers": {"Content-Type": f"multipart/form-data; boundary=x; charset={charset}"},
    }


@pytest.mark.parametrize(
    ("charset", "typed"),
    [
        ("utf-7", b"+2AA-"),
        ("unicode_escape", rb"\ud800"),
        ("raw_unicode_escape", rb"\ud800"),
    ],
)
async def test_half_a_character_in_whatever_encoding_is_answered(town: Town, charset: str, typed: bytes) -> None:
    visitor = await start(town)

    said = await visitor.post("/chat/say", **in_charset(charset, text=typed))
    tapped = await visitor.post("/chat/tap", **in_charset(charset, token=typed, message=typed))

    assert [said.status_code, tapped.status_code] == [200, 200]
    assert len(town.road.taken) == 3
    str(town.road.taken).encode()  # half a character could not be written down


@pytest.mark.parametrize("charset", ["undefined", "idna", "hex", "no-such-thing"])
async def test_an_encoding_that_is_none_is_refused_or_passed_over(town: Town, charset: str) -> None:
    visitor = await start(town)

    codes = {
        path: (await visitor.post(f"/chat/{path}", **in_charset(charset, text=b"a..b\xff", token=b"\xff"))).status_code
        for path in ("say", "tap", "place", "file", "start")
    }

    assert set(codes.values()) <= {200, 400, 422}, codes
