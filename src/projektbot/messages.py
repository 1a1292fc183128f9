"""What comes in and what goes out, the same for every messenger."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from enum import StrEnum
from typing import Any, Protocol, TypeAlias, get_args

import orjson

from projektbot.polls import Poll, poll_from
from projektbot.records import record

# ---- in ------------------------------------------------------------------------------------------------------------


@record
class Words:
    """A typed message. `to` is the platform id of the message it answers, if the person used the reply function."""

    text: str
    to: str = ""


@record
class Command:
    """`/name argument`, without slash and without `@bot`; `argument` of `/start` is the deep link's payload.

    `to` is the platform id of the message it answers, as with Words, and `quoted` the beginning of what that one says,
    if it was said in a group and the platform shows it to us.
    """

    name: str
    argument: str = ""
    to: str = ""
    quoted: str = ""


@record
class Tap:
    """A button of ours: in which message it is, and by which reaction it was picked, if so; both are platform ids."""

    token: str
    message: str = ""
    reaction: str = ""


@record
class Pick:
    """The `number`-th choice of one of our messages, picked by a reaction 1️⃣; on Telegram that has no id."""

    number: int
    message: str
    reaction: str = ""


@record
class Vote:
    """What somebody has chosen by now in a poll of ours, by the places of its options; nothing: it is taken back.

    `poll` is the platform's id of the poll. Where votes do not say their chat, it is found by that (`turns/votes.py`).
    """

    poll: str
    options: tuple[int, ...] = ()


@record
class Shared:
    """A shared location, WGS 84 degrees."""

    lat: float
    lon: float


class Kind(StrEnum):
    """What a file is to people."""

    IMAGE = "image"
    AUDIO = "audio"
    FILE = "file"


@record
class Stored:
    """A file in our store, named by its content."""

    sha256: str
    mime: str
    size: int
    name: str = ""


@record
class Upload:
    """A file somebody sent: `ref` is the platform's handle; `file` is set once it is stored.

    `problem` says in a code word why it could not be: "too_big", "wrong_type", "unreachable". `to` is the platform id
    of the message it answers.
    """

    kind: Kind
    ref: str
    size: int = 0
    name: str = ""
    caption: str = ""
    file: Stored | None = None
    problem: str = ""
    to: str = ""


@record
class Edited:
    """An earlier message of the person now says something else. `message` is its inbound key's message id."""

    message: str
    text: str


@record
class Gone:
    """An earlier message, or a reaction, of a group was deleted."""

    message: str


@record
class Odd:
    """Something we have no use for (sticker, contact, poll …): answered in words. `what` is the platform's word.

    `to` is the platform id of the message it answers.
    """

    what: str
    to: str = ""


@record
class Presence:
    """The person blocked or unblocked us, or our membership in a group changed."""

    here: bool


@record
class Migrated:
    """The chat goes on under another id."""

    to: str


@record
class Wake:
    """A due row of a session has come: `frame` is the draft it speaks of."""

    frame: str


Event: TypeAlias = (
    Words | Command | Tap | Pick | Vote | Shared | Upload | Edited | Gone | Odd | Presence | Migrated | Wake
)


@record
class Inbound:
    """One thing a person did, as the road takes it.

    `channel` is the name of one of our accounts; `key` is the platform's own id of the update, unique in the channel
    (redelivery is recognised by it); `chat` is where to answer, empty only where a Vote does not say it; `message` the
    platform id of the person's message (empty if it has none); `locale` what the client says ("de-DE"), or empty;
    `order` grows with each update in a chat as the platform counts them, 0 if it does not count. `sender` is the
    platform's id of who acts, where the chat does not say it: empty in Telegram's private chats, and for anonymous
    administrators. `thread` is the topic or thread of a group in which it was said, and is to be answered.

    `overheard` is what was said in a group and not to us; channels read it only where `Road.relays` says that it is
    passed on. Only there a `name` is given, as the messenger shows who speaks, and said what is `forwarded`.
    """

    channel: str
    key: str
    chat: str
    event: Event
    message: str = ""
    locale: str = ""
    private: bool = True
    order: int = 0
    sender: str = ""
    thread: str = ""
    name: str = ""
    overheard: bool = False
    forwarded: bool = False


