"""What happens inside one transaction: dedupe, load, engine, actions, save."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import orjson
from sqlalchemy import Connection

from projektbot.civic.city import City
from projektbot.civic.groups import binding
from projektbot.civic.house import CityHouse, act, no_links
from projektbot.civic.projects.meanings import Meanings
from projektbot.civic.tx import Tx, Who
from projektbot.dialog.book import Book
from projektbot.dialog.engine import Turn, resume, step
from projektbot.dialog.saying import NOTHING
from projektbot.dialog.session import Session, dump
from projektbot.dialog.talk import Scene
from projektbot.errors import Refused
from projektbot.i18n import Languages
from projektbot.messages import (
    Event,
    Gone,
    Inbound,
    Letter,
    Migrated,
    Odd,
    Pick,
    Presence,
    Stored,
    Tap,
    Vote,
    Wake,
    Words,
)
from projektbot.store.listening import OUTBOX, notify
from projektbot.texts import N_, Text
from projektbot.turns import groups, linking, notices, rows, unsaying
from projektbot.turns.kept import Kept
from projektbot.turns.rendering import Renderer, Written, token_of
from projektbot.turns.unsettled import Unsettled


@dataclass(frozen=True, slots=True)
class World:
    """Everything that stays the same from turn to turn."""

    book: Book
    languages: Languages
    city: City
    now: Callable[[], datetime]
    keep: Callable[[bytes, str, str], Stored]  # a file of ours: its content, type and name
    links: Callable[[str], Mapping[str, str]] = no_links  # by channel: what opens a chat with us, and hands this over
    at_once: int = 0  # so many updates of one person are taken at once; 0: any number
    meanings: Meanings | None = None  # of titles, where they are compared across languages


@dataclass(slots=True)
class Conversation:
    """A session during a batch, the address it is being used from, and the one where it was last told something."""

    found: rows.Found
    session: Session
    last: int | None
    changed: bool = False


@dataclass(slots=True)
class Batch:
    """One transaction's work: conversations as they change, and everything to be written at its end."""

    db: Connection
    world: World
    renderer: Renderer
    kept: Kept
    next_id: Callable[[], int]
    now: datetime
    at: int  # now, in microseconds since 1970 UTC
    conversations: dict[tuple[str, str], Conversation] = field(default_factory=dict)
    addresses: dict[tuple[str, str], rows.Found] = field(default_factory=dict)
    by_session: dict[int, Conversation] = field(default_factory=dict)
    wakes: list[tuple[int, str, int]] = field(default_factory=list)
    posts: list[tuple[int, int, str, str, bytes, int, int]] = field(default_factory=list)
    posted: int = 0

    # ---- loading ---------------------------------------------------------------------------------------------------

    def load(self, inbounds: Sequence[Inbound]) -> None:
        """Load the conversations of a batch; those of a first contact are made."""
        wanted: dict[str, dict[str, bool]] = {}
        for inbound in inbounds:
            wanted.setdefault(inbound.channel, {})[inbound.chat] = inbound.private
        moved_to = {inbound.event.to for inbound in inbounds if isinstance(inbound.event, Migrated)}
        for channel, chats in wanted.items():
            known = rows.by_chat(self.db, channel, list(chats))
            there = moved_to.union(found.chat for found in known)  # who is moved to in this very batch is no newcomer
            for found in known:
                self.know(found)
            for chat, private in chats.items():
                if chat not in there:
                    self.know(rows.new_address(self.db, channel, chat, self.at, private=private))

    def load_sessions(self, ids: Sequence[int]) -> None:
        """Load conversations by their sessions, at the address last used."""
        for found in rows.by_session(self.db, ids):
            self.know(found)

    def load_sound(self, inbound: Inbound) -> bytes:
        """Load one conversation; if its session cannot be read it begins anew, and the damaged one is returned."""
        try:
            self.load([inbound])
        except (ValueError, TypeError, KeyError, AttributeError):
            (found,) = rows.by_chat(self.db, inbound.channel, [inbound.chat])
            self.know(found._replace(state=dump(Session()))).changed = True
            return found.state
        return b""

    def know(self, found: rows.Found) -> Conversation:
        """Take note of an address and of the conversation behind it."""
        # one person may write from two messengers in one batch: both then see the same session
        conversation = self.by_session.get(found.session_id)
        if conversation is None:
            conversation = Conversation(found, self.kept.read(found.session_id, found.state), found.last)
        self.by_session[found.session_id] = conversation
        self.conversations[found.channel, found.chat] = conversation
        self.addresses[found.channel, found.chat] = found
        return conversation

    def conversation(self, inbound: Inbound) -> Conversation:
        """Return the conversation of an update."""
        name = (inbound.channel, inbound.chat)
        if name not in self.conversations:  # moved to within this batch: fails if it is there by now, and is replayed
            self.know(rows.new_address(self.db, inbound.channel, inbound.chat, self.at, private=inbound.private))
        known = self.conversations[name]
        known.found = self.addresses[name]  # answered is where it was asked
        return known

    # ---- one turn --------------------------------------------------------------------------------------------------

    def take(self, inbound: Inbound, *, patient: bool = True) -> Letter | None:
        """Carry one update through the engine; return the answer.

        With `patient`, raises Unsettled if it is about a message that may be one of ours still on its way.
        """
        conversation = self._where(inbound)
        event = self._housework(conversation, inbound, patient=patient)
        if event is None or (isinstance(event, Vote) and conversation.found.private):  # in private nobody asks polls
            return None
        if not conversation.found.private:
            return groups.take(self, conversation, inbound, event, patient=patient)
        self._listen(conversation, inbound.locale)
        about = self._about(conversation, event.to, patient=patient) if isinstance(event, Words) and event.to else ""
        event, about = linking.as_meant(conversation.found, event, about)
        return self._turn(conversation, event, about, linking.heard_in(conversation.found, inbound.message))

    def wake(self, session_id: int, frame: str) -> Letter | None:
        """Carry a wake-up through the engine; return what there is to say."""
        conversation = self.by_session.get(session_id)
        if conversation is None:
            return None
        letter = self._turn(conversation, Wake(frame), "", "", kind="notice")
        if letter is None or not conversation.found.blocked:
            return letter
        self.posts.pop()  # the draft grows older all the same, but nobody is told
        conversation.session = replace(conversation.session, reminded_of="")
        return None

    def _turn(
        self, conversation: Conversation, event: Event, about: str, message: str, kind: str = "receipt"
    ) -> Letter | None:
        elsewhere = conversation.last not in (None, conversation.found.address_id)
        scene = self.scene(conversation)
        turn = step(scene, conversation.session, event, about=about, heard=message, elsewhere=elsewhere)
        while turn.call:
            turn = self._act(conversation, turn)
        for due in turn.due:
            self.wakes.append((conversation.found.session_id, due.frame, due.at * 1_000_000))
        if turn.session is not conversation.session:
            conversation.session, conversation.changed = turn.session, True
        if not turn.lines and turn.prompt is NOTHING:
            return None
        conversation.last = conversation.found.address_id
        return self.post(conversation.found, self.renderer.turn(turn), kind)

    def _act(self, conversation: Conversation, turn: Turn) -> Turn:
        assert turn.call is not None  # noqa: S101 - asked by the caller
        tx = Tx(self.db, self.now, self._who(conversation), self.world.city, self.world.languages.zone)
        try:
            result = act(tx, turn.call.action, turn.call.answers)
            for wish in tx.wishes:
                turn = linking.grant(self, conversation, turn, wish)
        except Refused as refusal:
            return resume(self.scene(conversation), turn, refusal.text, question=refusal.question)
        unsaying.take_back(self, tx.unsaid)
        notices.tell(self, tx.notices)
        groups.say(self, tx.said)
        return resume(self.scene(conversation), turn, result)

    def scene(self, conversation: Conversation) -> Scene:
        """Return the world as this person meets it now."""
        world, found = self.world, conversation.found
        locales = world.languages.locales
        house = CityHouse(
            self.db, found.person_id or 0, world.city, world.book, locales, self.now, world.languages.zone,
            found.address_id, world.links, world.meanings,
        )  # fmt: skip
        return Scene(
            world.book, house, self.now, world.languages.zone, world.languages.words, locales, world.city.contact,
            world.at_once,
        )  # fmt: skip

    def _who(self, conversation: Conversation) -> Who:
        found = conversation.found
        return Who(found.person_id or 0, found.session_id, found.address_id, found.channel, conversation.session.locale)

    # ---- before the engine -----------------------------------------------------------------------------------------

    def _where(self, inbound: Inbound) -> Conversation:
        """Return the conversation of an update, as what it tells of its chat makes it."""
        conversation = self.conversation(inbound)
        found = conversation.found
        if found.private and not inbound.private:
            return self.know(rows.become_group(self.db, found, self.at))
        if found.private and inbound.sender and found.sender is None:
            rows.set_sender(self.db, found.address_id, inbound.sender)
            conversation.found = self.addresses[found.channel, found.chat] = found._replace(sender=inbound.sender)
        return conversation

    def _housework(self, conversation: Conversation, inbound: Inbound, *, patient: bool) -> Event | None:
        """Do what concerns the address alone; return the event for the engine, if there is one."""
        found = conversation.found
        match inbound.event:
            case Presence(here):
                self._blocked(conversation, None if here else self.at)
                if not found.private:
                    groups.note_presence(self, found, here=here)
                return None
            case Gone() if found.private:
                return None  # of groups alone
            case Migrated(to):
                binding.follow(self.db, found.address_id, found.channel, to)
                return None
        if found.blocked:
            self._blocked(conversation, None)  # who writes has let us in again
        if isinstance(inbound.event, Pick):
            body = self.told(found.address_id, inbound.event.message, patient=patient)
            return _picked(inbound.event, body, in_group=not found.private)
        return inbound.event

    def _blocked(self, conversation: Conversation, at: int | None) -> None:
        rows.set_blocked(self.db, conversation.found.address_id, at)
        found = conversation.found = conversation.found._replace(blocked=at is not None)
        self.addresses[found.channel, found.chat] = found

    def told(self, address_id: int, message: str, *, patient: bool) -> bytes | None:
        """Return a message of ours by its id on the platform."""
        body = rows.sent_message(self.db, address_id, message)
        if body is None and patient and rows.is_being_told(self.db, address_id, self.at):
            raise Unsettled
        return body

    def _about(self, conversation: Conversation, message: str, *, patient: bool) -> str:
        body = self.told(conversation.found.address_id, message, patient=patient)
        return str(orjson.loads(body)["about"]) if body else ""

    def _listen(self, conversation: Conversation, client: str) -> None:
        """Take the language from the client, until the person chooses one."""
        session = conversation.session
        if session.chosen or (session.locale and not client):
            return
        locale = self.world.languages.nearest(client)
        if locale != session.locale:
            conversation.session = replace(session, locale=locale)
            conversation.changed = True

    # ---- writing ---------------------------------------------------------------------------------------------------

    def apologise(self, inbound: Inbound, number: str) -> Letter | None:
        """Tell a person that we failed, with the number that stands in the log."""
        conversation = self.conversation(inbound)
        self._listen(conversation, inbound.locale)  # a first contact's language went with the turn
        text = N_("Something went wrong on our side. I am sorry. If you ask about it, name this number: {number}",
                  number=Text(number))  # fmt: skip
        return self.post(conversation.found, self.renderer.text(text, conversation.session.locale), "receipt")

    def post(self, found: rows.Found, written: Written, kind: str, not_before: int = 0) -> Letter:
        """Put a message into the outbox, to go no earlier than `not_before` (microseconds UTC)."""
        row_id, at = self.next_id(), self.at
        self.posts.append((row_id, found.address_id, kind, "queued", written.body, at, not_before))
        return Letter(
            row_id, kind, found.address_id, found.channel, found.chat, found.private, written.message, not_before
        )  # fmt: skip

    def save(self) -> None:
        """Write everything at once."""
        changed = [c for c in self.by_session.values() if c.changed]
        if changed:
            rows.save_sessions(self.db, [self._written(conversation) for conversation in changed])
        self.put_posts()
        if self.wakes:
            rows.schedule(self.db, rows.DRAFT, self.wakes)

    def put_posts(self) -> None:
        """Write the messages so far, so that other rows may name them."""
        if self.posts:
            rows.post(self.db, self.posts)
            self.posted += len(self.posts)
            self.posts = []

    def wake_delivery(self, handed_over: int) -> None:
        """Let delivery look for letters that nobody hands over: what others are told; call it after `save`.

        Where there are several processes it looks for all of them, since another one may serve their account.
        """
        alone = self.db.dialect.name == "sqlite"
        if self.posted > (handed_over if alone else 0):
            notify(self.db, OUTBOX)

    def _written(self, conversation: Conversation) -> tuple[int, bytes, int]:
        found = conversation.found
        last = conversation.last or found.address_id
        return found.session_id, self.kept.write(found.session_id, conversation.session), last


def _picked(pick: Pick, body: bytes | None, *, in_group: bool) -> Event:
    """Return the button that a reaction to a message of ours stands for, of which this is the body."""
    token = token_of(body, pick.number)
    if not token:
        return Odd("reaction")
    return Tap(token, pick.message, pick.reaction) if in_group else Tap(token)
