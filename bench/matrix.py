"""Matrix on a real homeserver: what an encrypted reply costs, beside others' bots, and a start with many rooms."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeAlias

import aiohttp
import psutil

from bench.bots import PEERS_PYTHON, Running, free_port, start, stop
from bench.figures import Spread, table
from tests.servers.encrypted_person import EncryptedPerson
from tests.servers.matrix_person import MatrixPerson, Seen
from tests.servers.synapse import MatrixUser, Synapse

AT_ONCE: Final = 4  # rooms being made: Synapse has one thread
ANSWER_SECONDS: Final = 600.0  # of a first sync with many rooms, on a busy machine
WARM: Final = 5  # replies in each room before the first that counts: sessions are begun, code is read
ROOMS: Final = 10  # with EACH messages at once
EACH: Final = 8
SETTLING: Final = 6.0  # seconds: some peers never see an invitation given before their first sync
Cost: TypeAlias = tuple[float, float]  # seconds a reply: of the bot's CPU, and until it is there
OURS: Final = "projektbot"
PEERS: Final = {
    "matrix-nio": (sys.executable, "bench.peers.nio_bot", True),
    "mautrix": (str(PEERS_PYTHON), "bench.peers.mautrix_bot", False),
    "simplematrixbotlib": (str(PEERS_PYTHON), "bench.peers.smb_bot", False),
}


async def measure(rooms: int, replies: int, rounds: int) -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        synapse = Synapse(Path(folder) / "synapse")
        await synapse.start()
        try:
            await _measure_replies(synapse, Path(folder), replies, rounds)
            await _measure_rooms(synapse, Path(folder), rooms)
        finally:
            await synapse.stop()


# ---- replies -------------------------------------------------------------------------------------------------------


async def _measure_replies(synapse: Synapse, folder: Path, replies: int, rounds: int) -> None:
    """Everybody's bots, one after another within each round."""
    found: dict[tuple[str, bool], list[tuple[Cost, Cost]]] = {}
    for _ in range(rounds):
        for name in (OURS, *PEERS):
            for encrypted in (True, False):
                if not encrypted or name == OURS or PEERS[name][2]:
                    cost = await _replies(synapse, folder, name, replies, encrypted=encrypted)
                    found.setdefault((name, encrypted), []).append(cost)
    heads = (
        "bot",
        "room",
        "one by one: CPU ms",
        "ms until it is there",
        "80 at once: CPU ms",
        "replies/s",
        "altogether: CPU ms",
    )
    table(heads, [_row(name, costs, replies, encrypted=encrypted) for (name, encrypted), costs in found.items()])


def _row(name: str, costs: list[tuple[Cost, Cost]], replies: int, *, encrypted: bool) -> tuple[str, ...]:
    cpu, wall = (Spread.of(1e3 * single[part] for single, _ in costs) for part in (0, 1))
    burst, rate = Spread.of(1e3 * many[0] for _, many in costs), Spread.of(1 / many[1] for _, many in costs)
    mean = Spread.of(1e3 * _mean(single[0], many[0], replies) for single, many in costs)
    room = "encrypted" if encrypted else "plain"
    return (name, room, cpu.show(1), wall.show(0), burst.show(1), rate.show(1), mean.show(1))


def _mean(single: float, many: float, replies: int) -> float:
    """Return what a reply of the whole run costs, those one by one and those at once."""
    at_once = ROOMS * EACH
    return (single * replies + many * at_once) / (replies + at_once)


async def _replies(synapse: Synapse, folder: Path, name: str, count: int, *, encrypted: bool) -> tuple[Cost, Cost]:
    """Return what a reply costs: waiting for each of `count`, and with eight wanted in each of ten rooms at once."""
    bot = await synapse.user("bot")
    with tempfile.TemporaryDirectory(dir=folder) as data:
        someone = synapse.encrypted_person("anna") if encrypted else synapse.person("anna")
        async with _running(name, synapse, bot, Path(data)) as running, someone as anna:
            if name in PEERS:
                await asyncio.sleep(SETTLING)
            rooms = [await _chat(anna, bot.user_id) for _ in range(ROOMS)]
            for room in rooms:
                await _answered(anna, room, bot.user_id, WARM)
            single = await _cost(running, _in_turn(anna, rooms, bot.user_id, count), count)
            return single, await _cost(running, _all_at_once(anna, rooms, bot.user_id), ROOMS * EACH)


async def _cost(running: Running, work: Awaitable[None], replies: int) -> Cost:
    cpu, begun = running.cpu(), time.perf_counter()
    await work
    return (running.cpu() - cpu) / replies, (time.perf_counter() - begun) / replies


async def _chat(anna: MatrixPerson, bot: str) -> str:
    room = await anna.direct_chat(bot)
    await _until_in(anna, room, bot)
    return room


async def _answered(anna: MatrixPerson, room: str, bot: str, count: int) -> None:
    """Say something and wait for the answer, so many times."""
    after = ""
    for _ in range(count):
        said = await anna.say(room, "!help")
        after = (await anna.wait_for_message(room, bot, after=max_of(said, after, anna, room))).event_id


