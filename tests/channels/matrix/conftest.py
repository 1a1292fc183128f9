"""An account of ours on a real homeserver, and Anna, who writes to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import pytest
import pytest_asyncio

from projektbot.channels.matrix import MatrixChannel
from tests.channels.matrix.road import RecordingRoad, receiving
from tests.servers.matrix_person import MatrixPerson
from tests.servers.synapse import MatrixUser, Synapse

MakeChannel: TypeAlias = Callable[[], MatrixChannel]

FILES = {"0" * 64: b"%PDF-1.4 a grant"}


@pytest_asyncio.fixture
async def account(synapse: Synapse) -> MatrixUser:
    return await synapse.user("projektbot")


@pytest.fixture
def device_store(tmp_path: Path) -> Path:
    return tmp_path / "matrix" / "device.json"


@pytest_asyncio.fixture
async def make_channel(synapse: Synapse, account: MatrixUser, device_store: Path) -> AsyncIterator[MakeChannel]:
    """Make the channel, or make it again as after a restart; all are closed at the end."""
    async with AsyncExitStack() as open_channels:

        def make() -> MatrixChannel:
            channel = MatrixChannel(
                homeserver=synapse.url,
                user=account.user_id,
                password=account.password,
                device_store=device_store,
                read_media=FILES.__getitem__,
            )
            open_channels.push_async_callback(channel.close)
            return channel

        yield make


@pytest.fixture
def road() -> RecordingRoad:
    return RecordingRoad()


@pytest_asyncio.fixture
async def anna(synapse: Synapse) -> AsyncIterator[MatrixPerson]:
    async with synapse.person("anna") as person:
        yield person


@dataclass(frozen=True, slots=True)
class Chat:
    """Anna's direct chat with us, greeted and open, while we receive."""

    anna: MatrixPerson
    room: str
    channel: MatrixChannel
    road: RecordingRoad


@pytest_asyncio.fixture
async def chat(
    make_channel: MakeChannel, road: RecordingRoad, anna: MatrixPerson, account: MatrixUser
) -> AsyncIterator[Chat]:
    channel = make_channel()
    async with receiving(channel, road):
        yield Chat(anna, await opened_chat(anna, account, road), channel, road)


async def opened_chat(person: MatrixPerson, account: MatrixUser, road: RecordingRoad) -> str:
    """Let somebody open a direct chat with us and wait until we are in it."""
    room = await person.direct_chat(account.user_id)
    await road.until(lambda: any(inbound.chat == room for inbound in road.taken))
    return room
