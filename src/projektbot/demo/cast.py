"""The people of the sample city as a messenger of their own: they answer what they are asked, and read what comes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from projektbot.demo.pictures import draw
from projektbot.errors import Rejected
from projektbot.messages import Command, Event, Inbound, Limits, Outgoing, Road, Tap, Words

Answers: TypeAlias = Mapping[str, Event]  # by the name of the question

FAST = Limits(rate=100_000.0, reserved=0.0, chat_rate=100_000.0, chat_burst=100_000, text=60_000, caption=60_000)
LOCALE = "de"
PATIENCE = 30.0  # seconds for an answer, on a machine that has much else to do


@dataclass(slots=True)
class Cast:
    """A messenger on which the invented people write. Files are drawn: `fetch` takes the name of a picture."""

    name: str = "cast"
    limits: Limits = FAST
    idempotent: bool = True
    one_receiver: bool = True
    told: dict[str, Outgoing] = field(default_factory=dict)
    _awaited: dict[str, asyncio.Future[None]] = field(default_factory=dict)
    _count: int = 0

    async def receive(self, road: Road) -> None:  # noqa: ARG002 - of Channel: nobody writes by themselves
        """Wait until cancelled."""
        await asyncio.Event().wait()

    async def send(self, chat: str, message: Outgoing, txn: str, *, private: bool) -> str:  # noqa: ARG002 - of Channel
        """Let somebody read a message."""
        self.told[chat] = message
        if chat in self._awaited:
            self._awaited.pop(chat).set_result(None)
        return txn

    async def fetch(self, ref: str) -> bytes:
        """Return a picture."""
        try:
            return await asyncio.to_thread(draw, ref)
        except KeyError as error:
            raise Rejected("unreachable") from error

    def address(self, start: str = "") -> str:  # noqa: ARG002 - of Channel
        """Return nothing: nobody else can come here."""
        return ""

    async def close(self) -> None:
        """Nothing to give back."""

    def inbound(self, name: str, event: Event) -> Inbound:
        """Return what somebody does as the road takes it."""
        self._count += 1
        return Inbound(self.name, f"cast/{self._count}", name, event, str(self._count), LOCALE)

    async def does(self, road: Road, name: str, event: Event) -> str:
        """Let somebody do something; return the name of the question they are asked then, empty if there is none.

        It is answered by one message, and nobody is told anything else meanwhile: one acts at a time.
        """
        answered = self._awaited[name] = asyncio.get_running_loop().create_future()
        await road.take(self.name, [self.inbound(name, event)], _as_it_is)
        await asyncio.wait_for(answered, PATIENCE)
        return self.told[name].about.partition("|")[2]

    def first_choice(self, name: str) -> Event:
        """Return a tap on the first choice somebody is offered."""
        return Tap(self.told[name].choices[0].token)


def _as_it_is(inbound: Inbound) -> Inbound:
    return inbound


def said(words: str) -> Event:
    """Return what somebody types as an event."""
    if words.startswith("/"):
        name, _, argument = words[1:].partition(" ")
        return Command(name, argument)
    return Words(words)
