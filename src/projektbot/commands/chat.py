"""`projektbot chat`: the dialogs in the terminal, on the real road, and what was said as a transcript."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from pathlib import Path
from typing import Any, TextIO

import yaml

from projektbot.app import House, build
from projektbot.channels.terminal import Terminal, numbered, printed, shared_place
from projektbot.config import Settings, read_settings
from projektbot.errors import Rejected, SettingsError
from projektbot.i18n import FSI, PDI
from projektbot.logs import set_up_logs
from projektbot.messages import Outgoing, Style
from projektbot.store.leases import ALWAYS


def chat(locale: str, record: str | None) -> int:
    """Play until the input ends."""
    set_up_logs("error")
    with tempfile.TemporaryDirectory(prefix="projektbot-") as folder:
        read_settings()  # complain about mistakes, whatever they concern
        settings = Settings(data_dir=Path(folder), **_ALONE)
        recorder = Recorder()
        terminal = Terminal(recorder.read, recorder.show, locale or settings.locale)
        house = build(settings, terminal)
        if locale and locale not in house.languages.locales:
            raise SettingsError([f"--locale: {locale!r} is none of {', '.join(house.languages.locales)}"])
        with _opened(record) as file:
            asyncio.run(_play(house, terminal, recorder))
            file.write(recorder.transcript(terminal.locale))
    return 0


def _opened(record: str | None) -> TextIO:
    """Open the file for the transcript before anything is played: afterwards a mistake would cost all of it."""
    try:
        return Path(record or os.devnull).open("w", encoding="utf-8")
    except OSError as error:
        raise Rejected(f"{record} cannot be written: {error.strerror}") from error


async def _play(house: House, terminal: Terminal, recorder: Recorder) -> None:
    recorder.house = house
    delivering = asyncio.gather(house.delivery.run(), house.delivery.serve(terminal, ALWAYS.is_good))
    print("Type /start to begin, Ctrl-D to end. A file: `:file PATH`; a place: `:location LAT LON`.\n")
    await terminal.receive(house.turns)
    await recorder.settle()
    delivering.cancel()
    await asyncio.gather(delivering, return_exceptions=True)
    await house.close()


# only the terminal, whatever else is configured
_ALONE: dict[str, Any] = {
    "database_url": "",
    "telegram_token": "",
    "telegram_webhook_url": None,
    "telegram_webhook_secret": "",
    "matrix_homeserver": None,
    "matrix_user": "",
    "matrix_password": "",
    "matrix_access_token": "",
}


# a transcript compares words: without isolates, with the spaces that people type
_AS_TYPED = {ord(FSI): None, ord(PDI): None, ord("\u00a0"): " ", ord("\u202f"): " "}


class Recorder:
    """Reads and prints for the terminal, and remembers it as steps of a transcript."""

    house: House

    def __init__(self) -> None:
        self._steps: list[dict[str, Any]] = []
        self._last: Outgoing | None = None

    async def read(self) -> str | None:
        """Return the next line once everything before it is answered."""
        await self.settle()
        line = await asyncio.to_thread(_line)
        if line is not None and line.strip():
            self._steps.append(self._step(line.strip()))
        return line

    async def settle(self) -> None:
        """Return when everything typed so far is answered."""
        await self.house.turns.settle()
        await self.house.delivery.idle()

    def show(self, message: Outgoing) -> None:
        """Print an answer and remember it."""
        print(printed(message), end="\n\n", flush=True)
        self._last = message
        bold = [part.text for part in message.parts if part.style is Style.BOLD]
        lines = (bold or [message.plain()])[0].split("\n")
        self._steps.append({"bot": lines[0].translate(_AS_TYPED)})

    def _step(self, line: str) -> dict[str, Any]:
        if place := shared_place(line):
            return {"send": {"location": list(place)}}
        if line.startswith(":file "):
            return {"send": "voice" if line.endswith(".ogg") else "photo"}
        choice = numbered(line, self._last.choices, self._last.first) if self._last else None
        return {"tap": choice.label} if choice else {"user": line}

    def transcript(self, locale: str) -> str:
        """Return what was said as YAML."""
        document = {"transcript": "recorded in the terminal", "locale": locale, "steps": self._steps}
        return yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=120)


def _line() -> str | None:
    if sys.stdin.isatty():
        print("> ", end="", flush=True)
    line = sys.stdin.readline()
    return line.rstrip("\n") if line else None
