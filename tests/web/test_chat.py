"""The chat page over HTTP, as a browser without script sees it, and as somebody with bad intentions does."""

from __future__ import annotations

import asyncio
import io
import re
from pathlib import Path

import httpx
import pytest
from PIL import Image

from projektbot.messages import (
    MAX_FILE_BYTES,
    Choice,
    Command,
    Event,
    Kind,
    Outgoing,
    Part,
    Shared,
    Tap,
    Upload,
    Words,
)
from projektbot.web.session import COOKIE
from tests.web.town import Town, a_town, says, served, two_messengers

EVIL = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'


async def start(town: Town) -> httpx.AsyncClient:
    visitor = town.visitor()
    await visitor.post("/chat/start")
    return visitor


def picture() -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (60, 40), "green").save(content, "PNG")
    return content.getvalue()


# ---- talking ---------------------------------------------------------------------------------------------------------


async def test_looking_at_the_page_begins_nothing(town: Town) -> None:
    page = await town.visitor().get("/chat")

    assert "Let’s go" in page.text
    assert "set-cookie" not in page.headers
    assert town.road.taken == []


async def test_the_start_button_begins_a_chat(town: Town) -> None:
    visitor = town.visitor(**{"Accept-Language": "de"})

    page = await visitor.post("/chat/start")

    assert (page.url.path, page.url.fragment) == ("/chat", "end")
    assert "Hello! New or better?" in page.text
    assert town.road.taken[0].event == Command("start")
    assert town.road.taken[0].locale == "de"
    assert re.fullmatch(r"[0-9a-f]{32}", town.last_chat)


async def test_what_is_said_stands_in_the_chat_with_its_answer(town: Town) -> None:
    visitor = await start(town)

    page = await visitor.post("/chat/say", data={"text": " A bench\r\nin the shade "})

    assert town.road.taken[-1].event == Words("A bench\nin the shade")
    assert "You wrote: <q>A bench\nin the shade</q>" in page.text
    assert page.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("/Idee", Command("idee")),
        ("/LÖSCHEN alles\nwirklich", Command("löschen", "alles\nwirklich")),
        ("/start idea", Command("start", "idea")),
        ("/", Words("/")),
        ("/ idea", Words("/ idea")),
        ("1/2 Brot", Words("1/2 Brot")),
        ("/usr/bin", Words("/usr/bin")),
    ],
)
async def test_what_begins_with_a_slash_is_a_command(town: Town, text: str, event: Command | Words) -> None:
    await (await start(town)).post("/chat/say", data={"text": text})

    assert town.road.taken[-1].event == event


async def test_nothing_said_is_nothing_done(town: Town) -> None:
    visitor = await start(town)

    await visitor.post("/chat/say", data={"text": " \n "})
    await visitor.post("/chat/tap", data={})

    assert len(town.road.taken) == 1


async def test_a_tap_shows_the_label_of_its_button(town: Town) -> None:
    visitor = await start(town)

    page = await visitor.post("/chat/tap", data={"token": "t2", "message": "2"})

    assert town.road.taken[-1].event == Tap("t2", "2")
    assert re.search(r'class="mine".*?Something better', page.text, re.DOTALL)
    assert 'class="answer aside"' in page.text


async def test_choices_go_on_counting_where_the_message_says(tmp_path: Path) -> None:
    asked = Outgoing((Part("Which?"),), (Choice("a", "Ada"), Choice("s", "Skip", word="skip"), Choice("b", "Bea")), 7)
    async with a_town(tmp_path, answer=lambda _: [asked]) as town:
        page = await (await start(town)).get("/chat")

    assert re.findall(r'class="number">(\d+)<', page.text) == ["7", "8"]


async def test_a_shared_location_arrives(town: Town) -> None:
    await (await start(town)).post("/chat/place", data={"lat": "52.52", "lon": "-13.4"})

    assert town.road.taken[-1].event == Shared(52.52, -13.4)


@pytest.mark.parametrize("lat", ["nan", "inf", "91", "", "north"])
async def test_a_location_nowhere_is_refused_in_words(town: Town, lat: str) -> None:
    page = await (await start(town)).post("/chat/place", data={"lat": lat, "lon": "0"})

    assert page.status_code == 422
    assert "This location could not be read." in page.text


