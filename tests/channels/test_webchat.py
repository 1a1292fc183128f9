"""The web chat as a channel: what is posted reaches the road once and in order, what is sent stands there once."""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from PIL import Image
from sqlalchemy import Delete, delete
from sqlalchemy.exc import OperationalError

from projektbot.channels import webchat
from projektbot.channels.webchat import SINCE, WebChat
from projektbot.channels.webfiles import MIMES, mime_of
from projektbot.errors import Rejected
from projektbot.messages import (
    MAX_FILE_BYTES,
    Choice,
    Command,
    Event,
    Inbound,
    Kind,
    Media,
    Outgoing,
    Part,
    Shared,
    Stored,
    Tap,
    Upload,
    Words,
)
from projektbot.store.tables import web_messages
from tests.web.town import Clock, EchoRoad, Town, a_town, open_store, receiving, says, web_chat

CHAT, OTHER = "a" * 32, "b" * 32
GROUP = "repaircafe"


@pytest_asyncio.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with a_town(tmp_path) as town:
        yield town


def picture(width: int = 60, height: int = 40, *, orientation: int = 1) -> bytes:
    image = Image.new("RGB", (width, height), "green")
    exif = image.getexif()
    exif[0x0112] = orientation
    content = io.BytesIO()
    image.save(content, "JPEG", exif=exif)
    return content.getvalue()


def texts(lines: object) -> list[str]:
    assert isinstance(lines, list)
    return [line.message.plain() if line.message else repr(line.event) for line in lines]


# ---- in --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "event", [Words("Grüße 🌳"), Command("start", "idea"), Command("idee"), Tap("t1", "7"), Shared(52.5, 13.4)]
)
async def test_what_a_person_does_reaches_the_road_as_it_was_done(town: Town, event: Event) -> None:
    await town.chat.post(CHAT, event, "de")

    taken = town.road.taken[0]
    assert (taken.event, taken.chat, taken.locale, taken.channel) == (event, CHAT, "de", "web")
    assert taken.key == taken.message == "1"


async def test_a_post_returns_with_the_whole_answer_in_the_chat(tmp_path: Path) -> None:
    async with a_town(tmp_path, answer=lambda _: [says("one"), says("two")]) as town:
        await town.chat.post(CHAT, Words("hello"), "de")

        assert texts(await town.chat.history(CHAT))[1:] == ["one", "two"]


async def test_a_post_without_an_answer_does_not_hang(town: Town) -> None:
    async with asyncio.timeout(30):
        await town.chat.post(CHAT, Command("silence"), "de")

    assert len(await town.chat.history(CHAT)) == 1


async def test_what_was_posted_before_a_crash_is_taken_after_it_and_only_once(tmp_path: Path) -> None:
    road, clock = EchoRoad(), Clock()
    async with open_store(tmp_path) as store:
        dying = web_chat(store, tmp_path, clock, {})
        for text in ("one", "two", "three"):
            await _post_unheard(dying, text)
        async with receiving(web_chat(store, tmp_path, clock, {}), road):
            await asyncio.wait_for(road.moved_on.wait(), 30)
        async with receiving(web_chat(store, tmp_path, clock, {}), road):
            assert road.chat is not None
            await road.chat.post(CHAT, Words("four"), "de")

    assert road.kept[SINCE] == road.taken[-1].key
    assert [inbound.event for inbound in road.taken] == [Words(text) for text in ("one", "two", "three", "four")]
    assert [inbound.key for inbound in road.taken] == sorted({inbound.key for inbound in road.taken}, key=int)


@pytest.mark.parametrize("forgotten", [delete(web_messages), delete(web_messages).where(web_messages.c.chat == OTHER)])
async def test_what_is_posted_after_the_newest_lines_were_forgotten_is_taken(town: Town, forgotten: Delete) -> None:
    """After a quiet season everything is pruned; or the chat that spoke last is erased."""
    await town.chat.post(CHAT, Words("one"), "de")
    await town.chat.post(OTHER, Words("two"), "de")
    await town.store.write(lambda db: db.execute(forgotten))

    await town.chat.post(CHAT, Words("three"), "de")

    assert [inbound.event for inbound in town.road.taken] == [Words("one"), Words("two"), Words("three")]
    assert texts(await town.chat.history(CHAT))[-1] == "You wrote: three"


