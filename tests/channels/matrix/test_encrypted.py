"""Encrypted rooms on a real homeserver: both directions, whatever happens to devices and keys."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest_asyncio

from projektbot.channels.matrix import MatrixChannel
from projektbot.messages import Words
from tests.channels.matrix.conftest import MakeChannel, opened_chat
from tests.channels.matrix.road import RecordingRoad, receiving
from tests.channels.matrix.test_sending import words
from tests.servers.encrypted_person import EncryptedPerson
from tests.servers.synapse import MatrixUser, Synapse


@pytest_asyncio.fixture
async def anna(synapse: Synapse) -> AsyncIterator[EncryptedPerson]:
    async with synapse.encrypted_person("anna") as person:
        yield person


@dataclass(frozen=True, slots=True)
class Chat:
    """Anna's encrypted chat with us, greeted and open, while we receive."""

    anna: EncryptedPerson
    room: str
    channel: MatrixChannel
    road: RecordingRoad


@pytest_asyncio.fixture
async def chat(
    make_channel: MakeChannel, road: RecordingRoad, anna: EncryptedPerson, account: MatrixUser
) -> AsyncIterator[Chat]:
    channel = make_channel()
    async with receiving(channel, road):
        room = await opened_chat(anna, account, road)
        await anna.until_with(room, 2)
        yield Chat(anna, room, channel, road)


async def test_both_directions(chat: Chat, account: MatrixUser) -> None:
    said = await chat.anna.say(chat.room, "A bench, please")
    heard = await chat.road.event(chat.room, Words)
    sent = await chat.channel.send(chat.room, words("Where?"), "1", private=True)
    seen = await chat.anna.wait_for_message(chat.room, account.user_id)

    assert heard == Words("A bench, please")
    assert chat.road.taken[-1].message == said
    assert (seen.event_id, seen.body) == (sent, "Where?")
    for event in (said, sent):
        assert (await chat.anna.stored(chat.room, event))["type"] == "m.room.encrypted"
