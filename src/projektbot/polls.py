"""A poll of a messenger's own, as we ask for it and as we hear what became of it."""

from __future__ import annotations

from typing import Any, Self

from projektbot.records import record


@record
class Poll:
    """A question that a messenger asks by a poll of its own; each of `options` stands for a numbered choice, in order.

    Each takes one of them, and everybody sees who takes what. `again` is the question as it is asked if the poll may
    stand there already, by an id that we never heard of: what is chosen in that one, nobody counts.
    """

    question: str
    options: tuple[str, ...]
    again: str = ""


def poll_from(data: dict[str, Any] | None) -> Poll | None:
    """Read back what was stored as JSON."""
    return (
        Poll(data["question"], tuple(data["options"]), data.get("again", "")) if data else None
    )  # the last since 0016


class Sent(str):
    """The platform's id of a message that asks a poll; `poll` is the id by which votes name that poll."""

    __slots__ = ("poll",)
    poll: str

    def __new__(cls, message: str, poll: str) -> Self:
        """Return the id of the message, which knows that of the poll."""
        made = super().__new__(cls, message)
        made.poll = poll
        return made
