"""Residents at their messengers: they wait to be asked, answer once, repeat nothing, and keep what they saw."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from tests.crash.ideas import DONE, Act, Choose, Idea, Photo, Place, Say, Step, Voice, cut
from tests.crash.points import MATRIX, TELEGRAM
from tests.playing.people import aside_of, number_of
from tests.servers import botapi
from tests.servers.matrix_person import MatrixPerson
from tests.servers.matrix_person import Seen as MatrixSeen

PATIENCE = 100.0  # seconds until a resident is sure that no answer comes any more
ISOLATES = str.maketrans("", "", "\u2066\u2067\u2068\u2069")
TYPED = 3  # every third chooses by typing the label, or by the number; the others by buttons or reactions


@dataclass(frozen=True, slots=True)
class Told:
    """A message of the bot, as the platform gave it out."""

    id: str
    words: str


class Chat(Protocol):
    """A chat on a messenger: what people do there is kept with the key under which the platform delivers it."""

    platform: str
    chat: str
    keys: list[str]

    def told(self) -> list[Told]:
        """Return everything the bot has said here, in the platform's order."""


class Seat(Chat, Protocol):
    """A resident's place at a messenger."""

    @property
    def words(self) -> str:
        """Return what stands in the message that is answered."""

    async def asked(self, words: str) -> None:
        """Return when a message with these words has come since the last one that was waited for."""

    async def do(self, act: Act) -> None:
        """Answer it."""

    def look(self) -> None:
        """Read what has come so far: it is not what is waited for next."""


@dataclass(slots=True, eq=False)
class Resident:
    """Somebody with an idea; `asked` are the questions they must be asked, in order; `done` says they were thanked.

    `heard` are words of the news they must get of their team, of each one some that stand in no other.
    """

    idea: Idea
    seat: Seat
    asked: list[str] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    done: bool = False

    async def tell(self) -> None:
        """Send the idea, from the greeting to the thanks."""
        await self._answer(self.idea.steps)
        await self._thanked()

    async def begin(self) -> None:
        """Begin, and leave it where a question is open."""
        before, after = cut(self.idea)
        await self._answer(before)
        await self.seat.asked(after[0].words)
        self.asked.append(after[0].path)

    async def go_on(self) -> None:
        """Go on from a reminder that has come."""
        self.asked.append("")
        await self.seat.do(Choose("Continue"))
        await self._answer(cut(self.idea)[1])
        await self._thanked()

    async def say(self, words: str, *steps: Step, ending: str, asked: str = "-") -> None:
        """Begin with some words, answer what is asked then, and read the end of it; `asked` if that is a question."""
        await self.seat.do(Say(words))
        await self._answer(steps)
        await self.seat.asked(ending)
        self.asked.append(asked)

    async def hear(self, news: str, label: str, *steps: Step, ending: str) -> None:
        """Wait for news, and do what it offers."""
        await self.seat.asked(news)
        await self.seat.do(Choose(label))
        await self._answer(steps)
        await self.seat.asked(ending)
        self.asked.append("-")

    async def _answer(self, steps: tuple[Step, ...]) -> None:
        for step in steps:
            self.asked.append(step.path)
            if not step.hurry:
                await self.seat.asked(step.words)
            await self.seat.do(step.act)

    async def _thanked(self) -> None:
        await self.seat.asked(DONE)
        self.asked.append("-")
        self.done = True


