"""Raw updates of the Bot API, read: which of our events each one is, if any."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from projektbot.messages import (
    MAX_FILE_BYTES,
    MAX_QUOTED,
    Command,
    Edited,
    Event,
    Inbound,
    Kind,
    Migrated,
    Odd,
    Pick,
    Presence,
    Shared,
    Tap,
    Upload,
    Vote,
    Words,
)

Json: TypeAlias = dict[str, Any]

ALLOWED_UPDATES = (
    "message",
    "edited_message",
    "callback_query",
    "my_chat_member",
    "chat_member",
    "message_reaction",
    "poll_answer",
)

# Read from the text: Telegram marks only ASCII names as commands, and people type /entwürfe.
COMMAND = re.compile(r"/([^\W\d_]\w*)(?:@(\w+))?(?:\s+(.*))?", re.DOTALL)
KEYCAP = re.compile("([1-9])\ufe0f?\u20e3")

# Fields of a message that say who, where and how, but not what.
ABOUT = frozenset(
    """
    message_id message_thread_id direct_messages_topic from sender_chat sender_boost_count sender_business_bot
    sender_tag date guest_query_id business_connection_id chat forward_origin forward_from forward_from_chat
    forward_from_message_id forward_signature forward_sender_name forward_date is_topic_message is_automatic_forward
    reply_to_message external_reply quote reply_to_story reply_to_checklist_task_id reply_to_poll_option_id via_bot
    guest_bot_caller_user guest_bot_caller_chat edit_date has_protected_content is_from_offline is_paid_post
    media_group_id author_signature paid_star_count entities link_preview_options suggested_post_info effect_id caption
    caption_entities show_caption_above_media has_media_spoiler reply_markup
    """.split()  # noqa: SIM905 - a hundred names read better without their quotes
)
# Fields by which Telegram tells what happened to a chat, or to a payment; nobody waits for an answer.
SERVICE = frozenset(
    """
    new_chat_members left_chat_member chat_owner_left chat_owner_changed new_chat_title new_chat_photo delete_chat_photo
    group_chat_created supergroup_chat_created channel_chat_created message_auto_delete_timer_changed
    migrate_from_chat_id pinned_message successful_payment refunded_payment users_shared chat_shared gift unique_gift
    gift_upgrade_sent connected_website write_access_allowed passport_data proximity_alert_triggered boost_added
    chat_background_set checklist_tasks_done checklist_tasks_added direct_message_price_changed forum_topic_created
    forum_topic_edited forum_topic_closed forum_topic_reopened general_forum_topic_hidden general_forum_topic_unhidden
    giveaway_created giveaway_winners giveaway_completed managed_bot_created paid_message_price_changed
    poll_option_added poll_option_deleted suggested_post_approved suggested_post_approval_failed suggested_post_declined
    suggested_post_paid suggested_post_refunded video_chat_scheduled video_chat_started video_chat_ended
    video_chat_participants_invited web_app_data
    """.split()  # noqa: SIM905 - a hundred names read better without their quotes
)

TOPIC = ("message_thread_id", "is_topic_message")


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads updates for one bot; `bot` and `username` are what getMe says."""

    channel: str
    bot: int
    username: str
    relayed: frozenset[str] = frozenset()  # groups in which what is not said to us is passed on

    def to_inbound(self, raw: Any) -> Inbound | None:  # noqa: ANN401 - JSON
        """Translate one update; None if it is not meant for us. Raises what it likes if nobody could be answered."""
        key = str(int(raw["update_id"]))
        try:
            return self._read(key, raw)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError):
            damaged = self._damaged(key, raw)
            if damaged is None:
                raise
            return damaged

    def _read(self, key: str, raw: Json) -> Inbound | None:
        if "message" in raw:
            return self._message(key, raw["message"])
        if "callback_query" in raw:
            return self._tapped(key, raw["callback_query"])
        if "edited_message" in raw:
            return self._edited(key, raw["edited_message"])
        if "my_chat_member" in raw:
            return self._changed(key, raw["my_chat_member"])
        if "message_reaction" in raw:
            return self._picked(key, raw["message_reaction"])
        if "poll_answer" in raw:
            return self._voted(key, raw["poll_answer"])
        return None

    def _damaged(self, key: str, raw: Json) -> Inbound | None:
        """Return what can be said of an update that cannot be read, if it tells at least which person sent it."""
        said = next((_record(raw[name]) for name in ("message", "edited_message", "callback_query") if name in raw), {})
        sender, chat = _record(said.get("from")), _record(said.get("chat"))
        if "callback_query" in raw:
            chat = _record(_record(said.get("message")).get("chat")) or {"id": sender.get("id"), "type": "private"}
        if type(chat.get("id")) is not int or chat.get("type") != "private" or sender.get("is_bot"):
            return None
        return self._inbound(key, {"from": sender, "chat": chat}, Odd("damaged"))

    def _message(self, key: str, message: Json) -> Inbound | None:
        if "migrate_to_chat_id" in message:
            return self._inbound(key, message, Migrated(str(message["migrate_to_chat_id"])))
        concerns_us = self._concerns_us(message)
        event = self._said(message) if concerns_us else self._overheard(message)
        if event is None:
            return None
        return self._inbound(key, message, event, message=str(message["message_id"]), overheard=not concerns_us)

    def _edited(self, key: str, message: Json) -> Inbound | None:
        text = message.get("text", message.get("caption"))
        concerns_us = self._concerns_us(message)
        if text is None or not (concerns_us or self._is_passed_on(message)):  # such as a live location that moved
            return None
        number = str(message["message_id"])
        return self._inbound(key, message, Edited(number, _text(text)), message=number, overheard=not concerns_us)

    def _tapped(self, key: str, query: Json) -> Inbound:
        # A message too old for Telegram to show us comes without its text, but with id and chat. One that was sent
        # through another chat's inline query comes without both: we answer the person.
        carrier = query.get("message") or {"chat": {"id": query["from"]["id"], "type": "private"}}
        number = str(carrier.get("message_id", ""))
        event = Tap(_text(query["data"]), number) if "data" in query else Odd("game")
        topic = {name: carrier[name] for name in TOPIC if name in carrier}
        return self._inbound(key, {"from": query["from"], "chat": carrier["chat"], **topic}, event)

    def _changed(self, key: str, change: Json) -> Inbound:
        member = change["new_chat_member"]
        gone = member["status"] in ("left", "kicked") or member.get("is_member") is False
        return self._inbound(key, change, Presence(not gone))

    def _picked(self, key: str, change: Json) -> Inbound | None:
        if "user" not in change:  # an anonymous administrator or a channel
            return None
        before = {_number(reaction) for reaction in change["old_reaction"]}
        new = [number for reaction in change["new_reaction"] if (number := _number(reaction)) not in before]
        picked = next((number for number in new if number), 0)
        if not picked:
            return None
        return self._inbound(key, change | {"from": change["user"]}, Pick(picked, str(change["message_id"])))

    def _voted(self, key: str, answer: Json) -> Inbound:
        # A vote says the poll and not the chat: the road knows where we asked it. Who votes as a channel or a group has
        # no user, and is nobody's person.
        chosen = tuple(map(_whole, answer["option_ids"]))
        sender = _record(answer.get("user")).get("id") if "voter_chat" not in answer else None
        poll = _text(answer["poll_id"])
        if not poll.isprintable():  # no database would look that up
            raise ValueError("no poll")
        return Inbound(
            self.channel, key, "", Vote(poll, chosen), private=False, order=int(key),
            sender=str(sender) if isinstance(sender, int) else "",
        )  # fmt: skip

    def _concerns_us(self, message: Json) -> bool:
        """Say whether a message is meant for us: in private all, elsewhere our commands and answers to us."""
        if not _is_of_a_person(message):
            return False
        if message["chat"]["type"] == "private":
            return True
        if found := _as_command(message.get("text", "")):
            return (found[2] or self.username).lower() == self.username.lower()
        return self._is_answer_to_us(message)

    def _is_passed_on(self, message: Json) -> bool:
        """Say whether a message that is not for us is for the other chat: commands of other bots are for neither."""
        in_relay = str(message["chat"]["id"]) in self.relayed
        return in_relay and _is_of_a_person(message) and not _as_command(message.get("text", ""))

    def _overheard(self, message: Json) -> Event | None:
        """Return what is passed on; of files other than photos only what they are, so that nobody fetches them."""
        event = self._said(message) if self._is_passed_on(message) else None
        if isinstance(event, Upload) and event.kind is not Kind.IMAGE:
            return Odd("voice" if event.kind is Kind.AUDIO else "document", event.to)
        return event

    def _is_answer_to_us(self, message: Json) -> bool:
        return bool(_record(_earlier(message).get("from")).get("id") == self.bot)

    def _said(self, message: Json) -> Event | None:
        if "text" in message:
            return _command(message) or Words(_text(message["text"]), _answered(message))
        if "location" in message:  # a venue has one too
            return Shared(float(message["location"]["latitude"]), float(message["location"]["longitude"]))
        if "animation" in message:  # comes with a document too, for older bots
            return Odd("animation", _answered(message))
        return _upload(message) or _odd(message)

    def _inbound(self, key: str, of: Json, event: Event, *, message: str = "", overheard: bool = False) -> Inbound:
        private = of["chat"]["type"] == "private"
        return Inbound(
            channel=self.channel,
            key=key,
            chat=str(_whole(of["chat"]["id"])),
            event=event,
            message=message,
            locale=_words(of.get("from", {}).get("language_code")),
            private=private,
            order=int(key),
            sender="" if private else _sender(of),
            thread="" if private else _thread(of),
            name=_name(of) if str(of["chat"]["id"]) in self.relayed else "",
            overheard=overheard,
            forwarded="forward_origin" in of and str(of["chat"]["id"]) in self.relayed,
        )


