"""What people write behind a command in a group, and how it is read."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from projektbot.civic.groups.arguments import (
    TaskWords,
    UnclearError,
    read_meeting,
    read_moment,
    read_question,
    read_task,
)
from projektbot.civic.groups.rules import Counts, Verdict, favourite, verdict

MONDAY = date(2026, 6, 15)
NOON = datetime(2026, 6, 15, 12, tzinfo=ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize(
    ("written", "task"),
    [
        ("Buy wood", TaskWords("Buy wood", "", None)),
        ("Buy wood @ben until Friday", TaskWords("Buy wood", "@ben", date(2026, 6, 19))),
        ("@ben @carla Holz kaufen bis 24.12.", TaskWords("Holz kaufen", "@ben @carla", date(2026, 12, 24))),
        ("Buy wood, by tomorrow", TaskWords("Buy wood", "", date(2026, 6, 16))),
        ("wait until it is dry", TaskWords("wait until it is dry", "", None)),
        ("@ben", TaskWords("@ben", "", None)),
        ("mail ben@example.org", TaskWords("mail ben@example.org", "", None)),
    ],
)
def test_a_task_is_read(written: str, task: TaskWords) -> None:
    assert read_task(written, locale="de", today=MONDAY) == task


@pytest.mark.parametrize("written", ["Buy wood until 32.13.", "Buy wood until 1.2.2020"])
def test_a_day_that_is_none_is_said(written: str) -> None:
    with pytest.raises(UnclearError):
        read_task(written, locale="de", today=MONDAY)


@pytest.mark.parametrize("second", ["24.12. 17:30", "24. Dezember 17.30 Uhr", "24.12.2026 um 17:30"])
def test_dates_are_read_in_many_ways(second: str) -> None:
    title, dates = read_meeting(f"Planung; Freitag 18:00; {second}", locale="de", now=NOON)

    assert title == "Planung"
    assert [moment.isoformat(timespec="minutes")[:16] for moment in dates] == ["2026-06-19T18:00", "2026-12-24T17:30"]


@pytest.mark.parametrize(
    ("written", "local", "instant"),
    [
        ("28.3.2027 2:30", "03:30", "01:30"),  # this hour there is not
        ("25.10.2026 2:30", "02:30", "00:30"),  # twice: the first is meant
        ("25.10.2026 18:00", "18:00", "17:00"),
    ],
)
def test_a_time_in_a_night_when_clocks_change_is_one_that_clocks_show(written: str, local: str, instant: str) -> None:
    moment = read_moment(written, locale="de", now=NOON)

    assert moment is not None
    assert f"{moment:%H:%M}" == local
    assert f"{moment.astimezone(UTC):%H:%M}" == instant


def test_a_date_that_is_over_or_none_is_said() -> None:
    for wrong in ("gestern 18:00", "Freitag", "irgendwann 18:00"):
        with pytest.raises(UnclearError):
            read_meeting(f"Planung; Freitag 18:00; {wrong}", locale="de", now=NOON)


def test_a_question_and_its_choices_are_parted() -> None:
    assert read_question("Which colour? ; red; green ;red") == ("Which colour?", ["red", "green"])
    assert read_question("") == ("", [])
    assert read_question(" ; red ;; green") == ("", ["red", "green"])


def test_a_verdict_needs_more_of_one_than_of_the_other() -> None:
    assert verdict(Counts(2, 1, 9)) is Verdict.YES
    assert verdict(Counts(1, 2, 0)) is Verdict.NO
    assert verdict(Counts(2, 2, 0)) is Verdict.TIED
    assert verdict(Counts(0, 0, 3)) is Verdict.NOBODY


def test_a_favourite_is_alone_in_front() -> None:
    assert favourite([1, 3, 2]) == 1
    assert favourite([2, 2]) is None
    assert favourite([0, 0]) is None