@pytest.mark.parametrize("event", [Command("aufgabe", "Buy wood"), Tap("task|1|done", "7"), Words("1", to="7")])
async def test_what_is_meant_for_us_in_a_group_is_taken_as_that_persons(town: Town, event: Event) -> None:
    await town.chat.post(GROUP, event, "de", by="Ida")

    taken = town.road.taken[0]
    assert (taken.event, taken.chat, taken.sender, taken.private) == (event, GROUP, "Ida", False)


@pytest.mark.parametrize("event", [Words("Who brings cake?"), Shared(52.5, 13.4)])
async def test_what_people_say_to_each_other_in_a_group_is_nobody_elses_matter(town: Town, event: Event) -> None:
    await town.chat.post(GROUP, event, "de", by="Ida")
    await town.chat.post_file(GROUP, picture(), name="cake.jpg", declared="image/jpeg", locale="de", by="Cem")
    await town.chat.post(GROUP, Command("aufgaben"), "de", by="Cem")

    assert [inbound.event for inbound in town.road.taken] == [Command("aufgaben")]
    assert [line.by for line in await town.chat.history(GROUP)] == ["Ida", "Cem", "Cem", ""]


async def test_in_private_everything_is_meant_for_us(town: Town) -> None:
    await town.chat.post(CHAT, Words("hello"), "de")

    assert (town.road.taken[0].sender, town.road.taken[0].private) == ("", True)


async def test_what_is_put_is_answered_in_its_own_time(town: Town) -> None:
    stamp = await town.chat.put(CHAT, Words("hello"), "de")
    async with asyncio.timeout(30):
        await town.chat.answered(CHAT, stamp)

    assert texts(await town.chat.history(CHAT))[-1] == "You wrote: hello"


async def test_many_people_at_once_lose_nothing(town: Town) -> None:
    chats = [f"{number:032x}" for number in range(50)]

    await asyncio.gather(*(town.chat.post(chat, Words(chat), "de") for chat in chats))

    assert {(inbound.chat, inbound.event) for inbound in town.road.taken} == {(chat, Words(chat)) for chat in chats}


# ---- out -------------------------------------------------------------------------------------------------------------


async def test_a_message_sent_again_is_no_second_message(town: Town) -> None:
    first = await town.chat.send(CHAT, says("hello"), "t1", private=True)
    again = await town.chat.send(CHAT, says("hello"), "t1", private=True)

    assert first == again
    assert texts(await town.chat.history(CHAT)) == ["hello"]


async def test_a_replacement_changes_the_message_in_its_place(town: Town) -> None:
    first = await town.chat.send(CHAT, says("1 of 3"), "t1", private=True)
    await town.chat.send(CHAT, says("between"), "t2", private=True)
    edited = await town.chat.send(CHAT, says("2 of 3", replaces=first), "t3", private=True)

    lines = await town.chat.history(CHAT)
    assert edited == first
    assert texts(lines) == ["2 of 3", "between"]
    assert lines[0].changed > lines[1].changed > lines[0].at


@pytest.mark.parametrize("replaces", ["999", "-1", "x", "9" * 40, "²"])
async def test_a_replacement_of_nothing_is_a_message_of_its_own(town: Town, replaces: str) -> None:
    await town.chat.send(CHAT, says("hello", replaces=replaces), "t1", private=True)

    assert texts(await town.chat.history(CHAT)) == ["hello"]


async def test_nobody_replaces_a_message_of_another_chat(town: Town) -> None:
    first = await town.chat.send(CHAT, says("mine"), "t1", private=True)
    await town.chat.send(OTHER, says("yours", replaces=first), "t2", private=True)

    assert texts(await town.chat.history(CHAT)) == ["mine"]


