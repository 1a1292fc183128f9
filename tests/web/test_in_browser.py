"""The pages in Chromium: with and without script, on a phone, by keyboard, and for screen readers."""

from __future__ import annotations

import io
from typing import Literal, TypeAlias

import pytest
from axe_playwright_python.async_playwright import Axe
from PIL import Image
from playwright.async_api import Browser, Page, ViewportSize, expect

from projektbot.messages import Choice, Command, Outgoing, Part, Tap, Words
from projektbot.web.demo import TEAM
from tests.web.town import Town, says

pytestmark = pytest.mark.asyncio(loop_scope="session")  # where the browser is

Scheme: TypeAlias = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")  # one page is looked at in both
PHONE = ViewportSize(width=390, height=844)
# the words of what has the focus, if anything has
FOCUSED = "(([on]) => on === document.body ? '' : (on.labels?.[0] ?? on).textContent)([document.activeElement])"
LONG = "Donaudampfschifffahrtsgesellschaftskapitänskajütenschlüssel" * 3


async def open_chat(browser: Browser, town: Town, **options: object) -> Page:
    context = await browser.new_context(locale="en-GB", **options)  # type: ignore[arg-type]  # playwright's own names
    page = await context.new_page()
    await page.goto(f"{town.url}/chat")
    await page.get_by_role("button", name="Let’s go").click()
    await expect(page.get_by_text("Hello! New or better?")).to_be_visible()
    return page


async def look_by(page: Page, scheme: Scheme) -> None:
    """Look at an open page by day or by night."""
    await page.emulate_media(color_scheme=scheme)
    # colours take 0.15 s to change, and on the way nobody need be able to read
    await page.evaluate("for (const change of document.getAnimations()) change.finish()")


async def test_messages_arrive_by_themselves(browser: Browser, street: Town) -> None:
    page = await open_chat(browser, street)
    await page.evaluate("window.unreloaded = true")

    sent = await street.chat.send(street.last_chat, says("A reminder"), "r1", private=True)
    await expect(page.get_by_text("A reminder")).to_be_visible()
    await street.chat.send(street.last_chat, says("Never mind", replaces=sent), "r2", private=True)
    await expect(page.get_by_text("Never mind")).to_be_visible()

    await expect(page.get_by_text("A reminder")).to_have_count(0)
    assert await page.evaluate("window.unreloaded") is True


async def test_talking_reloads_nothing(browser: Browser, street: Town) -> None:
    page = await open_chat(browser, street)
    await page.evaluate("window.unreloaded = true")

    await page.get_by_role("button", name="Something better").click()
    await expect(page.get_by_text("Tapped t2")).to_be_in_viewport()
    await page.get_by_label("Your message").fill("A bench <b>here</b>")
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(page.get_by_text("You wrote: A bench <b>here</b>")).to_be_in_viewport()

    await expect(page.get_by_label("Your message")).to_have_value("")
    await expect(page.locator(".day")).to_have_count(1)
    assert await page.evaluate("window.unreloaded") is True


async def test_a_photo_is_sent_and_shown(browser: Browser, street: Town) -> None:
    page = await open_chat(browser, street)
    content = io.BytesIO()
    Image.new("RGB", (400, 300), "teal").save(content, "PNG")

    await page.locator(".more summary").click()
    await page.set_input_files("#file", {"name": "a.png", "mimeType": "image/png", "buffer": content.getvalue()})
    await page.get_by_role("button", name="Send file").click()

    photo = page.get_by_role("img", name="Picture that was sent")
    await expect(photo).to_have_js_property("naturalWidth", 400)
    box = await photo.bounding_box()
    assert box is not None
    assert box["width"] / box["height"] == pytest.approx(4 / 3, rel=0.02)
    await expect(page.get_by_text("Thanks for the image")).to_be_in_viewport()


