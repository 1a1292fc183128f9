"""What a homeserver's refusals mean, and that no bad day of it ends receiving."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, cast

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from projektbot.channels.matrix import MatrixChannel, syncing
from projektbot.channels.matrix.server import Server
from projektbot.errors import Blocked, ChannelError, Rejected, Revoked, Throttled, Unsure
from projektbot.messages import MAX_FILE_BYTES, Outgoing, Part, Words
from tests.channels.matrix.homeserver import StandIn, stand_in
from tests.channels.matrix.road import RecordingRoad, receiving

HELLO = Outgoing((Part("Hello"),))
ROOM = "!room:stand.in"
US = "@projektbot:stand.in"
TOKEN = "very-secret-token"


@pytest_asyncio.fixture
async def homeserver() -> AsyncIterator[StandIn]:
    async with stand_in() as server:
        yield server


@pytest_asyncio.fixture
async def channel(homeserver: StandIn, tmp_path: Path) -> AsyncIterator[MatrixChannel]:
    channel = MatrixChannel(
        homeserver=homeserver.url,
        user="@projektbot:stand.in",
        access_token=TOKEN,
        device_store=tmp_path / "device.json",
        read_media=lambda _: b"",
    )
    yield channel
    await channel.close()


async def refused(channel: MatrixChannel) -> ChannelError:
    with pytest.raises(ChannelError) as told:
        await channel.send(ROOM, HELLO, "txn", private=True)
    return told.value


# ---- sending -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "code", "fault"),
    [
        (403, "M_FORBIDDEN", Blocked),
        (404, "M_NOT_FOUND", Blocked),
        (413, "M_TOO_LARGE", Rejected),
        (400, "M_BAD_JSON", Rejected),
        (400, "M_INVALID_PARAM", Rejected),
        (401, "M_UNKNOWN_TOKEN", Revoked),
        (403, "M_USER_SUSPENDED", Revoked),
        (500, "M_UNKNOWN", ChannelError),
        (502, "", ChannelError),
        (404, "", ChannelError),
    ],
)
async def test_a_refusal_is_named_by_whose_matter_it_is(
    homeserver: StandIn, channel: MatrixChannel, status: int, code: str, fault: type[ChannelError]
) -> None:
    homeserver.answer("/send/", status, {"errcode": code} if code else b"<html>Bad gateway</html>")

    assert type(await refused(channel)) is fault


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        ({"Retry-After": "7"}, {"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 6500}, 7.0),
        ({}, {"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 1500}, 1.5),
        ({}, {"errcode": "M_LIMIT_EXCEEDED"}, 5.0),
        ({"Retry-After": "soon"}, b"slow down", 5.0),
    ],
)
async def test_being_asked_to_wait_says_how_long(
    homeserver: StandIn, channel: MatrixChannel, headers: dict[str, str], body: dict[str, Any] | bytes, seconds: float
) -> None:
    homeserver.answer("/send/", 429, body, headers)

    throttled = await refused(channel)

    assert isinstance(throttled, Throttled)
    assert (throttled.retry_after, throttled.everyone) == (seconds, True)
    assert homeserver.asked.count(f"/_matrix/client/v3/rooms/{ROOM}/send/m.room.message/txn") == 1


async def test_a_broken_connection_is_safe_to_try_again(homeserver: StandIn, channel: MatrixChannel) -> None:
    homeserver.hang_up("/send/")
    homeserver.hang_up("/send/")  # on a connection used before, aiohttp tries a PUT again by itself

    fault = await refused(channel)

    assert not isinstance(fault, Unsure)  # the transaction id makes a second try the same event
    assert await channel.send(ROOM, HELLO, "txn", private=True) == "$sent"


async def test_an_answer_that_does_not_come_is_not_waited_for_for_ever(
    homeserver: StandIn, channel: MatrixChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    hurry(monkeypatch)
    homeserver.hang("/send/")

    assert type(await refused(channel)) is ChannelError
    assert await channel.send(ROOM, HELLO, "txn", private=True) == "$sent"


async def test_garbage_is_tried_again(homeserver: StandIn, channel: MatrixChannel) -> None:
    for garbage in (b"", b"not json", b"[]", b'{"event_id": 5}'):
        homeserver.answer("/send/", 200, garbage)

        assert (await refused(channel)).reason == "garbage"


async def test_the_token_stands_in_no_address_and_no_log(homeserver: StandIn, channel: MatrixChannel) -> None:
    homeserver.answer("/sync", 500, {"errcode": "M_UNKNOWN"})
    with capture_logs() as logs:
        async with receiving(channel, RecordingRoad()):
            pass

    assert TOKEN not in json.dumps([logs, homeserver.asked], default=repr)
    assert homeserver.tokens == {f"Bearer {TOKEN}"}


# ---- files ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tells_length", [True, False])
async def test_a_file_too_big_is_rejected_whether_or_not_the_server_tells_its_length(
    homeserver: StandIn, channel: MatrixChannel, *, tells_length: bool
) -> None:
    homeserver.answer("/download/", 200, bytes(MAX_FILE_BYTES + 1), tells_length=tells_length)

    with pytest.raises(Rejected, match="too_big"):
        await channel.fetch("mxc://stand.in/big")


async def test_an_old_homeserver_has_its_files_elsewhere(homeserver: StandIn, channel: MatrixChannel) -> None:
    homeserver.answer("/client/v1/media/download/", 404, {"errcode": "M_UNRECOGNIZED"})
    homeserver.answer("/media/v3/download/", 200, bytes(MAX_FILE_BYTES))

    assert len(await channel.fetch("mxc://stand.in/old")) == MAX_FILE_BYTES


# ---- receiving -----------------------------------------------------------------------------------------------------


def news(*events: dict[str, Any], next_batch: str = "s2", **timeline: object) -> dict[str, Any]:
    return {"next_batch": next_batch, "rooms": {"join": {ROOM: {"timeline": {"events": list(events), **timeline}}}}}


def said(words: str, event_id: str) -> dict[str, Any]:
    content = {"msgtype": "m.text", "body": words}
    return {"type": "m.room.message", "event_id": event_id, "sender": "@anna:stand.in", "content": content}


@pytest.fixture
def road() -> RecordingRoad:
    road = RecordingRoad()
    road.kept = {"matrix:since": "s1", f"matrix:room:{ROOM}": '{"private": true}'}
    return road


def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait a fifth of a second for an answer, and not a minute."""
    monkeypatch.setitem(cast("dict[str, Any]", Server.call.__kwdefaults__), "seconds", 0.2)


