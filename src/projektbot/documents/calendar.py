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
# A calendar must have something (RFC 5545, 3.6): where nothing takes place, it is a clock.
CLOCK: Final = (
    "BEGIN:VTIMEZONE",
    "TZID:Etc/UTC",
    "BEGIN:STANDARD",
    "DTSTART:19700101T000000",
    "TZOFFSETFROM:+0000",
    "TZOFFSETTO:+0000",
    "END:STANDARD",
    "END:VTIMEZONE",
)


@record
class Event:
    """Something that takes place. Times are UTC; `uid` stays the same when it is told anew.

    Without `ends_at` it is a moment. `sequence` counts how often it was changed, `made_at` is when it was last.
    """

    uid: str
    title: str
    starts_at: datetime
    ends_at: datetime | None
    made_at: datetime
    place: str = ""
    url: str = ""
    words: str = ""
    sequence: int = 0
    cancelled: bool = False


def calendar(events: Iterable[Event]) -> bytes:
    """Return a calendar with these events, as a file."""
    return _written(line for event in events for line in _event(event))


def feed(name: str, events: Iterable[Event]) -> bytes:
    """Return a calendar that is subscribed to, under this name (RFC 7986)."""
    head = ["METHOD:PUBLISH", f"NAME:{escaped(name)}", f"X-WR-CALNAME:{escaped(name)}"]
    head.append("REFRESH-INTERVAL;VALUE=DURATION:PT6H")
    return _written([*head, *([line for event in events for line in _event(event)] or CLOCK)])


def _written(lines: Iterable[str]) -> bytes:
    whole = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//projektbot//projektbot//EN",
        "CALSCALE:GREGORIAN",
        *lines,
        "END:VCALENDAR",
    ]
    return "".join(piece + END for line in whole for piece in folded(line)).encode()


def _event(event: Event) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{escaped(event.uid)}"
    yield f"DTSTAMP:{_stamp(event.made_at)}"
    yield f"DTSTART:{_stamp(event.starts_at)}"
    if event.ends_at:
        yield f"DTEND:{_stamp(event.ends_at)}"
    yield f"SUMMARY:{escaped(event.title)}"
    if event.words:
        yield f"DESCRIPTION:{escaped(event.words)}"
    if event.sequence:
        yield f"SEQUENCE:{event.sequence}"
    if event.cancelled:
        yield "STATUS:CANCELLED"
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
