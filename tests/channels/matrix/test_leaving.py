"""Rooms that we are put out of, or that somebody leaves for us."""

from __future__ import annotations

from projektbot.messages import Command, Presence
from tests.channels.matrix.conftest import MakeChannel
from tests.channels.matrix.road import RecordingRoad, receiving
from tests.servers.matrix_person import MatrixPerson
from tests.servers.synapse import MatrixUser, Synapse


async def test_put_out_and_asked_in_again(
    make_channel: MakeChannel, road: RecordingRoad, anna: MatrixPerson, account: MatrixUser
) -> None:
    async with receiving(make_channel(), road):
        room = await anna.create_room(
            invite=[account.user_id]
        )  # in a direct chat nobody can be put out since version 12
        await road.event(room, Command)
        await anna.kick(room, account.user_id)
        await road.event(room, Presence, 2)
        await anna.invite(room, account.user_id)
        await road.event(room, Command, 2)

    assert road.events(room) == [
        Presence(here=True),
        Command("start"),
        Presence(here=False),
        Presence(here=True),
        Command("start"),
    ]


async def test_leaving_by_another_client_of_our_account_is_heard(
    make_channel: MakeChannel, road: RecordingRoad, anna: MatrixPerson, account: MatrixUser, synapse: Synapse
) -> None:
    """An operator tidies up: it comes from us as every echo does, and yet is news."""
    other = await synapse.log_in(account)
    async with MatrixPerson(synapse.url, other.user_id, other.access_token) as operator:
        async with receiving(make_channel(), road):
            left, left_while_down = [await anna.direct_chat(account.user_id) for _ in range(2)]
            for room in (left, left_while_down):
                await road.event(room, Command)
            await operator.leave(left)
            await road.event(left, Presence, 2)
        await operator.leave(left_while_down)
        async with receiving(make_channel(), road):
            await road.event(left_while_down, Presence, 2)

    for room in (left, left_while_down):
        assert road.events(room) == [Presence(here=True), Command("start"), Presence(here=False)]