async def test_a_tapped_button_is_remembered_by_its_label_even_when_the_message_changes(town: Town) -> None:
    asked = await town.chat.send(CHAT, says("Which?", Choice("x", "The red one")), "t1", private=True)
    await town.chat.post(CHAT, Tap("x", asked), "de")
    await town.chat.send(CHAT, says("Thanks", replaces=asked), "t2", private=True)

    assert [line.label for line in await town.chat.history(CHAT) if line.event] == ["The red one"]


async def test_the_history_is_what_was_said_last(town: Town) -> None:
    for number in range(5):
        await town.chat.send(CHAT, says(str(number)), f"t{number}", private=True)

    assert texts(await town.chat.history(CHAT, 2)) == ["3", "4"]


# ---- watching --------------------------------------------------------------------------------------------------------


async def test_a_watcher_sees_new_and_changed_lines_after_its_stamp(town: Town) -> None:
    first = await town.chat.send(CHAT, says("one"), "t1", private=True)
    [seen] = await town.chat.history(CHAT)
    watching = town.chat.watch(CHAT, seen.changed)

    assert await anext(watching) == []
    await town.chat.send(CHAT, says("two"), "t2", private=True)
    assert texts(await anext(watching)) == ["two"]
    await town.chat.send(CHAT, says("one, edited", replaces=first), "t3", private=True)
    assert texts(await anext(watching)) == ["one, edited"]
    await watching.aclose()


async def test_a_clock_that_goes_back_hides_nothing_from_a_watcher(town: Town) -> None:
    await town.chat.send(CHAT, says("one"), "t1", private=True)
    [seen] = await town.chat.history(CHAT)
    town.clock.now -= timedelta(days=1)
    await town.chat.send(CHAT, says("two"), "t2", private=True)

    watching = town.chat.watch(CHAT, seen.changed)

    assert texts(await anext(watching)) == ["two"]
    await watching.aclose()


async def test_closing_ends_every_stream(town: Town) -> None:
    watching = town.chat.watch(CHAT, 0)
    await anext(watching)

    await town.chat.close()

    with pytest.raises(StopAsyncIteration):
        await anext(watching)


# ---- files -----------------------------------------------------------------------------------------------------------


async def test_a_photo_reaches_the_road_as_a_ref_and_the_page_with_its_proportions(town: Town) -> None:
    content = picture(60, 40, orientation=6)  # taken with the phone upright

    await town.chat.post_file(CHAT, content, name="tree.jpg", declared="image/jpeg", locale="de")

    upload = town.road.taken[0].event
    assert isinstance(upload, Upload)
    kept = await town.chat.fetch(upload.ref)
    assert (upload.kind, upload.name, upload.size) == (Kind.IMAGE, "tree.jpg", len(kept))
    assert b"Exif" in content
    assert b"Exif" not in kept
    line = (await town.chat.history(CHAT))[0]
    assert (line.mime, line.width, line.height) == ("image/jpeg", 40, 60)
    assert line.sha256 == hashlib.sha256(kept).hexdigest()


async def test_a_file_belongs_to_the_chat_it_was_sent_in(town: Town) -> None:
    await town.chat.post_file(CHAT, picture(), name="", declared="", locale="de")
    sha256 = (await town.chat.history(CHAT))[0].sha256

    assert town.chat.media(CHAT, sha256) is not None
    assert town.chat.media(OTHER, sha256) is None
    assert town.chat.media("../" + CHAT, sha256) is None
    assert town.chat.media(CHAT, "*") is None


@pytest.mark.parametrize("ref", ["", "x", f"{CHAT}/{'0' * 64}.jpg", "../../etc/passwd", f"{CHAT}/*"])
async def test_a_ref_that_leads_nowhere_is_refused(town: Town, ref: str) -> None:
    with pytest.raises(Rejected, match="unreachable"):
        await town.chat.fetch(ref)


