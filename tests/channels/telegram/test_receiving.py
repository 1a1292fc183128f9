"""Long polling against the strict server: nothing is acknowledged before it is committed."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from projektbot.channels.telegram import TelegramChannel, polling
from projektbot.channels.telegram.faults import Conflict
from projektbot.channels.telegram.inbound import ALLOWED_UPDATES
from projektbot.channels.telegram.polling import pause, pause_after, persist
from projektbot.errors import ChannelError, Revoked, Throttled
from projektbot.messages import Choice, Command, Edited, Odd, Pick, Presence, Tap, Upload, Words
from tests.channels.telegram.house import House, channel_for, read_media, receiving, says, until
from tests.servers.botapi.server import BotApiServer


async def test_what_people_do_arrives_in_order() -> None:
    house = House()
    async with BotApiServer() as server, receiving(channel_for(server), house):
        ada = server.person(7001, "Ada")
        await ada.send("/start p_P-1042")
        first = await ada.send("Hallo")
        await ada.edit(first, "Hallo!")
        await ada.send_photo(b"no picture at all", "Seht")
        await ada.block()

        events = await house.events(5)

        upload = events[3]
        assert isinstance(upload, Upload)
        assert events == [
            Command("start", "p_P-1042"),
            Words("Hallo"),
            Edited(str(first), "Hallo!"),
            upload,
            Presence(here=False),
        ]


async def test_the_offset_moves_only_after_the_commit() -> None:
    house = House()
    house.open.clear()
    async with BotApiServer() as server, receiving(channel_for(server), house):
        await server.person(7001, "Ada").send("Hallo")
        polls = server.bot().calls
        await until(lambda: any(call.method == "getUpdates" for call in polls))

        assert len(server.bot().updates.pending) == 1

        house.open.set()
        await until(lambda: not server.bot().updates.pending)
        assert [inbound.event for inbound in house.taken] == [Words("Hallo")]


async def test_what_could_not_be_taken_comes_again() -> None:
    house = House()
    house.refuse = 1
    async with BotApiServer() as server, receiving(channel_for(server), house):
        await server.person(7001, "Ada").send("Hallo")
        with capture_logs() as logs:
            await house.refused.wait()
            events = await house.events(1)

    assert events == [Words("Hallo")]
    assert not [line for line in logs if "Ada" in str(line)]


async def test_a_batch_in_the_wrong_order_is_acknowledged_whole() -> None:
    house = House()
    async with BotApiServer() as server:
        server.faults.shuffle(times=1)
        ada = server.person(7001, "Ada")
        for number in range(9):
            await ada.send(str(number))
        async with receiving(channel_for(server), house):
            await until(lambda: not server.bot().updates.pending)

    assert sorted(raw["message"]["text"] for raw in house.raws) == [str(number) for number in range(9)]


async def test_only_the_updates_we_know_are_asked_for_a_hundred_at_a_time() -> None:
    house = House()
    async with BotApiServer() as server, receiving(channel_for(server), house):
        ada, calls = server.person(7001, "Ada"), server.bot().calls
        await until(lambda: any(call.method == "getUpdates" for call in calls))
        await ada.send("Hallo")
        await house.events(1)
        first, then, *_ = [call.parameters for call in calls if call.method == "getUpdates"]

    assert first["allowed_updates"] == list(ALLOWED_UPDATES)
    assert (first["limit"], first["timeout"]) == (100, 0)  # so that the end of an outage is known at once
    assert (then["limit"], then["timeout"]) == (100, 50)


async def test_a_tap_is_answered_when_it_is_committed() -> None:
    house = House()
    async with BotApiServer() as server, receiving(channel_for(server), house):
        ada = server.person(7001, "Ada", started=True)
        channel = channel_for(server)
        sent = await channel.send("7001", says("Ja?", choices=(Choice("tok", "Ja"),)), "t", private=True)
        await channel.close()
        house.refuse = 1
        await ada.tap("Ja")
        await house.refused.wait()

        assert not [call for call in server.bot().calls if call.method == "answerCallbackQuery"]
        assert await house.events(1) == [Tap("tok", sent)]
        await ada.wait_for_log(lambda line: line.kind == "answered")


async def test_a_tap_that_nobody_waits_for_any_more_does_no_harm() -> None:
    house = House()
    async with BotApiServer() as server, receiving(channel_for(server), house):
        ada = server.person(7001, "Ada", started=True)
        channel = channel_for(server)
        await channel.send("7001", says("Ja?", choices=(Choice("tok", "Ja"),)), "t", private=True)
        await channel.close()
        server.faults.error(500, "answerCallbackQuery")
        await ada.tap("Ja")
        await house.events(1)
        await ada.send("Und?")

        assert (await house.events(2))[1] == Words("Und?")


async def test_a_number_as_reaction_picks() -> None:
    house = House()
    async with BotApiServer() as server, receiving(channel_for(server), house):
        ada = server.person(7001, "Ada", started=True)
        await until(lambda: server.bot().updates.allowed == frozenset(ALLOWED_UPDATES))
        number = await ada.send("Hallo")
        await ada.react(number, "2️⃣")

        assert (await house.events(2))[1] == Pick(2, str(number))


async def test_in_a_group_we_hear_what_is_meant_for_us_and_follow_it_when_it_moves() -> None:
    house = House()
    async with BotApiServer() as server, receiving(channel_for(server), house):
        ada = server.person(7001, "Ada")
        group = server.group(-4001, "Team Fahrrad", [ada])
        await group.add_bot(server.bot(), ada)
        await group.send(ada, "/task@projekt_test_bot Plakate")
        await group.send(ada, "Wer bringt Kuchen?")
        await group.upgrade(-100_4001)
        await until(lambda: len(house.taken) == 3)

        assert [type(inbound.event).__name__ for inbound in house.taken] == ["Presence", "Command", "Migrated"]
        assert not any(inbound.private for inbound in house.taken)


async def test_a_network_that_fails_is_tried_again() -> None:
    house = House()
    async with BotApiServer() as server:
        server.faults.error(502, "getMe")
        server.faults.drop("getUpdates")
        server.faults.garbage("getUpdates")
        async with receiving(channel_for(server), house):
            await server.person(7001, "Ada").send("Hallo")

            assert await house.events(1) == [Words("Hallo")]


async def test_another_receiver_with_our_token_is_named_in_the_log() -> None:
    with capture_logs() as logs:
        async with BotApiServer() as server, receiving(channel_for(server), House()) as first:
            calls = server.bot().calls
            await until(lambda: any(call.method == "deleteWebhook" for call in calls))
            async with receiving(channel_for(server, name="second"), House()):
                await until(lambda: any(line["event"] == "telegram_conflict" for line in logs))

            assert not first.done()
    conflict = next(line for line in logs if line["event"] == "telegram_conflict")
    assert conflict["log_level"] == "error"
    assert "another program" in conflict["hint"]


async def test_a_refused_token_ends_receiving_with_one_word_to_the_operator() -> None:
    async with BotApiServer() as server:
        server.faults.revoke(server.token)
        channel = channel_for(server)

        with capture_logs() as logs, pytest.raises(Revoked):
            await channel.receive(House())
        await channel.close()

    assert [line["event"] for line in logs if line["log_level"] == "error"] == ["telegram_token_refused"]


async def test_the_menu_is_set_for_each_language_and_a_bad_one_stops_nothing() -> None:
    menu = {"": [("idea", "Send an idea")], "de": [("idee", "Eine Idee einreichen")], "tr": [("öneri", "x")]}
    house = House()
    async with BotApiServer() as server, receiving(channel_for(server, commands=menu), house):
        await server.person(7001, "Ada").send("Hallo")
        await house.events(1)

        assert server.bot().commands == {
            ("default", ""): [{"command": "idea", "description": "Send an idea"}],
            ("default", "de"): [{"command": "idee", "description": "Eine Idee einreichen"}],
        }


async def test_receiving_ends_when_it_is_cancelled() -> None:
    async with BotApiServer() as server, receiving(channel_for(server), House()) as task:
        await until(lambda: any(call.method == "deleteWebhook" for call in server.bot().calls))
        task.cancel()
        await asyncio.wait([task], timeout=30)

        assert task.cancelled()


def test_waits_grow_are_bounded_and_differ() -> None:
    assert [pause(n, 0.0) for n in (1, 2, 3)] == [0.25, 0.5, 1.0]
    assert pause(1, 0.0) < pause(1, 0.9)
    assert 30 <= pause(10_000, 0.5) <= 60


def test_telegrams_own_wait_is_obeyed_and_a_conflict_is_left_to_cool() -> None:
    assert pause_after(Throttled(17), 9, 0.3) == 17
    assert pause_after(Conflict("x"), 1, 0.0) >= 15
    assert pause_after(ChannelError("x"), 1, 0.0) == pause(1, 0.0)


async def test_an_odd_answer_ends_nothing(unused_tcp_port: int) -> None:
    """A Bot API server of somebody else's: no name for us, updates without an id; then it comes to its senses."""
    answers: dict[str, list[Any]] = {
        "getMe": [{"id": 7}, [], {"id": 7, "username": "projekt_bot"}],
        "getUpdates": [None, [{"message": {}}], ["x"], [{"update_id": 5, "message": {}}]],
    }

    async def answer(request: web.BaseRequest) -> web.Response:
        waiting = answers.get(request.path.rpartition("/")[2], [])
        return web.json_response({"ok": True, "result": waiting.pop(0) if waiting else []})

    runner = web.ServerRunner(web.Server(answer))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", unused_tcp_port).start()
    channel = TelegramChannel(
        name="telegram", token="1:x", api_url=f"http://127.0.0.1:{unused_tcp_port}", read_media=read_media
    )
    house = House()
    with capture_logs() as logs:
        async with receiving(channel, house):
            await until(lambda: house.raws)
    await runner.cleanup()

    assert house.raws == [{"update_id": 5, "message": {}}]
    assert [line["what"] for line in logs if line.get("reason") == "odd_answer"] == ["getMe"] * 2 + ["getUpdates"] * 3


