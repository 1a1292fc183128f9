"""What we send to a real homeserver: how it arrives, and that it arrives once."""

from __future__ import annotations

import asyncio
import io
import json
from pathlib import Path

import pytest
from PIL import Image

from projektbot.channels.matrix import MatrixChannel
from projektbot.errors import Blocked, Rejected, Throttled
from projektbot.messages import Choice, Kind, Media, Outgoing, Part, Stored, Style
from tests.channels.matrix.conftest import FILES, Chat, MakeChannel
from tests.servers.matrix_person import MatrixPerson
from tests.servers.synapse import MatrixUser, Synapse


def words(text: str, *choices: Choice, **more: str) -> Outgoing:
    return Outgoing((Part(text),), choices, **more)  # type: ignore[arg-type]  # only strings are given


async def test_a_question_arrives_with_numbered_choices(chat: Chat, account: MatrixUser) -> None:
    sent = await chat.channel.send(
        chat.room, words("Which?", Choice("a", "New"), Choice("b", "Back", "/back")), "1", private=True
    )

    seen = await chat.anna.wait_for_message(chat.room, account.user_id)

    assert seen.event_id == sent
    assert seen.body == "Which?\n\n1. New\n\n!back Back"
    assert seen.content["formatted_body"] == "Which?<ol><li>New</li></ol>!back Back"


async def test_the_same_transaction_is_one_event(chat: Chat, make_channel: MakeChannel) -> None:
    first = await chat.channel.send(chat.room, words("once"), "txn-1", private=True)
    again = await chat.channel.send(chat.room, words("once"), "txn-1", private=True)
    after_restart = await make_channel().send(chat.room, words("once"), "txn-1", private=True)
    at_once = await asyncio.gather(
        *(chat.channel.send(chat.room, words("more"), "txn-2", private=True) for _ in range(5))
    )

    last = await chat.channel.send(chat.room, words("last"), "txn-3", private=True)
    await chat.anna.wait_for(chat.room, lambda seen: seen.event_id == last)

    assert first == again == after_restart
    assert len(set(at_once)) == 1
    assert [seen.body for seen in chat.anna.sees(chat.room, "m.room.message")] == ["once", "more", "last"]


async def test_a_correction_keeps_the_message_and_its_id(chat: Chat, account: MatrixUser) -> None:
    sent = await chat.channel.send(chat.room, words("1 of 3"), "a", private=True)

    edited = await chat.channel.send(chat.room, words("2 of 3", replaces=sent), "b", private=True)
    again = await chat.channel.send(chat.room, words("3 of 3", replaces=edited), "c", private=True)

    seen = await chat.anna.wait_for(chat.room, lambda event: event.body == "3 of 3")
    assert sent == edited == again
    assert seen.replaces == sent


async def test_an_answer_refers_to_what_it_answers(chat: Chat, account: MatrixUser) -> None:
    said = await chat.anna.say(chat.room, "Hello?")

    await chat.channel.send(chat.room, words("Hello!", reply_to=said), "a", private=True)

    assert (await chat.anna.wait_for_message(chat.room, account.user_id)).replies_to == said


async def test_a_very_long_text_comes_in_order(chat: Chat, account: MatrixUser) -> None:
    text = "\n\n".join(f"{number}." + " A bench for the old people's home." * 30 for number in range(200))

    last = await chat.channel.send(chat.room, words(text, Choice("a", "Yes")), "long", private=True)
    again = await chat.channel.send(chat.room, words(text, Choice("a", "Yes")), "long", private=True)

    end = await chat.anna.wait_for(chat.room, lambda seen: seen.body.endswith("1. Yes"))
    pieces = [seen.body for seen in chat.anna.sees(chat.room, "m.room.message")]
    assert end.event_id == last == again
    assert len(pieces) > 2
    assert "\n\n".join(piece.strip() for piece in pieces) == f"{text}\n\n1. Yes"