async def test_a_page_that_waits_for_an_answer_looks_again_by_itself(town: Town) -> None:
    visitor = await start(town)

    waiting = await visitor.post("/chat/say", data={"text": "/silence"})
    answered = await visitor.post("/chat/say", data={"text": "hello"})

    assert '<noscript><meta http-equiv="refresh"' in waiting.text
    assert "http-equiv" not in answered.text


async def test_a_form_that_is_sent_twice_does_its_one_thing_once(town: Town) -> None:
    visitor = await start(town)
    page = (await visitor.get("/chat")).text
    [once] = set(re.findall(r'name="once" value="([0-9a-f]{32})"', page))

    said = {"text": "A bench", "once": once}
    await asyncio.gather(*[visitor.post("/chat/say", data=said) for _ in range(3)])
    after = (await visitor.get("/chat")).text
    [then] = set(re.findall(r'name="once" value="([0-9a-f]{32})"', after))
    for _ in range(2):
        await visitor.post("/chat/tap", data={"token": "t1", "message": "2", "once": then})
    for _ in range(2):
        sent = {"file": ("a.png", picture(), "image/png")}
        await visitor.post("/chat/file", data={"once": "f" * 32}, files=sent)
    await (await start(town)).post("/chat/say", data=said)
    await visitor.post("/chat/say", data={"text": "A bench"})

    kinds = [type(inbound.event) for inbound in town.road.taken]
    assert kinds == [Command, Words, Tap, Upload, Command, Words, Words]
    assert once != then
    assert after.count("You wrote: <q>A bench</q>") == 1


async def test_a_page_whose_answer_took_the_place_of_an_earlier_message_waits_for_no_other(tmp_path: Path) -> None:
    def turn(event: Event) -> list[Outgoing]:
        return [says("Page 2", replaces="2") if isinstance(event, Tap) else says("Page 1", Choice("more", "More"))]

    async with a_town(tmp_path, answer=turn) as town:
        visitor = await start(town)
        turned = await visitor.post("/chat/tap", data={"token": "more", "message": "2"})

    assert "Page 2" in turned.text
    assert "http-equiv" not in turned.text


async def test_a_script_is_answered_without_a_page(town: Town) -> None:
    visitor = await start(town)
    visitor.headers["X-By-Script"] = "1"

    said = await visitor.post("/chat/say", data={"text": "hello"})
    refused = await visitor.post("/chat/say", data={"text": "x" * 4097})

    assert (said.status_code, said.content) == (204, b"")
    assert refused.status_code == 413
    assert refused.text.startswith("This is too long")


# ---- deep links ------------------------------------------------------------------------------------------------------


async def test_a_deep_link_opens_its_one_thing_for_who_has_a_chat(town: Town) -> None:
    visitor = await start(town)

    page = await visitor.get("/chat?start=idea")
    await visitor.get(page.url.path)

    assert [inbound.event for inbound in town.road.taken] == [Command("start"), Command("start", "idea")]


async def test_a_newcomers_deep_link_waits_for_the_button(town: Town) -> None:
    visitor = town.visitor()

    page = await visitor.get("/chat?start=idea")
    assert 'name="payload" value="idea"' in page.text
    assert town.road.taken == []
    await visitor.post("/chat/start", data={"payload": "idea"})

    assert town.road.taken[-1].event == Command("start", "idea")


async def test_who_has_not_begun_may_take_a_deep_link_to_a_messenger(tmp_path: Path) -> None:
    async with a_town(tmp_path, ways=two_messengers) as town:
        plain = await town.visitor().get("/chat")
        deep = await town.visitor().get("/chat?start=idea-altstadt")
        begun = await (await start(town)).get("/chat")

    assert 'href="https://t.me/example_bot"' in plain.text
    assert 'href="https://t.me/example_bot?start=idea-altstadt"' in deep.text
    assert "t.me" not in begun.text


@pytest.mark.parametrize("headers", [{"Sec-Purpose": "prefetch"}, {"Sec-Fetch-Mode": "no-cors"}])
async def test_a_deep_link_that_is_only_fetched_ahead_does_nothing(town: Town, headers: dict[str, str]) -> None:
    visitor = await start(town)

    await visitor.get("/chat?start=idea", headers=headers)
    await visitor.head("/chat?start=idea")

    assert len(town.road.taken) == 1


