"""Catalogs, and the one place where a text becomes words in its reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from gettext import c2py  # the standard library's own reader of plural rules
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.core import Locale
from babel.dates import format_date, format_datetime, format_time
from babel.lists import format_list
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal

from projektbot.messages import Part, Style
from projektbot.texts import PLACEHOLDER, Money, Own, Param, Place, Text

FSI, PDI = "\u2068", "\u2069"
# what people write may contain marks that turn the text around it; inside an isolate of ours they have no business
_CONTROLS = dict.fromkeys(map(ord, "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"))
SOURCE = "en"


@dataclass(frozen=True)
class Languages:
    """All catalogs of a house. `default` is the city's language."""

    catalogs: Mapping[str, Mapping[str, tuple[str, ...]]]  # locale → msgid → forms
    plurals: Mapping[str, Callable[[int], int]]  # locale → count → index of the form
    default: str
    zone: ZoneInfo

    @property
    def locales(self) -> tuple[str, ...]:
        """Return the languages there are, the city's own first."""
        return (self.default, *sorted({SOURCE, *self.catalogs} - {self.default}))

    def nearest(self, wanted: str) -> str:
        """Return the language to use for a client that says `wanted` ("de-DE", "pt", ""); else the city's."""
        wanted = wanted.replace("_", "-")
        for candidate in (wanted, wanted.partition("-")[0].lower()):
            if candidate == SOURCE or candidate in self.catalogs:
                return candidate
        return self.default if not wanted else SOURCE

    def form(self, text: Text, locale: str) -> str:
        """Return the sentence in `locale`, still with its placeholders; the English one if it is missing."""
        forms = self.catalogs.get(locale, {}).get(text.msgid)
        if not text.plural:
            return forms[0] if forms and forms[0] else text.msgid
        if forms:
            return forms[self.plurals[locale](text.n)] or text.msgid
        return text.msgid if text.n == 1 else text.plural

    def parts(self, text: Text, locale: str, style: Style = Style.PLAIN) -> list[Part]:
        """Render a text: the sentence in `style`, what people wrote isolated and quoted inside it."""
        form = self.form(text, locale)
        if not text.params:
            return [Part(form, style)]
        parts: list[Part] = []
        for index, piece in enumerate(_split(form)):
            if index % 2:
                parts += self._param(text.params.get(piece, Own("")), locale, style)
            elif piece:
                parts.append(Part(piece, style))
        return parts

    def words(self, text: Text, locale: str) -> str:
        """Return a text as plain words (labels of buttons, matching what is typed), without isolates."""
        if not text.params:
            return self.form(text, locale)
        return "".join(part.text for part in self.parts(text, locale)).replace(FSI, "").replace(PDI, "")

    def _param(self, value: Param, locale: str, style: Style) -> list[Part]:
        if isinstance(value, Text):
            return self.parts(value, locale, style)
        if isinstance(value, Own):
            return [Part(str(value), style)] if value else []
        if isinstance(value, str):
            quoted = Style.QUOTE if style is Style.PLAIN else style
            return [Part(f"{FSI}{value.translate(_CONTROLS)}{PDI}", quoted)] if value else []
        if isinstance(value, tuple):
            return [Part(format_list([self.words(item, locale) for item in value], locale=babel_locale(locale)), style)]
        return [Part(self._figure(value, locale), style)]

    def _figure(self, value: int | Decimal | Money | Place | datetime | date | time, locale: str) -> str:
        spoken = babel_locale(locale)
        match value:
            case Money(cents, currency):
                whole = cents % 100 == 0
                return format_currency(
                    Decimal(cents) / 100, currency, "#,##0 ¤" if whole and locale != SOURCE else None,
                    locale=spoken, currency_digits=not whole, decimal_quantization=False,
                )  # fmt: skip
            case Place(lat, lon):
                return f"{lat:.5f}, {lon:.5f}"
            case datetime():
                return format_datetime(value.astimezone(self.zone), "medium", locale=spoken)
            case date():
                return format_date(value, "long", locale=spoken)
            case time():
                return format_time(value, "short", locale=spoken)
            case _:
                return format_decimal(value, locale=spoken)


@cache
def _split(form: str) -> list[str]:
    return PLACEHOLDER.split(form)


@cache
def babel_locale(locale: str) -> Locale:
    """Return what Babel knows of a locale; variants of ours ("de@leicht") speak with the figures of their base."""
    return Locale.parse(locale.partition("@")[0].replace("-", "_"))


def read_catalogs(folder: Path, default: str, zone: ZoneInfo) -> Languages:
    """Read every `<locale>/LC_MESSAGES/projektbot.po` below `folder`."""
    catalogs: dict[str, Mapping[str, tuple[str, ...]]] = {}
    plurals: dict[str, Callable[[int], int]] = {}
    for path in sorted(folder.glob("*/LC_MESSAGES/projektbot.po")):
        locale = path.parent.parent.name
        catalog = read_catalog(path)
        catalogs[locale] = forms_of(catalog)
        plurals[locale] = _plural_of(catalog)
    return Languages(catalogs, plurals, default, zone)


def read_catalog(path: Path) -> Catalog:
    """Read one catalog."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name.partition("@")[0])


def forms_of(catalog: Catalog) -> dict[str, tuple[str, ...]]:
    """Return the translations of a catalog: msgid → forms (several where it counts)."""
    forms: dict[str, tuple[str, ...]] = {}
    for message in catalog:
        if not message.id or message.fuzzy:
            continue
        if isinstance(message.id, tuple | list):
            forms[message.id[0]] = tuple(message.string or ())
        elif message.string:
            forms[str(message.id)] = (str(message.string),)
    return forms


def _plural_of(catalog: Catalog) -> Callable[[int], int]:
    choose: Callable[[int], int] = c2py(catalog.plural_expr)
    return choose
