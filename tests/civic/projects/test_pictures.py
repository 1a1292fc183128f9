"""A project's photo stands on its card, and staff see or hear what came with an idea; its content is said in words."""

from __future__ import annotations

from projektbot.messages import Kind, Media, Outgoing, Upload
from tests.civic.projects.town import publishes, with_role
from tests.turns.test_files import VOICE, photo
from tests.turns.town import Person, Town


async def sends_an_idea_with(somebody: Person, kind: Kind, data: bytes, caption: str = "") -> None:
    """Send an idea with a file."""
    somebody.town.desk.files["file"] = data
    await somebody.says("/idea")
    await somebody.taps("Something new")
    await somebody.says("Benches along the river", "A back and arms, every two hundred metres.", "1", "1", "/skip")
    await somebody.does(Upload(kind, "file", len(data), caption=caption))
    await somebody.town.turns.settle()
    await somebody.says("/skip")
    await somebody.taps("Send the idea")


async def test_a_card_shows_the_photo_once_and_not_after_every_tap(town: Town) -> None:
    anna, ben = town.person("anna"), town.person("ben")
    await sends_an_idea_with(anna, Kind.IMAGE, photo())
    await publishes(await with_role(town, "mia"), "P-1001")

    await ben.says("/project P-1001")
    shown = last(town, "ben")
    await ben.taps("Support it")

    assert shown.media
    assert (shown.media.kind, shown.media.file.mime) == (Kind.IMAGE, "image/jpeg")
    assert alt(shown.media) == "Photo of P-1001 Benches along the river"
    assert last(town, "ben").media is None


async def test_the_senders_words_say_what_a_photo_shows(town: Town) -> None:
    anna = town.person("anna")
    await sends_an_idea_with(anna, Kind.IMAGE, photo(), "The bank between bridge and mill")
    await publishes(await with_role(town, "mia"), "P-1001")

    await town.person("ben").says("/project P-1001")

    media = last(town, "ben").media
    assert media
    assert alt(media) == "The bank between bridge and mill"


async def test_staff_hear_a_voice_note_which_a_public_card_does_not_play(town: Town) -> None:
    await sends_an_idea_with(town.person("anna"), Kind.AUDIO, VOICE)
    moderator = await with_role(town, "mia")

    await moderator.says("/queue", "1")
    heard = last(town, "mia").media
    await publishes(moderator, "P-1001")
    await town.person("ben").says("/project P-1001")

    assert heard
    assert (heard.kind, alt(heard)) == (Kind.AUDIO, "Voice note about P-1001 Benches along the river")
    assert last(town, "ben").media is None


def last(town: Town, chat: str) -> Outgoing:
    """Return the last message a chat was answered."""
    return [letter for letter in town.letters if letter.chat == chat][-1].message


def alt(media: Media) -> str:
    """Return what a file is said to be, without the marks around what people wrote."""
    return media.alt.replace("\u2068", "").replace("\u2069", "")
