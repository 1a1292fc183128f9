"""What can be seen of a chat from outside: messages with their buttons, the log, and waiting for either to change."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from tests.servers.botapi.chats import Chat, Happening, Json
from tests.servers.botapi.world import World

PATIENCE = 30.0
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Button:
    """An inline button as a person sees it, and what it carries."""

    text: str
    data: str | None
    raw: Json


@dataclass(frozen=True, slots=True)
class Seen:
    """A message as it now stands on the screen."""

    id: int
    text: str
    by: int
    buttons: tuple[tuple[Button, ...], ...]
    raw: Json

    @property
    def labels(self) -> list[str]:
        """Return the words on the buttons, row after row."""
        return [button.text for row in self.buttons for button in row]

    def button(self, wanted: str | int) -> Button | None:
        """Find a button by its number (from 0), its whole label, or the only label that contains the words."""
        flat = [button for row in self.buttons for button in row]
        if isinstance(wanted, int):
            return flat[wanted] if 0 <= wanted < len(flat) else None
        exact = [button for button in flat if button.text == wanted]
        partly = [button for button in flat if wanted in button.text]
        return exact[0] if exact else partly[0] if len(partly) == 1 else None


def seen(message: Json) -> Seen:
    """Make what is seen of a message; media show their caption, other content its kind in brackets."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", ())
    buttons = tuple(tuple(Button(b["text"], b.get("callback_data"), b) for b in row) for row in rows)
    text = message.get("text") or message.get("caption") or ""
    return Seen(message["message_id"], text, message["from"]["id"], buttons, message)


class ChatView:
    """The eyes of a test on one chat; Person and Group add hands."""

    def __init__(self, world: World, chat: Chat, bots: frozenset[int]) -> None:
        self._world = world
        self._chat = chat
        self._bots = bots
        self._read = 0

    @property
    def chat_id(self) -> int:
        """Return the id of the chat (a group's changes when it is upgraded)."""
        return self._chat.id

    @property
    def sees(self) -> list[Seen]:
        """Return the messages now visible, oldest first: edits applied, deleted ones gone."""
        return [seen(message) for message in self._chat.messages.values()]

    @property
    def log(self) -> list[Happening]:
        """Return everything that ever happened in this chat; only ever grows."""
        return self._chat.log

    @property
    def toasts(self) -> list[str]:
        """Return the texts of all answers to taps, oldest first."""
        return [line.text for line in self._chat.log if line.kind == "answered"]

    async def wait_for(self, predicate: Callable[[Seen], bool], timeout: float = PATIENCE) -> Seen:
        """Return the newest visible bot message that fits, as soon as there is one.

        Raises TimeoutError with the transcript of the chat.
        """

        def find() -> Seen | None:
            visible = reversed(self._chat.messages.values())
            from_bots = (seen(message) for message in visible if message["from"]["id"] in self._bots)
            return next(filter(predicate, from_bots), None)

        return await self._until(find, timeout)

    async def next_message(self, timeout: float = PATIENCE) -> Seen:
        """Return the next message sent or edited by a bot that this method has not returned yet."""

        def find() -> Seen | None:
            while self._read < len(self._chat.log):
                line = self._chat.log[self._read]
                self._read += 1
                if line.kind in ("sent", "edited") and line.by in self._bots:
                    return seen(line.data)
            return None

        return await self._until(find, timeout)

    async def wait_for_log(
        self, predicate: Callable[[Happening], bool], timeout: float = PATIENCE, *, start: int = 0
    ) -> Happening:
        """Return the first line of the log from `start` on that fits: a toast, a deletion, a chat action."""
        return await self._until(lambda: next(filter(predicate, self._chat.log[start:]), None), timeout)

    async def _until(self, find: Callable[[], Found | None], timeout: float) -> Found:
        try:
            async with asyncio.timeout(timeout):
                while (found := find()) is None:
                    await self._chat.bell.rung()
        except TimeoutError:
            raise TimeoutError(f"it did not come within {timeout:g} s; the chat so far:\n{self.transcript()}") from None
        return found

    def transcript(self) -> str:
        """Write the log for a reader."""
        return "\n".join(_line(happening) for happening in self._chat.log)

    def newest_with(self, wanted: str | int, message: Seen | int | None = None) -> tuple[Seen, Button]:
        """Find a button, by default on the newest visible message that has it; raises LookupError."""
        if message is not None:
            number = message if isinstance(message, int) else message.id
            candidates = [self._chat.messages[number]] if number in self._chat.messages else []
        else:
            candidates = list(reversed(self._chat.messages.values()))
        for candidate in candidates:
            shown = seen(candidate)
            button = shown.button(wanted)
            if button is not None:
                return shown, button
        raise LookupError(f"no visible message has the button {wanted!r}; the chat so far:\n{self.transcript()}")


def _line(happening: Happening) -> str:
    shown = f"{happening.by} {happening.kind}"
    if happening.message_id is not None:
        shown += f" [{happening.message_id}]"
    if happening.text:
        shown += f": {happening.text}"
    if happening.kind in ("sent", "edited"):
        shown += "".join(f" [{label}]" for label in seen(happening.data).labels)
    return shown
