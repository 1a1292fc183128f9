"""A project's room on Matrix, with three people, on a real homeserver; plain and encrypted."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.playing.living import living
from tests.playing.people import ByMatrix
from tests.servers.matrix_person import MatrixPerson, Seen
from tests.servers.synapse import Synapse

WAIT = 60.0
POLL, TEXT = "org.matrix.msc3381.poll", "org.matrix.msc1767.text"


class Room:
    """A room as the people in it use it."""

    def __init__(self, room: str, bot: str) -> None:
        self.room = room
        self.bot = bot

    async def says(self, person: MatrixPerson, words: str, answer: str) -> Seen:
        """Let somebody write; return what the bot says to it."""
        await person.say(self.room, words)
        return await self.hears(person, answer)

    async def hears(self, person: MatrixPerson, answer: str) -> Seen:
        """Return the first message of the bot with these words."""
        return await person.wait_for(
            self.room, lambda event: event.sender == self.bot and answer in event.body, timeout=WAIT
        )


async def has_an_idea(person: MatrixPerson, bot: str) -> str:
    """Send an idea in a direct chat; return the room."""
    room = await person.direct_chat(bot)
    alone = ByMatrix(person, room, bot, reactions=False)
    await alone.told_anew()
    for said in ("!idee", "1", "Bänke am Fluss", "Zum Ausruhen für alle.", "1", "1", "!auslassen", "!auslassen",
                 "!auslassen", "1"):  # fmt: skip
        await alone.write(said)
    assert "P-1001" in await alone.told()
    return room


async def vote_in_a_poll(there: Room, anna: MatrixPerson, ben: MatrixPerson, carla: MatrixPerson) -> None:
    """Let one ask, two answer by polls of their clients, old and new, and the lead end it."""
    await ben.say(there.room, "!umfrage Welche Farbe?; Rot; Grün")
    poll = await carla.wait_for(there.room, lambda event: event.type == f"{POLL}.start", timeout=WAIT)
    asked = poll.content[f"{POLL}.start"]
    assert [answer[TEXT] for answer in asked["answers"]] == ["Rot", "Grün"]
    about = {"m.relates_to": {"rel_type": "m.reference", "event_id": poll.event_id}}
    red, green = [answer["id"] for answer in asked["answers"]]
    for person, kind, chosen in (
        (anna, f"{POLL}.response", {f"{POLL}.response": {"answers": [green]}}),
        (carla, f"{POLL}.response", {f"{POLL}.response": {"answers": [red]}}),
        (carla, "m.poll.response", {"m.selections": [green]}),
        (anna, "m.poll.response", {"m.selections": []}),
    ):
        await person.send(there.room, {**about, **chosen}, kind)
    await there.says(carla, "!umfragen", "Grün\u2069: 1")
    await ben.send(there.room, {**about, TEXT: "Ende", f"{POLL}.end": {}}, f"{POLL}.end")
    ended = await there.hears(carla, "Die Umfrage ist zu Ende")
    assert "Rot: 0\nGrün: 1" in ended.body.replace("\u2068", "").replace("\u2069", "")
    closed = await carla.wait_for(
        there.room, lambda event: event.type == f"{POLL}.end" and event.sender == there.bot, timeout=WAIT
    )
    assert closed.content["m.relates_to"] == about["m.relates_to"]


async def choose_and_withdraw(there: Room, carla: MatrixPerson, dates: Seen) -> None:
    """Let somebody react beside one who has chosen a date already, and take the reaction away again."""
    reaction = await carla.react(there.room, dates.event_id, "1\ufe0f\u20e3")
    chosen = await carla.wait_for(there.room, lambda event: event.body.count(": 1") == 2, timeout=WAIT)
    await carla.redact(there.room, reaction)
    withdrawn = await carla.wait_for(
        there.room, lambda event: event.body.count(": 1") == 1, after=chosen.event_id, timeout=WAIT
    )
    assert withdrawn.replaces == chosen.replaces == dates.event_id


@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
async def test_a_room_is_bound_plans_decides_and_is_upgraded(tmp_path: Path, synapse: Synapse, encrypted: bool) -> None:  # noqa: FBT001
    account = await synapse.user("bot")
    bot = account.user_id
    house = living(tmp_path, matrix_homeserver=synapse.url, matrix_user=bot, matrix_password=account.password)
    kind = synapse.encrypted_person if encrypted else synapse.person
    async with house, kind("anna") as anna, kind("ben") as ben, kind("carla") as carla:
        alone = Room(await has_an_idea(anna, bot), bot)
        there = Room(await anna.create_room("Bänke", invite=[bot, ben.user_id, carla.user_id]), bot)
        for person in (ben, carla):
            await person.join(there.room)

        await anna.say(there.room, "Wer bringt Kuchen mit?")
        await there.says(ben, "!team P-1001", "Ich kenne Sie noch nicht")
        await there.says(anna, "!team P-1001", "Diese Gruppe gehört jetzt zu P-1001")
        listed = await there.says(ben, "!aufgabe Holz kaufen @carla bis Freitag", "Notiert")
        await carla.react(there.room, listed.event_id, "1\ufe0f\u20e3")
        ticked = await there.hears(carla, "erledigt: ")
        assert ticked.replaces == listed.event_id

        dates = await there.says(anna, "!treffen Planung; Freitag 18:00; Samstag 10:00", "Wann passt")
        await ben.reply(there.room, dates.event_id, "2")
        await there.hears(ben, ": 1")
        await choose_and_withdraw(there, carla, dates)
        await there.says(anna, "!treffen 2", "Kommen Sie?")
        await vote_in_a_poll(there, anna, ben, carla)
        wish = await carla.say(there.room, "Jemand müsste Pinsel besorgen")
        await anna.reply(there.room, wish, "!aufgabe @ben")
        await there.hears(anna, "Pinsel besorgen")
        await there.says(anna, "!entscheiden Kaufen wir das Holz?", "Zu entscheiden ist")
        await alone.hears(anna, "!abstimmen 1 Abstimmen")
        await alone.says(anna, "!abstimmen 1", "ohne Ihren Namen")
        await anna.say(alone.room, "1")
        await there.hears(carla, "Entschieden: ja.")

        new = await anna.upgrade(there.room, "11")
        await alone.hears(anna, "geht als neuer Raum weiter")
        await anna.invite(new, bot)
        await anna.wait_for(new, lambda event: event.state_key == bot and event.content["membership"] == "join")
        await Room(new, bot).says(anna, "!aufgaben", "Holz kaufen")


async def test_a_thread_is_the_project_s_and_the_room_survives_that_the_bot_is_taken_out(
    tmp_path: Path, synapse: Synapse
) -> None:
    account = await synapse.user("bot")
    bot = account.user_id
    house = living(tmp_path, matrix_homeserver=synapse.url, matrix_user=bot, matrix_password=account.password)
    async with house, synapse.person("anna") as anna, synapse.person("ben") as ben:
        alone = Room(await has_an_idea(anna, bot), bot)
        there = Room(await anna.create_room("Bänke", invite=[bot, ben.user_id]), bot)
        await ben.join(there.room)
        root = await anna.say(there.room, "Hier geht es um die Bänke.")
        thread = {"rel_type": "m.thread", "event_id": root}
        in_thread = {"m.relates_to": {**thread, "is_falling_back": True, "m.in_reply_to": {"event_id": root}}}

        await anna.send(there.room, {"msgtype": "m.text", "body": "!team P-1001", **in_thread})
        bound = await there.hears(anna, "Diese Gruppe gehört jetzt zu P-1001")
        await there.says(anna, "!treffen Planung; Freitag 18:00; Samstag 10:00", "Wann passt")
        await there.says(anna, "!treffen 1", "Kommen Sie?")
        fixed = await there.hears(ben, "Der Termin steht")
        for told in (bound, fixed):  # an answer stays where it was asked, news go to where the project is at home
            assert told.content["m.relates_to"] | thread == told.content["m.relates_to"]

        await anna.kick(there.room, bot)
        await alone.hears(anna, "aus der Gruppe von P-1001 entfernt")
        await anna.invite(there.room, bot)
        await there.hears(ben, "Ich bin wieder da")
        await there.says(ben, "!hilfe", "Das ist die Gruppe von P-1001")
