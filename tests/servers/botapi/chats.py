"""Chats, their messages and members, and the log of all that happened in each."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of a chat's log.

    `kind` is one of said, sent, edited, deleted, tapped, answered, opened, action, reacted, joined, left, blocked,
    unblocked, migrated, voted, closed; `by` is the id of who did it; `data` is the message or the parameters as they
    were then.
    """

    kind: str
    at: float
    by: int
    message_id: int | None
    text: str
    data: Json


class Bell:
    """Wakes everybody who waits for a chat to change; costs nothing when nobody does."""

    def __init__(self) -> None:
        self._waiting: list[asyncio.Future[None]] = []

    def ring(self) -> None:
        """Wake all who wait."""
        if self._waiting:
            waiting, self._waiting = self._waiting, []
            for future in waiting:
                if not future.done():
                    future.set_result(None)

    async def rung(self) -> None:
        """Wait for the next ring."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        await future


@dataclass(slots=True)
class Chat:
    """A private chat of one bot and one person, or a group with any number of both."""

    id: int
    type: str
    info: Json
    messages: dict[int, Json] = field(default_factory=dict)
    log: list[Happening] = field(default_factory=list)
    bell: Bell = field(default_factory=Bell)
    members: dict[int, str] = field(default_factory=dict)  # user id → status of ChatMember
    last_bot: int | None = None  # which bot spoke last: privacy mode gives it the bare commands
    migrated_to: int | None = None
    blocked: bool = False
    started: bool = True
    next_message_id: int = 1
    votes: dict[tuple[str, int], tuple[int, ...]] = field(default_factory=dict)  # poll and user → options
    allows_polls: bool = True  # ChatPermissions.can_send_polls
    topics: dict[int, Json] = field(default_factory=dict)  # of a forum: thread → the message that opened it
    keyboard: Json | None = None  # the reply keyboard now shown to the person

    @property
    def private(self) -> bool:
        """Say whether it is a chat of two."""
        return self.type == "private"

    def record(self, happening: Happening) -> None:
        """Append to the log and wake who waits."""
        self.log.append(happening)
        self.bell.ring()

    def newest(self) -> int:
        """Return the id of the newest message ever, 0 in an empty chat."""
        return self.next_message_id - 1


@dataclass(slots=True)
class Tap:
    """A pressed button that waits for answerCallbackQuery."""

    chat: Chat
    message_id: int
    by: int
    expires_at: float


def user_of(id_: int, first_name: str, *, is_bot: bool = False, **more: str | None) -> Json:
    """Make a User; None fields are left out."""
    return {"id": id_, "is_bot": is_bot, "first_name": first_name} | {k: v for k, v in more.items() if v is not None}


def private_info(user: Json) -> Json:
    """Make the Chat object of a private chat."""
    shown: Json = {k: user[k] for k in ("first_name", "last_name", "username") if k in user}
    return {"id": user["id"], "type": "private", **shown}
