"""Calendars as files (RFC 5545), which every calendar program can read.

A small writer of its own: what we say fits into six properties, and the library for it brings three packages along.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Final

from projektbot.records import record

LINE: Final = 75  # octets of a content line, without its end (RFC 5545, 3.1)
END: Final = "\r\n"
# RFC 5545, 3.3.11: these are escaped in texts; no other control character may stand there.
ESCAPED: Final = {"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"}


@record
class Event:
    """Something that takes place. Times are UTC; `uid` stays the same when it is told anew."""

    uid: str
    title: str
    starts_at: datetime
    ends_at: datetime
    made_at: datetime
    place: str = ""
    url: str = ""


def calendar(events: Iterable[Event]) -> bytes:
    """Return a calendar with these events, as a file."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//projektbot//projektbot//EN", "CALSCALE:GREGORIAN"]
    for event in events:
        lines += _event(event)
    lines.append("END:VCALENDAR")
    return "".join(piece + END for line in lines for piece in folded(line)).encode()


def _event(event: Event) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{escaped(event.uid)}"
    yield f"DTSTAMP:{_stamp(event.made_at)}"
    yield f"DTSTART:{_stamp(event.starts_at)}"
    yield f"DTEND:{_stamp(event.ends_at)}"
    yield f"SUMMARY:{escaped(event.title)}"
    if event.place:
        yield f"LOCATION:{escaped(event.place)}"
    if event.url:
        yield f"URL:{event.url}"
    yield "END:VEVENT"


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def escaped(words: str) -> str:
    """Return words as the value of a text property."""
    plain = words.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(ESCAPED.get(char, char) for char in plain if char in "\n\t" or (char >= " " and char != "\x7f"))


def folded(line: str) -> Iterator[str]:
    """Cut a line after at most 75 octets, never within a character; what goes on begins with a space."""
    piece = ""
    for char in line:
        if len((piece + char).encode()) > LINE:
            yield piece
            piece = " "
        piece += char
    yield piece
