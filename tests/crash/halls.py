"""Where a team meets: a group of Telegram or a room of Matrix, what its people do there, and what was said to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tests.crash.points import MATRIX, TELEGRAM
from tests.crash.residents import PATIENCE, AtMatrix, AtTelegram, Chat, Resident, Told, bare, is_typing, spelled
from tests.playing.people import number_of
from tests.servers import botapi
from tests.servers.encrypted_person import EncryptedPerson
from tests.servers.matrix_person import MatrixPerson
from tests.servers.matrix_person import Seen as MatrixSeen

POLL = "org.matrix.msc3381.poll"
DIGITS = 9  # there are reactions for these
AGAIN = "Once more, please vote here: "  # begins a poll that may stand there already
TEXT = "org.matrix.msc1767.text"


@dataclass(frozen=True, slots=True)
class Post:
    """A message of the bot that somebody answers, and its words as they stood when it was read."""

    id: str
    words: str


class Hall(Chat, Protocol):
    """A team's chat. `commands` are what the platform calls all that is answered, `presses` counts pressed buttons.

    `told` are messages, polls among them, and not what was corrected. `votes` say by their key in which poll.
    """

    commands: list[str]
    presses: int
    votes: dict[str, str]

    async def command(self, who: Resident, words: str) -> None:
        """Let somebody write "/task Buy wood" to the bot."""

    async def say(self, who: Resident, words: str) -> None:
        """Let somebody say something to the others."""

    async def reads(self, who: Resident, *words: str) -> Post:
        """Wait until the bot has said all these words, in one message or a correction of one."""

    async def press(self, who: Resident, label: str, post: Post, *, chosen: bool = False) -> None:
        """Let somebody choose what is offered under a message, or take it back where it is `chosen`."""

    async def poll(self, who: Resident, question: str) -> Post:
        """Return the newest poll with a question, as soon as there is one."""

    async def vote(self, who: Resident, poll: Post, *places: int) -> None:
        """Let somebody choose in a poll, or take that back."""

    async def enter(self, who: Resident, by: Resident) -> None:
        """Let somebody come in who was asked by another."""

    async def leave(self, who: Resident, by: Resident) -> None:
        """Let somebody go, or be put out by another."""

    async def look(self) -> None:
        """Return when all that has been said is seen."""

    def corrected(self) -> list[Told]:
        """Return every correction: which message, and its new words."""

    def counted(self, poll: str) -> list[int] | None:
        """Return how often each choice of a poll was taken, if the platform counts that itself."""


# ---- Telegram ------------------------------------------------------------------------------------------------------


class GroupAtTelegram:
    """A group of the strict Bot API server."""

    platform = TELEGRAM

    def __init__(self, server: botapi.BotApiServer, number: int, people: Sequence[Resident]) -> None:
        self.keys: list[str] = []
        self.commands: list[str] = []
        self.presses = 0
        self.votes: dict[str, str] = {}
        self._bot = server.bot()
        self._group = server.group(number, "Team", [_at_telegram(who) for who in people])
        self.chat = str(self._group.chat_id)

    async def open(self, lead: Resident, *, admin: bool = False) -> None:
        """Let the bot come in; as an administrator it hears what is not said to it."""
        await self._group.add_bot(self._bot, _at_telegram(lead), admin=admin)

    async def command(self, who: Resident, words: str) -> None:
        """Write to the bot by its name, since it is blind for anything else."""
        command, _, rest = words.partition(" ")
        sent = await self._group.send(_at_telegram(who), f"{command}@{self._bot.username} {rest}".strip())
        self._note()
        self.commands.append(str(sent))

    async def say(self, who: Resident, words: str) -> None:
        """Say it."""
        await self._group.send(_at_telegram(who), words)
        self._note()

    async def reads(self, who: Resident, *words: str) -> Post:  # noqa: ARG002 - all see the same
        """Wait for it."""
        seen = await self._group.wait_for(lambda seen: _has(seen.text, words), timeout=PATIENCE)
        return Post(str(seen.id), bare(seen.text))

    async def press(self, who: Resident, label: str, post: Post, *, chosen: bool = False) -> None:  # noqa: ARG002 - it is the same button
        """Press the button."""
        await self._group.tap(_at_telegram(who), label, int(post.id))
        self._note()
        self.presses += 1

    async def poll(self, who: Resident, question: str) -> Post:  # noqa: ARG002 - all see the same
        """Wait for it; where it stands twice take the one that asks people to."""
        await self._group.wait_for(lambda seen: _asked(seen.raw) == question, timeout=PATIENCE)
        polls = [seen for seen in self._group.sees if _asked(seen.raw) == question]
        again = [seen for seen in polls if seen.raw["poll"]["question"].startswith(AGAIN)]
        return Post(str((again or polls)[-1].id), question)

    async def vote(self, who: Resident, poll: Post, *places: int) -> None:
        """Vote."""
        await self._group.vote(_at_telegram(who), int(poll.id), *places)
        self.votes[str(self._bot.updates.next_id - 1)] = poll.id

    async def enter(self, who: Resident, by: Resident) -> None:  # noqa: ARG002 - a link will do
        """Join."""
        await self._group.join(_at_telegram(who))

    async def leave(self, who: Resident, by: Resident) -> None:  # noqa: ARG002 - groups here put out nobody
        """Leave."""
        await self._group.leave(_at_telegram(who))

    async def look(self) -> None:
        """Do nothing: what the server has accepted is seen."""

    def told(self) -> list[Told]:
        """Return every message the server has accepted for this group."""
        return [Told(str(line.message_id), line.text or _asked(line.data)) for line in self._said("sent")]

    def corrected(self) -> list[Told]:
        """Return every edit the server has accepted."""
        return [Told(str(line.message_id), line.text) for line in self._said("edited")]

    def counted(self, poll: str) -> list[int] | None:
        """Read it off the message."""
        seen = next(seen for seen in self._group.sees if str(seen.id) == poll)
        return [option["voter_count"] for option in seen.raw["poll"]["options"]]

    def _note(self) -> None:
        self.keys.append(str(self._bot.updates.next_id - 1))

    def _said(self, kind: str) -> list[botapi.Happening]:
        return [line for line in self._group.log if line.kind == kind and line.by == self._bot.id]


def _asked(message: dict[str, Any]) -> str:
    return str(message.get("poll", {}).get("question", "")).removeprefix(AGAIN)


def _at_telegram(who: Resident) -> botapi.Person:
    assert isinstance(who.seat, AtTelegram)
    return who.seat.person


# ---- Matrix --------------------------------------------------------------------------------------------------------


class RoomAtMatrix:
    """A room of a real homeserver, seen with the eyes of whoever made it."""

    platform = MATRIX

    def __init__(self, bot: str, lead: Resident) -> None:
        self.chat = ""
        self.keys: list[str] = []
        self.commands: list[str] = []
        self.presses = 0
        self.votes: dict[str, str] = {}
        self._bot = bot
        self._lead = _at_matrix(lead)
        self._people = 2  # the lead and the bot
        self._reactions: dict[tuple[str, str, str], str] = {}  # by person, message and number

    async def open(self, people: Sequence[Resident]) -> None:
        """Make the room, in which the bot and the others are expected."""
        others = [_at_matrix(who) for who in people]
        self.chat = await self._lead.create_room("Team", invite=[self._bot, *[person.user_id for person in others]])
        for person in others:
            await person.join(self.chat)
        await self._lead.wait_for(
            self.chat, lambda seen: (seen.state_key, seen.content.get("membership")) == (self._bot, "join"),
            timeout=PATIENCE,
        )  # fmt: skip
        self._people += len(others)
        await self._are_seen(self._lead, *others)

    async def command(self, who: Resident, words: str) -> None:
        """Write it."""
        sent = await _at_matrix(who).say(self.chat, spelled(words))
        self.keys.append(sent)
        self.commands.append(sent)

    async def say(self, who: Resident, words: str) -> None:
        """Say it."""
        self.keys.append(await _at_matrix(who).say(self.chat, words))

    async def reads(self, who: Resident, *words: str) -> Post:
        """Wait for it."""
        seen = await _at_matrix(who).wait_for(
            self.chat, lambda seen: seen.sender == self._bot and _has(seen.body, words), timeout=PATIENCE
        )
        return Post(seen.replaces or seen.event_id, bare(seen.body))

    async def press(self, who: Resident, label: str, post: Post, *, chosen: bool = False) -> None:
        """React with the number, or answer with it: no homeserver takes the same reaction twice.

        What was chosen by a reaction is taken back with it.
        """
        number, person = number_of(label, post.words), _at_matrix(who)
        reaction = (person.user_id, post.id, number)
        given = self._reactions.get(reaction)
        if is_typing(len(self.keys)) or int(number) > DIGITS or bool(given) is not chosen:
            self.keys.append(await person.reply(self.chat, post.id, number))
        elif given:
            await self._are_handled()
            self.keys.append(await person.redact(self.chat, self._reactions.pop(reaction)))
        else:
            self._reactions[reaction] = await person.react(self.chat, post.id, f"{number}\ufe0f\u20e3")
            self.keys.append(self._reactions[reaction])
        self.presses += 1

    async def _are_handled(self) -> None:
        """Wait until what was chosen is shown: of what is taken away before it is seen nobody hears."""
        await self._lead.wait_for(self.chat, lambda _: len(self.corrected()) >= self.presses, timeout=PATIENCE)

    async def poll(self, who: Resident, question: str) -> Post:
        """Wait for it."""
        seen = await _at_matrix(who).wait_for(self.chat, lambda seen: _asks(seen) == question, timeout=PATIENCE)
        return Post(seen.event_id, question)

    async def vote(self, who: Resident, poll: Post, *places: int) -> None:
        """Vote as clients do."""
        about = {"m.relates_to": {"rel_type": "m.reference", "event_id": poll.id}}
        chosen = {f"{POLL}.response": {"answers": [str(place) for place in places]}}
        self.votes[await _at_matrix(who).send(self.chat, {**about, **chosen}, f"{POLL}.response")] = poll.id

    async def enter(self, who: Resident, by: Resident) -> None:
        """Join, being invited."""
        person, other = _at_matrix(who), _at_matrix(by)
        await other.invite(self.chat, person.user_id)
        await person.join(self.chat)
        self._people += 1
        await self._are_seen(person, other)

    async def leave(self, who: Resident, by: Resident) -> None:
        """Leave, or be put out."""
        self._people -= 1
        if who is by:
            await _at_matrix(who).leave(self.chat)
        else:
            await _at_matrix(by).kick(self.chat, _at_matrix(who).user_id)

    async def look(self) -> None:
        """Do something that nobody minds, and wait until it is seen."""
        sent = await MatrixPerson.send(self._lead, self.chat, {}, "de.example.look")  # never encrypted
        await self._lead.wait_for(self.chat, lambda seen: seen.event_id == sent, timeout=PATIENCE)

    def told(self) -> list[Told]:
        """Return every message of the bot, and every poll; of a file with words the words."""
        return [
            Told(seen.event_id, _asks(seen) or seen.body)
            for seen in self._said()
            if not seen.replaces and (_asks(seen) or seen.content.get("msgtype") != "m.file")
        ]

    def corrected(self) -> list[Told]:
        """Return every edit."""
        return [Told(seen.replaces, seen.body) for seen in self._said() if seen.replaces]

    def counted(self, poll: str) -> list[int] | None:  # noqa: ARG002 - no homeserver counts
        """Return nothing: each client counts for itself."""
        return None

    async def _are_seen(self, *people: MatrixPerson) -> None:
        """Wait until these see all the others: their clients encrypt for those they see."""
        for person in people:
            if isinstance(person, EncryptedPerson):
                await person.until_in(self.chat)
                await person.until_with(self.chat, self._people)

    def _said(self) -> list[MatrixSeen]:
        kinds = ("m.room.message", f"{POLL}.start", "m.room.encrypted")  # the last: what nobody could read
        return [seen for seen in self._lead.sees(self.chat) if seen.sender == self._bot and seen.type in kinds]


def _asks(seen: MatrixSeen) -> str:
    return str(seen.content.get(f"{POLL}.start", {}).get("question", {}).get(TEXT, ""))


def _at_matrix(who: Resident) -> MatrixPerson:
    assert isinstance(who.seat, AtMatrix)
    return who.seat.person


def _has(said: str, words: Sequence[str]) -> bool:
    return all(one in bare(said) for one in words)
