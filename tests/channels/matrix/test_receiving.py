"""What people do on a real homeserver arrives: each thing once, in order, whatever fails."""

from __future__ import annotations

import asyncio
from pathlib import Path

import aiohttp
import pytest

from projektbot.channels.matrix import MatrixChannel
from projektbot.errors import ChannelError
from projektbot.messages import (
    Command,
    Edited,
    Gone,
    Kind,
    Migrated,
    Odd,
    Outgoing,
    Part,
    Pick,
    Presence,
    Shared,
    Upload,
    Words,
)
from tests.channels.matrix.conftest import Chat, MakeChannel, opened_chat
from tests.channels.matrix.road import RecordingRoad, receiving
from tests.servers.matrix_person import MatrixPerson
from tests.servers.synapse import MatrixUser, Synapse

MANY = 150  # more than one page of 100
HISTORY_FOR_ALL = {
    "type": "m.room.history_visibility",
    "state_key": "",
    "content": {"history_visibility": "shared"},
}


def question(words: str) -> Outgoing:
    return Outgoing((Part(words),))


def words_in(road: RecordingRoad, room: str) -> list[str]:
    return [event.text for event in road.events(room) if isinstance(event, Words)]


async def test_an_invitation_is_accepted_and_the_conversation_begins_once(chat: Chat) -> None:
    greeting = await chat.road.event(chat.room, Command)

    assert greeting == Command("start")
    assert chat.road.events(chat.room) == [Presence(here=True), Command("start")]
    assert all(inbound.private for inbound in chat.road.taken)


async def test_what_people_send_arrives_as_what_it_is(chat: Chat) -> None:
    anna, room, road = chat.anna, chat.room, chat.road
    said = await anna.say(room, "The crossing at the school")
    await anna.reply(room, said, "the old one")
    await anna.edit(room, said, "The crossing at the pool")
    picked = await anna.react(room, said, "2️⃣")
    await anna.react(room, said, "👍")
    await anna.notice(room, "I am a bot")
    await anna.send_location(room, 52.4537, 13.5152)
    await anna.say(room, "!idea")

    await road.event(room, Command, 2)

    assert road.events(room)[2:] == [
        Words("The crossing at the school"),
        Words("the old one", said),
        Edited(said, "The crossing at the pool"),
        Pick(2, said, picked),
        Shared(52.4537, 13.5152),
        Command("idea"),
    ]


async def test_pictures_and_recordings_can_be_fetched(chat: Chat) -> None:
    await chat.anna.send_image(chat.room, b"not quite a picture")
    await chat.anna.send_voice(chat.room, b"a voice")

    picture = await chat.road.event(chat.room, Upload)
    voice = await chat.road.event(chat.room, Upload, 2)

    assert (picture.kind, picture.name, picture.size) == (Kind.IMAGE, "photo.png", 19)
    assert await chat.channel.fetch(picture.ref) == b"not quite a picture"
    assert voice.kind is Kind.AUDIO
    assert await chat.channel.fetch(voice.ref) == b"a voice"


async def test_a_file_that_is_not_there_is_rejected(chat: Chat) -> None:
    for ref in ("mxc://localhost/nothing", "https://example.org/a.png", "mxc://", ""):
        with pytest.raises(ChannelError, match="unreachable"):
            await chat.channel.fetch(ref)


# ---- nothing is lost, nothing comes twice --------------------------------------------------------------------------


async def test_a_burst_is_taken_once_and_in_order(chat: Chat) -> None:
    said = await chat.anna.say_much(chat.room, MANY)

    await chat.road.event(chat.room, Words, MANY)

    assert words_in(chat.road, chat.room) == said
    assert chat.road.redelivered == 0


async def test_an_outage_leaves_no_gap(
    make_channel: MakeChannel, road: RecordingRoad, anna: MatrixPerson, account: MatrixUser
) -> None:
    async with receiving(make_channel(), road):
        room = await opened_chat(anna, account, road)
    # What a sync gives at most, one page before it, and the beginning of a second.
    said = await anna.say_much(room, 220)

    async with receiving(make_channel(), road):
        await road.event(room, Words, len(said))

    assert words_in(road, room) == said


async def test_what_was_said_in_a_room_before_we_joined_is_not_answered(
    make_channel: MakeChannel, road: RecordingRoad, anna: MatrixPerson, account: MatrixUser
) -> None:
    room = await anna.create_room(initial_state=[HISTORY_FOR_ALL])
    await anna.say(room, "long ago")
    async with receiving(make_channel(), road):
        await anna.invite(room, account.user_id)
        await road.event(room, Command)
        await anna.say(room, "now")
        await road.event(room, Words)

    assert words_in(road, room) == ["now"]


