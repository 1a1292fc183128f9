"""How a line of a chat looks: what the page needs to draw one bubble, made of what was said."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from urllib.parse import urlsplit

from projektbot.instants import moment
from projektbot.messages import Command, Event, Kind, Outgoing, Part, Shared, Style, Tap, Upload, Words
from projektbot.texts import N_
from projektbot.web.reader import Reader

LINKED = {"http", "https", "mailto", "tel"}
# A page of ours, by its path alone. Browsers take "\" for "/", and leave out tabs and line ends: "/\evil" is a host.
_OF_OURS = re.compile(r"/(?![/\\\t\r\n])")

HERE = N_("My location: {lat}, {lon}")
SENT_IMAGE = N_("Picture that was sent")


class Line(Protocol):
    """A line as the web chat gives it; times are microseconds since 1970 UTC."""

    @property
    def id(self) -> int: ...
    @property
    def at(self) -> int: ...
    @property
    def changed(self) -> int: ...
    @property
    def event(self) -> Event | None: ...
    @property
    def message(self) -> Outgoing | None: ...
    @property
    def label(self) -> str: ...
    @property
    def by(self) -> str: ...
    @property
    def sha256(self) -> str: ...
    @property
    def mime(self) -> str: ...
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture, sound or document in a bubble."""

    kind: str
    sha256: str
    name: str
    alt: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Answer:
    """A choice as a button; `number` is 0 for an aside such as back."""

    token: str
    label: str
    number: int


@dataclass(frozen=True, slots=True)
class Bubble:
    """One bubble; `at` in UTC, `day` tells days apart in the city's zone, `by` is who said it in a group."""

    id: int
    mine: bool
    at: datetime
    day: str
    parts: Sequence[Part] = ()
    lang: str = ""  # ours: the language of the words, which may not be the page's
    picture: Picture | None = None
    answers: Sequence[Answer] = ()
    asides: Sequence[Answer] = ()
    by: str = ""


def bubble_of(line: Line, reader: Reader, me: str = "") -> Bubble | None:
    """Draw a line for a reader, who in a group is `me`, or nothing where there is nothing to see."""
    at = moment(line.at)
    day = at.astimezone(reader.zone).date().isoformat()
    if line.message is not None:
        return _ours(line, line.message, at, day)
    words = _words(line, reader)
    picture = _upload(line, line.event, reader) if isinstance(line.event, Upload) else None
    if not words and picture is None:
        return None
    return Bubble(line.id, mine=line.by == me, at=at, day=day, parts=(Part(words),), picture=picture, by=line.by)


def bubbles_of(lines: Sequence[Line], reader: Reader, me: str = "") -> list[Bubble]:
    """Draw what there is to see."""
    return [bubble for line in lines if (bubble := bubble_of(line, reader, me))]


def safe_url(url: str) -> bool:
    """Say whether a link leads to where links may lead: a page, a letter box, a telephone."""
    try:
        return urlsplit(url).scheme in LINKED or _OF_OURS.match(url) is not None
    except ValueError:  # half an IPv6 address
        return False


def _ours(line: Line, message: Outgoing, at: datetime, day: str) -> Bubble:
    numbered = [choice for choice in message.choices if not choice.word]
    return Bubble(
        line.id,
        mine=False,
        at=at,
        day=day,
        parts=[_safe(part) for part in message.parts],
        lang=message.lang,
        picture=_media(line, message),
        answers=[Answer(c.token, c.label, number) for number, c in enumerate(numbered, message.first)],
        asides=[Answer(c.token, c.label, 0) for c in message.choices if c.word],
    )


def _safe(part: Part) -> Part:
    return Part(part.text) if part.style is Style.LINK and not safe_url(part.url) else part


def _media(line: Line, message: Outgoing) -> Picture | None:
    if message.media is None:
        return None
    file = message.media.file
    return Picture(message.media.kind, file.sha256, file.name, message.media.alt, line.width, line.height)


def _upload(line: Line, upload: Upload, reader: Reader) -> Picture:
    alt = reader.say(SENT_IMAGE.msgid) if upload.kind is Kind.IMAGE else upload.name
    return Picture(upload.kind, line.sha256, upload.name, alt, line.width, line.height)


def _words(line: Line, reader: Reader) -> str:
    match line.event:
        case Words(text):
            return text
        case Command("start"):
            return ""  # the button to begin, as on other messengers, says nothing by itself
        case Command(name, argument):
            return f"/{name} {argument}".strip()
        case Tap():
            return "" if line.by else line.label  # in a group, as elsewhere, only what comes of it is seen
        case Shared(lat, lon):
            return reader.say(HERE.msgid, lat=f"{lat:.4f}", lon=f"{lon:.4f}")
        case _:
            return ""
