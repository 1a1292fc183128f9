"""What people with bad intentions get from the web chat: no markup, no other chat, no other form, no file of others."""

from __future__ import annotations

from pathlib import Path

import pytest

from projektbot.messages import (
    Choice,
    Outgoing,
    Part,
    Style,
    Words,
)
from projektbot.web.session import COOKIE
from tests.web.test_chat import first_events, start
from tests.web.town import Town, a_town, served

EVIL = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'


async def test_nothing_anybody_writes_becomes_markup(tmp_path: Path) -> None:
    parts = (Part(EVIL), Part(EVIL, Style.BOLD), Part(EVIL, Style.QUOTE), Part(EVIL, Style.LINK, "https://x/" + EVIL))
    evil = Outgoing(parts, (Choice(EVIL[:60], EVIL), Choice("b", EVIL, word=EVIL)))
    async with a_town(tmp_path, answer=lambda _: [evil], city=EVIL) as town:
        visitor = await start(town)
        await visitor.post("/chat/say", data={"text": EVIL})
        page = await visitor.post("/chat/file", files={"file": (EVIL, b"%PDF-", "application/pdf")})
        assert b"&lt;script&gt;" in page.content
        async with served(town):
            stream = await first_events(town, visitor)

    for html in (page.text, stream):
        assert "<script>alert" not in html
        assert "<img src=x" not in html


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "//evil.example", "JavaScript:x", "x", "http://[", "/\\evil.example",
     "/\t/evil.example"],
)  # fmt: skip
async def test_a_link_leads_only_where_links_may(tmp_path: Path, url: str) -> None:
    async with a_town(tmp_path, answer=lambda _: [Outgoing((Part("here", Style.LINK, url),))]) as town:
        page = await (await start(town)).get("/chat")

    assert f'href="{url}"' not in page.text
    assert "here" in page.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://town.test"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
        {},
    ],
)
async def test_another_sites_form_is_refused(town: Town, headers: dict[str, str]) -> None:
    visitor = await start(town)
    del visitor.headers["Sec-Fetch-Site"]

    page = await visitor.post("/chat/say", data={"text": "hello"}, headers=headers)

    assert page.status_code == 403
    assert "sent from another website" in page.text
    assert len(town.road.taken) == 1


async def test_a_browser_over_plain_http_is_known_by_its_origin(town: Town) -> None:
    visitor = await start(town)
    del visitor.headers["Sec-Fetch-Site"]

    await visitor.post("/chat/say", data={"text": "hello"}, headers={"Origin": "http://town.test"})

    assert town.road.taken[-1].event == Words("hello")


@pytest.mark.parametrize(
    "change", [lambda c: c[:-1], lambda c: "x" + c[1:], lambda _: "a" * 32, lambda _: "", lambda c: c + "." + c]
)
async def test_a_tampered_cookie_opens_no_chat(town: Town, change: object) -> None:
    assert callable(change)
    visitor = await start(town)
    first = town.last_chat
    cookie = visitor.cookies[COOKIE]

    other = town.visitor(Cookie=f"{COOKIE}={change(cookie)}")
    page = await other.get("/chat")
    await other.post("/chat/say", data={"text": "hello"}, follow_redirects=False)

    assert "Hello! New or better?" not in page.text
    assert town.last_chat != first


async def test_the_cookie_is_kept_from_scripts_other_sites_and_open_wires(tmp_path: Path) -> None:
    async with a_town(tmp_path, url="https://town.test") as town:
        answer = await town.visitor().post("/chat/start", follow_redirects=False)

    cookie = answer.headers["set-cookie"]
    assert all(word in cookie for word in ("HttpOnly", "SameSite=lax", "Secure", "Path=/chat"))


@pytest.mark.parametrize("path", ["/chat/say", "/chat/tap", "/chat/place", "/chat/start"])
async def test_an_oversized_form_is_refused(town: Town, path: str) -> None:
    visitor = await start(town)

    page = await visitor.post(path, data={"text": "x" * 70_000, "token": "t"})

    assert page.status_code in {400, 413}
    assert len(town.road.taken) == 1


@pytest.mark.parametrize("path", ["/chat/media/..%2f..%2fx", "/chat/media/" + "0" * 64, "/chat/media/*"])
async def test_no_path_leads_out_of_the_chats_files(town: Town, path: str) -> None:
    assert (await (await start(town)).get(path)).status_code == 404
