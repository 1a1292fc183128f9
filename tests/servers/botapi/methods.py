"""All modelled methods: which function answers which name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.servers.botapi import method_bot, method_chats, method_media, method_messages, method_polls
from tests.servers.botapi.call import Call
from tests.servers.botapi.chats import Json
from tests.servers.botapi.errors import bad_request, not_found, not_modelled
from tests.servers.botapi.validate import Method, Spec

Act = Callable[[Call], object]

ACTS: dict[str, Act] = {
    "getMe": method_bot.get_me,
    "setMyCommands": method_bot.set_my_commands,
    "getMyCommands": method_bot.get_my_commands,
    "setMyDescription": method_bot.set_my_description,
    "setMyShortDescription": method_bot.set_my_short_description,
    "sendMessage": method_messages.send_message,
    "sendLocation": method_messages.send_location,
    "sendChatAction": method_messages.send_chat_action,
    "editMessageText": method_messages.edit_message_text,
    "editMessageCaption": method_messages.edit_message_caption,
    "editMessageReplyMarkup": method_messages.edit_message_reply_markup,
    "deleteMessage": method_messages.delete_message,
    "answerCallbackQuery": method_messages.answer_callback_query,
    "setMessageReaction": method_messages.set_message_reaction,
    "sendPhoto": method_media.send_photo,
    "sendVoice": method_media.send_voice,
    "sendAudio": method_media.send_audio,
    "sendDocument": method_media.send_document,
    "sendPoll": method_polls.send_poll,
    "stopPoll": method_polls.stop_poll,
    "getFile": method_media.get_file,
    "getChat": method_chats.get_chat,
    "getChatMember": method_chats.get_chat_member,
    "leaveChat": method_chats.leave_chat,
}
RECEIVING = ("getUpdates", "setWebhook", "deleteWebhook", "getWebhookInfo")  # answered by receiving.py

# Published parameters whose effect would have to be modelled: silence about them would make a test lie.
UNMODELLED = frozenset(
    (
        "parse_mode",
        "question_parse_mode",
        "explanation_parse_mode",
        "description_parse_mode",
        "business_connection_id",
        "direct_messages_topic_id",
        "suggested_post_parameters",
        "rich_message",
        "inline_message_id",
        "thumbnail",
        "certificate",
    )
)


@dataclass(frozen=True, slots=True)
class Modelled:
    """A method ready to be called."""

    name: str
    spec: Method
    act: Act | None  # None: receiving.py answers it

    def accept(self, given: Json, *, typed: bool) -> Json:
        """Check parameters against the specification; raises ApiError."""
        accepted = self.spec.accept(given, typed=typed)
        if not UNMODELLED.isdisjoint(accepted):
            name = min(UNMODELLED & accepted.keys())
            raise bad_request(f'parameter "{name}" is not modelled by the test server')
        return accepted


class Methods:
    """Finds a method by its name, which the real server reads without regard to case."""

    def __init__(self, spec: Spec) -> None:
        self._published = spec.all_methods
        self._by_name: dict[str, Modelled] = {}
        for name, method in spec.methods.items():
            modelled = Modelled(name, method, ACTS.get(name))
            self._by_name[name] = self._by_name[name.lower()] = modelled

    def name(self, given: str) -> str:
        """Return a method's published name, whatever its case in the request; unknown ones as they are."""
        return self._published.get(given.lower(), given)

    def find(self, name: str) -> Modelled:
        """Return the method or refuse: unknown to the API, or only to this server."""
        found = self._by_name.get(name) or self._by_name.get(name.lower())
        if found is not None:
            return found
        published = self._published.get(name.lower())
        raise not_modelled(f"the method {published}") if published else not_found()
