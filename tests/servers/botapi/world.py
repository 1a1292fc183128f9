"""Who and what exists: bots, people, chats; how one finds another, and who hears of it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from tests.servers.botapi.chats import Chat, Happening, Json, Tap, private_info, user_of
from tests.servers.botapi.clock import Clock
from tests.servers.botapi.errors import bad_request, forbidden
from tests.servers.botapi.files import FileStore
from tests.servers.botapi.limits import FloodGate
from tests.servers.botapi.updates import UpdateQueue

PRESENT = frozenset(("creator", "administrator", "member", "restricted"))
KEPT_CALLS = 2000


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One API call as the server saw it: for messages of failing tests."""

    method: str
    parameters: Json
    status: int
    description: str


@dataclass(slots=True)
class Bot:
    """One bot: its account, its queue, its private chats, its settings."""

    token: str
    user: Json
    updates: UpdateQueue
    gate: FloodGate
    files: FileStore
    private: dict[int, Chat] = field(default_factory=dict)
    taps: dict[str, Tap] = field(default_factory=dict)
    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    descriptions: dict[tuple[str, str], str] = field(default_factory=dict)
    calls: deque[CallRecord] = field(default_factory=lambda: deque(maxlen=KEPT_CALLS))
    revoked: bool = False
    privacy: bool = True
    next_message_id: int = 1

    @property
    def id(self) -> int:
        """Return the id of the bot's account."""
        return int(self.user["id"])

    @property
    def username(self) -> str:
        """Return the name people write after @."""
        return str(self.user["username"])


@dataclass(slots=True)
class World:
    """Everything the server knows."""

    clock: Clock
    bots: dict[str, Bot] = field(default_factory=dict)
    users: dict[int, Json] = field(default_factory=dict)
    groups: dict[int, Chat] = field(default_factory=dict)
    next_tap: int = 4_611_686_018_427_387_904
    next_poll: int = 5_000_000_000_000_000_000
    polls: dict[str, tuple[Chat, int]] = field(default_factory=dict)  # poll id → its chat and message

    def now(self) -> int:
        """Return the date that goes into messages."""
        return int(self.clock())

    def private_chat(self, bot: Bot, user: Json) -> Chat:
        """Return the chat of a bot and a person, not yet started when it is new."""
        chat = bot.private.get(user["id"])
        if chat is None:
            chat = Chat(user["id"], "private", private_info(user), started=False)
            bot.private[user["id"]] = chat
        return chat

    def known_chat(self, bot: Bot, chat_id: int | str) -> Chat:
        """Find a chat the bot has heard of, or refuse."""
        chat = self._by_name(chat_id) if isinstance(chat_id, str) else self._by_id(bot, chat_id)
        if chat is None:
            raise bad_request("chat not found")
        return chat

    def _by_id(self, bot: Bot, chat_id: int) -> Chat | None:
        return bot.private.get(chat_id) if chat_id > 0 else self.groups.get(chat_id)

    def _by_name(self, name: str) -> Chat | None:
        # private chats cannot be named by @username, only public groups
        public = (chat for chat in self.groups.values() if chat.info.get("username") == name.removeprefix("@"))
        return next(public, None)

    def chat_for_sending(self, bot: Bot, chat_id: int | str) -> Chat:
        """Find a chat the bot may write to now, or refuse as the real server does."""
        chat = self.known_chat(bot, chat_id)
        if chat.private:
            if chat.blocked:
                raise forbidden("bot was blocked by the user")
            if not chat.started:
                raise self._cannot_begin(bot, chat)
            return chat
        if chat.migrated_to is not None:
            raise bad_request("group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.migrated_to)
        status = chat.members.get(bot.id)
        if status == "kicked":
            raise forbidden(f"bot was kicked from the {chat.type} chat")
        if status not in PRESENT:
            if status is None:
                raise bad_request("chat not found")
            raise forbidden(f"bot is not a member of the {chat.type} chat")
        return chat

    def _cannot_begin(self, bot: Bot, chat: Chat) -> Exception:
        shared = any(bot.id in group.members and chat.id in group.members for group in self.groups.values())
        return forbidden("bot can't initiate conversation with a user") if shared else bad_request("chat not found")

    def store_message(self, chat: Chat, sender: Json, content: Json, *, bot: Bot | None = None) -> Json:
        """Give a message its number, put it into the chat and return it.

        Private messages are numbered across all chats of the bot, as in its real account.
        """
        if bot is not None and chat.private:
            number, bot.next_message_id = bot.next_message_id, bot.next_message_id + 1
            chat.next_message_id = number + 1
        else:
            number, chat.next_message_id = chat.next_message_id, chat.next_message_id + 1
        message: Json = {"message_id": number, "from": sender, "chat": chat.info, "date": self.now(), **content}
        chat.messages[number] = message
        return message

    def record(self, chat: Chat, kind: str, by: int, message: Json | None = None, **data: object) -> None:
        """Write a line into the chat's log, with the message as it now stands or with other data."""
        content: Json = message if message is not None else dict(data)
        text = content.get("text") or content.get("caption") or ""
        chat.record(Happening(kind, self.clock(), by, content.get("message_id"), str(text), content))

    def bots_in(self, chat: Chat) -> list[Bot]:
        """Return the bots that are members of a group."""
        return [bot for bot in self.bots.values() if chat.members.get(bot.id) in PRESENT]


def new_bot(token: str, username: str, updates: UpdateQueue, gate: FloodGate) -> Bot:
    """Make a bot whose account id is the number before the colon of its token."""
    bot_id = int(token.partition(":")[0])
    user = user_of(bot_id, username, is_bot=True, username=username)
    return Bot(token, user, updates, gate, FileStore(bot_id))
