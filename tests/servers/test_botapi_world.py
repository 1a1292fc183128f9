"""The strict Bot API server's groups, webhooks and faults."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from tests.playing.people import photo
from tests.servers.botapi import Backoff, BotApiServer, Group, Limits, Person
from tests.servers.botapi.faults import Faults

Json = dict[str, Any]
QUICK = Backoff(first=0.0, second=0.001, longest=0.001)


@pytest.fixture
async def server() -> AsyncIterator[BotApiServer]:
    async with BotApiServer(limits=Limits.off(), backoff=QUICK) as running:
        yield running


async def call(server: BotApiServer, method: str, **parameters: object) -> Json:
    """Call a method and return its whole answer."""
    url = f"{server.url}/bot{server.token}/{method}"
    async with aiohttp.ClientSession() as session, session.post(url, json=parameters) as answer:
        body: Json = await answer.json(content_type=None)
        return body


def waiting(server: BotApiServer) -> list[str]:
    """Return the kinds of the updates that wait, and the texts of messages."""
    return [update.body.decode() for update in server.bot().updates.pending.values()]


async def team(server: BotApiServer) -> tuple[Group, Person, Person]:
    """Make a group of two people and the bot, and forget the updates of that."""
    ada, ben = server.person(1, "Ada"), server.person(2, "Ben")
    group = server.group(-5, "Team", [ada, ben])
    await group.add_bot(server.bot(), ada)
    server.bot().updates.pending.clear()
    return group, ada, ben


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("/status", True),
        ("/status@projekt_test_bot", True),
        ("/status@another_bot", False),
        ("hello all", False),
        ("what does @projekt_test_bot say?", True),
    ],
)
async def test_privacy_mode_lets_through_what_is_meant_for_the_bot(
    server: BotApiServer,
    text: str,
    heard: bool,  # noqa: FBT001 - a row of the table
) -> None:
    group, ada, _ = await team(server)

    await group.send(ada, text)

    assert bool(waiting(server)) == heard


async def test_replies_to_the_bot_are_heard_and_an_administrator_hears_all(server: BotApiServer) -> None:
    group, ada, ben = await team(server)
    sent = (await call(server, "sendMessage", chat_id=-5, text="Who helps?"))["result"]

    await group.reply(ben, sent["message_id"], "I do")
    assert len(waiting(server)) == 1
    await group.add_bot(server.bot(), ada, admin=True)
    await group.send(ben, "hello all")

    assert "hello all" in waiting(server)[-1]


async def test_photos_and_corrections_are_heard_as_words_are(server: BotApiServer) -> None:
    group, ada, ben = await team(server)
    unheard = await group.send_photo(ben, photo(), "Our bench")
    words = await group.send(ben, "hello all")
    await group.edit(ben, words, "hello you")
    assert waiting(server) == []

    await group.add_bot(server.bot(), ada, admin=True)
    heard = await group.send_photo(ben, photo(), "Our other bench")
    await group.edit(ben, words, "hello again")

    assert heard > unheard
    assert ["Our other bench" in raw for raw in waiting(server)[-2:]] == [True, False]
    assert "edited_message" in waiting(server)[-1]


async def test_a_removed_bot_hears_of_it_and_is_shut_out(server: BotApiServer) -> None:
    group, ada, _ = await team(server)

    await group.remove_bot(server.bot(), ada)

    assert '"my_chat_member"' in waiting(server)[0]
    refused = await call(server, "sendMessage", chat_id=-5, text="x")
    assert (refused["error_code"], refused["description"]) == (403, "Forbidden: bot was kicked from the group chat")


async def test_an_upgraded_group_tells_its_new_id(server: BotApiServer) -> None:
    group, _, _ = await team(server)
    await group.upgrade(-1_000_000_000_005)

    refused = await call(server, "sendMessage", chat_id=-5, text="x")

    assert refused["description"] == "Bad Request: group chat was upgraded to a supergroup chat"
    assert refused["parameters"] == {"migrate_to_chat_id": -1_000_000_000_005}
    assert (await call(server, "sendMessage", chat_id=-1_000_000_000_005, text="x"))["ok"]
    assert ["migrate_to_chat_id" in update for update in waiting(server)] == [True, False]
    assert (await group.wait_for(lambda message: message.text == "x")).text == "x"


async def test_a_poll_that_is_not_anonymous_tells_who_voted(server: BotApiServer) -> None:
    group, _, ben = await team(server)
    options = [{"text": "Monday"}, {"text": "Friday"}]
    poll = await call(server, "sendPoll", chat_id=-5, question="When?", options=options, is_anonymous=False)

    await group.vote(ben, poll["result"]["message_id"], 1)

    assert '"poll_answer"' in waiting(server)[-1]
    assert '"option_ids":[1]' in waiting(server)[-1]


Hook = Callable[[Json, web.BaseRequest], Awaitable[web.Response]]


@asynccontextmanager
async def hook_server(hook: Hook) -> AsyncIterator[str]:
    """Run a bot's webhook."""

    async def handle(request: web.BaseRequest) -> web.Response:
        return await hook(await request.json(), request)

    runner = web.ServerRunner(web.Server(handle))
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    finally:
        await runner.cleanup()


