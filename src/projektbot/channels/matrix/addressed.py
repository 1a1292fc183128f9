"""Is it for us? In a group we hear commands, mentions, and what answers or reacts to our own messages; nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from projektbot.channels.matrix.events import (
    Raw,
    content_of,
    edited_event,
    mentioned_users,
    new_content,
    picked_number,
    quoted_author,
    reacted_event,
    referenced_event,
    replied_event,
    words_of,
)
from projektbot.channels.matrix.polls import ENDS, RESPONSES

# `/idea`; `!idea` and `//idea` because Element keeps what begins with one slash to itself; `/idea@bot` from habit.
COMMAND = re.compile(r"[/!]{1,2}(?P<name>[^\W\d]\w*)(?:@\S+)?(?:\s+(?P<argument>.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Here:
    """Where events are read: who we are, and what is known of the events at hand.

    `private` holds room ids, `authors` the sender of each message that others point at, `followed` the ids of
    tombstones whose new room we are in, and `quoted` what the messages say that commands answer. `relayed` holds the
    rooms from which messages are passed on, and `names` how people are called there, by room and user.
    """

    channel: str
    user: str
    display_name: str = ""
    private: frozenset[str] = frozenset()
    authors: Mapping[str, str] = field(default_factory=dict)
    followed: frozenset[str] = frozenset()
    relayed: frozenset[str] = frozenset()
    names: Mapping[tuple[str, str], str] = field(default_factory=dict)
    quoted: Mapping[str, str] = field(default_factory=dict)


def is_for_us(raw: Raw, here: Here) -> bool:
    """Say whether a message speaks to us."""
    if raw.get("sender") == here.user:
        return False
    if raw["room_id"] in here.private:
        return True
    content = content_of(raw)
    if replaced := edited_event(content):  # others can send corrections of a message too; they do not count
        return here.authors.get(replaced) == raw.get("sender") and _addresses_us(content, here)
    return _addresses_us(content, here) or here.authors.get(replied_event(content)) == here.user


def reaction_is_for_us(raw: Raw, here: Here) -> bool:
    """Say whether a reaction is to a message of ours; in private the road finds out by itself."""
    if raw.get("sender") == here.user:
        return False
    return raw["room_id"] in here.private or here.authors.get(reacted_event(content_of(raw))) == here.user


def poll_is_ours(raw: Raw, here: Here) -> bool:
    """Say whether an event is about a poll that we have asked in a group; in private we ask none."""
    if raw.get("sender") == here.user or raw["room_id"] in here.private:
        return False
    return here.authors.get(referenced_event(content_of(raw))) == here.user


def answered_by_command(raw: Raw, here: Here) -> str:
    """Return the id of the message that a command in a group answers, or ""."""
    if raw.get("type") != "m.room.message" or raw.get("sender") == here.user or raw["room_id"] in here.private:
        return ""
    content = content_of(raw)
    if edited_event(content) or not COMMAND.fullmatch(own_words(content, here)):
        return ""
    return replied_event(content)


def doubtful_message(raw: Raw, here: Here) -> str:
    """Return the id of the message whose author decides whether an event of a group is for us, or ""."""
    if raw.get("sender") == here.user or raw["room_id"] in here.private:
        return ""
    content = content_of(raw)
    if raw["type"] == "m.reaction":
        return reacted_event(content) if picked_number(content) else ""
    if raw["type"] in (*RESPONSES, *ENDS):
        return referenced_event(content)
    if replaced := edited_event(content):
        return replaced if _addresses_us(content, here) else ""
    # A client that names whom it means would have named us; quoted words say whose they are.
    decided = _addresses_us(content, here) or mentioned_users(content) is not None or quoted_author(content)
    return "" if decided else replied_event(content)


def own_words(content: Raw, here: Here) -> str:
    """Return what somebody wrote, without what they answer and without our name in front."""
    words = words_of(content).strip()
    if here.user not in (mentioned_users(content) or ()):
        return words  # in "Project: a new bench" our name may be just a word
    return re.sub(rf"@?(?:{_our_names(here)})(?!\w)\s*[:,]?\s*", "", words, count=1, flags=re.IGNORECASE).strip()


def _addresses_us(content: Raw, here: Here) -> bool:
    said = new_content(content)
    if COMMAND.fullmatch(own_words(said, here)) or quoted_author(said) == here.user:
        return True
    users = mentioned_users(said)
    if users is not None:
        return here.user in users
    return re.search(rf"(?<!\w)(?:{_our_names(here)})(?!\w)", words_of(said), re.IGNORECASE) is not None


def _our_names(here: Here) -> str:
    return "|".join(re.escape(name) for name in (here.user, here.display_name) if name)
