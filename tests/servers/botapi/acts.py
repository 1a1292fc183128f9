"""What people do in any chat: say, edit, press, react, vote; and which bots hear of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tests.servers.botapi.call import without_reply
from tests.servers.botapi.chats import Chat, Json, Tap
from tests.servers.botapi.sight import Button, Seen
from tests.servers.botapi.texts import found_entities
from tests.servers.botapi.updates import TAP_LIFE
from tests.servers.botapi.world import Bot, World


def text_content(text: str) -> Json:
    """Make the content of a typed message: with the entities its sender's client would mark."""
    entities = found_entities(text)
    return {"text": text, "entities": entities} if entities else {"text": text}


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody acting in a chat."""

    world: World
    chat: Chat
    user: Json

    def say(self, content: Json, hearers: Iterable[Bot], *, numbered_by: Bot | None = None) -> int:
        """Put a message into the chat, tell the bots, return its id; a private chat's bot numbers its messages."""
        message = self.world.store_message(self.chat, self.user, content, bot=numbered_by)
        self.world.record(self.chat, "said", self.user["id"], message)
        for bot in hearers:
            bot.updates.add("message", message, self.chat.id)
        return int(message["message_id"])

    def reply_content(self, message_id: int, content: Json) -> Json:
        """Make a reply out of a message's content."""
        return {"reply_to_message": without_reply(self.chat.messages[message_id]), **content}

    def change(self, message_id: int, text: str, hearers: Iterable[Bot]) -> None:
        """Edit one's own message and tell the bots."""
        old = self.chat.messages[message_id]
        if old["from"]["id"] != self.user["id"]:
            raise ValueError("people can only edit their own messages")
        kept = {key: value for key, value in old.items() if key not in ("text", "entities")}
        message = kept | text_content(text) | {"edit_date": self.world.now()}
        self.chat.messages[message_id] = message
        self.world.record(self.chat, "edited", self.user["id"], message)
        for bot in hearers:
            bot.updates.add("edited_message", message, self.chat.id)

    def press(self, shown: Seen, button: Button) -> str | None:
        """Press an inline button: a callback_query for the bot that sent it; other buttons are only logged."""
        self._log("tapped", shown.id, text=button.text, button=button.raw)
        if button.data is None:
            return None
        bot = self._bot(shown.by)
        query_id = str(self.world.next_tap)
        self.world.next_tap += 1
        bot.taps[query_id] = Tap(self.chat, shown.id, self.user["id"], self.world.clock() + TAP_LIFE)
        query = {
            "id": query_id,
            "from": self.user,
            "message": shown.raw,
            "chat_instance": str(self.chat.id * 7_919),
            "data": button.data,
        }
        bot.updates.add("callback_query", query, self.chat.id)
        return query_id

    def react(self, message_id: int, emoji: str, hearers: Iterable[Bot]) -> None:
        """React to a message; an empty emoji takes the reaction back."""
        update = {
            "chat": self.chat.info,
            "message_id": message_id,
            "user": self.user,
            "date": self.world.now(),
            "old_reaction": _reaction(self._earlier_reaction(message_id)),
            "new_reaction": _reaction(emoji),
        }
        self._log("reacted", message_id, text=emoji)
        for bot in hearers:
            bot.updates.add("message_reaction", update, self.chat.id)

    def _earlier_reaction(self, message_id: int) -> str:
        own = (line for line in reversed(self.chat.log) if line.kind == "reacted" and line.by == self.user["id"])
        return next((line.text for line in own if line.message_id == message_id), "")

    def vote(self, message_id: int, options: tuple[int, ...]) -> None:
        """Choose in a bot's poll, or take it back with no options; of anonymous ones the bot hears only the counts."""
        message = self.chat.messages[message_id]
        before = self.chat.votes.get((message["poll"]["id"], self.user["id"]), ())
        _check_vote(message["poll"], before, options)
        poll = _counted(message["poll"], before, options)
        self.chat.messages[message_id] = message | {"poll": poll}
        self.chat.votes[poll["id"], self.user["id"]] = options
        self._log("voted", message_id, options=options)
        bot = self._bot(message["from"]["id"])
        bot.updates.add("poll", poll, self.chat.id)
        if not poll["is_anonymous"]:
            chosen = [poll["options"][number]["persistent_id"] for number in options]
            answer = {
                "poll_id": poll["id"],
                "user": self.user,
                "option_ids": list(options),
                "option_persistent_ids": chosen,
            }
            bot.updates.add("poll_answer", answer, self.chat.id)

    def _log(self, kind: str, message_id: int, **data: object) -> None:
        self.world.record(self.chat, kind, self.user["id"], None, message_id=message_id, **data)

    def _bot(self, id_: int) -> Bot:
        return next(bot for bot in self.world.bots.values() if bot.id == id_)


def _reaction(emoji: str) -> list[Json]:
    return [{"type": "emoji", "emoji": emoji}] if emoji else []


def _check_vote(poll: Json, before: tuple[int, ...], options: tuple[int, ...]) -> None:
    if poll["is_closed"]:
        raise ValueError("the poll is closed")
    if len(options) > 1 and not poll["allows_multiple_answers"]:
        raise ValueError("the poll takes one answer")
    if before and not poll["allows_revoting"]:
        raise ValueError("the poll takes no second vote")


def _counted(poll: Json, before: tuple[int, ...], options: tuple[int, ...]) -> Json:
    counted = [
        option | {"voter_count": option["voter_count"] + (number in options) - (number in before)}
        for number, option in enumerate(poll["options"])
    ]
    voters: int = poll["total_voter_count"] + bool(options) - bool(before)
    return poll | {"options": counted, "total_voter_count": voters}
