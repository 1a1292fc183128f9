"""Updates as Telegram sends them, captured and stripped of what could tell who sent them."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

BOT = 1_000_001
USERNAME = "projekt_test_bot"
PERSON: Json = {"id": 70_001, "is_bot": False, "first_name": "Ada", "username": "ada", "language_code": "de"}
OURSELVES: Json = {"id": BOT, "is_bot": True, "first_name": "Projekt", "username": USERNAME}
OTHER_BOT: Json = {"id": 1_000_002, "is_bot": True, "first_name": "Wetter", "username": "wetter_bot"}
PRIVATE: Json = {"id": 70_001, "first_name": "Ada", "username": "ada", "type": "private"}
GROUP: Json = {"id": -4001, "title": "Team Fahrrad", "type": "group", "all_members_are_administrators": True}
SUPERGROUP: Json = {"id": -1_001_234_567_890, "title": "Team Fahrrad", "type": "supergroup", "is_forum": True}


def message(chat: Json = PRIVATE, sender: Json = PERSON, **content: Any) -> Json:  # noqa: ANN401 - JSON
    """Make an update with a message."""
    return {"update_id": 9001, "message": said(chat, sender, **content)}


def said(chat: Json = PRIVATE, sender: Json = PERSON, **content: Any) -> Json:  # noqa: ANN401 - JSON
    """Make a message."""
    return {"message_id": 17, "from": sender, "chat": chat, "date": 1_760_000_000, **content}


def command(text: str, chat: Json = PRIVATE) -> Json:
    """Make a command as clients mark it."""
    length = len(text.partition(" ")[0])
    return message(chat, text=text, entities=[{"offset": 0, "length": length, "type": "bot_command"}])


def membership(status: str, chat: Json = PRIVATE, **more: Any) -> Json:  # noqa: ANN401 - JSON
    """Make an update about our membership."""
    return {
        "update_id": 9002,
        "my_chat_member": {
            "chat": chat,
            "from": PERSON,
            "date": 1_760_000_000,
            "old_chat_member": {"user": OURSELVES, "status": "member"},
            "new_chat_member": {"user": OURSELVES, "status": status, **more},
        },
    }


def reaction(*emoji: str, before: tuple[str, ...] = ()) -> Json:
    """Make an update about reactions."""
    change = {"chat": PRIVATE, "message_id": 12, "user": PERSON, "date": 1_760_000_000}
    change["old_reaction"] = [{"type": "emoji", "emoji": one} for one in before]
    change["new_reaction"] = [{"type": "emoji", "emoji": one} for one in emoji]
    return {"update_id": 9003, "message_reaction": change}


TAP: Json = {
    "update_id": 9004,
    "callback_query": {
        "id": "300648",
        "from": PERSON,
        "message": said(sender=OURSELVES, text="Wohin?", reply_markup={"inline_keyboard": []}),
        "chat_instance": "-3911",
        "data": "aB3",
    },
}
PHOTO = [
    {"file_id": "small", "file_unique_id": "s", "width": 90, "height": 67, "file_size": 1_300},
    {"file_id": "large", "file_unique_id": "l", "width": 1280, "height": 960, "file_size": 210_000},
    {"file_id": "medium", "file_unique_id": "m", "width": 320, "height": 240, "file_size": 21_000},
]
VOICE = {"duration": 3, "mime_type": "audio/ogg", "file_id": "vo", "file_unique_id": "v", "file_size": 9_000}
DOCUMENT = {
    "file_name": "Plan.pdf",
    "mime_type": "application/pdf",
    "file_id": "do",
    "file_unique_id": "d",
    "file_size": 40_000,
}
ODD: dict[str, Json] = {
    "sticker": {"sticker": {"file_id": "st", "width": 512, "height": 512, "type": "regular"}},
    "contact": {"contact": {"phone_number": "+4930", "first_name": "Ada"}},
    "poll": {"poll": {"id": "1", "question": "?", "options": []}},
    "dice": {"dice": {"emoji": "🎲", "value": 4}},
    "animation": {"animation": {"file_id": "an"}, "document": {"file_id": "an"}},
    "video": {"video": {"file_id": "vi"}, "caption": "Seht!", "caption_entities": []},
    "video_note": {"video_note": {"file_id": "vn", "length": 240}},
    "story": {"story": {"chat": GROUP, "id": 1}},
    "hologram": {"hologram": {"file_id": "what Telegram invents next year"}},
}
SERVICE: tuple[Json, ...] = (
    {"new_chat_members": [OURSELVES], "new_chat_member": OURSELVES, "new_chat_participant": OURSELVES},
    {"left_chat_member": PERSON, "left_chat_participant": PERSON},
    {"new_chat_title": "Team Rad"},
    {"pinned_message": said(text="wichtig")},
    {"group_chat_created": True},
    {"migrate_from_chat_id": -4001},
    {"forum_topic_created": {"name": "Kosten", "icon_color": 1}},
)
