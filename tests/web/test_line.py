"""The line between an open chat and us: sent twice, lost, in the background, and a chat that was left elsewhere."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page, Route, expect

from projektbot.messages import Words
from tests.web.test_in_browser import open_chat, say
from tests.web.town import Town, says

pytestmark = pytest.mark.asyncio(loop_scope="session")  # where the browser is


async def test_a_lost_connection_loses_no_words(browser: Browser, street: Town) -> None:
    page = await open_chat(browser, street)
    await page.context.set_offline(True)

    await page.get_by_label("Your message").fill("precious")
    await page.keyboard.press("Enter")

    await expect(page.get_by_role("alert")).to_contain_text("could not be sent")
    await expect(page.get_by_label("Your message")).to_have_value("precious")


@pytest.mark.parametrize("script", [True, False])
async def test_an_impatient_thumb_says_it_once(browser: Browser, street: Town, script: bool) -> None:  # noqa: FBT001 - both
    page = await open_chat(browser, street, java_script_enabled=script)

    await page.get_by_label("Your message").fill("A bench")
    await page.get_by_role("button", name="Send", exact=True).dblclick()
    await expect(page.get_by_text("You wrote: A bench")).to_be_visible()
    await expect(page.locator("form.busy")).to_have_count(0)
    await say(page, "A tree")
    await expect(page.get_by_text("You wrote: A tree")).to_be_visible()

    assert [inbound.event for inbound in street.road.taken[1:]] == [Words("A bench"), Words("A tree")]


async def test_words_whose_arrival_was_not_told_are_said_once(browser: Browser, street: Town) -> None:
    page = await open_chat(browser, street)

    async def lose_the_answer(route: Route) -> None:
        await route.fetch()
        await route.abort()

    await page.route("**/chat/say", lose_the_answer, times=1)
    await page.get_by_label("Your message").fill("precious")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("could not be sent")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_be_empty()
    await expect(page.locator("form.busy")).to_have_count(0)
    await say(page, "and again")
    await expect(page.get_by_text("You wrote: and again")).to_be_visible()

    assert [inbound.event for inbound in street.road.taken[1:]] == [Words("precious"), Words("and again")]


async def test_what_is_typed_where_the_chat_was_left_goes_into_no_other(browser: Browser, street: Town) -> None:
    """As at a kiosk: the next person's chat is no place for it, and it is not lost without a word."""
    page = await open_chat(browser, street)
    other = await page.context.new_page()
    await other.goto(f"{street.url}/chat")
    await other.get_by_text("Leave this chat").click()
    await other.get_by_role("button", name="Leave for good").click()
    await other.get_by_role("button", name="Let’s go").click()
    await expect(other.get_by_text("Hello! New or better?")).to_be_visible()
    before = len(street.road.taken)

    await page.get_by_label("Your message").fill("private")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("left in another window")
    async with page.expect_response("**/chat/tap") as answer:
        await page.get_by_role("button", name="Something new").click()

    assert (await answer.value).status == 409
    await expect(page.get_by_label("Your message")).to_have_value("private")
    assert len(street.road.taken) == before


async def hide(page: Page, *, hidden: bool) -> None:
    """Let a page believe that it is in the background, or in front again."""
    state = "hidden" if hidden else "visible"
    for frame in page.frames:
        await frame.evaluate(
            f"Object.defineProperty(document, 'visibilityState', {{ value: '{state}', configurable: true }});"
            "document.dispatchEvent(new Event('visibilitychange'))"
        )


async def test_pages_in_the_background_leave_the_line_to_others_and_miss_nothing(
    browser: Browser, street: Town
) -> None:
    """A browser keeps six lines to a host, and each open chat held one of them."""
    first = await open_chat(browser, street)
    chat = street.last_chat
    await hide(first, hidden=True)
    for _ in range(6):
        page = await first.context.new_page()
        await page.goto(f"{street.url}/chat")
        await expect(page.get_by_text("Hello! New or better?")).to_be_visible()
        await hide(page, hidden=True)

    await street.chat.send(chat, says("Still there?"), "r", private=True)
    await hide(first, hidden=False)

    await expect(first.get_by_text("Still there?")).to_be_visible()
    await expect(first.get_by_text("Hello! New or better?")).to_have_count(1)