async def test_a_picture_comes_with_its_size_and_before_its_words(chat: Chat, account: MatrixUser) -> None:
    FILES["a" * 64] = picture = png(64, 48)
    media = Media(Kind.IMAGE, Stored("a" * 64, "image/png", len(picture), "crossing.png"), "A crossing")

    sent = await chat.channel.send(chat.room, Outgoing((Part("P-1042", Style.BOLD),), media=media), "p", private=True)

    image = await chat.anna.wait_for_message(chat.room, account.user_id)
    text = await chat.anna.wait_for_message(chat.room, account.user_id, after=image.event_id)
    assert image.content["info"] == {"mimetype": "image/png", "size": len(picture), "w": 64, "h": 48}
    assert image.body == "A crossing"
    assert await chat.anna.download(image.content["url"]) == picture
    assert (text.body, text.event_id) == ("P-1042", sent)


async def test_a_file_that_many_get_is_uploaded_once(chat: Chat, account: MatrixUser) -> None:
    grant = Outgoing((), media=Media(Kind.FILE, Stored("0" * 64, "application/pdf", 16, "grant.pdf")))

    sent = await asyncio.gather(
        *(chat.channel.send(chat.room, grant, f"grant-{number}", private=True) for number in range(4))
    )

    await chat.anna.wait_for(chat.room, lambda _: {event.event_id for event in chat.anna.sees(chat.room)} >= set(sent))
    seen = [event for event in chat.anna.sees(chat.room) if event.event_id in sent]
    assert len(seen) == len(set(sent))
    assert len({event.content["url"] for event in seen}) == 1
    assert await chat.anna.download(seen[0].content["url"]) == FILES["0" * 64]


def png(width: int, height: int) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height)).save(file, "PNG")
    return file.getvalue()


# ---- refusals ------------------------------------------------------------------------------------------------------


async def test_a_room_we_are_not_in_has_blocked_us(chat: Chat) -> None:
    for room in ("!nowhere:localhost", "!nowhere"):
        with pytest.raises(Blocked):
            await chat.channel.send(room, words("Hello?"), "x", private=True)


async def test_nothing_to_say_and_what_no_event_can_hold_are_rejected(chat: Chat) -> None:
    endless = words("Which?", *(Choice(str(number), "Bench " * 50) for number in range(300)))

    for message in (Outgoing(()), endless):
        with pytest.raises(Rejected):
            await chat.channel.send(chat.room, message, "x", private=True)


async def test_a_homeserver_that_asks_us_to_wait_is_heard_at_once(tmp_path: Path) -> None:
    """With nio's own `room_send`, the wait would be slept through inside the request."""
    synapse = Synapse(tmp_path / "synapse")
    config = tmp_path / "synapse" / "homeserver.json"
    limited = {
        **json.loads(config.read_text()),
        "rc_message": {"per_second": 0.2, "burst_count": 3},
    }  # the defaults, nearly
    config.write_text(json.dumps(limited))
    await synapse.start()
    try:
        us = await synapse.user("projektbot")
        channel = MatrixChannel(
            homeserver=synapse.url,
            access_token=us.access_token,
            device_store=tmp_path / "device.json",
            read_media=lambda _: b"",
        )
        async with synapse.person("anna") as anna:
            room = await anna.direct_chat(us.user_id)
            await join(synapse, us, room)
            with pytest.raises(Throttled) as told:
                await send_many(channel, room, 5)
        await channel.close()
    finally:
        await synapse.stop()

    assert told.value.everyone
    assert 0 < told.value.retry_after <= 10


async def send_many(channel: MatrixChannel, room: str, count: int) -> None:
    for number in range(count):
        await channel.send(room, words("again"), f"again-{number}", private=True)


async def join(synapse: Synapse, user: MatrixUser, room: str) -> None:
    async with MatrixPerson(synapse.url, user.user_id, user.access_token) as person:
        await person.join(room)
