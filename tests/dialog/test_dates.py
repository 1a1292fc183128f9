"""Days and times, as people write them."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from babel.dates import format_date, format_time
from hypothesis import given
from hypothesis import strategies as st

from projektbot.dialog.answers import Accepted, Which, Wrong
from projektbot.dialog.model import Type
from tests.dialog.asking import TODAY, many, question, read, values

LOCALES = ["de", "en_US", "en_GB", "pl", "tr", "ar", "vi", "uk", "ru", "de_CH", "de@leicht", "fa", "fr"]


@pytest.mark.parametrize(
    ("locale", "words", "day"),
    [
        ("de", "2026-12-24", "2026-12-24"),
        ("en", "2026-12-24", "2026-12-24"),
        ("de", "2026/12/24", "2026-12-24"),
        ("de", "24.12.2026", "2026-12-24"),
        ("de", "24.12.26", "2026-12-24"),
        ("de", "24. 12. 2026", "2026-12-24"),
        ("de", "24/12/2026", "2026-12-24"),
        ("de", "12/24/2026", "2026-12-24"),
        ("de", "3.4.2027", "2027-04-03"),
        ("en_US", "3/4/2027", "2027-03-04"),
        ("en_GB", "3/4/2027", "2027-04-03"),
        ("en-DE", "3/4/2027", "2027-04-03"),
        ("en", "24/12/2026", "2026-12-24"),
        ("en", "12/24/2026", "2026-12-24"),
        ("en", "5/5/2027", "2027-05-05"),
        ("de", "24.12.", "2026-12-24"),
        ("de", "24.12", "2026-12-24"),
        ("de", "14.10.", "2026-10-14"),
        ("de", "13.10.", "2027-10-13"),
        ("de", "29.2.", "2028-02-29"),
        ("de", "24. Dezember", "2026-12-24"),
        ("de", "24. Dez. 2027", "2027-12-24"),
        ("de", "am 3. März", "2027-03-03"),
        ("de", "am 3. Maerz", "2027-03-03"),
        ("de", "Donnerstag, den 24. Dezember 2026", "2026-12-24"),
        ("de", "Do, 24.12.2026", None),
        ("en", "December 24", "2026-12-24"),
        ("en", "24 December 2026", "2026-12-24"),
        ("en", "December 24th, 2026", "2026-12-24"),
        ("en", "the 24th of December", "2026-12-24"),
        ("en", "Dec 24", "2026-12-24"),
        ("uk", "24 грудня 2026 р.", "2026-12-24"),
        ("pl", "24 grudnia", "2026-12-24"),
        ("tr", "24 Aralık 2026", "2026-12-24"),
        ("ar", "٢٤ ديسمبر ٢٠٢٦", "2026-12-24"),
        ("vi", "24 tháng 12, 2026", "2026-12-24"),
        ("tr", "24. Dezember", "2026-12-24"),
        ("de", "heute", "2026-10-14"),
        ("de", "Morgen", "2026-10-15"),
        ("de", "übermorgen", "2026-10-16"),
        ("de", "uebermorgen!", "2026-10-16"),
        ("de", "gestern", "2026-10-13"),
        ("en", "today", "2026-10-14"),
        ("en", "tomorrow", "2026-10-15"),
        ("en", "the day after tomorrow", "2026-10-16"),
        ("de", "in 3 Tagen", "2026-10-17"),
        ("de", "in zwei Wochen", "2026-10-28"),
        ("de", "in einer Woche", "2026-10-21"),
        ("de", "vor 2 Tagen", "2026-10-12"),
        ("en", "in 3 days", "2026-10-17"),
        ("en", "in a week", "2026-10-21"),
        ("en", "2 weeks ago", "2026-09-30"),
        ("de", "Freitag", "2026-10-16"),
        ("de", "am nächsten Freitag", "2026-10-16"),
        ("de", "Mittwoch", "2026-10-21"),
        ("de", "letzten Freitag", "2026-10-09"),
        ("de", "letzten Mittwoch", "2026-10-07"),
        ("en", "on Friday", "2026-10-16"),
        ("en", "next Tuesday", "2026-10-20"),
        ("en", "Fri", "2026-10-16"),
        ("uk", "п'ятниця", None),
        ("pl", "piątek", "2026-10-16"),
    ],
)
def test_a_day_is_read_however_it_is_written(locale: str, words: str, day: str | None) -> None:
    assert values(read(Type.DATE, words, locale)) == ((day,) if day else ())


def test_day_or_month_first_is_asked_where_english_leaves_it_open() -> None:
    assert read(Type.DATE, "03/04/2027", "en") == Which(("2027-04-03", "2027-03-04"))
    assert read(Type.DATE, "3/4", "en") == Which(("2027-04-03", "2027-03-04"))


def test_a_day_that_cannot_be_meant_is_not_asked_about() -> None:
    until_march = question(Type.DATE, min="today", max="2027-03-31")

    assert read(until_march, "03/04/2027", "en") == Accepted("2027-03-04")


def test_a_day_without_a_year_lies_behind_where_only_the_past_is_allowed() -> None:
    receipt = question(Type.DATE, max="today")

    assert read(receipt, "24.12.") == Accepted("2025-12-24")
    assert read(receipt, "Freitag") == Accepted("2026-10-09")
    assert read(receipt, "heute") == Accepted("2026-10-14")


@pytest.mark.parametrize(
    "words",
    [
        "",
        "bald",
        "31.2.2026",
        "32.1.",
        "99/99/9999",
        "24",
        "24.12.123",
        "0.0.0",
        "12:30",
        "24.12.2026 18:00",
        "Dezember",
        "in 3",
        "in 99999 Tagen",
        "1" * 10_000_000,
        "24 Dezember Januar",
        "2026-12",
        "1.1.0001",
    ],
)
def test_what_is_no_day_is_asked_again(words: str) -> None:
    reading = read(Type.DATE, words)

    assert isinstance(reading, Wrong)
    assert reading.text.msgid == "Please write a date, such as {example} or “tomorrow”."


def test_days_stay_on_the_calendar() -> None:
    assert isinstance(read(Type.DATE, "in 3 Tagen", today=date.max), Wrong)
    assert isinstance(read(Type.DATE, "29.2.", today=date(9999, 12, 1)), Wrong)


def test_a_limit_of_today_moves_with_the_day() -> None:
    reading = read(question(Type.DATE, min="today"), "gestern")

    assert isinstance(reading, Wrong)
    assert reading.text.msgid == "Please choose {limit} or later; yours is {value}."
    assert reading.text.params["value"] == TODAY - timedelta(days=1)


@pytest.mark.fuzz
@many
@given(
    st.sampled_from(LOCALES),
    st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    st.sampled_from(["short", "medium", "long"]),
)
def test_days_are_read_back_as_they_are_shown(locale: str, day: date, form: str) -> None:
    shown = format_date(day, form, locale=locale.partition("@")[0])

    assert values(read(Type.DATE, shown, locale)) == (day.isoformat(),)


@pytest.mark.parametrize(
    ("locale", "words", "clock"),
    [
        ("de", "9", "09:00"),
        ("de", "9:30", "09:30"),
        ("de", "09:30:00", "09:30"),
        ("de", "9.30 Uhr", "09:30"),
        ("de", "um 9 Uhr 30", "09:30"),
        ("de", "9h30", "09:30"),
        ("de", "0930", "09:30"),
        ("de", "18 Uhr", "18:00"),
        ("de", "24 Uhr", "00:00"),
        ("de", "halb zehn", "09:30"),
        ("de", "halb 10 abends", "21:30"),
        ("de", "halb eins", "00:30"),
        ("de", "Viertel nach neun", "09:15"),
        ("de", "Viertel vor 10", "09:45"),
        ("de", "viertel zehn", "09:15"),
        ("de", "dreiviertel zehn", "09:45"),
        ("de", "fünf vor zwölf", "11:55"),
        ("de", "zehn nach acht", "08:10"),
        ("de", "8 Uhr abends", "20:00"),
        ("de", "8 Uhr morgens", "08:00"),
        ("de", "2 Uhr nachts", "02:00"),
        ("de", "11 Uhr nachts", "23:00"),
        ("de", "1 Uhr mittags", "13:00"),
        ("de", "mittags", "12:00"),
        ("de", "12 Uhr mittags", "12:00"),
        ("de", "Mitternacht", "00:00"),
        ("en", "9:30 pm", "21:30"),
        ("en", "9:30 p.m.", "21:30"),
        ("en", "9pm", "21:00"),
        ("en", "9 a.m.", "09:00"),
        ("en", "12 am", "00:00"),
        ("en", "12:30 AM", "00:30"),
        ("en", "12 pm", "12:00"),
        ("en", "noon", "12:00"),
        ("en", "midnight", "00:00"),
        ("en", "half past nine", "09:30"),
        ("en", "a quarter to ten", "09:45"),
        ("en", "quarter past 9 in the evening", "21:15"),
        ("en", "nine o'clock", "09:00"),
        ("fa", "۹:۳۰", "09:30"),
    ],
)
def test_a_time_is_read_however_it_is_written(locale: str, words: str, clock: str) -> None:
    assert read(Type.TIME, words, locale) == Accepted(clock)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "früher",
        "25",
        "9:60",
        "9:5",
        "24:30",
        "9-12",
        "9 to 5",
        "abends",
        "halb",
        "1" * 1_000_000,
        "halb halb",
        "9:30:99",
        "-9",
        "1 2 3 4",
        "am pm 9",
    ],
)
def test_what_is_no_time_is_asked_again(words: str) -> None:
    reading = read(Type.TIME, words)

    assert isinstance(reading, Wrong)
    assert reading.text.msgid == "Please write a time, such as {example}."


@pytest.mark.fuzz
@many
@given(st.sampled_from(LOCALES), st.times())
def test_times_are_read_back_as_they_are_shown(locale: str, clock: time) -> None:
    shown = format_time(clock, "short", locale=locale.partition("@")[0])

    assert read(Type.TIME, shown, locale) == Accepted(clock.strftime("%H:%M"))


def test_a_time_keeps_to_its_limits() -> None:
    reading = read(question(Type.TIME, min="08:00", max="20:00"), "22 Uhr")

    assert isinstance(reading, Wrong)
    assert reading.text.params == {"limit": time(20), "value": time(22)}