_EVENTS: dict[str, Callable[..., Event]] = {kind.__name__: kind for kind in get_args(Event)}


def dump_event(event: Event) -> dict[str, Any]:
    """Return an event as JSON data with its kind."""
    return {"event": type(event).__name__, **{name: getattr(event, name) for name in event.__dataclass_fields__}}


def load_event(data: dict[str, Any]) -> Event:
    """Read an event back."""
    fields = {name: value for name, value in data.items() if name != "event"}
    if data["event"] == "Upload":
        fields["kind"] = Kind(fields["kind"])
        fields["file"] = Stored(**fields["file"]) if fields["file"] else None
    if data["event"] == "Vote":
        fields["options"] = tuple(fields["options"])
    return _EVENTS[data["event"]](**fields)


def dump_inbound(inbound: Inbound) -> bytes:
    """Return an Inbound as JSON, for the waiting room."""
    fields = {name: getattr(inbound, name) for name in Inbound.__dataclass_fields__}
    return orjson.dumps({**fields, "event": dump_event(inbound.event)})


def load_inbound(data: bytes) -> Inbound:
    """Read an Inbound back."""
    raw = orjson.loads(data)
    return Inbound(**{**raw, "event": load_event(raw["event"])})


# ---- out -----------------------------------------------------------------------------------------------------------


class Style(StrEnum):
    """How a part of a text is set."""

    PLAIN = "plain"
    BOLD = "bold"
    LINK = "link"
    QUOTE = "quote"
    SAID = "said"  # what somebody wrote elsewhere, shown as they wrote it


@record
class Part:
    """A run of text in one style; `url` only with Style.LINK."""

    text: str
    style: Style = Style.PLAIN
    url: str = ""


@record
class Choice:
    """Something to tap. `token` comes back in Tap (at most 64 bytes).

    With `word` it is an aside such as skip or back: it gets no number, and where there are no buttons
    the word (`/skip`, `/project P-1042`) is shown instead.
    """

    token: str
    label: str
    word: str = ""


@record
class Media:
    """A stored file to send; `alt` is its content in words."""

    kind: Kind
    file: Stored
    alt: str = ""


@record
class Outgoing:
    """One message, structured and rendered in the reader's language; never markup.

    `choices` are numbered from `first` on (later pages of a long list go on counting). `about` names the question it
    asks ("frame|question"). `replaces` is the platform id of a message of ours to edit instead of sending a new one;
    with `or_nothing` nothing is sent if that one can no longer be edited. `thread` is the topic or thread of a group to
    which it belongs. `whole` is one message of the platform even with a file, whose words are then corrected without
    the file. `removes` is the platform id of a message of ours that is taken away; nothing else is said then. A
    messenger that has polls shows `poll` in place of words and choices, which say the same; `ends` are the platform
    ids of polls of ours that are closed before this is said.
    """

    parts: tuple[Part, ...]
    choices: tuple[Choice, ...] = ()
    first: int = 1
    media: Media | None = None
    about: str = ""
    replaces: str = ""
    reply_to: str = ""
    lang: str = ""  # the language it is written in, for screen readers
    thread: str = ""
    or_nothing: bool = False
    whole: bool = False
    removes: str = ""
    poll: Poll | None = None
    ends: tuple[str, ...] = ()

    def plain(self) -> str:
        """Return the words alone."""
        return "".join(part.text for part in self.parts)


