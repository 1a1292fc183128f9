"""A project's group on Telegram, with three people, against the strict Bot API server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from projektbot.app import House
from tests.playing.living import living
from tests.playing.people import ByTelegram
from tests.servers import botapi

ANNA, BEN, CARLA = 7001, 7002, 7003


class Square:
    """Three people and the bot in one group; only the first leads the project."""

    def __init__(self, server: botapi.BotApiServer, house: House) -> None:
        self.server = server
        self.house = house
        self.anna, self.ben, self.carla = (
            server.person(number, name, language_code="de")
            for number, name in ((ANNA, "Anna"), (BEN, "Ben"), (CARLA, "Carla"))
        )
        self.group = server.group(-500, "Bänke", [self.anna, self.ben, self.carla])

    async def opened(self) -> None:
        """Let the first send an idea, and the bot come into the group."""
        alone = ByTelegram(self.anna, text=True)
        for said in ("/idee", "1", "Bänke am Fluss", "Zum Ausruhen für alle.", "1", "1", "/auslassen", "/auslassen",
                     "/auslassen", "1"):  # fmt: skip
            await alone.write(said)
        assert "P-1001" in await alone.told()
        await self.group.add_bot(self.server.bot(), self.anna)

    async def says(self, person: botapi.Person, words: str, answer: str) -> botapi.Seen:
        """Let somebody write to the bot in the group; return its answer."""
        await self.group.send(person, words)
        return await self.group.wait_for(lambda seen: answer in seen.text)

    def command(self, words: str) -> str:
        """Address a command to this bot, as clients do in a group."""
        word, _, rest = words.partition(" ")
        return f"{word}@{self.server.bot().username} {rest}".strip()


@asynccontextmanager
async def square(folder: Path) -> AsyncIterator[Square]:
    async with (
        botapi.BotApiServer(limits=botapi.Limits.off()) as server,
        living(folder, telegram_token=server.token, telegram_api_url=server.url) as house,
    ):
        there = Square(server, house)
        await there.opened()
        yield there


async def test_a_group_is_bound_plans_and_decides(tmp_path: Path) -> None:
    async with square(tmp_path) as there:
        group, anna, ben, carla = there.group, there.anna, there.ben, there.carla
        await there.says(ben, there.command("/team P-1001"), "Ich kenne Sie noch nicht")
        await there.says(anna, there.command("/team P-1001"), "Diese Gruppe gehört jetzt zu P-1001")

        listed = await there.says(ben, there.command("/aufgabe Holz kaufen @carla bis Freitag"), "Notiert")
        await group.tap(carla, "Erledigt", listed)
        ticked = await group.wait_for(lambda seen: "erledigt: " in seen.text)
        assert ticked.id == listed.id

        dates = await there.says(anna, there.command("/treffen Planung; Freitag 18:00; Samstag 10:00"), "Wann passt")
        await group.tap(ben, 1, dates)
        await group.wait_for(lambda seen: seen.id == dates.id and seen.text.endswith(": 1"))
        await group.tap(anna, "Termin festlegen", dates)
        fixed = await group.wait_for(lambda seen: "Der Termin steht" in seen.text)
        assert fixed.raw["document"]["file_name"] == "P-1001.ics"
        invited = await group.wait_for(lambda seen: "Kommen Sie?" in seen.text)
        await group.tap(carla, "Vielleicht", invited)
        counted = await group.wait_for(lambda seen: "Vielleicht: 1" in seen.text)
        assert counted.id == invited.id

        await there.says(ben, there.command("/umfrage Welche Farbe?; Rot; Grün"), "")
        poll = await group.wait_for(lambda seen: "poll" in seen.raw)
        assert poll.raw["poll"]["question"] == "Welche Farbe?"
        await group.vote(anna, poll.id, 0)
        await group.vote(carla, poll.id, 0)
        await group.vote(carla, poll.id, 1)
        await group.vote(anna, poll.id)
        await group.send(carla, there.command("/umfrage beenden"))
        await group.wait_for(lambda seen: "wer sie gestellt hat" in seen.text)
        await group.reply(ben, poll.id, there.command("/umfrage beenden"))
        ended = await group.wait_for(lambda seen: "Die Umfrage ist zu Ende" in seen.text)
        assert "Rot: 0\nGrün: 1" in ended.text.replace("\u2068", "").replace("\u2069", "")
        assert group.sees[[seen.id for seen in group.sees].index(poll.id)].raw["poll"]["is_closed"]

        wish = await group.send(carla, "Jemand müsste Pinsel besorgen")
        await group.reply(anna, wish, there.command("/aufgabe @ben"))
        await group.wait_for(lambda seen: "Pinsel besorgen" in seen.text)

        await there.says(anna, there.command("/entscheiden Kaufen wir das Holz?"), "Zu entscheiden ist")
        asked = await anna.wait_for(lambda seen: "soll entscheiden" in seen.text)
        await anna.tap("Abstimmen", asked)
        ballot = await anna.wait_for(lambda seen: "ohne Ihren Namen" in seen.text)
        await anna.tap("Ja", ballot)
        await group.wait_for(lambda seen: "Entschieden: ja." in seen.text)


async def test_what_is_not_meant_for_the_bot_is_not_answered(tmp_path: Path) -> None:
    async with square(tmp_path) as there:
        await there.group.send(there.ben, "Wer bringt Kuchen mit?")
        await there.says(there.anna, there.command("/team P-1001"), "Diese Gruppe gehört jetzt")

        answers = [seen for seen in there.group.sees if seen.by == there.server.bot().id]
        assert len(answers) == 1


async def test_a_topic_of_a_forum_is_the_project_s_and_when_it_is_gone_the_group_is(tmp_path: Path) -> None:
    async with square(tmp_path) as there:
        group, anna = there.group, there.anna
        topic = await group.open_topic(anna, "Bänke")
        await group.send(anna, there.command("/team P-1001"), topic=topic)
        await group.wait_for(lambda seen: "Diese Gruppe gehört jetzt" in seen.text)
        await there.says(there.ben, there.command("/aufgabe Holz kaufen"), "Notiert")
        await group.send(there.ben, there.command("/aufgabe Farbe kaufen"), topic=topic)
        await group.wait_for(lambda seen: "Farbe kaufen" in seen.text and seen.by == there.server.bot().id)
        answers = [seen for seen in group.sees if seen.by == there.server.bot().id]
        assert [seen.raw.get("message_thread_id") for seen in answers] == [topic, None, topic]

        await there.says(anna, there.command("/treffen Planung; Freitag 18:00; Samstag 10:00"), "Wann passt")
        await there.says(anna, there.command("/treffen 1"), "Kommen Sie?")
        fixed = await group.wait_for(lambda seen: "Der Termin steht" in seen.text)
        assert fixed.raw["message_thread_id"] == topic  # said by itself, so where the project is at home

        await group.delete_topic(topic)
        await there.says(anna, there.command("/treffen Feier; Freitag 18:00; Samstag 10:00"), "Feier")
        await there.says(anna, there.command("/treffen 2"), "Feier")
        again = await group.wait_for(lambda seen: "Der Termin steht" in seen.text)
        assert "message_thread_id" not in again.raw


async def test_the_group_survives_an_upgrade_and_the_bot_s_removal(tmp_path: Path) -> None:
    async with square(tmp_path) as there:
        group, anna = there.group, there.anna
        await there.says(anna, there.command("/team P-1001"), "Diese Gruppe gehört jetzt")

        await group.upgrade(-1000500)
        await there.says(there.ben, there.command("/aufgabe Holz kaufen"), "Notiert")

        await group.remove_bot(there.server.bot(), anna)
        await anna.wait_for(lambda seen: "aus der Gruppe von P-1001 entfernt" in seen.text)
        await group.add_bot(there.server.bot(), anna)
        await group.wait_for(lambda seen: "Ich bin wieder da" in seen.text)
        await there.says(there.carla, there.command("/aufgaben"), "Holz kaufen")
