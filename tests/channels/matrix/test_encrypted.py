"""Encrypted rooms on a real homeserver: both directions, whatever happens to devices and members."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
import pytest_asyncio

from projektbot.channels.matrix import MatrixChannel, late
from projektbot.channels.matrix.keystore import KeyStore
from projektbot.channels.matrix.machine import Machine
from projektbot.errors import ChannelError, Rejected, Throttled
from projektbot.messages import Command, Kind, Media, Odd, Outgoing, Pick, Presence, Stored, Upload, Words
from tests.channels.matrix.conftest import FILES, MakeChannel, opened_chat
from tests.channels.matrix.homeserver import stand_in
from tests.channels.matrix.road import RecordingRoad, receiving
from tests.channels.matrix.test_sending import png, words
from tests.servers.encrypted_person import ENCRYPTION, EncryptedPerson
from tests.servers.matrix_person import MatrixPerson, Seen
from tests.servers.synapse import MatrixUser, Synapse

ANNA: Final = "@anna:stand.in"


@pytest_asyncio.fixture
async def anna_user(synapse: Synapse) -> MatrixUser:
    return await synapse.user("anna")


@pytest_asyncio.fixture
async def anna(synapse: Synapse, anna_user: MatrixUser) -> AsyncIterator[EncryptedPerson]:
    async with synapse.client_of(anna_user) as person:
        yield person


@dataclass(frozen=True, slots=True)
class Chat:
    """Anna's encrypted chat with us, greeted and open, while we receive."""

    anna: EncryptedPerson
    room: str
    channel: MatrixChannel
    road: RecordingRoad

    async def arrives(self, text: str, *at: EncryptedPerson) -> str:
        """Send a text and wait until it is read at Anna's, or at others'; return its id."""
        sent = await self.channel.send(self.room, words(text), text, private=True)
        for person in at or (self.anna,):
            await person.wait_for(self.room, lambda seen: (seen.event_id, seen.body) == (sent, text))
        return sent

    async def hears(self, text: str, person: EncryptedPerson | None = None) -> None:
        """Say a text and wait until we have heard it."""
        await (person or self.anna).say(self.room, text)
        await self.road.until(lambda: Words(text) in self.road.events(self.room))


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


async def test_reactions_answers_and_corrections_go_both_ways(chat: Chat) -> None:
    said = await chat.anna.say(chat.room, "Hello?")
    sent = await chat.channel.send(chat.room, words("Which?", reply_to=said), "1", private=True)
    await chat.channel.send(chat.room, words("Which one?", replaces=sent), "2", private=True)

    first = await chat.anna.wait_for(chat.room, lambda seen: seen.event_id == sent)
    edited = await chat.anna.wait_for(chat.room, lambda seen: seen.body == "Which one?")
    picked = await chat.anna.react(chat.room, sent, "1️⃣")
    await chat.anna.reply(chat.room, sent, "The first")

    assert (first.replies_to, edited.replaces) == (said, sent)
    assert await chat.road.event(chat.room, Pick) == Pick(1, sent, picked)
    assert await chat.road.event(chat.room, Words, 2) == Words("The first", sent)


async def test_the_homeserver_sees_what_a_message_answers_and_nothing_it_says(chat: Chat) -> None:
    said = await chat.anna.say(chat.room, "Hello?")
    sent = await chat.channel.send(chat.room, words("The bench", reply_to=said), "1", private=True)
    await chat.channel.send(chat.room, words("Two benches", replaces=sent), "2", private=True)
    edited = await chat.anna.wait_for(chat.room, lambda seen: seen.body == "Two benches")

    answer, correction = [await chat.anna.stored(chat.room, event) for event in (sent, edited.event_id)]

    assert answer["content"]["m.relates_to"] == {"m.in_reply_to": {"event_id": said}}
    assert correction["content"]["m.relates_to"] == {"rel_type": "m.replace", "event_id": sent}
    assert "bench" not in str(answer) + str(correction)
    assert "m.new_content" not in correction["content"]


