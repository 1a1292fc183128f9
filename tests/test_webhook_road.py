"""The webhook road: the real program, told by a strict Bot API server what people do."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.playing.people import ByTelegram
from tests.program import Running, environment, running
from tests.servers import botapi

SECRET = "Only_for-tests"
HEADER = "X-Telegram-Bot-Api-Secret-Token"


@dataclass(frozen=True, slots=True)
class Road:
    """A program that Telegram comes to."""

    url: str
    program: Running
    server: botapi.BotApiServer
    folder: Path

    async def post(self, update: dict[str, Any], **headers: str) -> httpx.Response:
        """Post an update as Telegram does."""
        async with httpx.AsyncClient() as telegram:
            return await telegram.post(self.url, json=update, headers=headers)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Ask the program's database."""
        with closing(sqlite3.connect(f"file:{self.folder}/var/projektbot.db?mode=ro", uri=True)) as db:
            return db.execute(query).fetchall()


@asynccontextmanager
async def by_webhook(folder: Path, port: int) -> AsyncIterator[Road]:
    """Run the program so that it receives by webhook on its own web address."""
    url = f"http://127.0.0.1:{port}/telegram/telegram"
    backoff = botapi.Backoff(second=0.05)
    async with botapi.BotApiServer(limits=botapi.Limits.off(), backoff=backoff) as server:
        environ = environment(
            folder,
            telegram_token=server.token,
            telegram_api_url=server.url,
            telegram_webhook_url=url,
            telegram_webhook_secret=SECRET,
            web_listen=f"127.0.0.1:{port}",
        )
        async with running("projektbot", "run", environ=environ, cwd=folder) as program:
            await program.says("telegram_receiving")
            await program.says("is running.")
            yield Road(url, program, server, folder)


def message(update_id: int, chat: int, text: str) -> dict[str, Any]:
    """Return an update as Telegram writes it."""
    person = {"id": chat, "is_bot": False, "first_name": "Eve", "language_code": "de"}
    where = {"id": chat, "type": "private", "first_name": "Eve"}
    said = {"message_id": update_id, "from": person, "chat": where, "date": 1_780_000_000, "text": text}
    return {"update_id": update_id, "message": said}


async def send_idea(person: ByTelegram) -> str:
    """Send an idea from the first word to its number; return what is told last."""
    await person.write("/idee")
    await person.tap("Etwas Neues")
    await person.write("Bänke am Fluss")
    await person.write("Zum Ausruhen für alle, die langsam gehen.")
    await person.tap("Umwelt und Natur")
    await person.tap("Altstadt")
    await person.write("1200 €")
    await person.photo()
    await person.tap("Auslassen")
    await person.tap("Idee einreichen")
    return await person.told()


async def test_the_program_registers_its_address_with_the_secret(tmp_path: Path, unused_tcp_port: int) -> None:
    async with by_webhook(tmp_path, unused_tcp_port) as road:
        calls = {call.method: call.parameters for call in road.server.bot().calls}

    assert calls["setWebhook"]["url"] == road.url
    assert calls["setWebhook"]["secret_token"] == SECRET
    assert "getUpdates" not in calls


async def test_an_idea_is_sent_to_its_end_though_every_update_comes_twice(tmp_path: Path, unused_tcp_port: int) -> None:
    async with by_webhook(tmp_path, unused_tcp_port) as road:
        road.server.faults.redeliver(times=1000)
        anna = road.server.person(4711, "Anna")

        told = await send_idea(ByTelegram(anna, text=False))

        ideas = road.rows("SELECT number, title, cost_cents FROM projects")
        files = road.rows("SELECT project, kind FROM project_files")
    assert "P-1001" in told
    assert ideas == [(1001, "Bänke am Fluss", 120000)]
    assert files == [(1001, "image")]
    answers = [line for line in anna.log if line.kind == "sent" and line.by != anna.id]
    assert len(answers) == len({line.text for line in answers}), "a question was asked twice"
    assert "getUpdates" not in {call.method for call in road.server.bot().calls}


async def test_without_the_right_secret_nothing_happens(tmp_path: Path, unused_tcp_port: int) -> None:
    async with by_webhook(tmp_path, unused_tcp_port) as road:
        wrong = (await road.post(message(9001, 666, "/start"), **{HEADER: SECRET.lower()})).status_code
        none = (await road.post(message(9002, 666, "/start"))).status_code
        elsewhere = await road.post(message(9003, 666, "/start"), **{HEADER: SECRET})
        anna = road.server.person(4711, "Anna")
        await anna.send("/start")
        await anna.next_message()

        chats = road.rows("SELECT chat FROM addresses")
        keys = {key for (key,) in road.rows("SELECT key FROM inbox")}
    assert (wrong, none) == (401, 401)
    assert elsewhere.status_code == 200  # the right one was let in: else this would prove nothing
    assert sorted(chats) == [("4711",), ("666",)]
    assert not keys & {"9001", "9002"}
    assert "9003" in keys


async def test_the_same_update_posted_again_is_accepted_and_changes_nothing(
    tmp_path: Path, unused_tcp_port: int
) -> None:
    async with by_webhook(tmp_path, unused_tcp_port) as road:
        anna = road.server.person(4711, "Anna", started=True)
        codes = [(await road.post(message(9001, 4711, "/start"), **{HEADER: SECRET})).status_code for _ in range(3)]
        await anna.send("/hilfe")
        await anna.wait_for(lambda seen: "Diese Befehle" in seen.text)

        menus = [seen for seen in anna.sees if "Was möchten Sie tun?" in seen.text and "Befehle" not in seen.text]
    assert codes == [200, 200, 200]
    assert len(menus) == 1


async def test_what_is_no_update_is_refused(tmp_path: Path, unused_tcp_port: int) -> None:
    async with by_webhook(tmp_path, unused_tcp_port) as road:
        codes = [
            (await road.post({"hello": "world"}, **{HEADER: SECRET})).status_code,
            (await road.post(message(1, 2, "x") | {"update_id": "one"}, **{HEADER: SECRET})).status_code,
        ]

    assert codes == [400, 400]
    assert [json.loads(line)["event"] for line in road.program.err if '"error"' in line] == []
