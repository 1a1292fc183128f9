"""Lets a person chat with the real bot in a terminal, with this server in place of Telegram.

    python -m tests.servers.botapi.play

`#2` presses button 2 of the newest message with buttons; `:photo FILE`, `:location LAT LON`, `:quit`; else it is text.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from tests.ending import end
from tests.servers.botapi.chats import Happening
from tests.servers.botapi.people import Person
from tests.servers.botapi.server import BotApiServer
from tests.servers.botapi.sight import seen

BOT_COMMAND = (sys.executable, "-m", "projektbot", "run")
PERSON_ID = 42
GRACE = 5.0  # seconds the bot gets to stop by itself


def show(line: Happening, own_id: int) -> str:
    """Write one line of the log as the person sees it; empty for what they did themselves."""
    if line.by == own_id:
        return ""
    if line.kind == "answered":
        return f"  ({line.text})" if line.text else ""
    if line.kind == "deleted":
        return f"  (message {line.message_id} deleted)"
    if line.kind not in ("sent", "edited"):
        return ""
    message = seen(line.data)
    mark = "~" if line.kind == "edited" else "<"
    media = [kind for kind in ("photo", "voice", "audio", "document", "location", "poll") if kind in line.data]
    lines = [f"{mark} {''.join(f'[{kind}] ' for kind in media)}{message.text}"]
    lines += [f"    #{number} {label}" for number, label in enumerate(message.labels, start=1)]
    return "\n".join(lines)


def content_of(name: str) -> bytes:
    """Read a file the person named; `~` is their home."""
    return Path(name).expanduser().read_bytes()


async def obey(person: Person, typed: str) -> str:
    """Do what was typed; return what to tell the person when it cannot be done."""
    word, _, rest = typed.partition(" ")
    try:
        if typed.startswith("#"):
            await person.tap(int(typed[1:]) - 1)
        elif word == ":photo":
            await person.send_photo(await asyncio.to_thread(content_of, rest))
        elif word == ":location":
            latitude, longitude = map(float, rest.split())
            await person.send_location(latitude, longitude)
        elif word.startswith(":"):
            return "There are :photo FILE, :location LAT LON and :quit."
        else:
            await person.send(typed)
    except LookupError:
        return "There is no such button."
    except ValueError:
        return "That needs numbers, such as #2 or :location 52.5 13.4"
    except OSError as error:
        return f"The file cannot be read: {error.strerror}."
    return ""


async def print_what_happens(person: Person) -> None:
    """Print the log as it grows."""
    shown = 0
    while True:
        line = await person.wait_for_log(lambda _: True, timeout=float("inf"), start=shown)
        shown += 1
        text = show(line, person.id)
        if text:
            sys.stdout.write(text + "\n")
            sys.stdout.flush()


@asynccontextmanager
async def bot_process(environment: Mapping[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run the bot; stop it afterwards."""
    process = await asyncio.create_subprocess_exec(*BOT_COMMAND, env=environment)
    try:
        yield process
    finally:
        await end(process, GRACE)


def environment(server: BotApiServer, data_dir: str) -> dict[str, str]:
    """Return the environment that points the bot to this server."""
    return os.environ | {
        "PROJEKTBOT_TELEGRAM_TOKEN": server.token,
        "PROJEKTBOT_TELEGRAM_API_URL": server.url,
        "PROJEKTBOT_DATA_DIR": data_dir,
        "PROJEKTBOT_WEB_LISTEN": "127.0.0.1:0",
    }


async def read_lines() -> AsyncIterator[str]:
    """Read what is typed, without blocking the server."""
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    try:
        while line := await reader.readline():
            yield line.decode(errors="replace").strip()
    finally:
        transport.close()


async def converse(person: Person) -> None:
    """Obey line after line until :quit or the end of the input."""
    async for typed in read_lines():
        if typed == ":quit":
            return
        if typed:
            complaint = await obey(person, typed)
            if complaint:
                sys.stdout.write(complaint + "\n")
                sys.stdout.flush()


async def play() -> int:
    """Run server, bot and conversation; return the exit code."""
    with tempfile.TemporaryDirectory() as data_dir:
        async with (
            BotApiServer() as server,
            bot_process(environment(server, data_dir)) as process,
            asyncio.TaskGroup() as tasks,
        ):
            person = server.person(PERSON_ID, os.environ.get("USER", "You"))
            sys.stdout.write("Type /start. #2 presses button 2; :photo FILE, :location LAT LON, :quit.\n")
            sys.stdout.flush()
            printing = tasks.create_task(print_what_happens(person))
            talking = tasks.create_task(converse(person))
            ended = tasks.create_task(process.wait())
            await asyncio.wait((talking, ended), return_when=asyncio.FIRST_COMPLETED)
            bot_stopped = ended.done()
            for task in (printing, talking, ended):
                task.cancel()
        if bot_stopped:
            sys.stderr.write(f"The bot could not be started, or has stopped (exit code {process.returncode}).\n")
            return 1
    return 0


if __name__ == "__main__":
    try:
        raise SystemExit(asyncio.run(play()))
    except KeyboardInterrupt:
        raise SystemExit(0) from None