async def test_the_same_transaction_is_one_event(chat: Chat) -> None:
    first = await chat.channel.send(chat.room, words("once"), "txn", private=True)
    again = await chat.channel.send(chat.room, words("once"), "txn", private=True)

    await chat.arrives("more")
    assert first == again
    assert [seen.body for seen in chat.anna.sees(chat.room, "m.room.message")] == ["once", "more"]


async def test_a_restart_and_what_was_said_meanwhile(
    make_channel: MakeChannel, road: RecordingRoad, anna: EncryptedPerson, account: MatrixUser
) -> None:
    first = make_channel()
    async with receiving(first, road):
        room = await opened_chat(anna, account, road)
        await anna.until_with(room, 2)
        await Chat(anna, room, first, road).hears("before")
    await anna.say(room, "while you were away")
    again = make_channel()

    async with receiving(again, road):
        assert await road.event(room, Words, 2) == Words("while you were away")
        chat = Chat(anna, room, again, road)
        await chat.hears("after")
        await chat.arrives("answer")


async def test_a_new_device_of_ours_takes_part_from_its_first_message_on(
    make_channel: MakeChannel, road: RecordingRoad, anna: EncryptedPerson, account: MatrixUser, device_store: Path
) -> None:
    first = make_channel()
    async with receiving(first, road):
        room = await opened_chat(anna, account, road)
        await anna.until_with(room, 2)
        await Chat(anna, room, first, road).hears("before")
    await first.close()
    for file in device_store.parent.glob("device.*"):
        file.unlink()
    again = make_channel()

    async with receiving(again, road):
        chat = Chat(anna, room, again, road)
        await chat.arrives("here again")
        await chat.hears("welcome")


async def test_a_second_device_of_somebody_reads_and_writes(
    chat: Chat, synapse: Synapse, anna_user: MatrixUser
) -> None:
    await chat.arrives("before")
    async with synapse.client_of(await synapse.log_in(anna_user)) as second:
        await second.until_with(chat.room, 2)

        await chat.hears("from my other phone", second)
        await chat.arrives("to both", chat.anna, second)


async def test_in_a_group_everybody_reads_and_who_left_does_not_read_on(chat: Chat, synapse: Synapse) -> None:
    async with synapse.encrypted_person("bela") as bela, synapse.encrypted_person("cem") as cem:
        for person in (bela, cem):
            await chat.anna.invite(chat.room, person.user_id)
            await person.join(chat.room)
            await person.until_with(chat.room, 3)
        await chat.anna.until_with(chat.room, 4)
        await until_members(chat, 4)
        await chat.arrives("to all", chat.anna, bela, cem)
        left = await session_of(chat, "to all")

        await cem.leave(chat.room)
        await until_members(chat, 3)
        await chat.arrives("to those who stayed", chat.anna, bela)

        assert await session_of(chat, "to those who stayed") != left


async def test_media_go_both_ways_encrypted(chat: Chat, account: MatrixUser) -> None:
    FILES["e" * 64] = picture = png(64, 48)
    media = Media(Kind.IMAGE, Stored("e" * 64, "image/png", len(picture), "crossing.png"), "A crossing")

    await chat.channel.send(chat.room, Outgoing((), media=media), "p", private=True)
    seen = await chat.anna.wait_for_message(chat.room, account.user_id)
    await chat.anna.send_image(chat.room, picture, name="mine.png")
    heard = await chat.road.event(chat.room, Upload)

    assert await chat.anna.open_file(seen) == picture
    assert await chat.anna.download(seen.content["file"]["url"]) != picture
    assert "url" not in seen.content
    assert (heard.kind, heard.name) == (Kind.IMAGE, "mine.png")
    assert await chat.channel.fetch(heard.ref) == picture


async def test_a_file_that_is_another_than_was_sent_is_rejected(chat: Chat) -> None:
    await chat.anna.send_image(chat.room, b"the picture")
    heard = await chat.road.event(chat.room, Upload)
    other = await chat.anna.upload(b"another one", name="x", mime="application/octet-stream")

    with pytest.raises(Rejected):
        await chat.channel.fetch(f"{other}#{heard.ref.partition('#')[2]}")


