"""Synapse serves, survives, and people on it see what happens."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from tests.servers.matrix_person import MatrixPerson, MatrixRefused
from tests.servers.synapse import MatrixUser, Synapse

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f64540"
    "0000000049454e44ae426082"
)


@dataclass(frozen=True, slots=True)
class Pair:
    """Anna and Ben in a direct chat that Anna has opened."""

    anna: MatrixPerson
    ben: MatrixPerson
    room: str


@pytest_asyncio.fixture
async def pair(synapse: Synapse) -> AsyncIterator[Pair]:
    async with synapse.person("anna") as anna, synapse.person("ben") as ben:
        room = await anna.direct_chat(ben.user_id)
        await ben.join(room)
        yield Pair(anna, ben, room)


async def test_people_get_accounts_and_namesakes_get_numbers(synapse: Synapse) -> None:
    first = await synapse.user("mustafa")
    second = await synapse.user("mustafa")

    assert (first.user_id, second.user_id) == ("@mustafa:localhost", "@mustafa-2:localhost")
    assert first.device_id
    assert first.access_token != second.access_token


def test_tokens_and_passwords_stay_out_of_reports() -> None:
    shown = repr(MatrixUser("@anna:localhost", "DEVICE", "token", "password"))

    assert "token" not in shown
    assert "password" not in shown


async def test_a_direct_chat_is_an_invitation_that_says_so(synapse: Synapse) -> None:
    async with synapse.person("anna") as anna, synapse.person("ben") as ben:
        room = await anna.direct_chat(ben.user_id)

        invitation = await ben.wait_for_invitation(anna.user_id)

    assert invitation.room == room
    assert invitation.is_direct


async def test_what_one_says_the_other_sees_in_order(pair: Pair) -> None:
    ids = [await pair.anna.say(pair.room, f"No. {n}") for n in range(30)]

    await pair.ben.wait_for(pair.room, lambda event: event.event_id == ids[-1])

    messages = pair.ben.sees(pair.room, "m.room.message")
    assert [event.event_id for event in messages] == ids
    assert messages[7].body == "No. 7"
    assert {event.sender for event in messages} == {pair.anna.user_id}


async def test_waiting_after_an_event_passes_over_what_came_before(pair: Pair) -> None:
    await pair.ben.say(pair.room, "early")
    asked = await pair.anna.say(pair.room, "How much?")
    await pair.anna.wait_for(pair.room, lambda event: event.event_id == asked)
    await pair.ben.say(pair.room, "1,200 €")

    answer = await pair.anna.wait_for_message(pair.room, pair.ben.user_id, after=asked)

    assert answer.body == "1,200 €"


async def test_waiting_in_vain_tells_what_was_seen_instead(pair: Pair) -> None:
    sent = await pair.ben.say(pair.room, "something else")
    await pair.anna.wait_for(pair.room, lambda event: event.event_id == sent)

    with pytest.raises(TimeoutError, match="something else"):
        await pair.anna.wait_for(pair.room, lambda event: event.body == "never said", timeout=0.05)


async def test_replies_edits_and_redactions_name_what_they_concern(pair: Pair) -> None:
    said = await pair.anna.say(pair.room, "A bench at the lak")
    edited = await pair.anna.edit(pair.room, said, "A bench at the lake")
    replied = await pair.ben.reply(pair.room, said, "In the shade")
    redacted = await pair.anna.redact(pair.room, said, "nobody wants it")

    await pair.ben.wait_for(pair.room, lambda event: event.event_id == redacted)

    seen = {event.event_id: event for event in pair.ben.sees(pair.room)}
    assert (seen[replied].replies_to, seen[replied].replaces) == (said, "")
    assert seen[redacted].redacts == said
    assert edited in seen


async def test_an_edit_brings_the_new_words(pair: Pair) -> None:
    said = await pair.anna.say(pair.room, "A bench at the lak")
    await pair.anna.edit(pair.room, said, "A bench at the lake")

    edit = await pair.ben.wait_for(pair.room, lambda event: event.replaces == said)

    assert edit.body == "A bench at the lake"


async def test_a_reaction_names_its_message_and_its_key(pair: Pair) -> None:
    said = await pair.anna.say(pair.room, "Which one? 1 or 2")
    reacted = await pair.ben.react(pair.room, said, "1️⃣")

    seen = await pair.anna.wait_for(pair.room, lambda event: event.event_id == reacted)

    assert (seen.annotates, seen.key, seen.replaces) == (said, "1️⃣", "")


async def test_pictures_and_recordings_arrive_as_they_were_sent(pair: Pair) -> None:
    noise = os.urandom(5_000)
    picture_id = await pair.anna.send_image(pair.room, PIXEL)
    voice_id = await pair.anna.send_voice(pair.room, noise)

    picture = await pair.ben.wait_for(pair.room, lambda event: event.event_id == picture_id)
    voice = await pair.ben.wait_for(pair.room, lambda event: event.event_id == voice_id)

    assert await pair.ben.download(picture.content["url"]) == PIXEL
    assert await pair.ben.download(voice.content["url"]) == noise
    assert picture.content["info"] == {"mimetype": "image/png", "size": len(PIXEL)}
    assert voice.content["msgtype"] == "m.audio"


async def test_a_place_is_shared_as_a_geo_uri(pair: Pair) -> None:
    sent = await pair.anna.send_location(pair.room, 52.4358, 13.5489)

    seen = await pair.ben.wait_for(pair.room, lambda event: event.event_id == sent)

    assert (seen.content["msgtype"], seen.content["geo_uri"]) == ("m.location", "geo:52.4358,13.5489")


async def test_a_notice_is_told_from_a_text(pair: Pair) -> None:
    sent = await pair.ben.notice(pair.room, "I am a machine")

    seen = await pair.anna.wait_for_message(pair.room, pair.ben.user_id)

    assert (seen.event_id, seen.content["msgtype"]) == (sent, "m.notice")


async def test_people_come_are_put_out_and_leave(synapse: Synapse, pair: Pair) -> None:
    async with synapse.person("cem") as cem:
        room = await pair.anna.create_room("Bench team", invite=[pair.ben.user_id])
        await pair.anna.invite(room, cem.user_id)
        await pair.ben.join(room)
        await cem.join(room)
        await pair.anna.kick(room, pair.ben.user_id, "wrong room")
        await cem.leave(room)

        left = await pair.anna.wait_for(
            room, lambda event: event.state_key == cem.user_id and event.content["membership"] == "leave"
        )

    changes = [(event.state_key, event.content["membership"]) for event in pair.anna.sees(room, "m.room.member")]
    assert left.sender == cem.user_id
    assert changes == [
        (pair.anna.user_id, "join"),
        (pair.ben.user_id, "invite"),
        (cem.user_id, "invite"),
        (pair.ben.user_id, "join"),
        (cem.user_id, "join"),
        (pair.ben.user_id, "leave"),
        (cem.user_id, "leave"),
    ]
    with pytest.raises(MatrixRefused, match="M_FORBIDDEN"):
        await pair.ben.say(room, "Am I still here?")


async def test_an_upgraded_room_leaves_a_tombstone(pair: Pair) -> None:
    room = await pair.anna.create_room(room_version="11")
    replacement = await pair.anna.upgrade(room, "12")

    tombstone = await pair.anna.wait_for(room, lambda event: event.type == "m.room.tombstone")

    assert tombstone.content["replacement_room"] == replacement


@pytest.mark.parametrize("violently", [False, True])
async def test_a_restarted_server_knows_its_people_and_they_watch_on(tmp_path: Path, *, violently: bool) -> None:
    server = Synapse(tmp_path)
    await server.start()
    try:
        async with server.person("anna") as anna:
            address, room = server.url, await anna.create_room()
            before = await anna.say(room, "before")

            await (server.kill() if violently else server.stop())
            await server.restart()
            after = await anna.say(room, "after")
            await anna.wait_for(room, lambda event: event.event_id == after)

            assert server.url == address
            assert [event.event_id for event in anna.sees(room, "m.room.message")] == [before, after]
    finally:
        await server.kill()


async def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    server = Synapse(tmp_path)
    (tmp_path / "signing.key").write_text("no key at all")

    with pytest.raises(RuntimeError, match="signing_key"):
        await server.start()
