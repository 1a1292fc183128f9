"""A group of people and bots: privacy mode, membership, and the upgrade to a supergroup."""

from __future__ import annotations

from typing import Self

from tests.servers.botapi.acts import Actor, text_content
from tests.servers.botapi.call import in_topic
from tests.servers.botapi.chats import Chat, Json
from tests.servers.botapi.files import image_size
from tests.servers.botapi.method_chats import member
from tests.servers.botapi.method_media import photo_sizes
from tests.servers.botapi.people import Person
from tests.servers.botapi.sight import ChatView, Seen
from tests.servers.botapi.world import PRESENT, Bot, World


class Group(ChatView):
    """A group chat; people act in it by `group.send(person, …)`."""

    @classmethod
    def create(cls, world: World, id_: int, users: list[Json], *, title: str, kind: str) -> Self:
        """Make a group whose first member is its creator."""
        if id_ >= 0 or id_ in world.groups:
            raise ValueError("a group's id is negative and its own")
        chat = Chat(id_, kind, {"id": id_, "type": kind, "title": title})
        chat.members = {user["id"]: "member" for user in users}
        if users:
            chat.members[users[0]["id"]] = "creator"
        world.groups[id_] = chat
        return cls(world, chat, frozenset(bot.id for bot in world.bots.values()))

    async def send(self, person: Person, text: str, *, topic: int = 0) -> int:
        """Let a member write; returns the message's id. Bots hear it by the rules of privacy mode."""
        where = in_topic(self._chat, topic) if topic else {}
        return self._say(person, where | text_content(text))

    async def reply(self, person: Person, message_id: int, text: str) -> int:
        """Let a member answer a message."""
        return self._say(person, self._actor(person).reply_content(message_id, text_content(text)))

    async def send_photo(self, person: Person, data: bytes, caption: str = "") -> int:
        """Let a member send a photo, in a group with one bot: what names a file means nothing to another."""
        (bot,) = self._world.bots_in(self._chat)
        sizes = photo_sizes(bot.files.add("photo", data), *image_size(data))
        return self._say(person, {"photo": sizes} | ({"caption": caption} if caption else {}))

    async def edit(self, person: Person, message_id: int, text: str) -> None:
        """Let a member change an own message; bots that hear it hear of that."""
        earlier = self._chat.messages[message_id]
        said = {name: earlier[name] for name in ("reply_to_message",) if name in earlier} | text_content(text)
        hearers = [bot for bot in self._world.bots_in(self._chat) if self._hears(bot, said)]
        self._actor(person).change(message_id, text, hearers)

    async def tap(self, person: Person, wanted: str | int, message: Seen | int | None = None) -> str | None:
        """Let a member press a button (see Person.tap)."""
        shown, button = self.newest_with(wanted, message)
        return self._actor(person).press(shown, button)

    async def react(self, person: Person, message_id: int, emoji: str) -> None:
        """Let a member react; only bots that are administrators hear of it."""
        hearers = [bot for bot in self._world.bots_in(self._chat) if self._is_admin(bot)]
        self._actor(person).react(message_id, emoji, hearers)

    async def vote(self, person: Person, message_id: int, *options: int) -> None:
        """Let a member vote in a poll by option numbers (from 0); with none, take the vote back."""
        self._actor(person).vote(message_id, options)

    async def open_topic(self, person: Person, name: str) -> int:
        """Let a member open a topic, which makes the group a forum; returns its thread."""
        self._chat.info["is_forum"] = True
        thread = self._chat.next_message_id
        self._service(person.user, {"forum_topic_created": {"name": name, "icon_color": 7322096}}, "opened")
        self._chat.topics[thread] = self._chat.messages[thread]
        return thread

    async def delete_topic(self, thread: int) -> None:
        """Let an administrator delete a topic with all that was said in it."""
        del self._chat.topics[thread]
        for number in [id_ for id_, message in self._chat.messages.items() if _is_in(message, thread)]:
            del self._chat.messages[number]

    def forbid_polls(self) -> None:
        """Let an administrator allow no polls in the group."""
        self._chat.allows_polls = False

    async def add_bot(self, bot: Bot, by: Person, *, admin: bool = False) -> None:
        """Let a member add a bot, or make it an administrator (or not) when it is there already."""
        was_present = self._chat.members.get(bot.id) in PRESENT
        self._bot_status(bot, by, "administrator" if admin else "member")
        if not was_present:
            self._service(by.user, {"new_chat_members": [bot.user]}, "joined")

    async def remove_bot(self, bot: Bot, by: Person) -> None:
        """Let a member remove a bot: it hears of it and is shut out."""
        self._bot_status(bot, by, "kicked")
        self._world.record(self._chat, "left", bot.id)

    async def join(self, person: Person) -> None:
        """Let somebody join."""
        self._member_status(person, "member")
        self._service(person.user, {"new_chat_members": [person.user]}, "joined")

    async def leave(self, person: Person) -> None:
        """Let a member leave."""
        self._service(person.user, {"left_chat_member": person.user}, "left")
        self._member_status(person, "left")

    async def upgrade(self, new_id: int) -> None:
        """Turn the group into a supergroup with a new id: from now on the old id only tells the new one."""
        old = self._chat
        info = old.info | {"id": new_id, "type": "supergroup"}
        new = Chat(new_id, "supergroup", info, log=old.log, bell=old.bell, members=dict(old.members))
        new.last_bot = old.last_bot
        creator = self._creator()
        self._service(creator, {"migrate_to_chat_id": new_id}, "migrated")
        old.migrated_to = new_id
        self._world.groups[new_id] = new
        self._chat = new
        self._service(creator, {"migrate_from_chat_id": old.id}, "migrated")

    def _say(self, person: Person, content: Json) -> int:
        actor = self._actor(person)
        hearers = [bot for bot in self._world.bots_in(self._chat) if self._hears(bot, content)]
        return actor.say(content, hearers)

    def _hears(self, bot: Bot, content: Json) -> bool:
        """Apply privacy mode (core.telegram.org/bots/features#privacy-mode)."""
        if not bot.privacy or self._is_admin(bot):
            return True
        if content.get("reply_to_message", {}).get("from", {}).get("id") == bot.id:
            return True
        text = str(content.get("text") or content.get("caption") or "")
        if f"@{bot.username}".lower() in text.lower():
            return True  # a command for this bot by name, or a mention
        bare_command = text.startswith("/") and "@" not in text.split(maxsplit=1)[0]
        return bare_command and self._chat.last_bot in (None, bot.id)

    def _is_admin(self, bot: Bot) -> bool:
        return self._chat.members.get(bot.id) == "administrator"

    def _actor(self, person: Person) -> Actor:
        if self._chat.members.get(person.id) not in PRESENT:
            raise ValueError(f"{person.user['first_name']} is not in the group")
        return Actor(self._world, self._chat, person.user)

    def _creator(self) -> Json:
        creator = next(user_id for user_id, status in self._chat.members.items() if status == "creator")
        return self._world.users[creator]

    def _service(self, user: Json, content: Json, kind: str) -> None:
        """Put a service message into the chat: all bots hear it."""
        message = self._world.store_message(self._chat, user, content)
        self._world.record(self._chat, kind, user["id"], message)
        for bot in self._world.bots_in(self._chat):
            bot.updates.add("message", message, self._chat.id)

    def _bot_status(self, bot: Bot, by: Person, status: str) -> None:
        old = self._chat.members.get(bot.id, "left")
        self._chat.members[bot.id] = status
        update = self._membership(by.user, bot.user, old, status)
        bot.updates.add("my_chat_member", update, self._chat.id)

    def _member_status(self, person: Person, status: str) -> None:
        old = self._chat.members.get(person.id, "left")
        self._chat.members[person.id] = status
        update = self._membership(person.user, person.user, old, status)
        for bot in self._world.bots_in(self._chat):
            if self._is_admin(bot):
                bot.updates.add("chat_member", update, self._chat.id)

    def _membership(self, by: Json, of: Json, old: str, new: str) -> Json:
        return {
            "chat": self._chat.info,
            "from": by,
            "date": self._world.now(),
            "old_chat_member": member(of, old),
            "new_chat_member": member(of, new),
        }


def _is_in(message: Json, thread: int) -> bool:
    return thread in (message["message_id"], message.get("message_thread_id"))