async def test_a_payload_that_is_none_is_left_out(town: Town) -> None:
    page = await town.visitor().get("/chat", params={"start": EVIL})

    assert "payload" not in page.text


# ---- files -----------------------------------------------------------------------------------------------------------


async def test_a_photo_is_taken_and_shown_to_its_sender_alone(town: Town) -> None:
    visitor = await start(town)

    page = await visitor.post("/chat/file", files={"file": ("../../my\u202etree.png", picture(), "image/png")})

    upload = town.road.taken[-1].event
    assert isinstance(upload, Upload)
    assert (upload.kind, upload.name) == (Kind.IMAGE, "mytree.png")
    [url] = set(re.findall(r'img src="(/chat/media/[0-9a-f]{64})"', page.text))
    assert 'width="60" height="40"' in page.text
    mine, foreign = await visitor.get(url), await (await start(town)).get(url)
    assert (mine.status_code, mine.content) == (200, picture())
    assert (await town.visitor().get(url)).status_code == foreign.status_code == 404


async def test_a_page_sent_as_a_picture_is_only_ever_downloaded(town: Town) -> None:
    visitor = await start(town)

    page = await visitor.post("/chat/file", files={"file": ("x.png", b"<script>alert(1)</script>", "image/png")})

    [url] = set(re.findall(r'"(/chat/media/[0-9a-f]{64})"', page.text))
    answer = await visitor.get(url)
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


@pytest.mark.parametrize("extra", [1, 50_000])
async def test_a_file_beyond_the_limit_is_refused_in_words(town: Town, extra: int) -> None:
    visitor = await start(town)

    page = await visitor.post("/chat/file", files={"file": ("film.mp4", bytes(MAX_FILE_BYTES + extra), "video/mp4")})

    assert page.status_code == 413
    assert "This file is too big." in page.text
    assert len(town.road.taken) == 1


async def test_sending_no_file_is_answered_in_words(town: Town) -> None:
    visitor = await start(town)

    for files in ({"file": ("", b"", "")}, {"other": ("a.png", picture(), "image/png")}):
        page = await visitor.post("/chat/file", files=files)
        assert (page.status_code, "Please choose a file first." in page.text) == (422, True)


# ---- the stream ------------------------------------------------------------------------------------------------------


async def first_events(town: Town, visitor: httpx.AsyncClient, **headers: str) -> str:
    """Read a stream until the first batch has come."""
    async with httpx.AsyncClient(base_url=town.url, headers=headers) as browser:
        cookies = {"Cookie": f"{COOKIE}={visitor.cookies[COOKIE]}"}
        async with browser.stream("GET", "/chat/events", headers=cookies) as answer, asyncio.timeout(30):
            assert answer.headers["Content-Type"].startswith("text/event-stream")
            text = ""
            async for chunk in answer.aiter_text():
                text += chunk
                if text.count("\n\n") > 1:
                    break
    return text


async def test_the_stream_brings_lines_and_resumes_after_the_last_one(town: Town) -> None:
    visitor = await start(town)

    async with served(town):
        everything = await first_events(town, visitor)
        stamps = re.findall(r"^id: (\d+)$", everything, re.MULTILINE)
        rest = await first_events(town, visitor, **{"Last-Event-ID": stamps[-1]})

    assert "Hello! New or better?" in everything
    assert 'data: <li id="m2"' in everything
    assert rest.endswith(": still here\n\n")
    assert "Hello" not in rest


async def test_a_browser_without_a_chat_has_nothing_to_listen_to(town: Town) -> None:
    assert (await town.visitor().get("/chat/events")).status_code == 204


async def test_a_message_of_many_lines_stays_one_event(tmp_path: Path) -> None:
    async with a_town(tmp_path, answer=lambda _: [says("one\n\ntwo\r\rthree\nid: 5\n\n")]) as town, served(town):
        events = await first_events(town, await start(town))

    blocks = [block for block in events.strip().split("\n\n") if "<li" in block]
    assert len(blocks) == 1
    assert all(line.startswith(("data: ", "id: ")) for line in blocks[0].splitlines())
