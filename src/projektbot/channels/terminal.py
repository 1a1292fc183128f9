"""The terminal as a messenger: one person, who types."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from projektbot.errors import Rejected
from projektbot.messages import Choice, Command, Inbound, Kind, Limits, Outgoing, Road, Shared, Tap, Upload, Words

FAST = Limits(rate=1000.0, reserved=0.0, chat_rate=1000.0, chat_burst=1000)
CHAT = "terminal"
_PLACE = re.compile(r"(-?[0-9]{1,3}(?:\.[0-9]+)?) +(-?[0-9]{1,3}(?:\.[0-9]+)?)")


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
        if word == ":location" and (place := _PLACE.fullmatch(rest)):
            return Shared(float(place[1]), float(place[2]))
        if word == ":file":
            kind = {".jpg": Kind.IMAGE, ".png": Kind.IMAGE, ".ogg": Kind.AUDIO}.get(Path(rest).suffix, Kind.FILE)
            return Upload(kind, rest, name=Path(rest).name)
        if line.startswith("/"):
            return Command(word[1:].lower(), rest.strip())
        if line.startswith("#") and (choice := self._numbered(line[1:])):
            return Tap(choice.token)
        return Words(line)

    def _numbered(self, digits: str) -> Choice | None:
        numbered = [choice for choice in self._choices if not choice.word]
        index = int(digits) - self._first if digits.isdigit() else -1
        return numbered[index] if 0 <= index < len(numbered) else None


def _read_file(path: str) -> bytes:
    return Path(path).expanduser().read_bytes()


def printed(message: Outgoing) -> str:
    """Return a message as lines for the terminal."""
    numbered = [choice for choice in message.choices if not choice.word]
    lines = [message.plain()]
    lines += [f"  {number}  {choice.label}" for number, choice in enumerate(numbered, message.first)]
    if asides := [f"{choice.word} {choice.label}" for choice in message.choices if choice.word]:
        lines.append("  " + " · ".join(asides))
    return "\n".join(lines)