async def test_a_location_is_shared(browser: Browser, street: Town) -> None:
    where = {"latitude": 52.5, "longitude": 13.4}
    page = await open_chat(browser, street, geolocation=where, permissions=["geolocation"])

    await page.locator(".more summary").click()
    await page.get_by_role("button", name="Share my location").click()

    await expect(page.get_by_text("My location: 52.5000, 13.4000")).to_be_visible()
    await expect(page.get_by_text("Got Shared")).to_be_visible()


async def test_everything_works_without_script(browser: Browser, street: Town) -> None:
    page = await open_chat(browser, street, java_script_enabled=False)

    await page.get_by_role("button", name="Something new").click()
    await expect(page.get_by_text("Tapped t1")).to_be_in_viewport()
    await page.get_by_label("Your message").fill("A bench")
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(page.get_by_text("You wrote: A bench")).to_be_in_viewport()
    await page.locator(".more summary").click()
    await page.set_input_files("#file", {"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"})
    await page.get_by_role("button", name="Send file").click()
    await expect(page.get_by_role("link", name="a.pdf")).to_be_visible()
    await street.chat.send(street.last_chat, says("Later"), "later", private=True)
    await page.get_by_role("link", name="Look for new messages").click()

    await expect(page.get_by_text("Later")).to_be_in_viewport()
    await expect(page.get_by_role("button", name="Share my location")).to_be_hidden()


async def test_everything_works_by_keyboard(browser: Browser, street: Town) -> None:
    page = await (await browser.new_context(locale="en-GB")).new_page()
    await page.goto(f"{street.url}/chat")

    await _tab_to(page, "Let’s go")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Hello! New or better?")).to_be_visible()
    await _tab_to(page, "Something better")
    await page.keyboard.press("Space")
    await expect(page.get_by_text("Tapped t2")).to_be_visible()
    await _tab_to(page, "Your message")
    await page.keyboard.type("one")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("two")
    await page.keyboard.press("Enter")

    await expect(page.locator("q").last).to_have_text("one two")
    await expect(page.get_by_label("Your message")).to_be_focused()


async def test_a_changed_message_keeps_the_focus(browser: Browser, street: Town) -> None:
    page = await open_chat(browser, street)
    basket = [Choice("a", "Tree"), Choice("b", "Bench")]
    sent = await street.chat.send(street.last_chat, says("0 €", *basket), "b1", private=True)
    await page.get_by_role("button", name="Bench").focus()

    await street.chat.send(street.last_chat, says("500 €", *basket, replaces=sent), "b2", private=True)

    await expect(page.get_by_text("500 €")).to_be_visible()
    await expect(page.get_by_role("button", name="Bench")).to_be_focused()


@pytest.mark.parametrize("path", ["/", "/chat", "/nowhere", "/demo", "/demo/2/chat"])
async def test_no_page_scrolls_sideways_on_a_phone(browser: Browser, street: Town, path: str) -> None:
    page = await open_chat(browser, street, viewport=ViewportSize(width=320, height=640))
    await street.chat.send(
        street.last_chat, says(LONG, Choice("l", LONG), Choice("m", LONG, word="x")), "l", private=True
    )

    await street.chat.put(TEAM.room, Words(LONG), "en", "Ida")

    await page.goto(street.url + path)

    assert await page.evaluate("document.documentElement.scrollWidth") <= 320


async def test_every_target_is_large_enough_for_a_thumb(browser: Browser, street: Town) -> None:
    page = await open_chat(browser, street, viewport=PHONE)

    for target in await page.locator("button:visible, summary, a.home").all():
        box = await target.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 44


async def test_a_long_chat_in_a_frame_does_not_move_the_page_around_it(browser: Browser, street: Town) -> None:
    await street.chat.put(TEAM.room, Words("A long story. " * 200), "en", "Cem")
    page = await (await browser.new_context(viewport=PHONE)).new_page()

    await page.goto(f"{street.url}/demo")
    inner = next(frame for frame in page.frames if frame.url.endswith("/demo/2/chat"))
    await inner.wait_for_function("scrollY > 0")

    assert await page.evaluate("scrollY") == 0


