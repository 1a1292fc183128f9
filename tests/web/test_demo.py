"""The demo: a resident, a team and a moderator who do not meet by themselves, and a clock one can move."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from starlette.responses import Response

from projektbot.messages import Tap
from projektbot.web.demo import TEAM
from projektbot.web.session import Cookies
from tests.web.town import BEGINNING, Town, a_town


async def test_without_the_demo_there_is_none(town: Town) -> None:
    for path in ("/demo", "/demo/1/chat", "/demo/2/chat", "/demo/2/alone"):
        assert (await town.visitor().get(path)).status_code == 404


async def test_three_seats_have_a_chat_each_the_residents_in_the_language_of_the_browser(tmp_path: Path) -> None:
    async with a_town(tmp_path, demo=True) as town:
        visitor = town.visitor(**{"Accept-Language": "ar"})
        page = await visitor.get("/demo")
        for number in (1, 2, 3, 1):
            await visitor.post(f"/demo/{number}/chat/say", data={"text": "/hello"})

    assert re.findall(r'iframe src="([^"]+)"', page.text) == ["/demo/1/chat", "/demo/2/chat", "/demo/3/chat"]
    chats = [inbound.chat for inbound in town.road.taken]
    assert len(set(chats)) == 3
    assert chats[3] == chats[0]
    assert [inbound.locale for inbound in town.road.taken] == ["ar", "de", "de", "ar"]


async def test_a_seat_begins_in_the_language_that_was_chosen(tmp_path: Path) -> None:
    async with a_town(tmp_path, demo=True) as town:
        visitor = town.visitor()
        page = await visitor.post("/demo/1/chat/language", data={"lang": "en"})
        begin = re.search(r'action="([^"]+/start[^"]*)"', page.text)
        assert begin
        await visitor.post(unescape(begin[1]))

    assert '<html lang="en"' in page.text
    assert re.search(r'value="en"[^>]* aria-current="true">English<', page.text)
    assert [inbound.locale for inbound in town.road.taken] == ["en"]


async def test_in_a_seat_that_talks_a_language_is_chosen_as_by_a_button_of_the_bot(tmp_path: Path) -> None:
    async with a_town(tmp_path, demo=True) as town:
        visitor = town.visitor()
        await visitor.post("/demo/1/chat/start")
        await visitor.post("/demo/1/chat/language", data={"lang": "en"})
        await visitor.post("/demo/1/chat/language", data={"lang": "zz"})

    assert [inbound.event for inbound in town.road.taken[1:]] == [Tap("=language|language|en")]


async def test_outside_the_demo_no_language_is_offered(town: Town) -> None:
    answer = await town.visitor().post("/chat/language", data={"lang": "en"})

    assert answer.status_code == 404
    assert "tongues" not in (await town.visitor().get("/chat")).text


async def test_a_seats_cookie_opens_no_other_seat(tmp_path: Path) -> None:
    async with a_town(tmp_path, demo=True) as town:
        visitor = town.visitor()
        answer = await visitor.post("/demo/1/chat/start", follow_redirects=False)
        stolen = answer.headers["set-cookie"].split(";")[0]
        page = await town.visitor(Cookie=stolen).get("/demo/3/chat")

    assert "Hello! New or better?" not in page.text


async def test_in_the_teams_chat_one_writes_as_the_first_until_one_chooses(tmp_path: Path) -> None:
    async with a_town(tmp_path, demo=True) as town:
        visitor = town.visitor()
        await visitor.post("/demo/2/chat/say", data={"text": "/tasks"})
        await visitor.post("/demo/2/chat/as", data={"by": "Ida"})
        await visitor.post("/demo/2/chat/as", data={"by": "Mallory"})
        await visitor.post("/demo/2/chat/tap", data={"token": "task|1|done", "message": "2", "by": "Hakan"})
        page = await visitor.post("/demo/2/chat/say", data={"text": "Who brings cake?"})

    assert [inbound.sender for inbound in town.road.taken] == ["Cem", "Ida"]
    assert {(inbound.chat, inbound.private) for inbound in town.road.taken} == {(TEAM.room, False)}
    assert re.findall(r'value="(\w+)" aria-current="true"', page.text) == ["Ida"]
    assert re.findall(r'class="(mine|theirs)" data-day.*?class="by" dir="auto">(\w+)', page.text, re.DOTALL) == [
        ("theirs", "Cem"), ("mine", "Ida"),
    ]  # fmt: skip


async def test_whom_one_writes_as_holds_alone_too_where_everything_is_meant_for_us(tmp_path: Path) -> None:
    async with a_town(tmp_path, demo=True) as town:
        visitor = town.visitor()
        await visitor.post("/demo/2/chat/as", data={"by": "Ida"})
        await visitor.post("/demo/2/alone/say", data={"text": "hello"})
        page = await visitor.post("/demo/2/alone/as", data={"by": "Birgit"})

    (taken,) = town.road.taken
    assert (taken.chat, taken.sender, taken.private) == ("Ida", "", True)
    assert page.url.path == "/demo/2/alone"
    assert "hello" not in page.text


@pytest.mark.parametrize("chat", [TEAM.room, *TEAM.people])
async def test_no_other_page_leads_into_the_teams_chats(tmp_path: Path, chat: str) -> None:
    """Not even with a cookie that we have signed ourselves."""
    async with a_town(tmp_path, demo=True) as town:
        await town.visitor().post("/demo/2/chat/say", data={"text": "/secret"})
        await town.visitor().post("/demo/2/alone/say", data={"text": "/secret"})
        before = len(town.road.taken)
        for page in ("/chat", "/demo/1/chat", "/demo/3/chat"):
            response = Response()
            Cookies("not so secret in a test", page, secure=False).keep(response, chat)
            visitor = town.visitor(Cookie=response.headers["set-cookie"].split(";")[0])
            assert "secret" not in (await visitor.get(page)).text
            assert (await visitor.get(f"{page}/events")).status_code == 204
            assert (await visitor.get(f"{page}/media/{'0' * 64}")).status_code == 404
            await visitor.post(f"{page}/say", data={"text": "/unbind", "chat": chat, "by": chat})

    assert len(town.road.taken) == before + 3
    assert chat not in {inbound.chat for inbound in town.road.taken[before:]}
    assert {inbound.private for inbound in town.road.taken[before:]} == {True}


@pytest.mark.parametrize(
    ("by", "step"),
    [
        ("PT1H", timedelta(hours=1)),
        ("P1D", timedelta(days=1)),
        ("P7D", timedelta(days=7)),
        ("P9Y", timedelta(0)),
        ("", timedelta(0)),
    ],
)
async def test_the_clock_moves_by_the_steps_it_offers(tmp_path: Path, by: str, step: timedelta) -> None:
    async with a_town(tmp_path, demo=True) as town:
        page = await town.visitor().post("/demo/clock", data={"by": by})

    assert town.clock.now == BEGINNING + step
    assert page.url.path == "/demo"


async def test_the_clock_is_shown_in_local_words(tmp_path: Path) -> None:
    async with a_town(tmp_path, demo=True) as town:
        page = await town.visitor(**{"Accept-Language": "de"}).post("/demo/clock", data={"by": "P1D"})

    assert "Dienstag, 3. März 2026, 10:30" in page.text


async def test_another_site_does_not_move_the_clock(tmp_path: Path) -> None:
    async with a_town(tmp_path, demo=True) as town:
        visitor = town.visitor(**{"Sec-Fetch-Site": "cross-site"})
        answer = await visitor.post("/demo/clock", data={"by": "P1D"})

    assert answer.status_code == 403
    assert town.clock.now == BEGINNING