async def test_a_webhook_gets_an_update_until_it_accepts_it(server: BotApiServer) -> None:
    seen: list[tuple[str, str]] = []
    done = asyncio.Event()

    async def hook(update: Json, request: web.BaseRequest) -> web.Response:
        seen.append((update["message"]["text"], request.headers["X-Telegram-Bot-Api-Secret-Token"]))
        if len(seen) == 4:
            done.set()
        return web.Response(status=500 if len(seen) < 3 else 200)

    async with hook_server(hook) as url, asyncio.timeout(30):
        await call(server, "setWebhook", url=url, secret_token="s3cret")
        ada = server.person(1, "Ada")
        await ada.send("one")
        await ada.send("two")
        await done.wait()

        assert seen == [("one", "s3cret")] * 3 + [("two", "s3cret")]
        conflict = await call(server, "getUpdates")
        assert conflict["description"].startswith("Conflict: can't use getUpdates method while webhook is active")


async def test_a_method_in_the_webhooks_answer_is_carried_out(server: BotApiServer) -> None:
    async def hook(update: Json, request: web.BaseRequest) -> web.Response:
        chat_id = update["message"]["chat"]["id"]
        return web.json_response({"method": "sendMessage", "chat_id": chat_id, "text": "heard"})

    async with hook_server(hook) as url:
        await call(server, "setWebhook", url=url)
        ada = server.person(1, "Ada")
        await ada.send("hello")

        assert (await ada.next_message()).text == "heard"


async def test_chats_do_not_wait_for_each_other_at_a_webhook(server: BotApiServer) -> None:
    both_there = asyncio.Barrier(3)

    async def hook(update: Json, request: web.BaseRequest) -> web.Response:
        await both_there.wait()
        return web.Response()

    async with hook_server(hook) as url, asyncio.timeout(30):
        await call(server, "setWebhook", url=url)
        await server.person(1, "Ada").send("one")
        await server.person(2, "Ben").send("two")

        await both_there.wait()


async def test_what_a_webhook_has_not_accepted_can_be_polled_afterwards(server: BotApiServer) -> None:
    async def hook(update: Json, request: web.BaseRequest) -> web.Response:
        return web.Response(status=503)

    async with hook_server(hook) as url:
        await call(server, "setWebhook", url=url)
        await server.person(1, "Ada").send("one")
        deleted = await call(server, "deleteWebhook")

    assert deleted["description"] == "Webhook was deleted"
    assert len((await call(server, "getUpdates"))["result"]) == 1


async def test_a_dropped_answer_leaves_the_message_sent(server: BotApiServer) -> None:
    ada = server.person(1, "Ada", started=True)
    server.faults.drop("sendMessage")

    with pytest.raises(aiohttp.ClientError):
        await call(server, "sendMessage", chat_id=1, text="sent all the same")

    assert [message.text for message in ada.sees] == ["sent all the same"]
    assert (await call(server, "sendMessage", chat_id=1, text="then all is well"))["ok"]


async def test_faults_strike_where_and_as_often_as_planned(server: BotApiServer) -> None:
    ada, ben = server.person(1, "Ada", started=True), server.person(2, "Ben", started=True)
    server.faults.error(502, "sendMessage", chat_id=1, times=2)
    server.faults.flood(7, chat_id=2)

    codes = [(await call(server, "sendMessage", chat_id=1, text="x")).get("error_code") for _ in range(3)]
    flooded = await call(server, "sendMessage", chat_id=2, text="x")

    assert codes == [502, 502, None]
    assert flooded["parameters"] == {"retry_after": 7}
    assert (len(ada.sees), len(ben.sees)) == (1, 0)
    assert not server.faults.active


async def test_an_error_can_come_after_the_deed(server: BotApiServer) -> None:
    ada = server.person(1, "Ada", started=True)
    server.faults.error(500, after=True)

    assert (await call(server, "sendMessage", chat_id=1, text="x"))["error_code"] == 500
    assert len(ada.sees) == 1


async def test_garbage_hanging_and_a_revoked_token(server: BotApiServer) -> None:
    server.faults.garbage("getMe")
    with pytest.raises(ValueError, match="Expecting value"):
        await call(server, "getMe")
    server.faults.hang("getMe")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(call(server, "getMe"), 0.05)
    revoked = server.faults.revoke(server.token)

    assert (await call(server, "getMe"))["error_code"] == 401
    server.faults.planned.remove(revoked)
    assert (await call(server, "getMe"))["ok"]


async def test_a_lost_confirmation_brings_updates_again_once(server: BotApiServer) -> None:
    await server.person(1, "Ada").send("one")
    first = (await call(server, "getUpdates"))["result"][0]["update_id"]
    server.faults.redeliver()

    again = await call(server, "getUpdates", offset=first + 1)
    after = await call(server, "getUpdates", offset=first + 1)

    assert [update["update_id"] for update in again["result"]] == [first]
    assert after["result"] == []


async def test_updates_can_come_in_another_order(server: BotApiServer) -> None:
    ada = server.person(1, "Ada")
    for number in range(5):
        await ada.send(str(number))
    server.faults.shuffle()

    mixed = [update["message"]["text"] for update in (await call(server, "getUpdates"))["result"]]

    assert mixed != sorted(mixed)
    assert sorted(mixed) == list("01234")


def test_random_faults_are_the_same_for_the_same_seed() -> None:
    def struck(seed: int) -> list[str]:
        faults = Faults()
        faults.at_random(seed, {"drop": 0.2, "error": 0.2}, methods=["sendMessage"])
        taken = [faults.take("sendMessage", 1, "t") for _ in range(50)]
        assert faults.take("getMe", None, "t") is None
        return ["well" if fault is None else fault.kind for fault in taken]

    assert struck(1) == struck(1) != struck(2)
    assert set(struck(1)) == {"well", "drop", "error"}
