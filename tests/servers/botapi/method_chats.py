"""The methods about chats and their members."""

from __future__ import annotations

from tests.servers.botapi.call import Call
from tests.servers.botapi.chats import Json
from tests.servers.botapi.errors import bad_request, forbidden
from tests.servers.botapi.world import PRESENT, World

RIGHTS = [
    "can_be_edited",
    "is_anonymous",
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
]
NO_GIFTS = dict.fromkeys(
    ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"), False
)


def member(user: Json, status: str) -> Json:
    """Make a ChatMember with all the fields its status requires."""
    found: Json = {"user": user, "status": status}
    match status:
        case "creator":
            return found | {"is_anonymous": False}
        case "administrator":
            granted = dict.fromkeys(RIGHTS, True)
            return found | granted | {"is_anonymous": False, "can_be_edited": False}
        case "kicked":
            return found | {"until_date": 0}
    return found


def user_known(world: World, user_id: int) -> Json | None:
    """Find a person or a bot by id."""
    if user_id in world.users:
        return world.users[user_id]
    return next((bot.user for bot in world.bots.values() if bot.id == user_id), None)


def get_chat(call: Call) -> Json:
    """Return the ChatFullInfo."""
    chat = call.world.known_chat(call.bot, call.get("chat_id"))
    if not chat.private and chat.members.get(call.bot.id) not in PRESENT:
        raise forbidden(f"bot is not a member of the {chat.type} chat")
    extra = {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": NO_GIFTS}
    return chat.info | extra


def get_chat_member(call: Call) -> Json:
    """Return one member, also one who has left."""
    chat = call.world.known_chat(call.bot, call.get("chat_id"))
    user = user_known(call.world, call.get("user_id"))
    if user is None:
        raise bad_request("PARTICIPANT_ID_INVALID")
    if chat.private:
        if user["id"] not in (chat.id, call.bot.id):
            raise bad_request("PARTICIPANT_ID_INVALID")
        return member(user, "member")
    return member(user, chat.members.get(user["id"], "left"))


def leave_chat(call: Call) -> bool:
    """Let the bot leave a group."""
    chat = call.world.known_chat(call.bot, call.get("chat_id"))
    if chat.private:
        raise bad_request("chat member status can't be changed in private chats")
    if chat.members.get(call.bot.id) not in PRESENT:
        raise forbidden(f"bot is not a member of the {chat.type} chat")
    chat.members[call.bot.id] = "left"
    call.world.record(chat, "left", call.bot.id)
    return True
