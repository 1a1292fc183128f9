"""The order of a chat in which something failed: what comes after it stands behind it."""

from __future__ import annotations

from threading import Lock
from typing import TypeAlias

Chat: TypeAlias = tuple[str, str]  # channel, chat


class Behind(Exception):
    """An earlier update of the same chat is not committed yet."""


class Standing:
    """The chats in which updates stand, and how many.

    Counted up in the writer's thread, as soon as an update has failed and before the next is looked at; counted down
    on the event loop, when it is committed after all. A chat whose update lost its caller in between stays counted:
    its updates then stand for a moment each, which is slower and no less in order.
    """

    def __init__(self) -> None:
        self._counts: dict[Chat, int] = {}
        self._lock = Lock()

    def __bool__(self) -> bool:
        return bool(self._counts)

    def __contains__(self, chat: Chat) -> bool:
        return chat in self._counts

    def stop(self, chat: Chat) -> None:
        """Note that an update of a chat stands."""
        with self._lock:
            self._counts[chat] = self._counts.get(chat, 0) + 1

    def leave(self, chat: Chat) -> bool:
        """Note that one stands no longer; return whether others do."""
        with self._lock:
            left = self._counts.pop(chat) - 1
            if left:
                self._counts[chat] = left
        return left > 0
