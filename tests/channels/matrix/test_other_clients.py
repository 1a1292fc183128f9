"""A client built on another library than ours, which lets only devices read that their account vouches for."""

from __future__ import annotations

from pathlib import Path

from projektbot.channels.matrix import MatrixChannel
from projektbot.messages import Command, Words
from tests.channels.matrix.conftest import MakeChannel
from tests.channels.matrix.road import RecordingRoad, receiving
from tests.channels.matrix.test_sending import words
from tests.servers.js_person import at_js_client
from tests.servers.synapse import MatrixUser, Synapse


async def test_a_client_that_trusts_only_vouched_for_devices_talks_with_us(
    js_client: Path, synapse: Synapse, account: MatrixUser, make_channel: MakeChannel, road: RecordingRoad
) -> None:
    anna = await synapse.user("anna")
    channel: MatrixChannel = make_channel()
    async with (
        receiving(channel, road),
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
        await road.event(room, Command)

        await client.say(room, "A bench, please")
        heard = await road.event(room, Words)
        sent = await channel.send(room, words("Where?"), "1", private=True)
        seen = await client.wait_for(lambda seen: seen["id"] == sent and not seen["failed"])
        assert await client.vouched_for(account.user_id) == [True]

    assert heard == Words("A bench, please")
    assert (seen["body"], seen["encrypted"]) == ("Where?", True)
