"""The terminal as a messenger: one person, who types."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from projektbot.errors import Rejected
from projektbot.messages import Choice, Command, Inbound, Kind, Limits, Outgoing, Road, Shared, Tap, Upload, Words

FAST = Limits(rate=1000.0, reserved=0.0, chat_rate=1000.0, chat_burst=1000)
CHAT = "terminal"
_PLACE = re.compile(r":location +(-?[0-9]{1,3}(?:\.[0-9]+)?) +(-?[0-9]{1,3}(?:\.[0-9]+)?)")
_NUMBER = re.compile(r"#?([0-9]{1,4})")  # more digits than any list has choices are no number of one


@dataclass(slots=True)
class Terminal:
    """Reads lines and prints answers.

    `read` returns the next line, or None at the end; `show` prints. A number takes the choice of that number; `#2` does
    so even where a number would be an answer; `:location LAT LON` and `:file PATH` share a place or a file.
    """

    read: Callable[[], Awaitable[str | None]]
    show: Callable[[Outgoing], None]
    locale: str = ""
    name: str = "terminal"
    limits: Limits = FAST
    idempotent: bool = False
    one_receiver: bool = True
    _choices: tuple[Choice, ...] = ()
    _first: int = 1
    _count: int = 0
    _sent: int = 0

    async def receive(self, road: Road) -> None:
        """Take lines until there are no more."""
        while (line := await self.read()) is not None:
            if line.strip():
                await road.take(self.name, [line.strip()], self._inbound)

    async def send(self, chat: str, message: Outgoing, txn: str, *, private: bool) -> str:  # noqa: ARG002 - one chat
        """Print a message."""
        self._choices = message.choices
        self._first = message.first
        self.show(message)
        self._sent += 1
        return str(self._sent)

    async def fetch(self, ref: str) -> bytes:
        """Read a file from the disk."""
        try:
            return await asyncio.to_thread(_read_file, ref)
        except OSError as error:
            raise Rejected("unreachable") from error

    def address(self, start: str = "") -> str:  # noqa: ARG002 - of Channel
        """Return nothing: nobody else can come here."""
        return ""

    async def close(self) -> None:
        """Nothing to give back."""

    def _inbound(self, line: str) -> Inbound:
        self._count += 1
        return Inbound(self.name, str(self._count), CHAT, self._event(line), str(self._count), self.locale)

    def _event(self, line: str) -> Words | Command | Tap | Shared | Upload:
        word, _, rest = line.partition(" ")
        if place := shared_place(line):
            return Shared(*place)
        if word == ":file":
            kind = {".jpg": Kind.IMAGE, ".png": Kind.IMAGE, ".ogg": Kind.AUDIO}.get(Path(rest).suffix, Kind.FILE)
            return Upload(kind, rest, name=Path(rest).name)
        if line.startswith("/"):
            return Command(word[1:].lower(), rest.strip())
        if line.startswith("#") and (choice := numbered(line, self._choices, self._first)):
            return Tap(choice.token)
        return Words(line)


def numbered(line: str, choices: Sequence[Choice], first: int) -> Choice | None:
    """Return the choice that "2" or "#2" stands for, where those shown are counted from `first`."""
    found = _NUMBER.fullmatch(line)
    counted = [choice for choice in choices if not choice.word]
    index = int(found[1]) - first if found else -1
    return counted[index] if 0 <= index < len(counted) else None


def shared_place(line: str) -> tuple[float, float] | None:
    """Return the latitude and longitude of a line that shares a place."""
    found = _PLACE.fullmatch(line)
    return (float(found[1]), float(found[2])) if found else None


def _read_file(path: str) -> bytes:
    return Path(path).expanduser().read_bytes()


def printed(message: Outgoing) -> str:
    """Return a message as lines for the terminal."""
    numbered = [choice for choice in message.choices if not choice.word]
    lines = [f"[{message.media.alt}]"] if message.media else []
    lines += [message.plain()]
    lines += [f"  {number}  {choice.label}" for number, choice in enumerate(numbered, message.first)]
    if asides := [f"{choice.word} {choice.label}" for choice in message.choices if choice.word]:
        lines.append("  " + " · ".join(asides))
    return "\n".join(lines)