async def test_on_the_first_day_nothing_old_is_answered(
    make_channel: MakeChannel, anna: MatrixPerson, account: MatrixUser, device_store: Path
) -> None:
    """As after the loss of the data folder: rooms are there, but what was said in them is not news."""
    forgotten, road = RecordingRoad(), RecordingRoad()
    async with receiving(make_channel(), forgotten):
        room = await opened_chat(anna, account, forgotten)
        await anna.say(room, "yesterday")
        await forgotten.event(room, Words)
    await asyncio.to_thread(device_store.unlink)  # Synapse gives one device the same first sync again for two minutes

    async with receiving(make_channel(), road):
        await anna.say(room, "today")
        await road.event(room, Words)

    assert road.events(room) == [Words("today")]
    assert road.taken[0].private  # found out by counting, since nothing was kept


async def test_a_take_that_fails_is_repeated(chat: Chat) -> None:
    chat.road.faults = [RuntimeError("the database is full"), ChannelError("odd")]

    await chat.anna.say(chat.room, "still here?")

    assert await chat.road.event(chat.room, Words) == Words("still here?")
    assert not chat.road.faults


async def test_a_take_that_was_killed_is_delivered_again(
    make_channel: MakeChannel, road: RecordingRoad, anna: MatrixPerson, account: MatrixUser
) -> None:
    async with receiving(make_channel(), road) as task:
        room = await opened_chat(anna, account, road)
        road.faults = [asyncio.CancelledError()]
        await anna.say(room, "before the crash")
        await asyncio.gather(task, return_exceptions=True)
    assert words_in(road, room) == []

    async with receiving(make_channel(), road):
        assert await road.event(room, Words) == Words("before the crash")


async def test_a_crash_between_the_commit_and_since_repeats_what_is_recognised(
    make_channel: MakeChannel, road: RecordingRoad, anna: MatrixPerson, account: MatrixUser
) -> None:
    async with receiving(make_channel(), road):
        since = road.kept["matrix:since"]
        room = await opened_chat(anna, account, road)
        await anna.say(room, "first")
        await road.event(room, Words)
    road.kept["matrix:since"] = since

    async with receiving(make_channel(), road):
        await anna.say(room, "second")
        await road.event(room, Words, 2)

    assert road.events(room) == [Presence(here=True), Command("start"), Words("first"), Words("second")]
    assert road.redelivered == 3


async def test_a_homeserver_that_restarts_is_waited_for(
    tmp_path_factory: pytest.TempPathFactory, road: RecordingRoad
) -> None:
    synapse = Synapse(tmp_path_factory.mktemp("own"))
    await synapse.start()
    try:
        us = await synapse.user("projektbot")
        channel = channel_of(synapse, us, tmp_path_factory)
        async with synapse.person("anna") as anna, receiving(channel, road):
            room = await opened_chat(anna, us, road)
            await synapse.kill()
            await synapse.start()
            await anna.say(room, "back again?")

            assert await road.event(room, Words) == Words("back again?")
        await channel.close()
    finally:
        await synapse.stop()


def channel_of(synapse: Synapse, us: MatrixUser, folders: pytest.TempPathFactory) -> MatrixChannel:
    return MatrixChannel(
        homeserver=synapse.url,
        user=us.user_id,
        password=us.password,
        device_store=folders.mktemp("device") / "device.json",
        read_media=lambda _: b"",
    )


# ---- rooms ---------------------------------------------------------------------------------------------------------


async def test_what_was_said_between_being_put_out_and_asked_in_again_stays_there(
    make_channel: MakeChannel, road: RecordingRoad, anna: MatrixPerson, account: MatrixUser
) -> None:
    async with receiving(make_channel(), road):
        room = await anna.create_room(invite=[account.user_id], initial_state=[HISTORY_FOR_ALL])
        await road.event(room, Command)
        await anna.kick(room, account.user_id)
        await anna.say_much(room, MANY)
        await anna.invite(room, account.user_id)
        await road.event(room, Command, 2)
        await anna.say(room, "welcome back")
        await road.event(room, Words)

    assert words_in(road, room) == ["welcome back"]


async def test_an_invitation_given_while_we_were_away_is_accepted(
    make_channel: MakeChannel, road: RecordingRoad, anna: MatrixPerson, account: MatrixUser
) -> None:
    async with receiving(make_channel(), road):
        pass
    room = await anna.direct_chat(account.user_id)

    async with receiving(make_channel(), road):
        assert await road.event(room, Command) == Command("start")
        await road.until(lambda: road.kept["matrix:joining"] == "{}")


async def test_an_invitation_taken_back_holds_up_nobody(
    make_channel: MakeChannel, road: RecordingRoad, anna: MatrixPerson, account: MatrixUser
) -> None:
    async with receiving(make_channel(), road):
        pass
    road.kept["matrix:joining"] = '{"!gone:localhost": "localhost", "!far:nowhere.invalid": "nowhere.invalid"}'

    async with receiving(make_channel(), road):
        room = await opened_chat(anna, account, road)

        assert await road.event(room, Command) == Command("start")