def groups_in(updates: Sequence[Any]) -> frozenset[str]:
    """Return in which groups updates bring messages, whatever else is in them."""
    messages = [_record(_record(raw).get(kind)) for raw in updates for kind in ("message", "edited_message")]
    chats = [_record(message.get("chat")) for message in messages]
    return frozenset(str(chat.get("id")) for chat in chats if chat.get("type") in ("group", "supergroup"))


def _is_of_a_person(message: Json) -> bool:
    """Say whether a person speaks: not a channel, a post that it forwards by itself, or a bot."""
    if message["chat"]["type"] == "channel":
        return False
    if _is_anonymous(message):
        return True
    return "sender_chat" not in message and not message.get("from", {}).get("is_bot", True)


def _name(of: Json) -> str:
    """Return the name that stands over somebody's messages; an anonymous administrator speaks as the group."""
    if "sender_chat" in of:
        return _words(_record(of["sender_chat"]).get("title")) or "?"
    return _words(_record(of.get("from")).get("first_name")) or "?"


def _is_anonymous(message: Json) -> bool:
    """Say whether an administrator speaks in the group's own name (Bot API, Message.sender_chat)."""
    return bool(_record(message.get("sender_chat")).get("id") == message["chat"]["id"])


def _sender(of: Json) -> str:
    who = _record(of.get("from")).get("id")
    return str(who) if isinstance(who, int) and "sender_chat" not in of else ""


