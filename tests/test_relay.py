"""One project, a group on Telegram and a room on Matrix: what people say in one is shown in the other, and follows."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select

from projektbot.app import House
from projektbot.store.tables import inbox, outbox, queue
from tests.playing.living import living
from tests.playing.people import ByMatrix, ByTelegram, photo
from tests.servers import botapi
from tests.servers.matrix_person import MatrixPerson, Seen
from tests.servers.synapse import Synapse

WAIT = 60.0


class Square:
    """A group in which Anna leads and Carla takes part, and a room with Anna's other account and Ben."""

    def __init__(self, server: botapi.BotApiServer, house: House, bot: str) -> None:
        self.server = server
        self.house = house
        self.bot = bot
        self.anna, self.carla = (
            server.person(number, name, language_code="de") for number, name in ((7001, "Anna"), (7003, "Carla"))
        )
        self.group = server.group(-500, "Bänke", [self.anna, self.carla])
        self.room = ""

    def command(self, words: str) -> str:
        """Address a command to this bot, as clients do in a group."""
        word, _, rest = words.partition(" ")
        return f"{word}@{self.server.bot().username} {rest}".strip()

    async def in_group(self, words: str) -> botapi.Seen:
        """Return the newest message of the bot in the group with these words."""
        return await self.group.wait_for(lambda seen: words in seen.text, timeout=WAIT)

    async def in_room(self, person: MatrixPerson, words: str) -> Seen:
        """Return the first message of the bot in the room with these words."""
        return await person.wait_for(
            self.room, lambda event: event.sender == self.bot and words in event.body, timeout=WAIT
        )

    async def opened(self, again: MatrixPerson, ben: MatrixPerson) -> None:
        """Let Anna send an idea, connect her accounts, and make both chats her project's."""
        alone = ByTelegram(self.anna, text=True)
        for said in ("/idee", "1", "Bänke am Fluss", "Zum Ausruhen für alle.", "1", "1", "/auslassen", "/auslassen",
                     "/auslassen", "1", "/verbinden", "Nein, ich brauche einen Code"):  # fmt: skip
            await alone.write(said)
        code = re.search(r"[A-Z0-9]{4}-[A-Z0-9]{4}", await alone.told())
        assert code
        direct = await again.direct_chat(self.bot)
        there = ByMatrix(again, direct, self.bot, reactions=False)
        await there.told_anew()
        await there.write(f"!verbinden {code[0]}")
        await there.write("1")
        self.room = await again.create_room("Bänke", invite=[self.bot, ben.user_id])
        await ben.join(self.room)
        await again.say(self.room, "!team P-1001")
        await self.in_room(again, "gehört jetzt zu P-1001")
        await self.group.add_bot(self.server.bot(), self.anna, admin=True)
        await self.group.send(self.anna, self.command("/team P-1001"))
        await self.in_group("gehört jetzt zu P-1001")

    async def rows(self) -> list[int]:
        """Return how many updates and letters are in the store."""
        counts = [select(func.count()).select_from(table) for table in (inbox, queue, outbox)]
        return await self.house.store.read(lambda db: [db.scalar(count) or 0 for count in counts])


@asynccontextmanager
async def square(folder: Path, synapse: Synapse) -> AsyncIterator[Square]:
    account = await synapse.user("bot")
    async with (
        botapi.BotApiServer(limits=botapi.Limits.off()) as server,
        living(
            folder,
            telegram_token=server.token,
            telegram_api_url=server.url,
            matrix_homeserver=synapse.url,
            matrix_user=account.user_id,
            matrix_password=account.password,
        ) as house,
    ):
        yield Square(server, house, account.user_id)


