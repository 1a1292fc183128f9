"""People with a messenger, on the stub: each acts when the bot has answered."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from itertools import count
from typing import Final

from bench.script import DONE, IDEA, Act, Say
from bench.stub import Json, Stub

ANSWER_SECONDS: Final = 60.0


class Person:
    """One person in a private chat with the bot."""

    def __init__(self, crowd: Crowd, number: int) -> None:
        self._crowd = crowd
        self._user: Json = {"id": number, "is_bot": False, "first_name": f"P{number}", "language_code": "en"}
        self._chat: Json = {"id": number, "type": "private", "first_name": f"P{number}"}
        self._told: Json = {}
        self._answered = asyncio.Event()
        self._acting = asyncio.Lock()  # nobody acts before the answer is there

    def hear(self, message: Json) -> None:
        """Take what the bot says."""
        self._told = message
        self._answered.set()

    async def act(self, act: Act) -> None:
        """Do one thing and wait for the answer."""
        async with self._acting:
            self._answered.clear()
            if isinstance(act, Say):
                await self._crowd.stub.post("message", self._saying(act.text))
            else:
                await self._crowd.stub.post("callback_query", self._pressing(act.label))
            await asyncio.wait_for(self._answered.wait(), ANSWER_SECONDS)

    async def tell(self, acts: Sequence[Act] = IDEA) -> None:
        """Act one after another; raise RuntimeError if the last answer of a whole idea has no number."""
        for act in acts:
            await self.act(act)
        if acts is IDEA and DONE not in self._told["text"]:
            raise RuntimeError(f"no number in {self._told['text']!r}")

    def _saying(self, text: str) -> Json:
        content: Json = {"text": text}
        if text.startswith("/"):
            content["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text)}]
        return self._crowd.stub.message(self._chat, self._user, content)

    def _pressing(self, label: str) -> Json:
        rows = self._told.get("reply_markup", {}).get("inline_keyboard", ())
        data = next((button["callback_data"] for row in rows for button in row if button["text"] == label), None)
        if data is None:
            raise LookupError(f"no button {label!r} under {self._told.get('text')!r}")
        query = {"id": str(next(self._crowd.queries)), "from": self._user, "message": self._told}
        return query | {"chat_instance": "1", "data": data}


class Crowd:
    """Everyone who talks to the bot."""

    def __init__(self) -> None:
        self.queries = count(4_611_686_018_427_387_904)
        self._people: dict[int, Person] = {}
        self.stub = Stub(lambda chat, message: self._people[chat].hear(message))

    def person(self, number: int) -> Person:
        """Return somebody; known from now on."""
        if number not in self._people:
            self._people[number] = Person(self, number)
        return self._people[number]

    async def ideas(self, numbers: Iterable[int], *, at_once: int, acts: Sequence[Act] = IDEA, times: int = 1) -> None:
        """Let people tell ideas, so many at once."""
        waiting = iter(numbers)

        async def lane() -> None:
            for number in waiting:
                for _ in range(times):
                    await self.person(number).tell(acts)

        async with asyncio.TaskGroup() as lanes:
            for _ in range(at_once):
                lanes.create_task(lane())
