"""`projektbot run` as a process: it ends when told to, and its log says nothing of what people wrote."""

from __future__ import annotations

import json
import re
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import httpx

from projektbot.logs import place_of
from tests.playing.people import ByTelegram
from tests.program import CHECKOUT, Running, environment, run, running
from tests.servers import botapi

WRITTEN = ("Sitzgelegenheiten-Xylofon", "Quittenbaum-Beschreibung", "Werkzeugkiste-Beitrag", "fliederfarben-daneben")


@asynccontextmanager
async def bot(folder: Path, **settings: str) -> AsyncIterator[Running]:
    """Run the program until the block ends."""
    async with running("projektbot", "run", environ=environment(folder, CHECKOUT, **settings), cwd=folder) as program:
        await program.says("is running.")
        yield program


async def web_of(program: Running) -> str:
    """Return the address of the program's web."""
    return (await program.says("the web chat")).split()[0].removesuffix("/chat")


def stumbled(program: Running) -> list[str]:
    """Return what was logged as an error, or not in our form."""
    return [line for line in program.err if not line.startswith("{") or json.loads(line)["level"] == "error"]


async def test_it_ends_cleanly_when_told_to(tmp_path: Path) -> None:
    async with bot(tmp_path) as program:
        program.process.send_signal(signal.SIGTERM)

        assert await program.ends() == 0
    assert stumbled(program) == []


async def test_it_ends_cleanly_while_a_browser_listens(tmp_path: Path) -> None:
    async with bot(tmp_path) as program, httpx.AsyncClient(base_url=await web_of(program)) as browser:
        await browser.post("/chat/start", headers={"Origin": str(browser.base_url).rstrip("/")})
        async with browser.stream("GET", "/chat/events") as stream:
            lines = stream.aiter_lines()
            assert await anext(lines) == "retry: 2000"
            program.process.send_signal(signal.SIGTERM)
            rest = [line async for line in lines]

        assert await program.ends() == 0
    assert stumbled(program) == []
    assert rest  # the stream went on until it was ended, and was not broken off


async def test_the_web_is_ready_when_it_says_so(tmp_path: Path) -> None:
    async with bot(tmp_path) as program, httpx.AsyncClient(base_url=await web_of(program)) as browser:
        answers = [(await browser.get(path)).status_code for path in ("/healthz", "/readyz", "/", "/chat", "/demo")]

    assert answers == [200, 200, 200, 200, 404]


async def test_an_ipv6_address_is_said_as_browsers_write_it(tmp_path: Path) -> None:
    async with bot(tmp_path, web_listen="[::1]:0") as program, httpx.AsyncClient() as browser:
        answer = await browser.get(f"{await web_of(program)}/healthz")

    assert answer.status_code == 200


async def test_a_whole_idea_leaves_no_words_and_no_person_in_the_log(tmp_path: Path) -> None:
    async with botapi.BotApiServer(limits=botapi.Limits.off()) as server:
        settings = {"telegram_token": server.token, "telegram_api_url": server.url, "log_level": "debug"}
        anna = server.person(471_100_815, "Annegret", last_name="Mustermann", username="annegret_m")
        async with bot(tmp_path, **settings) as program:
            person = ByTelegram(anna, text=False)
            title, description, contribution, beside = WRITTEN
            await person.write("/idee")
            await person.tap("Etwas Neues")
            await person.write(title)
            await person.write(description)
            await person.write(beside)  # no answer to this question
            await person.tap("Umwelt und Natur")
            await person.location(52.705, 12.98)
            await person.write("1234 €")
            server.faults.drop("getFile")
            await person.photo()
            await person.write(contribution)
            server.faults.error(method="sendMessage")
            await person.tap("Idee einreichen")
            told = await person.told()

    log = re.sub(r'"timestamp": "[^"]*"', "", "\n".join(program.err))  # any digits may stand in those
    assert "P-1001" in told
    assert "telegram_receiving" in log
    assert "fetch_failed" in log  # trouble was logged too: else this would prove little
    for secret in (*WRITTEN, "471100815", "Annegret", "Mustermann", "annegret_m", "52.705", "1234", server.token):
        assert secret not in log, secret
    assert server.token.partition(":")[2] not in log