class AtTelegram:
    """At the strict Bot API server, by buttons or typed labels."""

    platform = TELEGRAM

    def __init__(self, person: botapi.Person, *, typing: bool) -> None:
        self.chat = str(person.id)
        self.keys: list[str] = []
        self.person = person
        self._typing = typing
        self._question: botapi.Seen | None = None
        self._read = 0

    @property
    def words(self) -> str:
        """Return what stands in the message that is answered."""
        assert self._question is not None
        return self._question.text

    async def begin(self) -> None:
        """Press Start."""
        await self.do(Say("/start"))

    async def asked(self, words: str) -> None:
        """Wait for the next message with these words."""
        read = self._read
        found = await self.person.wait_for(lambda seen: seen.id > read and words in bare(seen.text), timeout=PATIENCE)
        self._read, self._question = found.id, found

    async def do(self, act: Act) -> None:
        """Do it; the server has it now, and keeps it until it is confirmed."""
        self.keys.append(str(self.person.bot.updates.next_id))
        match act:
            case Say(words):
                await self.person.send(words)
            case Choose(label) if self._typing:
                await self.person.send(label)
            case Choose(label):
                await self.person.tap(label, self._question)
            case Photo(data):
                await self.person.send_photo(data)
            case Voice(data):
                await self.person.send_voice(data)
            case Place(lat, lon):
                await self.person.send_location(lat, lon)

    def look(self) -> None:
        """Let the newest message be the one that is answered."""
        self._question = [seen for seen in self.person.sees if seen.by == self.person.bot.id][-1]
        self._read = self._question.id

    def told(self) -> list[Told]:
        """Return every message the server has accepted for this chat."""
        return [
            Told(str(line.message_id), line.text)
            for line in self.person.log
            if line.kind in {"sent", "edited"} and line.by == self.person.bot.id
        ]


class AtMatrix:
    """In a direct chat on a real homeserver, by reactions or typed numbers."""

    platform = MATRIX

    def __init__(self, person: MatrixPerson, bot: str, *, typing: bool) -> None:
        self.chat = ""
        self.keys: list[str] = []
        self.person = person
        self._bot = bot
        self._typing = typing
        self._question: MatrixSeen | None = None

    @property
    def words(self) -> str:
        """Return what stands in the message that is answered."""
        assert self._question is not None
        return self._question.body

    async def begin(self) -> None:
        """Open the direct chat: the bot comes in and greets."""
        self.chat = await self.person.direct_chat(self._bot)

    async def asked(self, words: str) -> None:
        """Wait for the next message with these words."""
        after = self._question.event_id if self._question else ""
        self._question = await self.person.wait_for(
            self.chat, lambda seen: self._is_told(seen) and words in bare(seen.body), after=after, timeout=PATIENCE
        )

    async def do(self, act: Act) -> None:
        """Do it; the homeserver has it now."""
        self.keys.append(await self._done(act))

    async def _done(self, act: Act) -> str:
        match act:
            case Say(words):
                return await self.person.say(self.chat, spelled(words))
            case Choose(label):
                return await self._choose(label)
            case Photo(data):
                return await self.person.send_image(self.chat, data, name="photo.jpg", mime="image/jpeg")
            case Voice(data):
                return await self.person.send_voice(self.chat, data)
            case Place(lat, lon):
                return await self.person.send_location(self.chat, lat, lon)

    async def _choose(self, label: str) -> str:
        assert self._question is not None
        if aside := aside_of(label, self._question.body):
            return await self.person.say(self.chat, aside)
        number = number_of(label, self._question.body)
        if self._typing:
            return await self.person.say(self.chat, number)
        return await self.person.react(self.chat, self._question.event_id, f"{number}\ufe0f\u20e3")

    def look(self) -> None:
        """Let the newest message be the one that is answered."""
        self._question = [seen for seen in self.person.sees(self.chat) if self._is_told(seen)][-1]

    def told(self) -> list[Told]:
        """Return every message of the bot in this room, edits included; of a file with words the words."""
        return [
            Told(seen.event_id, seen.body)
            for seen in self.person.sees(self.chat, "m.room.message")
            if seen.sender == self._bot and seen.content.get("msgtype") == "m.text"
        ]

    def _is_told(self, seen: MatrixSeen) -> bool:
        return seen.type == "m.room.message" and seen.sender == self._bot


def bare(words: str) -> str:
    """Return words without the marks around what others wrote."""
    return words.translate(ISOLATES)


def spelled(words: str) -> str:
    """Write a command as it is typed on Matrix, whose clients keep those with / to themselves."""
    return f"!{words[1:]}" if words.startswith("/") else words


def is_typing(number: int) -> bool:
    """Say whether the `number`-th resident types rather than taps."""
    return number % TYPED == 0
