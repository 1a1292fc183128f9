"""The methods about the bot itself: who it is, its commands and its descriptions."""

from __future__ import annotations

from tests.servers.botapi.call import Call
from tests.servers.botapi.chats import Json
from tests.servers.botapi.errors import bad_request


def get_me(call: Call) -> Json:
    """Say who the bot is."""
    return call.bot.user | {
        "can_join_groups": True,
        "can_read_all_group_messages": not call.bot.privacy,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def _place(call: Call) -> tuple[str, str]:
    """Return scope and language as a key: commands are kept for each pair of them."""
    scope: Json = call.get("scope", {"type": "default"})
    where = ":".join(str(scope[key]) for key in ("type", "chat_id", "user_id") if key in scope)
    language: str = call.get("language_code", "")
    if language and not (len(language) == 2 and language.isalpha() and language.islower()):
        raise bad_request('parameter "language_code" must be a two-letter ISO 639-1 code')
    return where, language


def set_my_commands(call: Call) -> bool:
    """Set the commands of one scope and language."""
    call.bot.commands[_place(call)] = call.get("commands")
    return True


def get_my_commands(call: Call) -> list[Json]:
    """Return the commands of exactly this scope and language."""
    return call.bot.commands.get(_place(call), [])


def set_my_description(call: Call) -> bool:
    """Set what people read before they press Start."""
    call.bot.descriptions["description", _place(call)[1]] = call.get("description", "")
    return True


def set_my_short_description(call: Call) -> bool:
    """Set what people read on the bot's profile."""
    call.bot.descriptions["short_description", _place(call)[1]] = call.get("short_description", "")
    return True
