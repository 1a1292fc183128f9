"""A file is fetched while its conversation waits and no other does; whatever becomes of it, there are words."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

import pytest
from PIL import Image

from projektbot.errors import ChannelError, Rejected
from projektbot.messages import MAX_FILE_BYTES, Command, Event, Kind, Upload, Words
from projektbot.store.tables import inbox
from projektbot.turns import files
from projektbot.turns.rows import HANDLED
from tests.turns.town import Person, Town

VOICE = b"OggS\x00\x02" + bytes(20) + b"\x01\x13OpusHead\x01\x01\x38\x01\x80\xbb\x00\x00\x00\x00\x00"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "FETCH_PAUSE", 0.001)


def photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (32, 24), (40, 120, 80)).save(out, "JPEG")
    return out.getvalue()


async def at_the_picture(town: Town, chat: str = "anna") -> Person:
    """Bring somebody to the question for a photo."""
    person = town.person(chat)
    await person.says("/idea", "new", "Benches along the river", "A place to rest for everybody", "Health", "Altstadt")
    assert "photo" in await person.says("/skip")
    return person


async def sends(person: Person, ref: str, kind: Kind = Kind.IMAGE) -> str:
    """Send a file and return what is said once it has been looked at."""
    await person.does(Upload(kind, ref))
    await asyncio.wait_for(person.town.turns.settle(), 30)
    return person.town.told(person.chat)[-1]


async def test_a_photo_is_stored_and_answered(town: Town) -> None:
    anna = await at_the_picture(town)
    town.desk.files["photo"] = photo()

    told = await sends(anna, "photo")

    picture = (await town.session("anna")).frames[-1].answers["picture"]
    assert "What can you contribute yourself?" in told
    assert town.media.read(picture["sha256"])[:3] == b"\xff\xd8\xff"
    assert {row.state for row in await town.rows(inbox)} == {HANDLED}
    assert not [row for row in await town.rows(inbox) if row.raw]


async def test_an_update_with_a_slow_file_is_acknowledged_before_the_file_is_there(town: Town) -> None:
    anna = await at_the_picture(town)
    town.desk.files["photo"] = photo()
    gate = town.desk.hold("photo")

    await anna.does(Upload(Kind.IMAGE, "photo"))

    assert await town.waiting() == 1
    gate.set()
    await town.turns.settle()


async def test_what_is_said_after_a_slow_photo_waits_for_it(town: Town) -> None:
    anna = await at_the_picture(town)
    town.desk.files["photo"] = photo()
    gate = town.desk.hold("photo")
    before = len(town.letters)

    await town.take(
        town.inbound("anna", Upload(Kind.IMAGE, "photo")),
        town.inbound("anna", Words("I can water the plants")),
    )
    await anna.says("Send the idea")
    assert len(town.letters) == before

    gate.set()
    await town.turns.settle()

    told = town.told("anna")[-3:]
    assert "What can you contribute yourself?" in told[0]
    assert "Is everything right?" in told[1]
    assert "Its number is P-1001" in told[2]


async def test_others_do_not_wait_for_somebodys_photo(town: Town) -> None:
    await at_the_picture(town)
    town.desk.files["photo"] = photo()
    gate = town.desk.hold("photo")
    await town.take(town.inbound("anna", Upload(Kind.IMAGE, "photo")))

    told = await town.person("ben").says("Hello")

    assert "What would you like to do?" in told
    gate.set()
    await town.turns.settle()


async def test_once_the_line_is_empty_a_chat_goes_on_as_before(town: Town) -> None:
    anna = await at_the_picture(town)
    town.desk.files["photo"] = photo()
    await sends(anna, "photo")

    assert "Is everything right?" in await anna.says("/skip")


async def test_after_a_kill_what_waited_goes_on_in_order(town: Town, tmp_path: Path) -> None:
    await at_the_picture(town)
    town.desk.hold("photo")
    talk: list[Event] = [
        Upload(Kind.IMAGE, "photo"),
        Words("Water"),
        Command("back"),
        Words("My hands"),
        Words("Send the idea"),
    ]
    await town.take(*[town.inbound("anna", event, key=f"late:{number}") for number, event in enumerate(talk)])
    await town.kill()

    again = town.again()
    again.desk.files["photo"] = photo()
    await again.turns.restore("desk")
    await again.turns.settle()

    told = again.told("anna")
    assert len(told) == 5
    assert "My hands" in told[3]
    assert "P-1001" in told[4]
    await again.close()


async def test_after_a_kill_new_messages_wait_behind_the_old(town: Town, tmp_path: Path) -> None:
    await at_the_picture(town)
    town.desk.hold("photo")
    held = town.inbound("anna", Upload(Kind.IMAGE, "photo"), key="held")
    await town.take(held)
    await town.kill()

    again = town.again()
    again.desk.files["photo"] = photo()
    gate = again.desk.hold("photo")
    await again.turns.restore("desk")
    await again.take(held, again.inbound("anna", Words("My hands"), key="new"))
    assert not again.letters
    gate.set()
    await again.turns.settle()

    assert len(again.letters) == 2
    assert "My hands" in again.told("anna")[-1]
    assert again.desk.fetched == ["photo"]
    await again.close()


@pytest.mark.parametrize("reason", ["too_big", "wrong_type", "unreachable"])
async def test_a_file_that_cannot_be_had_is_answered_in_words(town: Town, reason: str) -> None:
    anna = await at_the_picture(town)
    town.desk.files["photo"] = Rejected(reason)

    told = await sends(anna, "photo")

    wanted = {"too_big": "At most 20 MB", "wrong_type": "cannot open", "unreachable": "could not fetch"}
    assert wanted[reason] in told
    assert "picture" not in (await town.session("anna")).frames[-1].answers


async def test_a_file_is_tried_again_before_it_is_given_up(town: Town) -> None:
    anna = await at_the_picture(town)
    town.desk.files["photo"] = ChannelError("connection reset")

    told = await sends(anna, "photo")

    assert "Please send it once more" in told
    assert len(town.desk.fetched) == files.FETCH_TRIES


async def test_a_file_above_the_limit_is_too_big(town: Town) -> None:
    anna = await at_the_picture(town)
    town.desk.files["photo"] = bytes(MAX_FILE_BYTES + 1)

    assert "At most 20 MB" in await sends(anna, "photo")


async def test_a_picture_that_is_a_web_page_is_no_picture(town: Town) -> None:
    anna = await at_the_picture(town)
    town.desk.files["photo"] = b"<html><script>alert(1)</script></html>"

    assert "cannot open" in await sends(anna, "photo")


async def test_a_voice_note_answers_the_same_question(town: Town) -> None:
    anna = await at_the_picture(town)
    town.desk.files["voice"] = VOICE

    assert "What can you contribute yourself?" in await sends(anna, "voice", Kind.AUDIO)


async def test_a_bug_while_fetching_does_not_silence_the_chat(town: Town) -> None:
    anna = await at_the_picture(town)
    town.desk.files["photo"] = ZeroDivisionError()

    assert "could not fetch" in await sends(anna, "photo")
    assert "What can you contribute yourself?" in await anna.says("/skip")


async def test_a_full_disk_does_not_silence_the_chat(town: Town, tmp_path: Path) -> None:
    anna = await at_the_picture(town)
    (tmp_path / "media").write_bytes(b"in the way")  # whatever is written below it fails, as on a full disk
    town.desk.files["photo"] = photo()

    assert "could not fetch" in await sends(anna, "photo")
    assert "What can you contribute yourself?" in await anna.says("/skip")


async def test_an_upload_that_cannot_be_written_down_does_not_silence_the_chat(town: Town) -> None:
    """A size no database can hold, half a character: clients may send anything."""
    anna = await at_the_picture(town)
    town.desk.files["photo"] = photo()

    await anna.does(Upload(Kind.IMAGE, "photo", size=10**30, caption="half a smile: \ud83d"))
    await asyncio.wait_for(town.turns.settle(), 30)

    assert len(town.told("anna")[-1]) > 0
    assert "Is everything right?" in await anna.says("/skip") or "contribute" in town.told("anna")[-1]
