"""The page speaks the language the browser asks for, and writes days as that language does."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from projektbot.web.reader import Reader, best_locale

OFFERED = ("de", "en", "ar", "de@leicht")
NIGHT = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("accepted", "locale"),
    [
        ("", "de"),
        ("en-GB,en;q=0.9,de;q=0.8", "en"),
        ("fr,en;q=0.4,de;q=0.5", "de"),
        ("fr", "de"),
        ("ar-EG", "ar"),
        ("en;q=0,ar;q=0.1", "ar"),
        ("*", "de"),
        ("en;q=broken,ar", "ar"),
        (";;;,,,=q", "de"),
    ],
)
def test_the_best_language_is_the_one_liked_best(accepted: str, locale: str) -> None:
    assert best_locale(accepted, OFFERED) == locale


@pytest.mark.parametrize(
    ("locale", "lang", "direction", "moment"),
    [
        ("de", "de", "ltr", "Montag, 2. März 2026, 00:30"),
        ("de@leicht", "de-simple", "ltr", "Montag, 2. März 2026, 00:30"),
        ("ar", "ar", "rtl", "الاثنين، 2 مارس 2026، 12:30 ص"),
    ],
)
def test_a_moment_is_written_as_the_reader_writes_it(locale: str, lang: str, direction: str, moment: str) -> None:
    reader = Reader(locale, lambda msgid, _: msgid, ZoneInfo("Europe/Berlin"))

    assert (reader.lang, reader.direction, reader.moment(NIGHT)) == (lang, direction, moment)
