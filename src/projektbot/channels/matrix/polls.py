"""Polls as events of a room (MSC3381): how we ask and close them, and what others' events say about ours.

Sent are the unstable forms: the stable ones are for room versions with extensible events, of which there is none yet,
and clients such as Element X show nothing else. Read are both.
"""

from __future__ import annotations

from typing import Final

from projektbot.channels.matrix.events import Raw, as_object, as_text, referenced_event
from projektbot.channels.matrix.outbound import Content, relation_of
from projektbot.messages import Command, Outgoing, Vote
from projektbot.polls import Poll

START: Final = "org.matrix.msc3381.poll.start"
RESPONSE: Final = "org.matrix.msc3381.poll.response"
END: Final = "org.matrix.msc3381.poll.end"
TEXT: Final = "org.matrix.msc1767.text"
DISCLOSED: Final = "org.matrix.msc3381.poll.disclosed"  # counts are shown while it is open, as on Telegram

STARTS: Final = ("m.poll.start", START)
RESPONSES: Final = ("m.poll.response", RESPONSE)
ENDS: Final = ("m.poll.end", END)
KINDS: Final = (*STARTS, *RESPONSES, *ENDS)

NO_OPTION: Final = -1


def start_content(message: Outgoing, poll: Poll) -> Content:
    """Set a poll; its answers are called by their places. In words it is what clients show that know no polls."""
    said: Content = {
        TEXT: "\n".join([poll.question, *[f"{place}. {option}" for place, option in enumerate(poll.options, 1)]]),
        START: {
            "kind": DISCLOSED,
            "max_selections": 1,
            "question": {TEXT: poll.question},
            "answers": [{"id": str(place), TEXT: option} for place, option in enumerate(poll.options)],
        },
        "m.mentions": {},
    }
    relation = relation_of(message)
    return {**said, "m.relates_to": relation} if relation else said


def end_content(message: Outgoing, poll: str) -> Content:
    """Set the end of one of the polls that a message ends."""
    relation = {"rel_type": "m.reference", "event_id": poll}
    return {TEXT: message.plain(), END: {}, "m.mentions": {}, "m.relates_to": relation}


def vote_of(content: Raw) -> Vote | None:
    """Read what somebody has chosen; an answer that is none of ours makes it void, as clients see it."""
    poll = referenced_event(content)
    return Vote(poll, tuple(map(_place, _selections(content)))) if poll else None


def ending_of(content: Raw) -> Command | None:
    """Read that somebody closes a poll: the same as our command for it, in answer to the poll."""
    poll = referenced_event(content)
    return Command("poll", "end", poll) if poll else None


def _selections(content: Raw) -> list[object]:
    """Return the ids of what was chosen: in the stable form, or in one of those before it."""
    forms = (
        content.get("m.selections"),
        as_object(content.get(RESPONSE)).get("answers"),
        as_object(content.get("m.poll.response")).get("answers"),
    )
    return next((form for form in forms if isinstance(form, list)), [])


def _place(answer: object) -> int:
    name = as_text(answer)
    return int(name) if name.isascii() and name.isdigit() and len(name) <= 2 else NO_OPTION  # noqa: PLR2004 - digits