BAD_DAYS: list[Callable[[StandIn], None]] = [
    lambda it: it.answer("/sync", 500, {"errcode": "M_UNKNOWN"}),
    lambda it: it.answer("/sync", 502, b"<html>"),
    lambda it: it.answer("/sync", 200, b"\xff\x00 garbage"),
    lambda it: it.answer("/sync", 429, {"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 10}),
    lambda it: it.hang_up("/sync"),
    lambda it: it.hang("/sync"),
    lambda it: it.hang("/keys/upload"),
    lambda it: it.answer("/keys/upload", 400, {"errcode": "M_INVALID_SIGNATURE"}),
    lambda it: it.answer("/keys/upload", 200, b"[]"),
    lambda it: it.answer("/whoami", 503, b""),
    lambda it: it.answer("/sync", 200, {"next_batch": 5, "rooms": {"join": [1], "invite": {ROOM: 7}, "leave": "x"}}),
    lambda it: it.answer("/sync", 200, {"rooms": {"join": {ROOM: {"timeline": {"events": [1, {}, None]}}}}}),
]


@pytest.mark.parametrize("bad_day", BAD_DAYS)
async def test_after_a_bad_day_we_go_on_where_we_were(
    homeserver: StandIn,
    channel: MatrixChannel,
    road: RecordingRoad,
    bad_day: Callable[[StandIn], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(syncing, "SLACK", 2.0)  # of a hanging sync; with less a busy machine loses what came
    hurry(monkeypatch)
    bad_day(homeserver)
    homeserver.answer("/sync", 200, news(said("good morning", "$1")))

    async with receiving(channel, road):
        assert await road.event(ROOM, Words) == Words("good morning")
        await road.until(lambda: road.kept["matrix:since"] == "s2")


async def test_since_is_stored_now_and_then_and_until_then_no_sync_waits_for_longer(
    homeserver: StandIn, channel: MatrixChannel, road: RecordingRoad, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is repeated after a crash is known; a commit for each sync would cost as much as the turn."""
    monkeypatch.setattr(syncing, "KEPT_EVERY", 3600.0)
    for number in range(2, 6):
        homeserver.answer("/sync", 200, news(said("good morning", f"${number}"), next_batch=f"s{number}"))

    async with receiving(channel, road):
        await road.event(ROOM, Words, 4)

    assert road.kept["matrix:since"] == "s2"
    assert homeserver.waits[:3] == ["0", "30000", "3600000"]


async def test_what_we_said_ourselves_is_nothing_for_the_road(
    homeserver: StandIn, channel: MatrixChannel, road: RecordingRoad, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(syncing, "KEPT_EVERY", 0.0)
    never = AssertionError("the echo was taken")
    road.faults = [never]
    homeserver.answer("/sync", 200, news({**said("Hello", "$2"), "sender": US}, next_batch="s2"))

    async with receiving(channel, road):
        await road.until(lambda: road.kept["matrix:since"] == "s2")

    assert road.faults == [never]


async def test_a_revoked_token_ends_receiving(homeserver: StandIn, channel: MatrixChannel, road: RecordingRoad) -> None:
    homeserver.answer("/sync", 401, {"errcode": "M_UNKNOWN_TOKEN"})

    with pytest.raises(Revoked), capture_logs() as logs:
        await asyncio.wait_for(channel.receive(road), 10)

    assert [entry["event"] for entry in logs if entry["log_level"] == "error"] == ["matrix_shut_out"]


async def test_a_gap_is_filled_page_by_page_before_what_came_after_it(
    homeserver: StandIn, channel: MatrixChannel, road: RecordingRoad
) -> None:
    homeserver.answer("/sync", 200, news(said("5", "$5"), limited=True, prev_batch="p1"))
    homeserver.answer("/messages", 200, {"chunk": [said("4", "$4"), said("3", "$3")], "end": "p2"})
    homeserver.answer("/messages", 200, {"chunk": [], "end": "p3"})  # a page may be empty and not the last
    homeserver.answer("/messages", 200, {"chunk": [said("2", "$2")]})

    async with receiving(channel, road):
        await road.event(ROOM, Words, 4)

    assert road.events(ROOM) == [Words("2"), Words("3"), Words("4"), Words("5")]


async def test_a_gap_that_cannot_be_filled_now_is_not_skipped(
    homeserver: StandIn, channel: MatrixChannel, road: RecordingRoad
) -> None:
    for _ in range(2):
        homeserver.answer("/sync", 200, news(said("2", "$2"), limited=True, prev_batch="p1"))
    homeserver.answer("/messages", 503, b"")
    homeserver.answer("/messages", 200, {"chunk": [said("1", "$1")]})

    async with receiving(channel, road):
        await road.event(ROOM, Words, 2)

    assert road.events(ROOM) == [Words("1"), Words("2")]


async def test_a_gap_of_a_room_we_may_no_longer_read_holds_up_nobody(
    homeserver: StandIn, channel: MatrixChannel, road: RecordingRoad
) -> None:
    homeserver.answer("/sync", 200, news(said("2", "$2"), limited=True, prev_batch="p1"))
    homeserver.answer("/messages", 403, {"errcode": "M_FORBIDDEN"})

    async with receiving(channel, road):
        assert await road.event(ROOM, Words) == Words("2")


async def test_an_invitation_outlives_our_being_locked_out(
    homeserver: StandIn, channel: MatrixChannel, road: RecordingRoad
) -> None:
    road.kept["matrix:joining"] = json.dumps({ROOM: "stand.in"})
    homeserver.answer("/join/", 401, {"errcode": "M_UNKNOWN_TOKEN"})
    homeserver.answer("/sync", 200, news(said("hello", "$1")))

    async with receiving(channel, road):
        await road.until(lambda: any("/join/" in asked for asked in homeserver.asked) and bool(road.events(ROOM)))

    assert json.loads(road.kept["matrix:joining"]) == {ROOM: "stand.in"}


async def test_a_join_that_fails_is_tried_again_and_outlives_a_restart(
    homeserver: StandIn, channel: MatrixChannel, road: RecordingRoad
) -> None:
    invitation = {"type": "m.room.member", "state_key": "@projektbot:stand.in", "content": {"membership": "invite"}}
    invited = {ROOM: {"invite_state": {"events": [{**invitation, "sender": "@anna:stand.in"}]}}}
    homeserver.answer("/sync", 200, {"next_batch": "s2", "rooms": {"invite": invited}})
    homeserver.answer("/join/", 502, b"")

    async with receiving(channel, road):
        await road.until(lambda: road.kept["matrix:since"] == "s2")
        assert json.loads(road.kept["matrix:joining"]) == {ROOM: "stand.in"}
        await road.until(lambda: road.kept["matrix:joining"] == "{}")

    assert homeserver.asked.count(f"/_matrix/client/v3/join/{ROOM}") == 2