async def test_old_files_are_forgotten_and_new_ones_kept(town: Town) -> None:
    await town.chat.post_file(CHAT, picture(), name="", declared="", locale="de")
    await town.chat.post_file(OTHER, picture(), name="", declared="", locale="de")
    old = town.chat.media(CHAT, (await town.chat.history(CHAT))[0].sha256)
    new = town.chat.media(OTHER, (await town.chat.history(OTHER))[0].sha256)
    assert old is not None
    assert new is not None
    os.utime(old[0], (0, 0))

    await town.chat.forget_files(datetime(2000, 1, 1, tzinfo=UTC))

    assert not old[0].parent.exists()
    assert new[0].exists()


async def test_a_file_beyond_the_limit_is_refused(town: Town) -> None:
    with pytest.raises(Rejected, match="too_big"):
        await town.chat.post_file(CHAT, bytes(MAX_FILE_BYTES + 1), name="", declared="", locale="de")


async def test_a_picture_of_the_house_is_shown_in_the_chat(town: Town) -> None:
    content = picture(30, 20)
    file = Stored(hashlib.sha256(content).hexdigest(), "image/jpeg", len(content))
    town.files[file.sha256] = content

    await town.chat.send(CHAT, Outgoing((Part(""),), media=Media(Kind.IMAGE, file, "A bench")), "t1", private=True)

    [line] = await town.chat.history(CHAT)
    assert (line.sha256, line.width, line.height) == (file.sha256, 30, 20)
    found = town.chat.media(CHAT, file.sha256)
    assert found is not None
    assert found[0].read_bytes() == content


@pytest.mark.parametrize(
    ("head", "declared", "mime"),
    [
        (b"<svg xmlns=", "image/svg+xml", "application/octet-stream"),
        (b"<!doctype html>", "image/png", "application/octet-stream"),
        (b"\x89PNG\r\n\x1a\n0000", "text/html", "image/png"),
        (b"RIFF0000WEBPVP8 ", "", "image/webp"),
        (b"RIFF0000AVI ", "image/png", "application/octet-stream"),
        (b"OggS", "", "audio/ogg"),
        (b"\x00\x00\x00\x1cftypiso5", "audio/mp4", "audio/mp4"),
        (b"\x00\x00\x00\x1cftypiso5", "video/mp4", "application/octet-stream"),
        (b"\x00\x00\x00\x1cftypM4A ", "", "audio/mp4"),
        (b"\x1aE\xdf\xa3", "audio/webm;codecs=opus", "audio/webm"),
        (b"", "", "application/octet-stream"),
    ],
)
def test_a_file_is_what_its_bytes_say(head: bytes, declared: str, mime: str) -> None:
    assert mime_of(head, declared) == mime
    assert mime in MIMES.values()


async def test_a_broken_picture_is_taken_without_proportions(town: Town) -> None:
    await town.chat.post_file(CHAT, picture()[:30], name="", declared="", locale="de")

    line = (await town.chat.history(CHAT))[0]
    assert (line.mime, line.width, line.height) == ("image/jpeg", 0, 0)


async def test_a_store_that_is_away_for_a_moment_loses_nothing(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    failures = [OperationalError("SELECT", None, Exception("locked")), LookupError()]
    take = town.road.take

    async def taking(channel: str, raws: Sequence[Any], read: Callable[[Any], Inbound | None]) -> None:
        if failures:
            raise failures.pop()
        await take(channel, raws, read)

    monkeypatch.setattr(webchat, "PAUSE_SECONDS", 0)
    monkeypatch.setattr(town.road, "take", taking)
    await town.chat.post(CHAT, Words("Hello"), "de")

    lines = await town.chat.history(CHAT)
    assert texts(lines) == ["Words(text='Hello', to='')", "You wrote: Hello"]
    assert not failures


# ---- helpers ---------------------------------------------------------------------------------------------------------


async def _post_unheard(chat: WebChat, text: str) -> None:
    """Post while nobody receives, and be killed while waiting for the answer."""
    watching = chat.watch(CHAT, 0)
    await anext(watching)
    posting = asyncio.create_task(chat.post(CHAT, Words(text), "de"))
    assert len(await anext(watching)) == 1  # it is stored
    await watching.aclose()
    posting.cancel()