async def _in_turn(anna: MatrixPerson, rooms: list[str], bot: str, count: int) -> None:
    """Go round the rooms, so that nobody's limit for one room is waited for."""
    for number in range(count):
        room = rooms[number % len(rooms)]
        last = anna.sees(room)[-1].event_id
        await anna.wait_for_message(room, bot, after=max_of(await anna.say(room, "!help"), last, anna, room))


async def _all_at_once(anna: MatrixPerson, rooms: list[str], bot: str) -> None:
    answers = {room: _count(anna, room, bot) for room in rooms}
    await asyncio.gather(*[_say_all(anna, room) for room in rooms])
    for room in rooms:
        await anna.wait_for(room, partial(_is_last, anna, room, bot, answers[room] + EACH), timeout=ANSWER_SECONDS)


async def _say_all(anna: MatrixPerson, room: str) -> None:
    for _ in range(EACH):
        await anna.say(room, "!help")


def _count(anna: MatrixPerson, room: str, sender: str) -> int:
    return sum(event.sender == sender for event in anna.sees(room, "m.room.message"))


def _is_last(anna: MatrixPerson, room: str, sender: str, wanted: int, _: Seen) -> bool:
    return _count(anna, room, sender) >= wanted


def max_of(said: str, after: str, anna: MatrixPerson, room: str) -> str:
    """Return the later of two events, as far as they have been seen."""
    seen = [event.event_id for event in anna.sees(room)]
    return max((said, after), key=lambda event: seen.index(event) if event in seen else -1)


async def _until_in(anna: MatrixPerson, room: str, bot: str) -> None:
    await anna.wait_for(
        room,
        lambda seen: (seen.type, seen.sender, seen.content.get("membership")) == ("m.room.member", bot, "join"),
        timeout=60.0,
    )
    if isinstance(anna, EncryptedPerson):
        await anna.until_with(room, 2)


@asynccontextmanager
async def _running(name: str, synapse: Synapse, bot: MatrixUser, data: Path) -> AsyncIterator[Running]:
    if name == OURS:
        command, settings = [sys.executable, "-m", "projektbot", "run"], _our_settings(synapse, bot, data)
    else:
        python, module, _ = PEERS[name]
        command, settings = [python, "-m", module, synapse.url, bot.user_id, bot.password, str(data)], {}
    process = start(command, settings)
    try:
        yield Running(psutil.Process(process.pid))
    finally:
        await asyncio.to_thread(stop, process)


def _our_settings(synapse: Synapse, bot: MatrixUser, data: Path) -> dict[str, str]:
    given = {
        "DATA_DIR": str(data),
        "WEB_LISTEN": f"127.0.0.1:{free_port()}",
        "MATRIX_HOMESERVER": synapse.url,
        "MATRIX_USER": bot.user_id,
        "MATRIX_PASSWORD": bot.password,
        "LOG_LEVEL": "warning",
        "PERSON_AT_ONCE": "0",  # our people never rest
    }
    return {f"PROJEKTBOT_{name}": value for name, value in given.items()}


# ---- rooms ---------------------------------------------------------------------------------------------------------


async def _measure_rooms(synapse: Synapse, folder: Path, count: int) -> None:
    """Start in many rooms for the first time and again; ready is who answers somebody."""
    bot = await synapse.user("bot")
    await _make_rooms(synapse, bot, count)
    await synapse.restart()  # with cold caches, as after a night
    data = folder / "rooms"
    rows = []
    async with synapse.encrypted_person("anna") as anna:
        room = ""
        for when in ("first start", "restart"):
            begun = time.perf_counter()
            async with _running(OURS, synapse, bot, data) as running:
                if room:
                    await anna.say(room, "!help")
                room = room or await anna.direct_chat(bot.user_id)
                last = anna.sees(room)[-1].event_id if anna.sees(room) else ""
                await anna.wait_for_message(room, bot.user_id, after=last, timeout=ANSWER_SECONDS)
                seconds = time.perf_counter() - begun
                rows.append((when, f"{seconds:.1f}", f"{running.cpu():.1f}", f"{running.megabytes():.0f}"))
            await anna.until_with(room, 2)
    table((f"{count} rooms", "s until somebody is answered", "CPU s", "MB"), rows)


async def _make_rooms(synapse: Synapse, bot: MatrixUser, count: int) -> None:
    maker, slots = await synapse.user("maker"), asyncio.Semaphore(AT_ONCE)
    async with aiohttp.ClientSession(f"{synapse.url}/_matrix/client/v3/", raise_for_status=True) as http:

        async def post(user: MatrixUser, path: str, body: dict[str, Any]) -> dict[str, Any]:
            headers = {"Authorization": f"Bearer {user.access_token}"}
            async with http.post(path, json=body, headers=headers) as answer:
                return dict(await answer.json())

        async def make() -> None:
            async with slots:
                asked = {"preset": "trusted_private_chat", "invite": [bot.user_id], "is_direct": True}
                room = (await post(maker, "createRoom", asked))["room_id"]
                await post(bot, f"join/{room}", {})

        await asyncio.gather(*[make() for _ in range(count)])