async def test_the_same_file_goes_plain_into_plain_rooms_and_encrypted_into_others(
    chat: Chat, synapse: Synapse, account: MatrixUser
) -> None:
    grant = Outgoing((), media=Media(Kind.FILE, Stored("0" * 64, "application/pdf", 16, "grant.pdf")))
    async with synapse.person("bela") as bela:
        plain = await opened_chat(bela, account, chat.road)
        for number, room in enumerate((plain, chat.room, plain, chat.room)):
            await chat.channel.send(room, grant, f"grant-{number}", private=True)
        last = await chat.channel.send(plain, words("that is it"), "end", private=True)
        await bela.wait_for(plain, lambda seen: seen.event_id == last)
        await chat.arrives("that is it, too")

        assert {"file" in seen.content for seen in files_in(bela, plain)} == {False}
        assert {"url" in seen.content for seen in files_in(chat.anna, chat.room)} == {False}


async def test_a_room_that_becomes_encrypted_stays_so(
    synapse: Synapse, make_channel: MakeChannel, road: RecordingRoad, anna: EncryptedPerson, account: MatrixUser
) -> None:
    channel = make_channel()
    async with receiving(channel, road):
        room = await MatrixPerson.create_room(anna, invite=[account.user_id], initial_state=[])
        await road.until(lambda: any(inbound.chat == room for inbound in road.taken))
        await anna.until_with(room, 2)
        chat = Chat(anna, room, channel, road)
        plain = await chat.arrives("plain")
        await anna.set_state(room, ENCRYPTION["type"], ENCRYPTION["content"])
        await anna.wait_for(room, lambda seen: seen.type == "m.room.encryption")
        await chat.hears("encrypted now")
        sealed = await chat.arrives("so am I")
        await anna.set_state(room, ENCRYPTION["type"], {})
        await chat.hears("still")
        still = await chat.arrives("still encrypted")

    types = [(await anna.stored(room, event))["type"] for event in (plain, sealed, still)]
    assert types == ["m.room.message", "m.room.encrypted", "m.room.encrypted"]


# ---- bad days ------------------------------------------------------------------------------------------------------


async def test_a_crash_after_keys_and_messages_were_taken_repeats_nothing(
    make_channel: MakeChannel, road: RecordingRoad, anna: EncryptedPerson, account: MatrixUser
) -> None:
    async with receiving(make_channel(), road):
        since = road.kept["matrix:since"]
        room = await opened_chat(anna, account, road)
        await anna.until_with(room, 2)
        await anna.say(room, "first")
        await road.event(room, Words)
    road.kept["matrix:since"] = since

    async with receiving(make_channel(), road):
        await anna.say(room, "second")
        await road.event(room, Words, 2)

    assert road.events(room) == [Presence(here=True), Command("start"), Words("first"), Words("second")]
    assert road.redelivered == 3


async def test_a_stranger_s_garbage_between_devices_holds_up_nobody(
    chat: Chat, synapse: Synapse, account: MatrixUser
) -> None:
    content = {"algorithm": "m.olm.v1.curve25519-aes-sha2", "sender_key": "x", "ciphertext": {}}
    async with synapse.person("mallory") as mallory:
        curve = await mallory.curve_of(account.user_id)
        sealed: object
        for sealed in ({"type": 0, "body": "§"}, {"type": 0, "body": "AwAA"}, {"type": 1, "body": 5}, [], "AAAA"):
            garbage = {**content, "ciphertext": {curve: sealed}}
            await mallory.send_to_devices(account.user_id, "m.room.encrypted", garbage)

    await chat.hears("still here?")
    await chat.arrives("yes")