def _thread(of: Json) -> str:
    """Return the topic of a forum; elsewhere Telegram gives each chain of answers such a number too."""
    number = of.get("message_thread_id")
    return str(number) if isinstance(number, int) and of.get("is_topic_message") is True else ""


def _as_command(text: str) -> re.Match[str] | None:
    # Some keyboards send an umlaut as two characters.
    return COMMAND.fullmatch(unicodedata.normalize("NFC", text)) if text.startswith("/") else None


def _command(message: Json) -> Command | None:
    # In private nobody else can be meant, so a name behind @ is not looked at; in groups it has been.
    found = _as_command(_text(message["text"]))
    if not found:
        return None
    quoted = "" if message["chat"]["type"] == "private" else _quoted(message)
    return Command(found[1].lower(), (found[3] or "").strip(), _answered(message), quoted)


def _earlier(message: Json) -> Json:
    """Return the message that this one answers, as far as it is shown to us."""
    earlier = _record(message.get("reply_to_message"))
    # In a forum, everything said in a topic counts as an answer to its opening.
    return {} if "forum_topic_created" in earlier else earlier


def _answered(message: Json) -> str:
    return str(_earlier(message).get("message_id", ""))


def _quoted(message: Json) -> str:
    """Return what was answered: the part that was marked, or else the beginning."""
    earlier = _earlier(message)
    marked = _words(_record(message.get("quote")).get("text"))
    return (marked or _words(earlier.get("text")) or _words(earlier.get("caption")))[:MAX_QUOTED]


def _upload(message: Json) -> Upload | None:
    caption, to = _words(message.get("caption")), _answered(message)
    if "photo" in message:
        sizes = sorted(message["photo"], key=lambda size: size["width"] * size["height"])
        fitting = [size for size in sizes if size.get("file_size", 0) <= MAX_FILE_BYTES] or sizes
        return _file(Kind.IMAGE, fitting[-1], caption, to)
    for name in ("voice", "audio"):
        if name in message:
            return _file(Kind.AUDIO, message[name], caption, to)
    if "document" in message:
        document = message["document"]
        image = _words(document.get("mime_type")).startswith("image/")
        return _file(Kind.IMAGE if image else Kind.FILE, document, caption, to)
    return None


def _file(kind: Kind, of: Json, caption: str, to: str) -> Upload:
    size = of.get("file_size")
    return Upload(
        kind, _text(of["file_id"]), size if isinstance(size, int) else 0, _words(of.get("file_name")), caption, to=to
    )


def _odd(message: Json) -> Odd | None:
    """Name content we cannot use. What Telegram invents after us counts too: silence would be the worst answer."""
    if not SERVICE.isdisjoint(message):  # some come with undocumented fields of older versions beside them
        return None
    what = next((name for name in message if name not in ABOUT), "nothing")
    return Odd(what, _answered(message))


def _number(reaction: Json) -> int:
    """Return the number that a reaction shows (1️⃣ to 🔟), or 0."""
    emoji = _words(reaction.get("emoji"))
    if emoji == "🔟":
        return 10
    found = KEYCAP.fullmatch(emoji)
    return int(found[1]) if found else 0


# ---- fields of a foreign type: without some an update says nothing (TypeError), the others are as good as missing


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def _whole(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError("no whole number")
    return value


def _words(value: object) -> str:
    return value if isinstance(value, str) else ""


def _record(value: object) -> Json:
    return value if isinstance(value, dict) else {}