async def test_a_resident_a_team_and_a_moderator_are_side_by_side(browser: Browser, street: Town) -> None:
    page = await (await browser.new_context(viewport=ViewportSize(width=1280, height=900))).new_page()
    await page.goto(f"{street.url}/demo")

    boxes = [await frame.bounding_box() for frame in await page.locator("iframe").all()]

    assert await page.get_by_role("heading", level=2).all_inner_texts() == [
        "Anna, resident", "Reparaturcafé, team chat", "Mia, moderator",
    ]  # fmt: skip
    lefts = [box["x"] for box in boxes if box]
    assert len({box["y"] for box in boxes if box}) == 1
    assert lefts == sorted(set(lefts))
    assert max(box["y"] + box["height"] for box in boxes if box) <= 900


async def test_the_demos_clock_brings_a_reminder_into_a_seats_chat(browser: Browser, street: Town) -> None:
    page = await (await browser.new_context(locale="en-GB")).new_page()
    await page.goto(f"{street.url}/demo")
    seat = page.frame_locator("iframe").nth(0)
    await seat.get_by_role("button", name="Let’s go").click()
    await expect(seat.get_by_text("Hello! New or better?")).to_be_visible()

    await page.get_by_role("button", name="A week later").click()
    await expect(page.locator("#clock")).to_contain_text("Monday, March 9, 2026")
    await street.chat.send(street.last_chat, says("Still there?"), "r", private=True)

    await expect(seat.get_by_text("Still there?")).to_be_visible()
    await expect(seat.locator(".day")).to_have_count(2)


@pytest.mark.parametrize("script", [True, False])
async def test_two_people_talk_in_the_teams_chat(browser: Browser, street: Town, script: bool) -> None:  # noqa: FBT001 - both
    list_ = says("Tasks: cake", Choice("task|1|done", "Done: cake"))
    street.road.answer = lambda event: [list_] if isinstance(event, Command) else [says("Tasks: none", replaces="2")]
    page = await (await browser.new_context(locale="en-GB", java_script_enabled=script, viewport=PHONE)).new_page()
    await page.goto(f"{street.url}/demo/2/chat")
    await page.get_by_role("button", name="Let’s go").click()  # nothing was said yet
    await expect(page.get_by_text("Tasks: cake")).to_be_visible()

    await say(page, "Who brings it?")
    await page.get_by_role("button", name="Ida", exact=True).click()
    await say(page, "I do")
    await page.get_by_role("button", name="Done: cake").click()
    await expect(page.get_by_text("Tasks: none")).to_be_visible()

    assert await page.locator(".theirs .by").all_inner_texts() == ["Cem"]
    assert await page.locator(".mine .by").all_inner_texts() == ["Ida"]
    assert [(inbound.sender, inbound.event) for inbound in street.road.taken] == [
        ("Cem", Command("start")), ("Ida", Tap("task|1|done", "2")),
    ]  # fmt: skip
    await page.get_by_role("link", name="In private").click()
    await expect(page.get_by_text("Who brings it?")).to_have_count(0)


async def say(page: Page, words: str) -> None:
    await page.locator("textarea").fill(words)
    await page.locator("button.send").click()
    await expect(page.locator(".mine").get_by_text(words)).to_be_in_viewport()


async def test_a_question_with_many_choices_is_seen_from_its_beginning_to_its_end(
    browser: Browser, street: Town
) -> None:
    """As much of it as a small phone can show."""
    page = await open_chat(browser, street, viewport=ViewportSize(width=360, height=740))
    await street.chat.send(street.last_chat, says("A long story. " * 60), "s", private=True)
    many = [Choice(f"c{number}", f"Field {number}") for number in range(8)]

    await street.chat.send(
        street.last_chat, says("Which field?", *many, Choice("b", "Back", word="back")), "m", private=True
    )

    for _ in ("as it arrives", "after a reload"):
        await expect(page.get_by_text("Which field?")).to_be_in_viewport(ratio=1)
        await expect(page.get_by_role("button", name="Back")).to_be_in_viewport(ratio=1)
        assert await page.evaluate(
            "document.querySelector('#log li:last-child .asides').getBoundingClientRect().bottom"
            " <= document.querySelector('.composer .row').getBoundingClientRect().top + 8"
        )
        await page.reload()


