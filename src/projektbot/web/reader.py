"""Who reads a page: their language, its direction, and how it writes days and hours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import TypeAlias

from babel import Locale
from babel.dates import format_date, format_time, get_datetime_format

Translate: TypeAlias = Callable[[str, str], str]  # (msgid, locale) -> words, placeholders still in them


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader's locale (one of ours, such as "de@leicht") and all that follows from it."""

    locale: str
    translate: Translate
    zone: tzinfo

    @property
    def lang(self) -> str:
        """Name the language as HTML does (BCP 47, which knows easy language as a variant)."""
        tag, _, variant = self.locale.partition("@")
        return tag.replace("_", "-") + ("-simple" if variant else "")

    @property
    def own_name(self) -> str:
        """Name the language as those who speak it do."""
        return str(self._babel.get_language_name() or self.lang).capitalize()

    @property
    def direction(self) -> str:
        """Say in which direction the language is written."""
        return self._babel.text_direction

    def say(self, msgid: str, /, **values: str) -> str:
        """Translate a sentence and fill in its values."""
        return self.translate(msgid, self.locale).format_map(values)

    def day(self, at: datetime) -> str:
        """Write a day in words."""
        return format_date(at.astimezone(self.zone), "full", locale=self._babel)

    def date(self, at: datetime) -> str:
        """Write a day shortly."""
        return format_date(at.astimezone(self.zone), "long", locale=self._babel)

    def hour(self, at: datetime) -> str:
        """Write the time of day."""
        return format_time(at.astimezone(self.zone), "short", locale=self._babel)

    def moment(self, at: datetime) -> str:
        """Write day and time in words."""
        pattern = str(get_datetime_format("medium", locale=self._babel)).replace("'", "")
        return pattern.format(self.hour(at), self.day(at))

    @property
    def _babel(self) -> Locale:
        return Locale.parse(self.locale.partition("@")[0].replace("-", "_"))


def best_locale(accepted: str, offered: Sequence[str]) -> str:
    """Choose what an Accept-Language header likes best of `offered`; the first of these where nothing fits."""
    for tag in _by_preference(accepted):
        for wanted in (tag, tag.partition("-")[0]):
            for locale in offered:
                if locale.lower().replace("_", "-") == wanted:
                    return locale
    return offered[0]


def _by_preference(accepted: str) -> list[str]:
    weighed = []
    for part in accepted.lower().split(","):
        tag, _, weight = part.strip().partition(";q=")
        weighed.append((-_number(weight), tag.strip()))
    return [tag for weight, tag in sorted(weighed, key=lambda pair: pair[0]) if tag and weight < 0]


def _number(weight: str) -> float:
    try:
        return float(weight) if weight else 1.0
    except ValueError:
        return 0.0
