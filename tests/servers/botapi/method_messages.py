"""The methods that send, change and delete messages, answer taps and react."""

from __future__ import annotations

from tests.servers.botapi.call import Call
from tests.servers.botapi.chats import Chat, Json, Tap
from tests.servers.botapi.errors import NOT_MODIFIED, QUERY_TOO_OLD, bad_request
from tests.servers.botapi.texts import MAX_TEXT, formatted
from tests.servers.botapi.validate import load_spec

DELETABLE_FOR = 48 * 3600
UNTOUCHED = ("message_id", "from", "chat", "date", "reply_to_message", "has_protected_content")


def _text(call: Call) -> Json:
    text, entities = formatted(call.get("text", ""), call.get("entities", []), "entities", MAX_TEXT)
    if not text:
        raise bad_request("message text is empty")
    content: Json = {"text": text}
    if entities:
        content["entities"] = entities
    if "link_preview_options" in call.parameters:
        content["link_preview_options"] = call.get("link_preview_options")
    return content


def send_message(call: Call) -> Json:
    """Send a text."""
    content = _text(call)
    return call.deliver(call.target(), content)


def send_location(call: Call) -> Json:
    """Send a point on the map."""
    if "live_period" in call.parameters:
        raise bad_request('parameter "live_period" is not modelled by the test server')
    fields = ("latitude", "longitude", "horizontal_accuracy")
    location = {name: call.get(name) for name in fields if name in call.parameters}
    return call.deliver(call.target(), {"location": location})


def send_chat_action(call: Call) -> bool:
    """Show "is typing" and the like; no message, no place in the flood limits."""
    chat = call.world.chat_for_sending(call.bot, call.get("chat_id"))
    call.world.record(chat, "action", call.bot.id, action=call.get("action"))
    return True


def _replace(call: Call, chat: Chat, old: Json, new: Json) -> Json:
    if {k: v for k, v in old.items() if k != "edit_date"} == new:
        raise bad_request(NOT_MODIFIED)
    new["edit_date"] = call.world.now()
    chat.messages[old["message_id"]] = new
    call.world.record(chat, "edited", call.bot.id, new)
    return new


def _frame(old: Json) -> Json:
    return {key: old[key] for key in UNTOUCHED if key in old}


def _with_keyboard(call: Call, message: Json) -> Json:
    # an edit without reply_markup takes the old keyboard away
    keyboard = call.inline_keyboard()
    return message | {"reply_markup": keyboard} if keyboard else message


def edit_message_text(call: Call) -> Json:
    """Change the text of a message, and its buttons."""
    content = _text(call)
    chat, old = call.own_message("message to edit not found")
    if "text" not in old:
        raise bad_request("there is no text in the message to edit")
    return _replace(call, chat, old, _with_keyboard(call, _frame(old) | content))


def edit_message_caption(call: Call) -> Json:
    """Change the caption of a media message, and its buttons."""
    content = call.caption()
    chat, old = call.own_message("message to edit not found")
    media = {key: old[key] for key in ("photo", "voice", "audio", "document") if key in old}
    if not media:
        raise bad_request("there is no caption in the message to edit")
    return _replace(call, chat, old, _with_keyboard(call, _frame(old) | media | content))


def edit_message_reply_markup(call: Call) -> Json:
    """Change or remove the buttons of a message."""
    chat, old = call.own_message("message to edit not found")
    bare = {key: value for key, value in old.items() if key not in ("reply_markup", "edit_date")}
    return _replace(call, chat, old, _with_keyboard(call, bare))


def delete_message(call: Call) -> bool:
    """Delete a message: own ones, and in private chats and as administrator those of others, for 48 hours."""
    chat = call.world.known_chat(call.bot, call.get("chat_id"))
    message = chat.messages.get(call.get("message_id"))
    if message is None:
        raise bad_request("message to delete not found")
    own = message["from"]["id"] == call.bot.id
    if not (own or chat.private or chat.members.get(call.bot.id) == "administrator"):
        raise bad_request("message can't be deleted")
    if call.world.clock() - message["date"] > DELETABLE_FOR:
        raise bad_request("message can't be deleted for everyone")
    del chat.messages[message["message_id"]]
    call.world.record(chat, "deleted", call.bot.id, message)
    return True


def answer_callback_query(call: Call) -> bool:
    """Answer a tap once, within its life of 150 seconds."""
    query_id: str = call.get("callback_query_id")
    tap: Tap | None = call.bot.taps.pop(query_id, None)
    if tap is None or tap.expires_at <= call.world.clock():
        raise bad_request(QUERY_TOO_OLD)
    given = {name: call.get(name) for name in ("text", "show_alert", "url") if name in call.parameters}
    call.world.record(tap.chat, "answered", call.bot.id, message_id=tap.message_id, **given)
    return True


def set_message_reaction(call: Call) -> bool:
    """Set or remove the bot's one reaction to a message."""
    chat = call.world.chat_for_sending(call.bot, call.get("chat_id"))
    message = chat.messages.get(call.get("message_id"))
    if message is None:
        raise bad_request("message to react not found")
    reaction: list[Json] = call.get("reaction", [])
    if len(reaction) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    if any(r["type"] != "emoji" or r["emoji"] not in load_spec().reactions for r in reaction):
        raise bad_request("REACTION_INVALID")
    emoji = reaction[0]["emoji"] if reaction else ""
    call.world.record(chat, "reacted", call.bot.id, message_id=message["message_id"], text=emoji)
    return True
