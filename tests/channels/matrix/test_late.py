"""Messages whose keys come late, or never: kept, carried once and in order, asked for once."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
import pytest_asyncio

from projektbot.channels.matrix import MatrixChannel, late, syncing
from projektbot.channels.matrix.late import Late
from projektbot.channels.matrix.machine import Machine
from projektbot.messages import Odd, Words
from tests.channels.matrix.conftest import MakeChannel
from tests.channels.matrix.homeserver import stand_in
from tests.channels.matrix.road import RecordingRoad, receiving
from tests.servers.js_person import at_js_client
from tests.servers.synapse import MatrixUser, Synapse

ROOM = "!room:localhost"


class Key:
    """A key that comes when the test says so."""

    def __init__(self) -> None:
        self.has_come = False

    def open(self, raw: dict[str, object]) -> dict[str, object] | None:
        return {**raw, "type": "m.room.message"} if self.has_come else None


@pytest.fixture
def key() -> Key:
    return Key()


@pytest_asyncio.fixture
async def waiting(road: RecordingRoad, key: Key) -> Late:
    return await recalled(road, key)


async def recalled(road: RecordingRoad, key: Key) -> Late:
    """Begin as after a start."""
    waiting = Late("matrix", road, key.open)
    await waiting.recall()
    return waiting


def sealed(number: int, *, session: str = "session", room: str = ROOM, size: int = 0, at: int = 0) -> dict[str, object]:
    content = {"session_id": session, "ciphertext": "x" * size}
    return {
        "type": "m.room.encrypted",
        "event_id": f"${number}",
        "room_id": room,
        "sender": "@anna:localhost",
        "origin_server_ts": at,
        "content": content,
    }


def ids(raws: list[dict[str, object]]) -> list[object]:
    return [raw["event_id"] for raw in raws]


@pytest.fixture
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(late, "PATIENCE", 0.0)


async def test_they_are_released_in_order_and_once(waiting: Late, key: Key) -> None:
    for number in range(3):
        waiting.add(sealed(number))
    assert waiting.released() == []

    key.has_come = True
    assert ids(waiting.released()) == ["$0", "$1", "$2"]
    assert ids(waiting.released()) == ["$0", "$1", "$2"]  # the road has not taken them yet
    await waiting.settle()

    assert waiting.released() == []


async def test_a_key_that_came_with_a_turn_that_failed_is_used_in_the_next(waiting: Late, key: Key) -> None:
    await waiting.settle()
    waiting.add(sealed(1))
    assert waiting.released() == []

    waiting.hope({(ROOM, "session")})
    key.has_come = True

    assert ids(waiting.released()) == ["$1"]
    assert ids(waiting.released()) == ["$1"]


async def test_they_outlive_a_restart_before_and_after_they_are_taken(
    road: RecordingRoad, waiting: Late, key: Key
) -> None:
    waiting.add(sealed(1))
    await waiting.keep()
    key.has_come = True

    restarted = await recalled(road, key)
    assert ids(restarted.released()) == ["$1"]
    again = await recalled(road, key)  # killed before `settle`: the road recognises it by its id
    assert ids(again.released()) == ["$1"]
    await again.settle()

    assert (await recalled(road, key)).released() == []


async def test_nobody_is_asked_before_a_minute_has_passed(waiting: Late) -> None:
    waiting.add(sealed(1))

    assert waiting.questions(set()) == []
    assert waiting.is_impatient


@pytest.mark.usefixtures("no_patience")
async def test_one_question_for_each_session_even_after_a_restart(road: RecordingRoad, waiting: Late, key: Key) -> None:
    for number, session in enumerate(("a", "a", "b")):
        waiting.add(sealed(number, session=session))
    assert ids(waiting.questions(set())) == [f"late/{ROOM}/a", f"late/{ROOM}/b"]
    await waiting.settle()

    waiting.add(sealed(4, session="a"))
    await waiting.keep()
    restarted = await recalled(road, key)

    assert waiting.questions(set()) == restarted.questions(set()) == []
    await restarted.settle()
    assert not restarted.is_impatient


@pytest.mark.usefixtures("no_patience")
async def test_a_message_counts_under_its_own_id_after_its_sender_was_asked(waiting: Late, key: Key) -> None:
    waiting.add(sealed(1))
    waiting.questions(set())
    await waiting.settle()

    waiting.hope({(ROOM, "session")})
    key.has_come = True

    assert ids(waiting.released()) == ["$1"]
    assert waiting.questions(set()) == []


async def test_who_refuses_us_a_key_is_asked_at_once_and_nobody_else(waiting: Late) -> None:
    waiting.add(sealed(1, session="a"))
    waiting.add(sealed(2, session="b"))

    asked = waiting.questions({(ROOM, "a", "@anna:localhost"), (ROOM, "b", "@mallory:localhost")})

    assert ids(asked) == [f"late/{ROOM}/a"]


async def test_each_key_is_requested_once(waiting: Late) -> None:
    waiting.add(sealed(1))
    waiting.add(sealed(2))
    assert ids(waiting.without_key()) == ["$2"]

    waiting.add(sealed(3))
    waiting.add(sealed(4, session="other"))

    assert ids(waiting.without_key()) == ["$4"]


@pytest.mark.parametrize("size", [0, 20_000])
async def test_nobody_fills_our_store(road: RecordingRoad, waiting: Late, size: int) -> None:
    for room in range(30):
        for number in range(60):
            waiting.add(sealed(room * 100 + number, session=str(number), room=f"!{room}:localhost", size=size))
        await waiting.keep()
        await waiting.settle()

    kept = orjson.loads(road.kept["matrix:late"])
    assert len(road.kept["matrix:late"]) < 2_500_000
    assert len(kept) <= 30 * 50
    assert kept[-1]["raw"]["event_id"] == "$2959"


async def test_what_is_dropped_is_asked_for(waiting: Late) -> None:
    waiting.add(sealed(1, session="old"))
    for number in range(2, 60):
        waiting.add(sealed(number, session="new"))

    assert f"late/{ROOM}/old" in ids(waiting.questions(set()))


async def test_what_is_older_than_a_month_is_dropped(waiting: Late, key: Key) -> None:
    waiting.add(sealed(1, at=0))
    waiting.add(sealed(2, at=31 * 24 * 3_600_000))
    key.has_come = True

    assert ids(waiting.released()) == ["$2"]


async def test_since_moves_when_what_waits_is_kept(
    tmp_path: Path, road: RecordingRoad, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No later sync brings it again."""
    monkeypatch.setattr(syncing, "KEPT_EVERY", 0.0)
    async with stand_in() as homeserver:
        channel = MatrixChannel(
            homeserver=homeserver.url, access_token="t", device_store=tmp_path / "d.json", read_media=lambda _: b""
        )
        timeline = {"timeline": {"events": [sealed(1)]}}
        homeserver.answer("/sync", 200, {"next_batch": "s1"})
        homeserver.answer("/sync", 200, {"next_batch": "s2", "rooms": {"join": {ROOM: timeline}}})
        async with receiving(channel, road):
            await road.until(lambda: road.kept["matrix:since"] == "s2")
            kept = orjson.loads(road.kept["matrix:late"])
        await channel.close()

    assert ids([entry["raw"] for entry in kept]) == ["$1"]