async def test_only_the_newest_buttons_call(browser: Browser, street: Town) -> None:
    page = await open_chat(browser, street)
    for number in (1, 2):
        reminder = says(f"Reminder {number}", Choice(f"g{number}", f"Go on {number}"))
        await street.chat.send(street.last_chat, reminder, f"r{number}", private=True)
    await expect(page.get_by_role("button", name="Go on 2")).to_be_visible()

    edges = [
        await page.get_by_role("button", name=name).evaluate("(on) => getComputedStyle(on).borderTopColor")
        for name in ("Something new", "Go on 1", "Go on 2")
    ]

    assert edges[0] == edges[1] != edges[2]


async def test_a_chat_is_left_and_not_come_back_to(browser: Browser, street: Town) -> None:
    page = await open_chat(browser, street)

    await page.get_by_text("Leave this chat").click()
    await page.get_by_role("button", name="Leave for good").click()
    await expect(page.get_by_role("button", name="Let’s go")).to_be_visible()
    await page.go_back()

    await expect(page.get_by_role("button", name="Let’s go")).to_be_visible()
    await expect(page.get_by_text("Hello! New or better?")).to_have_count(0)


async def test_the_page_follows_its_chat_into_another_language(browser: Browser, street: Town) -> None:
    page = await open_chat(browser, street)

    german = Outgoing((Part("Ab jetzt auf Deutsch."),), lang="de")
    await street.chat.send(street.last_chat, german, "d", private=True)

    await expect(page.locator("html")).to_have_attribute("lang", "de")
    await expect(page.get_by_text("Ab jetzt auf Deutsch.")).to_be_in_viewport()


@pytest.mark.parametrize("path", ["/", "/chat", "/nowhere", "/demo", "/demo/2/chat"])
async def test_axe_finds_nothing(browser: Browser, street: Town, path: str) -> None:
    page = await open_chat(browser, street, viewport=PHONE, reduced_motion="reduce")
    await page.get_by_role("button", name="Something better").click()
    await expect(page.get_by_text("Tapped t2")).to_be_visible()
    for name in ("Cem", "Ida"):
        await street.chat.put(TEAM.room, Words("Hello"), "en", name)
    await page.context.add_init_script(
        "addEventListener('securitypolicyviolation', (e) => { window.blocked = e.blockedURI })"
    )
    await page.goto(street.url + path)

    for scheme in SCHEMES:
        await look_by(page, scheme)
        found = await Axe().run(page)

        assert found.violations_count == 0, f"{scheme}: {found.generate_report()}"
    assert await page.evaluate("window.blocked ?? null") is None


@pytest.mark.parametrize("path", ["/", "/chat", "/nowhere", "/demo", "/demo/2/chat"])
async def test_from_right_to_left_it_fits_and_axe_finds_nothing(browser: Browser, street: Town, path: str) -> None:
    await street.chat.put(TEAM.room, Words(LONG), "ar", "Ida")
    context = await browser.new_context(
        locale="ar", viewport=ViewportSize(width=320, height=640), reduced_motion="reduce"
    )
    page = await context.new_page()
    await page.goto(street.url + path)

    found = await Axe().run(page)

    assert await page.locator("html").get_attribute("dir") == ("ltr" if path.endswith("/2/chat") else "rtl")
    assert found.violations_count == 0, found.generate_report()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 320


async def _tab_to(page: Page, name: str) -> None:
    """Press Tab until what has this name has the focus, as people without a mouse do."""
    for _ in range(20):
        await page.keyboard.press("Tab")
        focused = await page.evaluate(FOCUSED)
        if name in focused:
            return
    pytest.fail(f"{name} is not reached by keyboard")