@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
async def test_what_people_say_in_one_chat_is_shown_in_the_other(
    tmp_path: Path, synapse: Synapse, *, encrypted: bool
) -> None:
    kind = synapse.encrypted_person if encrypted else synapse.person
    async with square(tmp_path, synapse) as there, kind("anna") as again, kind("ben") as ben:
        await ben.call_oneself("Ben B.")
        await there.opened(again, ben)
        await nothing_is_stored_yet(there, ben)
        await there.group.send(there.anna, there.command("/bruecke an"))
        assert "@BotFather" in (await there.in_room(ben, "Ab jetzt sind die beiden Chats")).body

        asked, shown, answer, answered = await they_talk(there, ben)
        await corrections_follow(there, ben, asked, shown, answer, answered)
        await deletions_follow(there, ben, answer, answered)
        await there.group.reply(there.carla, asked, there.command("/loeschen"))
        await ben.wait_for(there.room, lambda event: event.redacts == shown.event_id, timeout=WAIT)
        await there.group.send(there.anna, there.command("/bruecke aus"))
        await there.in_room(ben, "nicht mehr verbunden")
        nothing_came_back(there, ben)


async def nothing_is_stored_yet(there: Square, ben: MatrixPerson) -> None:
    """Say something that is not meant for the bot while nobody wants it to be passed on."""
    before = await there.rows()

    await there.group.send(there.carla, "Das liest nur, wer hier ist.")
    await ben.say(there.room, "Das auch.")
    await there.group.send(there.carla, there.command("/aufgabe Holz kaufen"))
    await there.in_room(ben, "Eine neue Aufgabe:")

    assert [after - then for after, then in zip(await there.rows(), before, strict=True)] == [1, 0, 2]


async def they_talk(there: Square, ben: MatrixPerson) -> tuple[int, Seen, str, botapi.Seen]:
    """Ask, answer and thank; return question and answer, each as it was written and as it was shown."""
    asked = await there.group.send(there.carla, "Wer bringt @ben Kuchen mit?")
    shown = await there.in_room(ben, "Wer bringt")
    assert shown.body == "\u2068Carla\u2069: Wer bringt @\u2060ben Kuchen mit?"
    assert shown.content["m.mentions"] == {}

    answer = await ben.reply(there.room, shown.event_id, "Ich! <b>Zwei</b>")
    answered = await there.in_group("Ich!")
    assert answered.text == "\u2068Ben B.\u2069: Ich! <b>Zwei</b>"
    assert answered.raw["reply_to_message"]["message_id"] == asked

    await there.group.reply(there.carla, answered.id, "Danke")
    assert (await there.in_room(ben, "Danke")).replies_to == answer
    return asked, shown, answer, answered


async def corrections_follow(
    there: Square, ben: MatrixPerson, asked: int, shown: Seen, answer: str, answered: botapi.Seen
) -> None:
    """Change what was said."""
    await there.group.edit(there.carla, asked, "Wer bringt Obst mit?")
    assert (await there.in_room(ben, "Obst")).replaces == shown.event_id

    await ben.edit(there.room, answer, "Ich! Drei")
    assert (await there.in_group("Drei")).id == answered.id


async def deletions_follow(there: Square, ben: MatrixPerson, answer: str, answered: botapi.Seen) -> None:
    """Send photos, and take them and words away."""
    await there.group.send_photo(there.carla, photo(), "Unsere Bank")
    pictured = await there.in_room(ben, "Unsere Bank")
    assert (pictured.content["msgtype"], pictured.content["filename"]) == ("m.image", "image")
    sent = await ben.send_image(there.room, photo(), name="bank.jpg", mime="image/jpeg")
    shown = await there.group.wait_for(lambda seen: seen.text == "\u2068Ben B.\u2069", timeout=WAIT)
    assert shown.raw["photo"]
    await ben.send_voice(there.room, b"OggS")
    await there.in_group("Sprachnachricht")

    await ben.redact(there.room, answer)
    await ben.redact(there.room, sent)
    await there.group.wait_for_log(lambda line: (line.kind, line.message_id) == ("deleted", answered.id))
    await there.group.wait_for_log(lambda line: (line.kind, line.message_id) == ("deleted", shown.id))


def nothing_came_back(there: Square, ben: MatrixPerson) -> None:
    """See that each saw what the others said once, and nothing of their own."""
    told = [event.body for event in ben.sees(there.room, "m.room.message") if event.sender == there.bot]
    assert [words for words in told if "Ben B." in words] == []
    assert sum("Danke" in words for words in told) == 1
    assert [seen.text for seen in there.group.sees if "Carla" in seen.text] == []
