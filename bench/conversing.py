"""People who talk to the road itself, without a messenger: an answer leads to what they do next."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.script import DONE, IDEA, Act, Say
from projektbot.app import House, build
from projektbot.config import Settings
from projektbot.messages import Command, Event, Inbound, Letter, Outgoing, Tap, Words
from projektbot.turns import Turns


@dataclass(slots=True)
class Talker:
    """One person: where they are in the script, and what they were told last."""

    channel: str
    chat: str
    told: Outgoing | None = None
    turns: int = 0

    def next(self) -> Inbound:
        """Say or press what comes next; after the last word, everything again."""
        event = event_of(IDEA[self.turns % len(IDEA)], self.told)
        return self.act(event)

    def act(self, event: Event) -> Inbound:
        """Do something of one's own choice."""
        self.turns += 1
        return Inbound(self.channel, f"{self.chat}.{self.turns}", self.chat, event, str(self.turns), "en")

    def is_done(self) -> bool:
        """Say whether the last message told the number of the idea."""
        return self.told is not None and DONE in self.told.plain()


def event_of(act: Act, told: Outgoing | None) -> Event:
    """Return an act as the road takes it; raise LookupError if there is no such button."""
    if isinstance(act, Say):
        return Command(act.text[1:]) if act.text.startswith("/") else Words(act.text)
    for choice in told.choices if told else ():
        if choice.label == act.label:
            return Tap(choice.token, "1")
    raise LookupError(f"no button {act.label!r}")


class Talking:
    """A road whose letters end with the people they are for: nothing is sent."""

    def __init__(self, house: House, channel: str = "bench") -> None:
        self._channel = channel
        self._people: dict[str, Talker] = {}
        self._turns = Turns(house.store, house.turns.world, house.media, house.channels, self._deliver)

    def talker(self, chat: str) -> Talker:
        """Make a person."""
        talker = self._people[chat] = Talker(self._channel, chat)
        return talker

    async def take(self, inbound: Inbound) -> None:
        """Carry one update; return when it is committed and answered."""
        await self._turns.take(self._channel, [inbound], as_it_is)

    async def ideas(self, talkers: Iterable[Talker], times: int = 1) -> None:
        """Let people tell their ideas, one person after another; raise RuntimeError if one gets no number."""
        for talker in talkers:
            for _ in range(times * len(IDEA)):
                await self.take(talker.next())
            if not talker.is_done():
                raise RuntimeError(f"{talker.chat} has no number: {talker.told}")

    def _deliver(self, letters: Iterable[Letter]) -> None:
        for letter in letters:
            self._people[letter.chat].told = letter.message


def as_it_is(raw: Inbound) -> Inbound:
    """Read what needs no reading."""
    return raw


@asynccontextmanager
async def talking(folder: Path, channel: str = "bench") -> AsyncIterator[tuple[House, Talking]]:
    """Build the house on a folder, and a road in it that sends nothing."""
    house = build(Settings(data_dir=folder, web_listen="127.0.0.1:0", person_at_once=0))
    try:
        yield house, Talking(house, channel)
    finally:
        house.store.close()
