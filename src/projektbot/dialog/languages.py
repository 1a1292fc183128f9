"""Babel's knowledge of a reader's locale, found also for locales that Babel does not know."""

from __future__ import annotations

from functools import lru_cache

from babel import Locale, UnknownLocaleError

FALLBACK = "en"
KEPT = 64  # locales (and what is derived from them) kept in memory: a city speaks about ten


@lru_cache(maxsize=KEPT)
def babel_locale(locale: str) -> Locale:
    """Return the locale of "de", "de-DE", "de_DE" or "de@leicht"; its language alone, or English, if unknown."""
    name = locale.partition("@")[0].replace("-", "_")
    for known in (name, name.partition("_")[0]):
        try:
            return Locale.parse(known)
        except (ValueError, TypeError, UnknownLocaleError):
            continue
    return Locale.parse(FALLBACK)
