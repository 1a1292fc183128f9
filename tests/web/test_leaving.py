"""Leaving a chat for the next person at the kiosk, and the language of its page."""

from __future__ import annotations

import httpx

from projektbot.messages import Outgoing, Part
from projektbot.web.session import COOKIE
from tests.web.town import Town


async def start(town: Town) -> httpx.AsyncClient:
    visitor = town.visitor()
    await visitor.post("/chat/start")
    return visitor


async def test_who_leaves_is_followed_by_somebody_new(town: Town) -> None:
    visitor = await start(town)
    before = town.last_chat

    page = await visitor.post("/chat/leave")
    again = await visitor.get("/chat")
    await visitor.post("/chat/start")

    for seen in (page, again):
        assert "Let’s go" in seen.text
        assert "Hello!" not in seen.text
    assert COOKIE not in page.request.headers.get("cookie", "")
    assert town.last_chat != before


async def test_only_who_is_in_a_chat_can_leave_it(town: Town) -> None:
    visitor = town.visitor()

    before = (await visitor.get("/chat")).text
    await visitor.post("/chat/start")
    after = (await visitor.get("/chat")).text

    assert "Leave this chat" not in before
    assert "Leave this chat" in after
    assert "deleted after 90 days" in after


async def test_another_site_makes_nobody_leave(town: Town) -> None:
    visitor = await start(town)

    refused = await visitor.post("/chat/leave", headers={"Sec-Fetch-Site": "cross-site"})

    assert refused.status_code == 403
    assert "Hello!" in (await visitor.get("/chat")).text


async def test_the_page_is_in_the_language_of_its_chat(town: Town) -> None:
    visitor = await start(town)
    before = await visitor.get("/chat")
    await town.chat.send(town.last_chat, Outgoing((Part("Ab jetzt auf Deutsch."),), lang="de"), "d", private=True)

    after = await visitor.get("/chat")
    strange = await visitor.get("/chat?lang=zz")

    assert '<html lang="en"' in before.text
    assert '<html lang="de"' in after.text
    assert after.headers["Content-Language"] == strange.headers["Content-Language"] == "de"