# ---- on a real homeserver ------------------------------------------------------------------------------------------


async def test_a_key_we_missed_is_given_to_us_on_request(
    js_client: Path,
    synapse: Synapse,
    account: MatrixUser,
    make_channel: MakeChannel,
    road: RecordingRoad,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first time its key comes, we lose it: as after a restore from a backup."""
    anna = await synapse.user("anna")
    keep = Machine._keep_room_key  # noqa: SLF001 - to lose what it would keep
    lost: list[dict[str, object]] = []

    def lose_first(self: Machine, content: dict[str, object], *rest: object) -> None:
        if lost:
            keep(self, content, *rest)  # type: ignore[arg-type]
        lost.append(content)

    monkeypatch.setattr(Machine, "_keep_room_key", lose_first)
    async with (
        receiving(make_channel(), road),
        at_js_client(
            js_client,
            synapse.url,
            user=anna.user_id,
            device=anna.device_id,
            token=anna.access_token,
            password=anna.password,
        ) as client,
    ):
        room = await client.open_chat(account.user_id)
        await road.until(lambda: any(inbound.chat == room for inbound in road.taken))
        await client.say(room, "A bench, please")
        await client.say(room, "And a tree")
        await road.event(room, Words, 2)

    assert [event for event in road.events(room) if isinstance(event, Words)] == [
        Words("A bench, please"),
        Words("And a tree"),
    ]
    assert len(lost) > 1
    assert not any(isinstance(event, Odd) for event in road.events(room))
