"""A person with a messenger, in a private chat with a bot: hands and eyes for tests."""

from __future__ import annotations

from tests.servers.botapi.acts import Actor, text_content
from tests.servers.botapi.chats import Json
from tests.servers.botapi.errors import ApiError
from tests.servers.botapi.files import image_size
from tests.servers.botapi.method_chats import member
from tests.servers.botapi.method_media import photo_sizes
from tests.servers.botapi.sight import ChatView, Seen
from tests.servers.botapi.world import Bot, World


class Blocked(Exception):
    """A person tried to write to a bot they have blocked: clients do not allow it."""


class Person(ChatView):
    """Someone in a private chat with one bot. All acts return at once; the bot's answer is waited for by the eyes."""

    def __init__(self, world: World, bot: Bot, user: Json) -> None:
        super().__init__(world, world.private_chat(bot, user), frozenset((bot.id,)))
        self.bot = bot
        self.user = user
        self._actor = Actor(world, self._chat, user)

    @property
    def id(self) -> int:
        """Return the id of the person, which is that of the private chat too."""
        return int(self.user["id"])

    @property
    def keyboard(self) -> list[str]:
        """Return the labels of the reply keyboard now shown, if any."""
        rows = (self._chat.keyboard or {}).get("keyboard", ())
        return [button if isinstance(button, str) else button["text"] for row in rows for button in row]

    async def send(self, text: str) -> int:
        """Type a message; commands and the like get their entities. Returns the message's id."""
        return self._say(text_content(text))

    async def deep_link(self, payload: str) -> int:
        """Open t.me/bot?start=payload and press Start."""
        return await self.send(f"/start {payload}")

    async def reply(self, message_id: int, text: str) -> int:
        """Answer a certain message."""
        return self._say(self._actor.reply_content(message_id, text_content(text)))

    async def edit(self, message_id: int, text: str) -> None:
        """Change an own message."""
        self._actor.change(message_id, text, (self.bot,))

    async def tap(self, wanted: str | int, message: Seen | int | None = None) -> str | None:
        """Press a button by its label or number (from 0); returns the id of the callback query.

        Without `message` the newest visible message that has the button. A label of the reply keyboard is sent as
        text. Raises LookupError.
        """
        if message is None and isinstance(wanted, str) and wanted in self.keyboard:
            await self.send(wanted)
            return None
        shown, button = self.newest_with(wanted, message)
        return self._actor.press(shown, button)

    async def send_photo(self, data: bytes, caption: str = "") -> int:
        """Send a photo; the bytes need not be one."""
        stored = self.bot.files.add("photo", data)
        try:
            size = image_size(data)
        except ApiError:
            size = (640, 480)
        return self._say({"photo": photo_sizes(stored, *size)} | _caption(caption))

    async def send_voice(self, data: bytes, seconds: int = 3) -> int:
        """Send a voice note."""
        stored = self.bot.files.add("voice", data, mime_type="audio/ogg")
        return self._say({"voice": stored.described() | {"duration": seconds, "mime_type": stored.mime_type}})

    async def send_document(self, data: bytes, name: str, mime_type: str = "application/pdf", caption: str = "") -> int:
        """Send a file."""
        stored = self.bot.files.add("document", data, name, mime_type)
        about = {"file_name": name, "mime_type": mime_type}
        return self._say({"document": stored.described() | about} | _caption(caption))

    async def send_location(self, latitude: float, longitude: float) -> int:
        """Share a place."""
        return self._say({"location": {"latitude": latitude, "longitude": longitude}})

    async def send_contact(self, phone_number: str = "+4930000000") -> int:
        """Share one's own number."""
        contact = {"phone_number": phone_number, "first_name": self.user["first_name"], "user_id": self.id}
        return self._say({"contact": contact})

    async def send_sticker(self, emoji: str = "👍") -> int:
        """Send a sticker."""
        stored = self.bot.files.add("sticker", b"sticker", "sticker.webp", "image/webp")
        about = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
        return self._say({"sticker": stored.described() | about | {"emoji": emoji}})

    async def react(self, message_id: int, emoji: str) -> None:
        """React to a message; an empty emoji takes it back."""
        self._actor.react(message_id, emoji, (self.bot,))

    async def vote(self, message_id: int, *options: int) -> None:
        """Vote in a poll by option numbers (from 0)."""
        self._actor.vote(message_id, options)

    async def block(self) -> None:
        """Block the bot: it hears of it and cannot write any more."""
        self._set_blocked(blocked=True)

    async def unblock(self) -> None:
        """Let the bot write again."""
        self._set_blocked(blocked=False)

    def _set_blocked(self, *, blocked: bool) -> None:
        if self._chat.blocked == blocked:
            return
        self._chat.blocked = blocked
        statuses = ("member", "kicked") if blocked else ("kicked", "member")
        old, new = (member(self.bot.user, status) for status in statuses)
        self._world.record(self._chat, "blocked" if blocked else "unblocked", self.id)
        update = {
            "chat": self._chat.info,
            "from": self.user,
            "date": self._world.now(),
            "old_chat_member": old,
            "new_chat_member": new,
        }
        self.bot.updates.add("my_chat_member", update, self._chat.id)

    def _say(self, content: Json) -> int:
        if self._chat.blocked:
            raise Blocked("unblock the bot first")
        self._chat.started = True
        return self._actor.say(content, (self.bot,), numbered_by=self.bot)


def _caption(text: str) -> Json:
    return {"caption": text} if text else {}
