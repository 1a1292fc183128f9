"""Cuts the published Bot API specification down to what this server models: run it to renew spec.json.

python -m tests.servers.botapi.reduce PATH/TO/api.json
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

SPEC_FILE = Path(__file__).with_name("spec.json")
SOURCE = "https://github.com/PaulSonOfLars/telegram-bot-api-spec"
LICENCE = "MIT"

METHODS = [
    "getMe",
    "getUpdates",
    "setWebhook",
    "deleteWebhook",
    "getWebhookInfo",
    "sendMessage",
    "editMessageText",
    "editMessageReplyMarkup",
    "editMessageCaption",
    "deleteMessage",
    "answerCallbackQuery",
    "sendPhoto",
    "sendVoice",
    "sendAudio",
    "sendDocument",
    "sendLocation",
    "sendChatAction",
    "sendPoll",
    "stopPoll",
    "getFile",
    "setMyCommands",
    "getMyCommands",
    "setMyDescription",
    "setMyShortDescription",
    "getChat",
    "getChatMember",
    "leaveChat",
    "setMessageReaction",
]

# What the descriptions do not say in a form a pattern can read, or the real server treats otherwise.
BY_HAND: dict[str, dict[str, Any]] = {
    "sendMessage.text": {"unit": "utf16", "too_short": "message text is empty", "too_long": "message is too long"},
    "editMessageText.text": {"unit": "utf16", "too_short": "message text is empty", "too_long": "message is too long"},
    "answerCallbackQuery.text": {"too_long": "MESSAGE_TOO_LONG"},
    "InlineKeyboardButton.callback_data": {"too_short": "BUTTON_DATA_INVALID", "too_long": "BUTTON_DATA_INVALID"},
    "BotCommand.command": {"pattern": "[a-z0-9_]{1,32}", "wrong": "BOT_COMMAND_INVALID"},
    "BotCommand.description": {
        "too_short": "BOT_COMMAND_DESCRIPTION_INVALID",
        "too_long": "BOT_COMMAND_DESCRIPTION_INVALID",
    },
    "setMyCommands.commands": {"max_items": 100},
    "setWebhook.secret_token": {
        "pattern": "[A-Za-z0-9_-]{0,256}",
        "wrong": "secret token contains unallowed characters",
        "min": 0,
    },
    "InlineKeyboardMarkup.inline_keyboard": {"max_buttons": 100, "max_row": 8},
    "sendChatAction.action": {
        "one_of": [
            "typing",
            "upload_photo",
            "record_video",
            "upload_video",
            "record_voice",
            "upload_voice",
            "upload_document",
            "choose_sticker",
            "find_location",
            "record_video_note",
            "upload_video_note",
        ],
        "wrong": "wrong parameter action in request",
    },
    "sendPoll.type": {"one_of": ["regular", "quiz"]},
    "sendPoll.options": {"min_items": 1, "max_items": 12},
    # the real server clamps these two instead of refusing them
    "getUpdates.limit": {"min": None, "max": None},
    "setWebhook.max_connections": {"min": None, "max": None},
    "sendLocation.latitude": {"min": -90, "max": 90},
    "sendLocation.longitude": {"min": -180, "max": 180},
}
CAPTION = {"unit": "utf16", "too_long": "message caption is too long"}
LENGTH = re.compile(r"(\d+)-(\d+)(?: (characters|bytes)|[ ,.]|$)")
CONSTANT = re.compile(r"(?:always|must be) \"?([a-z_]+)\"?$")


def reduce(api: dict[str, Any]) -> dict[str, Any]:
    """Return the content of spec.json for the published specification `api`."""
    types: dict[str, Any] = {}
    methods = {name: _fields(name, api["methods"][name]) for name in METHODS}
    for fields in methods.values():
        _collect(fields, api["types"], types)
    reaction = _field_of(api["types"]["ReactionTypeEmoji"], "emoji")["description"]
    return {
        "source": SOURCE,
        "licence": LICENCE,
        "version": api["version"],
        "release_date": api["release_date"],
        "methods": methods,
        "types": dict(sorted(types.items())),
        "update_types": [f["name"] for f in api["types"]["Update"]["fields"] if f["name"] != "update_id"],
        "reactions": re.findall('"([^"]+)"', reaction),
        "all_methods": sorted(api["methods"]),
    }


def _collect(fields: dict[str, Any], published: dict[str, Any], found: dict[str, Any]) -> None:
    for field in fields.values():
        for name in field["types"]:
            _collect_type(re.sub(r"^(Array of )+", "", name), published, found)


def _collect_type(name: str, published: dict[str, Any], found: dict[str, Any]) -> None:
    if name in found or name not in published:
        return
    kind = published[name]
    if kind.get("subtypes"):
        found[name] = {"any_of": kind["subtypes"]}
        for subtype in kind["subtypes"]:
            _collect_type(subtype, published, found)
        return
    found[name] = {"fields": _fields(name, kind)}
    _collect(found[name]["fields"], published, found)


def _fields(owner: str, described: dict[str, Any]) -> dict[str, Any]:
    return {field["name"]: _field(owner, field) for field in described.get("fields", [])}


def _field(owner: str, field: dict[str, Any]) -> dict[str, Any]:
    cut: dict[str, Any] = {"types": field["types"], "required": field["required"]}
    cut |= _described_limit(field)
    if field["name"] == "caption":
        cut |= CAPTION
    constant = CONSTANT.search(field["description"])
    if field["name"] == "type" and constant:
        cut["one_of"] = [constant[1]]
    if owner == "MessageEntity" and field["name"] == "type":
        cut["one_of"] = re.findall(r'"([a-z_]+)"', field["description"])
    if owner == "InlineKeyboardButton" and field["name"] == "style":
        cut["one_of"] = re.findall(r'"([a-z_]+)"', field["description"])
    cut |= BY_HAND.get(f"{owner}.{field['name']}", {})
    return {key: value for key, value in cut.items() if value is not None}


def _described_limit(field: dict[str, Any]) -> dict[str, Any]:
    limit = LENGTH.search(field["description"])
    if limit is None or field["types"][0] not in ("String", "Integer", "Float"):
        return {}
    bounds: dict[str, Any] = {"min": int(limit[1]), "max": int(limit[2])}
    if field["types"] == ["String"]:
        return bounds | {"unit": limit[3]} if limit[3] else {}
    return bounds


def _field_of(kind: dict[str, Any], name: str) -> dict[str, Any]:
    return next(dict(field) for field in kind["fields"] if field["name"] == name)


def dump(spec: dict[str, Any]) -> str:
    """Write a spec as it stands in spec.json."""
    return json.dumps(spec, indent=1, ensure_ascii=False, sort_keys=False) + "\n"


def main() -> int:
    """Renew spec.json from the file named on the command line."""
    if len(sys.argv) != 2:
        sys.stdout.write(f"{__doc__}\n")
        return 2
    SPEC_FILE.write_text(dump(reduce(json.loads(Path(sys.argv[1]).read_text()))))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
