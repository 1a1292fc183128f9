"""One API call on its way: what the methods share before they do their own work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.servers.botapi.chats import Chat, Json
from tests.servers.botapi.errors import bad_request, flooded
from tests.servers.botapi.texts import MAX_CAPTION, formatted
from tests.servers.botapi.world import Bot, World


@dataclass(frozen=True, slots=True)
class Call:
    """A method's checked parameters, and the bot that called it."""

    world: World
    bot: Bot
    parameters: Json

    def get(self, name: str, default: Any = None) -> Any:  # noqa: ANN401 - JSON values, already checked
        """Return a parameter or the default."""
        return self.parameters.get(name, default)

    def target(self) -> Chat:
        """Find the chat to write to and take a place in its flood limits; refuses otherwise."""
        chat = self.world.chat_for_sending(self.bot, self.parameters["chat_id"])
        self._pay(chat)
        return chat

    def _pay(self, chat: Chat) -> None:
        wait = self.bot.gate.retry_after(chat.id, paid=bool(self.get("allow_paid_broadcast")))
        if wait:
            raise flooded(wait)

    def own_message(self, missing: str) -> tuple[Chat, Json]:
        """Find a message this bot may edit; refuses otherwise. Edits have their place in the flood limits too."""
        if "chat_id" not in self.parameters or "message_id" not in self.parameters:
            raise bad_request("message identifier is not specified")
        chat = self.world.chat_for_sending(self.bot, self.parameters["chat_id"])
        message = chat.messages.get(self.parameters["message_id"])
        if message is None:
            raise bad_request(missing)
        if message["from"]["id"] != self.bot.id:
            raise bad_request("message can't be edited")
        if self.bot.gate.limits.edits:
            self._pay(chat)
        return chat, message

    def caption(self) -> Json:
        """Return the caption fields of a media message."""
        text, entities = formatted(
            self.get("caption", ""), self.get("caption_entities", []), "caption_entities", MAX_CAPTION
        )
        found: Json = {"caption": text} if text else {}
        if entities:
            found["caption_entities"] = entities
        for given, shown in (("show_caption_above_media",) * 2, ("has_spoiler", "has_media_spoiler")):
            if self.get(given):
                found[shown] = True
        return found

    def inline_keyboard(self) -> Json | None:
        """Return the inline keyboard to show, None when there is none or an empty one."""
        markup: Json | None = self.get("reply_markup")
        if markup and any(markup.get("inline_keyboard", ())):
            return markup
        return None

    def deliver(self, chat: Chat, content: Json) -> Json:
        """Put a new message of the bot into the chat and return it."""
        content = self._topic(chat) | self._reply(chat) | content
        keyboard = self.inline_keyboard()
        if keyboard:
            content["reply_markup"] = keyboard
        elif markup := self.get("reply_markup"):
            _show_keyboard(chat, markup)
        if self.get("protect_content"):
            content["has_protected_content"] = True
        message = self.world.store_message(chat, self.bot.user, content, bot=self.bot)
        chat.last_bot = self.bot.id
        self.world.record(chat, "sent", self.bot.id, message)
        return message

    def _topic(self, chat: Chat) -> Json:
        thread = self.get("message_thread_id")
        if thread is None:
            return {}
        if thread not in chat.topics:
            raise bad_request("message thread not found")
        return in_topic(chat, thread)

    def _reply(self, chat: Chat) -> Json:
        wanted: Json | None = self.get("reply_parameters")
        if wanted is None:
            return {}
        if wanted.get("chat_id", chat.id) != chat.id:
            raise bad_request('parameter "reply_parameters.chat_id": replies across chats are not modelled')
        original = chat.messages.get(wanted["message_id"])
        if original is None:
            if wanted.get("allow_sending_without_reply"):
                return {}
            raise bad_request("message to be replied not found")
        quote: str = wanted.get("quote", "")
        if quote not in str(original.get("text") or original.get("caption") or ""):
            raise bad_request("QUOTE_TEXT_INVALID")
        return {"reply_to_message": without_reply(original)}


def _show_keyboard(chat: Chat, markup: Json) -> None:
    if "keyboard" in markup:
        chat.keyboard = markup
    elif "remove_keyboard" in markup:
        chat.keyboard = None


def in_topic(chat: Chat, thread: int) -> Json:
    """Return what a message in a topic has: the thread, and unless it answers something else, what opened it."""
    opening = chat.topics[thread]
    return {"message_thread_id": thread, "is_topic_message": True, "reply_to_message": without_reply(opening)}


def without_reply(message: Json) -> Json:
    """Return a message as it stands inside another one: the API nests replies once only."""
    return {key: value for key, value in message.items() if key != "reply_to_message"}