async def test_a_group_is_heard_only_where_it_speaks_to_us(
    synapse: Synapse, make_channel: MakeChannel, road: RecordingRoad, anna: MatrixPerson, account: MatrixUser
) -> None:
    channel = make_channel()
    async with receiving(channel, road), synapse.person("ben") as ben:
        room = await anna.create_room("Bench team", invite=[ben.user_id])
        await ben.join(room)
        await anna.invite(room, account.user_id)
        await road.event(room, Presence)
        ours = await channel.send(room, question("When do you meet?"), "group-1", private=False)
        theirs = await ben.say(room, "When do we meet?")
        await anna.reply(room, theirs, "Thursday?")
        await anna.react(room, theirs, "1️⃣")
        await ben.reply(room, ours, "Thursday!")
        picked = await ben.react(room, ours, "1️⃣")
        await ben.redact(room, picked)
        await ben.say(room, "!task paint the bench")

        await road.event(room, Command)

    assert road.events(room) == [
        Presence(here=True),
        Words("Thursday!", ours),
        Pick(1, ours, picked),
        Gone(picked),
        Command("task", "paint the bench"),
    ]
    assert not any(inbound.private for inbound in road.taken)


async def test_after_a_restart_an_answer_to_an_old_message_of_ours_is_still_heard(
    synapse: Synapse, make_channel: MakeChannel, road: RecordingRoad, anna: MatrixPerson, account: MatrixUser
) -> None:
    async with synapse.person("ben") as ben:
        first = make_channel()
        async with receiving(first, road):
            room = await anna.create_room("Bench team", invite=[ben.user_id])
            await ben.join(room)
            await anna.invite(room, account.user_id)
            await road.event(room, Presence)
            ours = await first.send(room, question("When do you meet?"), "group-1", private=False)

        async with receiving(make_channel(), road):
            await ben.reply(room, ours, "Friday")

            assert await road.event(room, Words) == Words("Friday", ours)


async def test_a_third_person_makes_a_private_room_a_group(chat: Chat, synapse: Synapse) -> None:
    await chat.anna.say(chat.room, "just we two")
    await chat.road.event(chat.room, Words)
    async with synapse.person("ben") as ben:
        await chat.anna.invite(chat.room, ben.user_id)
        await ben.join(chat.room)
        await chat.anna.say(chat.room, "now we talk among ourselves")
        await chat.anna.say(chat.room, "!help")

        await chat.road.event(chat.room, Command, 2)

    assert chat.road.events(chat.room)[2:] == [Words("just we two"), Command("help")]
    assert [inbound.private for inbound in chat.road.taken][2:] == [True, False]


async def test_an_upgraded_room_goes_on_when_we_are_let_in(chat: Chat, account: MatrixUser) -> None:
    new = await chat.anna.upgrade(chat.room, "11")
    await chat.anna.invite(new, account.user_id)

    moved = await chat.road.event(chat.room, Migrated)
    await chat.anna.say(new, "here now")
    await chat.road.event(new, Words)

    assert moved == Migrated(new)
    assert chat.road.events(new) == [Words("here now")]  # nobody is greeted twice


@pytest.mark.parametrize("version", ["11", "12"])
async def test_who_upgrades_a_room_that_is_closed_to_us_is_asked_to_let_us_in(
    chat: Chat, account: MatrixUser, version: str
) -> None:
    new = await chat.anna.upgrade(chat.room, version)
    asked = await chat.road.event(chat.room, Odd)
    await chat.channel.send(chat.room, question("Please invite me there"), "asked", private=True)
    told = await chat.anna.wait_for_message(chat.room, account.user_id)
    await chat.anna.invite(new, account.user_id)

    assert asked == Odd("upgraded")
    assert told.body == "Please invite me there"
    assert await chat.road.event(chat.room, Migrated) == Migrated(new)


async def test_a_public_room_that_is_upgraded_is_followed(chat: Chat, account: MatrixUser) -> None:
    room = await chat.anna.create_room("The square", invite=[account.user_id], preset="public_chat")
    await chat.road.event(room, Presence)

    new = await chat.anna.upgrade(room, "12")

    assert await chat.road.event(room, Migrated) == Migrated(new)


async def test_a_tombstone_cannot_point_at_other_people_s_rooms(
    synapse: Synapse, make_channel: MakeChannel, road: RecordingRoad, anna: MatrixPerson, account: MatrixUser
) -> None:
    mallory = await synapse.user("mallory")
    async with (
        MatrixPerson(synapse.url, mallory.user_id, mallory.access_token) as person,
        receiving(make_channel(), road),
    ):
        theirs = await opened_chat(person, account, road)
        room = await anna.create_room(invite=[account.user_id])
        await road.event(room, Command)
        await put_tombstone(synapse, mallory, theirs, room)
        await road.until(lambda: f"matrix:heir:{room}" in road.kept)
        await anna.kick(room, account.user_id)
        await anna.invite(room, account.user_id)
        await road.event(room, Command, 2)

    assert not any(isinstance(inbound.event, Migrated) for inbound in road.taken)


async def put_tombstone(synapse: Synapse, user: MatrixUser, room: str, heir: str) -> None:
    async with aiohttp.ClientSession(raise_for_status=True) as http:
        address = f"{synapse.url}/_matrix/client/v3/rooms/{room}/state/m.room.tombstone/"
        headers = {"Authorization": f"Bearer {user.access_token}"}
        await http.put(address, json={"body": "", "replacement_room": heir}, headers=headers)
