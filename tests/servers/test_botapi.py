"""The strict Bot API server: updates are confirmed, answered and refused as by the public one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from typing import Any

import aiohttp
import pytest

from tests.servers.botapi import BotApiServer, Limits, ManualClock, Rate

Json = dict[str, Any]


class Client:
    """A bot without a framework: posts JSON and returns the whole answer."""

    def __init__(self, server: BotApiServer, session: aiohttp.ClientSession) -> None:
        self.server = server
        self.session = session

    async def __call__(self, method: str, **parameters: object) -> Json:
        """Call a method."""
        url = f"{self.server.url}/bot{self.server.token}/{method}"
        async with self.session.post(url, json=parameters) as answer:
            body: Json = await answer.json()
            assert answer.status == body.get("error_code", 200)
            return body


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def server(clock: ManualClock) -> AsyncIterator[BotApiServer]:
    async with BotApiServer(clock=clock, limits=Limits.off()) as running:
        yield running


@pytest.fixture
async def api(server: BotApiServer) -> AsyncIterator[Client]:
    async with aiohttp.ClientSession() as session:
        yield Client(server, session)


def ids(answer: Json) -> list[int]:
    return [update["update_id"] for update in answer["result"]]


async def test_an_unconfirmed_update_comes_again(server: BotApiServer, api: Client) -> None:
    await server.person(1, "Ada").send("one")

    first, second = await api("getUpdates"), await api("getUpdates")

    assert ids(first) == ids(second)
    assert len(ids(first)) == 1


async def test_a_confirmed_update_is_gone_for_good(server: BotApiServer, api: Client) -> None:
    ada = server.person(1, "Ada")
    await ada.send("one")
    await ada.send("two")
    one, two = ids(await api("getUpdates"))

    later = await api("getUpdates", offset=two)
    earlier = await api("getUpdates", offset=one)

    assert ids(later) == ids(earlier) == [two]


async def test_the_limit_cuts_a_batch(server: BotApiServer, api: Client) -> None:
    ada = server.person(1, "Ada")
    for number in range(3):
        await ada.send(str(number))

    assert len(ids(await api("getUpdates", limit=2))) == 2


async def test_a_negative_offset_keeps_only_the_newest(server: BotApiServer, api: Client) -> None:
    ada = server.person(1, "Ada")
    for number in range(3):
        await ada.send(str(number))

    newest = await api("getUpdates", offset=-1)

    assert [update["message"]["text"] for update in newest["result"]] == ["2"]
    assert ids(await api("getUpdates")) == ids(newest)


async def test_a_long_poll_answers_as_soon_as_something_comes(server: BotApiServer, api: Client) -> None:
    ada = server.person(1, "Ada")
    poll = asyncio.create_task(api("getUpdates", timeout=30))
    await server.bot().updates.polled.wait()

    await ada.send("hello")

    async with asyncio.timeout(20):  # sooner than a poll in which nothing happens ends
        assert len(ids(await poll)) == 1


async def test_a_long_poll_ends_empty(api: Client) -> None:
    assert (await api("getUpdates", timeout=1))["result"] == []


async def test_the_older_of_two_pollers_is_turned_away(server: BotApiServer, api: Client) -> None:
    older = asyncio.create_task(api("getUpdates", timeout=30))
    await server.bot().updates.polled.wait()

    newer = await api("getUpdates", timeout=0)

    refused = await older
    assert newer["ok"]
    assert refused["error_code"] == 409
    assert refused["description"] == (
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    )


async def test_updates_die_after_a_day(server: BotApiServer, api: Client, clock: ManualClock) -> None:
    await server.person(1, "Ada").send("one")

    clock.advance(86_399)
    assert len(ids(await api("getUpdates"))) == 1
    clock.advance(2)
    assert ids(await api("getUpdates")) == []


async def test_reactions_come_only_when_asked_for_and_the_wish_is_kept(server: BotApiServer, api: Client) -> None:
    ada = server.person(1, "Ada")
    message_id = (await api_message(api, ada.id, "hello", started=ada.send("/start")))["message_id"]

    await ada.react(message_id, "👍")
    unasked = await api("getUpdates", offset=-1)
    await api("getUpdates", allowed_updates=["message_reaction"])
    await ada.react(message_id, "🔥")
    await ada.send("not wanted")
    asked = await api("getUpdates", offset=-1)

    assert "message_reaction" not in unasked["result"][0]
    assert asked["result"][0]["message_reaction"]["old_reaction"] == [{"type": "emoji", "emoji": "👍"}]


async def api_message(api: Client, chat_id: int, text: str, *, started: Awaitable[int], **more: object) -> Json:
    """Let the person begin, then let the bot write."""
    await started
    result: Json = (await api("sendMessage", chat_id=chat_id, text=text, **more))["result"]
    return result


async def test_a_misspelt_update_type_is_refused(api: Client) -> None:
    answer = await api("getUpdates", allowed_updates=["mesage"])

    assert "allowed_updates" in answer["description"]


def keyboard(*labels: str) -> Json:
    return {"inline_keyboard": [[{"text": label, "callback_data": label.lower()}] for label in labels]}


async def test_a_tap_reaches_the_bot_and_its_answer_the_person(server: BotApiServer, api: Client) -> None:
    ada = server.person(1, "Ada")
    await api_message(api, 1, "Yes?", started=ada.send("/start"), reply_markup=keyboard("Yes", "No"))

    await ada.tap("No")
    query = (await api("getUpdates", offset=-1))["result"][0]["callback_query"]
    await api("answerCallbackQuery", callback_query_id=query["id"], text="Noted")

    assert query["data"] == "no"
    assert query["message"]["text"] == "Yes?"
    assert ada.toasts == ["Noted"]


async def test_a_tap_dies_after_150_seconds(server: BotApiServer, api: Client, clock: ManualClock) -> None:
    ada = server.person(1, "Ada")
    await api_message(api, 1, "Yes?", started=ada.send("/start"), reply_markup=keyboard("Yes"))
    in_time = await ada.tap(0)
    clock.advance(149)
    assert (await api("answerCallbackQuery", callback_query_id=in_time))["ok"]
    late = await ada.tap(0)

    clock.advance(151)

    answer = await api("answerCallbackQuery", callback_query_id=late)
    assert answer["description"] == (
        "Bad Request: query is too old and response timeout expired or query ID is invalid"
    )
    kinds = [set(update) for update in (await api("getUpdates"))["result"]]
    assert {"update_id", "callback_query"} not in kinds


async def test_a_tap_can_be_answered_once(server: BotApiServer, api: Client) -> None:
    ada = server.person(1, "Ada")
    await api_message(api, 1, "Yes?", started=ada.send("/start"), reply_markup=keyboard("Yes"))
    query_id = await ada.tap(0)

    answers = [(await api("answerCallbackQuery", callback_query_id=query_id))["ok"] for _ in range(2)]

    assert answers == [True, False]


async def test_a_command_carries_its_entity(server: BotApiServer, api: Client) -> None:
    await server.person(1, "Ada").send("🚲 /start@projekt_test_bot x")

    message = (await api("getUpdates"))["result"][0]["message"]

    assert message["entities"] == [{"type": "bot_command", "offset": 3, "length": 23}]


async def test_an_edit_shows_in_place_and_both_stand_in_the_log(server: BotApiServer, api: Client) -> None:
    ada = server.person(1, "Ada")
    message = await api_message(api, 1, "old", started=ada.send("/start"), reply_markup=keyboard("Go"))
    where = {"chat_id": 1, "message_id": message["message_id"]}

    await api("editMessageText", **where, text="new")

    assert [(seen.text, seen.labels) for seen in ada.sees] == [("/start", []), ("new", [])]
    assert [(line.kind, line.text) for line in ada.log] == [("said", "/start"), ("sent", "old"), ("edited", "new")]
    same = await api("editMessageText", **where, text="new")
    assert same["description"].startswith("Bad Request: message is not modified: specified new message content")


async def test_a_deleted_message_is_out_of_sight_but_in_the_log(server: BotApiServer, api: Client) -> None:
    ada = server.person(1, "Ada")
    message = await api_message(api, 1, "secret", started=ada.send("/start"))

    await api("deleteMessage", chat_id=1, message_id=message["message_id"])
    again = await api("deleteMessage", chat_id=1, message_id=message["message_id"])

    assert [seen.text for seen in ada.sees] == ["/start"]
    assert ada.log[-1].kind == "deleted"
    assert again["description"] == "Bad Request: message to delete not found"


async def test_who_blocks_the_bot_is_not_written_to(server: BotApiServer, api: Client) -> None:
    ada = server.person(1, "Ada", started=True)
    await ada.block()

    refused = await api("sendMessage", chat_id=1, text="hello")
    update = (await api("getUpdates"))["result"][0]["my_chat_member"]
    await ada.unblock()

    assert (refused["error_code"], refused["description"]) == (403, "Forbidden: bot was blocked by the user")
    assert update["new_chat_member"]["status"] == "kicked"
    assert (await api("sendMessage", chat_id=1, text="hello"))["ok"]


async def test_nobody_is_written_to_who_has_not_begun(server: BotApiServer, api: Client) -> None:
    server.person(1, "Ada")

    assert (await api("sendMessage", chat_id=1, text="hello"))["description"] == "Bad Request: chat not found"
    assert (await api("sendMessage", chat_id=2, text="hello"))["description"] == "Bad Request: chat not found"


async def test_one_chat_gets_a_burst_and_then_429(server: BotApiServer, api: Client, clock: ManualClock) -> None:
    server.set_limits(Limits(private=Rate(1, 3)))
    server.person(1, "Ada", started=True)
    server.person(2, "Ben", started=True)

    answers = [await api("sendMessage", chat_id=1, text=str(number)) for number in range(4)]

    assert [answer["ok"] for answer in answers] == [True, True, True, False]
    assert answers[3]["description"] == "Too Many Requests: retry after 1"
    assert answers[3]["parameters"] == {"retry_after": 1}
    assert (await api("sendMessage", chat_id=2, text="others go on"))["ok"]
    clock.advance(1)
    assert (await api("sendMessage", chat_id=1, text="again"))["ok"]


async def test_a_token_sends_thirty_a_second(server: BotApiServer, api: Client) -> None:
    server.set_limits(Limits())
    for number in range(1, 32):
        server.person(number, "P", started=True)

    answers = [(await api("sendMessage", chat_id=number, text="x"))["ok"] for number in range(1, 32)]

    assert answers == [True] * 30 + [False]


async def test_wait_for_wakes_when_the_message_comes_and_tells_what_it_saw_otherwise(
    server: BotApiServer, api: Client
) -> None:
    ada = server.person(1, "Ada", started=True)
    waiting = asyncio.create_task(ada.wait_for(lambda message: "right" in message.text))

    await api("sendMessage", chat_id=1, text="wrong")
    await api("sendChatAction", chat_id=1, action="typing")
    await api("sendMessage", chat_id=1, text="right")

    assert (await waiting).text == "right"
    assert [(await ada.next_message()).text for _ in range(2)] == ["wrong", "right"]
    with pytest.raises(TimeoutError, match="sent \\[2\\]: right"):
        await ada.wait_for(lambda message: message.text == "never", timeout=0.01)


async def test_a_wrong_token_an_unknown_and_an_unmodelled_method_are_told_apart(
    server: BotApiServer, api: Client
) -> None:
    unknown, unmodelled = await api("sendMesage"), await api("sendDice")
    async with api.session.get(f"{server.url}/bot1:wrong/getMe") as answer:
        wrong = await answer.json()

    assert unknown == {"ok": False, "error_code": 404, "description": "Not Found"}
    assert "sendDice is not modelled by the test server" in unmodelled["description"]
    assert wrong == {"ok": False, "error_code": 401, "description": "Unauthorized"}


async def test_two_bots_know_nothing_of_each_other(server: BotApiServer, api: Client) -> None:
    other = server.add_bot("2000002:other", "other_bot")
    ada, ada_there = server.person(1, "Ada"), server.person(1, "Ada", token=other.token)
    await ada.send("to the first")

    assert ada_there.sees == []
    assert len(other.updates.pending) == 0
    assert (await api("getMe"))["result"]["username"] == "projekt_test_bot"
