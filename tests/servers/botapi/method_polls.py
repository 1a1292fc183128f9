"""The methods that ask a poll and close it."""

from __future__ import annotations

from tests.servers.botapi.call import Call
from tests.servers.botapi.chats import Json
from tests.servers.botapi.errors import bad_request


def send_poll(call: Call) -> Json:
    """Send a poll; media, quizzes and closing by time are not modelled."""
    refused = {"type": "quiz", "open_period": None, "close_date": None, "media": None, "country_codes": None}
    for name, value in refused.items():
        if name in call.parameters and value in (None, call.get(name)):
            raise bad_request(f'parameter "{name}" is not modelled by the test server')
    texts = [option["text"].strip() for option in call.get("options")]
    if not call.get("question").strip():
        raise bad_request("poll question must be non-empty")
    if not all(texts):
        raise bad_request("poll options must be non-empty")
    if len(set(texts)) < len(texts):
        raise bad_request("POLL_OPTION_DUPLICATE")
    options = [{"persistent_id": str(number), "text": text, "voter_count": 0} for number, text in enumerate(texts)]
    chat = call.target()
    if not chat.allows_polls:
        raise bad_request("not enough rights to send polls to the chat")
    poll_id = str(call.world.next_poll)
    call.world.next_poll += 1
    poll = {
        "id": poll_id,
        "question": call.get("question"),
        "options": options,
        "total_voter_count": 0,
        "is_closed": call.get("is_closed", False),
        "is_anonymous": call.get("is_anonymous", True),
        "type": "regular",
        "allows_multiple_answers": call.get("allows_multiple_answers", False),
        "allows_revoting": call.get("allows_revoting", True),
        "members_only": False,
    }
    message = call.deliver(chat, {"poll": poll})
    call.world.polls[poll_id] = (chat, message["message_id"])
    return message


def stop_poll(call: Call) -> Json:
    """Close a poll of the bot: nobody votes any more, and the bot hears of it as everybody does."""
    chat, message = call.own_message("message with poll to stop not found")
    if "poll" not in message:
        raise bad_request("message with poll to stop not found")
    if message["poll"]["is_closed"]:
        raise bad_request("poll has already been closed")
    poll: Json = message["poll"] | {"is_closed": True}
    chat.messages[message["message_id"]] = message | {"poll": poll}
    call.world.record(chat, "closed", call.bot.id, None, message_id=message["message_id"])
    call.bot.updates.add("poll", poll, chat.id)
    return poll
