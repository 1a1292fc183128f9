"""What a day means as a deadline, when people are reminded, and which addresses may be links."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from projektbot.civic.deadlines.rules import days_left, ending, leads_to_a_page, number_of, reminders

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("day", "at", "utc"),
    [
        ("2026-12-08", None, "2026-12-08T22:59"),
        ("2026-12-08", "12:00", "2026-12-08T11:00"),
        ("2026-10-25", None, "2026-10-25T22:59"),  # the night before had the hour from two to three twice
        ("2026-03-29", "02:30", "2026-03-29T01:30"),  # there is no such time: it is that of the winter's clock
        ("2026-10-25", "02:30", "2026-10-25T00:30"),  # there are two: the earlier one
    ],
)
def test_a_day_is_a_moment_here(day: str, at: str | None, utc: str) -> None:
    assert ending(day, at, BERLIN).astimezone(UTC).isoformat(timespec="minutes") == f"{utc}+00:00"


@pytest.mark.parametrize(
    ("now", "days"),
    [
        ("2026-11-20T12:00", [14, 3, 1]),
        ("2026-11-24T08:59", [14, 3, 1]),  # a minute before ten in Berlin
        ("2026-11-24T09:00", [3, 1]),
        ("2026-12-06T12:00", [1]),
        ("2026-12-07T09:00", []),
    ],
)
def test_people_are_reminded_at_ten_before_it(now: str, days: list[int]) -> None:
    found = reminders(ending("2026-12-08", "12:00", BERLIN), datetime.fromisoformat(f"{now}+00:00"), BERLIN)

    assert [day for day, _ in found] == days
    assert {at.astimezone(BERLIN).hour for _, at in found} <= {10}


def test_ten_in_the_morning_is_ten_also_across_the_change_of_the_clock() -> None:
    (_, first), *_ = reminders(ending("2026-11-02", None, BERLIN), datetime(2026, 10, 1, tzinfo=UTC), BERLIN)

    assert first.astimezone(UTC).isoformat() == "2026-10-19T08:00:00+00:00"


@pytest.mark.parametrize(("now", "left"), [("22:59", 1), ("23:01", 0)])
def test_a_day_ends_at_local_midnight(now: str, left: int) -> None:
    ends_at = ending("2026-12-08", None, BERLIN)

    assert days_left(ends_at, datetime.fromisoformat(f"2026-12-07T{now}+00:00"), BERLIN) == left


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://www.havelmuende.example/kiezkasse?jahr=2026#antrag", True),
        ("http://havelmuende.example", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("//havelmuende.example", False),
        ('https://havelmuende.example/"onclick="x', False),
        ("https://havelmuende.example/a b", False),
        ("https://havelmuende.example\nX-Header: 1", False),
        (f"https://havelmuende.example/{'a' * 200}", False),
    ],
)
def test_only_the_address_of_a_page_becomes_a_link(url: str, *, good: bool) -> None:
    assert leads_to_a_page(url) is good


@pytest.mark.parametrize(
    ("words", "number"), [("D-12", 12), ("d 12", 12), ("12", 12), ("D-1234567", None), ("P-12", None), ("", None)]
)
def test_a_number_is_understood_as_people_write_it(words: str, number: int | None) -> None:
    assert number_of(words) == number