def outgoing_from(data: dict[str, Any]) -> Outgoing:
    """Read back what was stored as JSON."""
    media = data.get("media")
    return Outgoing(
        tuple(Part(p["text"], Style(p["style"]), p["url"]) for p in data["parts"]),
        tuple(Choice(**c) for c in data["choices"]),
        data["first"],
        Media(Kind(media["kind"]), Stored(**media["file"]), media["alt"]) if media else None,
        data["about"],
        data["replaces"],
        data["reply_to"],
        data["lang"],
        data.get("thread", ""),  # letters of earlier versions have none
        data.get("or_nothing", False),  # since 0010
        data.get("whole", False),  # since 0012, as the next
        data.get("removes", ""),
        poll_from(data.get("poll")),  # since 0013
        _ends_from(data.get("ends") or ()),
    )


def _ends_from(stored: str | list[str] | tuple[()]) -> tuple[str, ...]:
    return (stored,) if isinstance(stored, str) else tuple(stored)  # until 0015 it was one


@record
class Letter:
    """A committed outbox row on its way. Times are microseconds since 1970 UTC.

    `kind` is its class: "receipt" (a reply), "ballot", "notice" or "bulk". `older` wait for the same chat, before it.
    """

    id: int
    kind: str
    address_id: int
    channel: str
    chat: str
    private: bool
    message: Outgoing
    not_before: int = 0
    expires_at: int | None = None
    attempts: int = 0
    older: tuple[int, ...] = ()


@record
class Limits:
    """What a platform allows, as data. Rates are messages a second; `reserved` of `rate` are kept for replies.

    `taps_wait` and `words_wait` are the seconds that it keeps taps, and everything else, for us while we are away; 0:
    for ever. A channel with such a limit calls `Road.take` also when there is nothing, to say that it is in touch.
    """

    rate: float = 30.0
    reserved: float = 5.0
    chat_rate: float = 1.0
    chat_burst: int = 20  # Telegram allows short bursts; whoever taps faster than that gets a 429, which is obeyed
    group_per_minute: int = 20
    parallel: int = 32
    text: int = 4096
    caption: int = 1024
    taps_wait: float = 0.0
    words_wait: float = 0.0


MAX_QUOTED = 400  # characters of an answered message: hardly more of others' words than becomes a task
MAX_FILE_BYTES = 20_000_000  # what Telegram's getFile gives out, and plenty for a photo or a voice note


class Road(Protocol):
    """What a channel may ask of the house."""

    async def take(self, channel: str, raws: Sequence[Any], read: Callable[[Any], Inbound | None]) -> None:
        """Carry raw updates along the road in order; return when every one is committed, so it may be acknowledged.

        `read` is the channel's pure translation (None: nothing for us). What it cannot read is set aside, not raised.
        The platform counts as heard when this was called (see `Limits`).
        """

    async def relays(self, channel: str, chats: Collection[str]) -> frozenset[str]:
        """Return in which of these groups what is not said to us is passed on; elsewhere nobody may read it."""

    async def recall(self, name: str) -> str:
        """Return a value kept under `name` (such as Matrix' since), or an empty string."""

    async def keep(self, name: str, value: str) -> None:
        """Store a value durably under `name`, of at most 64 characters."""


class Channel(Protocol):
    """One account of ours on a platform. Translates, decides nothing."""

    name: str
    limits: Limits
    idempotent: bool  # the platform recognises a resend by its txn, so that it can never double
    one_receiver: bool  # only one process at a time may receive for the account

    async def receive(self, road: Road) -> None:
        """Receive until cancelled."""

    async def send(self, chat: str, message: Outgoing, txn: str, *, private: bool) -> str:
        """Send one message and return its platform id, a Sent if it asks a poll of the platform's own.

        `txn` is the same at every attempt; raises ChannelError.
        """

    async def fetch(self, ref: str) -> bytes:
        """Return the bytes of a file somebody sent; at most MAX_FILE_BYTES, else Rejected("too_big")."""

    def address(self, start: str = "") -> str:
        """Return the link that opens a chat with us, empty if there is none (yet).

        `start` is what the link is about (the argument of `/start`), where the platform's links can carry that.
        """

    async def close(self) -> None:
        """Give back connections."""
