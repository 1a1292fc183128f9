"""Calendar files: escaped, folded, and in the order that RFC 5545 asks for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from projektbot.documents.calendar import Event, calendar, escaped, feed, folded

SIX = datetime(2026, 6, 19, 16, tzinfo=UTC)


def written(title: str, place: str = "") -> str:
    return calendar([Event("m1@projektbot", title, SIX, SIX + timedelta(hours=2), SIX, place)]).decode()


def test_a_meeting_is_an_event_in_utc() -> None:
    lines = written("Planning", "Town hall; room 2").split("\r\n")

    assert lines[0] == "BEGIN:VCALENDAR"
    assert "DTSTART:20260619T160000Z" in lines
    assert "DTEND:20260619T180000Z" in lines
    assert "SUMMARY:Planning" in lines
    assert "LOCATION:Town hall\\; room 2" in lines
    assert lines[-2:] == ["END:VCALENDAR", ""]


def test_what_people_write_cannot_begin_a_line_of_its_own() -> None:
    assert "\r\nEND:VCALENDAR\r\nBEGIN" not in written("x\r\nEND:VCALENDAR\rBEGIN:VEVENT\n")
    assert escaped("a\\b;c,d\r\ne\0\x07") == "a\\\\b\\;c\\,d\\ne"


def test_a_feed_has_a_name_and_says_what_is_off() -> None:
    event = Event("D-1@town", "Applications", SIX, None, SIX, words="One page.\nNo more.", sequence=2, cancelled=True)
    lines = feed("Deadlines, all", [event]).decode().split("\r\n")

    assert {"METHOD:PUBLISH", "NAME:Deadlines\\, all", "X-WR-CALNAME:Deadlines\\, all"} < set(lines)
    assert {"DESCRIPTION:One page.\\nNo more.", "SEQUENCE:2", "STATUS:CANCELLED"} < set(lines)
    assert not [line for line in lines if line.startswith("DTEND")]
    assert "BEGIN:VTIMEZONE" not in lines


def test_a_feed_of_nothing_holds_a_clock() -> None:
    lines = feed("Deadlines", []).decode().split("\r\n")

    assert lines[-3:] == ["END:VTIMEZONE", "END:VCALENDAR", ""]


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=400))
def test_lines_are_folded_within_75_octets_and_unfold_to_what_they_were(words: str) -> None:
    line = "SUMMARY:" + escaped(words)

    pieces = list(folded(line))

    assert all(len(piece.encode()) <= 75 for piece in pieces)
    assert pieces[0] + "".join(piece[1:] for piece in pieces[1:]) == line