ODD_PLACE = (
    b'{"ok":true,"result":[{"message":{}},{"update_id":7,"message":{"message_id":1,"date":1,'
    b'"from":{"id":42,"is_bot":false},"chat":{"id":42,"type":"private"},"location":{"latitude":1e400,"longitude":1}}},'
    b'{"update_id":8,"message":{"message_id":2,"date":1,'
    b'"from":{"id":43,"is_bot":false},"chat":{"id":43,"type":"private"},"text":"Hallo"}}]}'
)


async def test_one_damaged_update_neither_ends_receiving_nor_holds_up_the_others(unused_tcp_port: int) -> None:
    offsets: list[int] = []

    async def answer(request: web.BaseRequest) -> web.Response:
        if request.path.endswith("getMe"):
            return web.json_response({"ok": True, "result": {"id": 1, "username": "x_bot"}})
        if not request.path.endswith("getUpdates"):
            return web.json_response({"ok": True, "result": True})
        offsets.append((await request.json()).get("offset", 0))
        return web.Response(body=ODD_PLACE if offsets[-1] < 9 else b'{"ok":true,"result":[]}')

    runner = web.ServerRunner(web.Server(answer))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", unused_tcp_port).start()
    url = f"http://127.0.0.1:{unused_tcp_port}"
    house = House()
    async with receiving(TelegramChannel(name="telegram", token="1:x", api_url=url, read_media=read_media), house):
        await until(lambda: 9 in offsets)
    await runner.cleanup()

    assert [inbound.event for inbound in house.taken] == [Odd("damaged"), Words("Hallo")]
    assert house.aside == [{"message": {}}]


async def test_a_fault_of_ours_while_asking_is_logged_without_its_words_and_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(polling, "FIRST_PAUSE", 0.001)
    answers = iter(["?", "7"])

    async def attempt() -> int:
        return int(next(answers))

    with capture_logs() as logs:
        assert await persist(attempt, "telegram", "getUpdates") == 7

    (line,) = logs
    assert (line["event"], line["log_level"], line["reason"]) == (
        "telegram_request_failed",
        "error",
        "a fault of ours: ValueError",
    )
    assert "invalid literal" not in str(line)