async def test_a_newcomer_is_answered_in_their_own_chat_after_somebody_was_erased(tmp_path: Path) -> None:
    """The operator erases the newest person while the bot runs, as docs/privacy.md says it."""
    async with botapi.BotApiServer(limits=botapi.Limits.off()) as server:
        settings = {"telegram_token": server.token, "telegram_api_url": server.url}
        anna, ben = server.person(41, "Anna"), server.person(42, "Ben")
        async with bot(tmp_path, **settings):
            await anna.send("/start")
            await anna.next_message()
            erase(tmp_path / "var" / "projektbot.db", "41")
            heard = len(anna.log)
            await ben.send("/start")
            await ben.next_message()
            await ben.send("/privacy")
            await ben.next_message()

    assert anna.log[heard:] == []


def erase(file: Path, chat: str) -> None:
    """Carry out what docs/privacy.md tells operators to do."""
    of_chat = "SELECT person_id FROM addresses JOIN sessions ON sessions.id = session_id WHERE chat = ?"
    with closing(sqlite3.connect(file, timeout=10)) as db, db:
        db.execute("PRAGMA foreign_keys=ON")
        db.execute("DELETE FROM people WHERE id = ?", db.execute(of_chat, (chat,)).fetchone())


def test_an_error_is_logged_by_its_kind_and_place_without_its_words() -> None:
    try:
        try:
            int(WRITTEN[0])
        except ValueError as error:
            raise LookupError(WRITTEN[1]) from error
    except LookupError as error:
        told = place_of(error)

    assert "LookupError" in told
    assert "ValueError" in told
    assert "test_running.py" in told
    assert not [words for words in WRITTEN if words in told]


LOGS = """
import logging, os, structlog
from projektbot.logs import set_up_logs
set_up_logs("info")
try:
    int(os.environ["WORDS"])
except ValueError as error:
    structlog.get_logger().exception("turn_failed")
    structlog.get_logger().warning("turn_failed", exc_info=error)
    logging.getLogger("library").exception("It failed\\n%s", os.environ["WORDS"])
"""


async def test_neither_our_log_nor_a_librarys_repeats_the_words_of_an_error(tmp_path: Path) -> None:
    (tmp_path / "failing.py").write_text(LOGS, "utf-8")
    environ = environment(tmp_path, CHECKOUT) | {"WORDS": WRITTEN[0]}
    environ["PYTHONPATH"] += f":{tmp_path}"

    async with running("failing", environ=environ, cwd=tmp_path) as program:
        assert await program.ends() == 0

    facts = [json.loads(line) for line in program.err if line.startswith("{")]
    assert [fact["exception"].splitlines()[0] for fact in facts] == ["ValueError", "ValueError"]
    assert "ERROR library It failed" in program.err
    assert WRITTEN[0] not in "\n".join(program.err)


async def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    async with bot(tmp_path) as program:
        address = (await web_of(program)).removeprefix("http://")
        environ = environment(tmp_path / "second", web_listen=address)
        async with running("projektbot", "run", environ=environ, cwd=tmp_path) as second:
            code = await second.ends()

    assert code == 1
    assert [line for line in second.err if "address already in use" in line]
    assert f"  the web cannot be served at {address}" in second.err


def test_a_data_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("no folder", "utf-8")

    refused = run("run", folder=tmp_path)

    assert refused.returncode == 2
    assert f"  PROJEKTBOT_DATA_DIR: {tmp_path}/var is no folder" in refused.stderr.splitlines()
    assert "Traceback" not in refused.stderr


def test_a_database_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "projektbot.db").write_bytes(b"not a database at all" * 1000)

    refused = run("run", folder=tmp_path)

    assert refused.returncode == 1
    assert "is no database any more, its head is destroyed" in refused.stderr
    assert "Traceback" not in refused.stderr