async def test_a_message_whose_key_never_comes_is_asked_for_once(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(late, "PATIENCE", 0.0)
    unknown = {
        "algorithm": "m.megolm.v1.aes-sha2",
        "sender_key": "x",
        "device_id": "x",
        "session_id": "unknown",
        "ciphertext": "AAAA",
    }
    for _ in range(2):
        await MatrixPerson.send(chat.anna, chat.room, unknown, "m.room.encrypted")
    await chat.road.event(chat.room, Odd)
    await chat.hears("then in other words")

    assert [event for event in chat.road.events(chat.room) if isinstance(event, Odd)] == [Odd("encrypted")]


async def test_a_message_taken_back_waits_for_no_key(chat: Chat) -> None:
    said = await chat.anna.say(chat.room, "something rash")
    await chat.anna.redact(chat.room, said)
    await chat.hears("something else")

    assert "matrix:late" not in chat.road.kept


async def test_nothing_is_sent_while_its_key_cannot_be_shared(tmp_path: Path) -> None:
    async with stand_in() as homeserver:
        channel = MatrixChannel(
            homeserver=homeserver.url, access_token="t", device_store=tmp_path / "d.json", read_media=lambda _: b""
        )
        homeserver.answer("/state/m.room.encryption", 200, {"algorithm": "m.megolm.v1.aes-sha2"})
        for status, fault in ((500, ChannelError), (429, Throttled)):
            homeserver.answer("/joined_members", status, {"errcode": "M_UNKNOWN"})
            with pytest.raises(fault):
                await channel.send("!a:stand.in", words("Hello"), "1", private=True)
        homeserver.answer("/joined_members", 200, {"joined": {"@anna:stand.in": {}}})
        for status, body in ((200, {}), (502, b"")):
            homeserver.answer("/keys/query", status, body)
            with pytest.raises(ChannelError):
                await channel.send("!a:stand.in", words("Hello"), "1", private=True)
        await channel.close()

    assert not any("/send/" in asked for asked in homeserver.asked)


async def test_a_device_that_gives_no_key_does_not_silence_the_others_and_is_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone, laptop = (Machine(KeyStore(tmp_path / f"{name}.db"), ANNA, name) for name in ("PHONE", "LAPTOP"))
    async with stand_in() as homeserver:
        channel = MatrixChannel(
            homeserver=homeserver.url, access_token="t", device_store=tmp_path / "d.json", read_media=lambda _: b""
        )
        await channel.send("!plain:stand.in", words("We are in"), "0", private=True)
        homeserver.answer("/state/m.room.encryption", 200, {"algorithm": "m.megolm.v1.aes-sha2"})
        homeserver.answer("/joined_members", 200, {"joined": {ANNA: {}}})
        devices = {machine.device: machine.device_keys() for machine in (phone, laptop)}
        homeserver.answer("/keys/query", 200, {"device_keys": {ANNA: devices}})
        homeserver.answer("/keys/claim", 200, {"one_time_keys": {ANNA: {"LAPTOP": one_time_key(laptop)}}})
        await channel.send("!a:stand.in", words("Hello"), "1", private=True)
        monkeypatch.setattr("projektbot.channels.matrix.devices.AGAIN", 0.0)
        homeserver.answer("/keys/claim", 200, {"one_time_keys": {ANNA: {"PHONE": one_time_key(phone)}}})
        await channel.send("!a:stand.in", words("Hello again"), "2", private=True)
        await channel.close()
    phone.store.close()
    laptop.store.close()

    told = [list(body["messages"][ANNA]) for path, body in homeserver.bodies if "/sendToDevice/" in path]
    said = [path.rsplit("/", 1)[-1] for path, _ in homeserver.bodies if "/send/m.room.encrypted/" in path]
    assert told == [["LAPTOP"], ["PHONE"]]
    assert said == ["1", "2"]


def one_time_key(machine: Machine) -> dict[str, Any]:
    name, key = next(iter(machine.offer(held=0, spare=True)["one_time_keys"].items()))
    return {name: key}


async def until_members(chat: Chat, count: int) -> None:
    """Wait until we have heard who is in the room: what somebody says after that we hear after it."""
    text = f"!help we are {count}"
    await chat.anna.say(chat.room, text)
    await chat.road.until(
        lambda: any(getattr(e, "argument", "") == f"we are {count}" for e in chat.road.events(chat.room))
    )


async def session_of(chat: Chat, text: str) -> str:
    seen = await chat.anna.wait_for(chat.room, lambda seen: seen.body == text)
    return str((await chat.anna.stored(chat.room, seen.event_id))["content"]["session_id"])


def files_in(person: MatrixPerson, room: str) -> list[Seen]:
    return [seen for seen in person.sees(room, "m.room.message") if seen.content.get("msgtype") == "m.file"]
