"""Catalogs, and the one place where a text becomes words in its reader's language."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache, cached_property, lru_cache
from gettext import c2py  # the standard library's own reader of plural rules
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.core import Locale, UnknownLocaleError
from babel.dates import format_date, format_time
from babel.lists import format_list
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, read_po
from babel.numbers import format_currency, format_decimal

from projektbot.dialog.check_lines import broken_lines
from projektbot.dialog.check_texts import check_catalog
from projektbot.dialog.model import Dialog
from projektbot.dialog.nodes import Problem
from projektbot.messages import Part, Style
from projektbot.texts import PLACEHOLDER, Money, Own, Param, Place, Text

FSI, PDI = "\u2068", "\u2069"
# what people write may contain marks that turn the text around it; inside an isolate of ours they have no business
_CONTROLS = dict.fromkeys(map(ord, "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"))
# what no document may hold or has a use for: controls but tab and line feed, halves of characters, no characters
_HARMFUL = _CONTROLS | dict.fromkeys(
    [*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0x7F, 0xA0), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF]
)
SOURCE = "en"
GROUPED = 1000  # numbers from here on are written with separators


class Runs:
    """Collects words and joins neighbours of one style: fewer entities for the messenger."""

    __slots__ = ("parts", "style", "url", "words")

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self.words: list[str] = []
        self.style = Style.PLAIN
        self.url = ""

    def add(self, style: Style, words: str, url: str = "") -> None:
        """Add words in a style."""
        if style is not self.style or url != self.url:
            self._flush()
            self.style, self.url = style, url
        self.words.append(words)

    def all(self) -> tuple[Part, ...]:
        """Return everything that was added."""
        self._flush()
        return tuple(self.parts)

    def _flush(self) -> None:
        if self.words:
            self.parts.append(Part("".join(self.words), self.style, self.url))
            self.words = []


def harmless(words: str) -> str:
    """Return what people wrote without marks that turn text around and characters that no document may hold."""
    return words.replace("\r\n", "\n").replace("\r", "\n").translate(_HARMFUL)


@dataclass(frozen=True)
class Languages:
    """All catalogs of a house. `default` is the city's language."""

    catalogs: Mapping[str, Mapping[str, tuple[str, ...]]]  # locale → msgid → forms
    plurals: Mapping[str, Callable[[int], int]]  # locale → count → index of the form
    default: str
    zone: ZoneInfo

    @cached_property  # every turn asks
    def locales(self) -> tuple[str, ...]:
        """Return the languages there are, the city's own first."""
        return (self.default, *sorted({SOURCE, *self.catalogs} - {self.default}))

    def nearest(self, wanted: str) -> str:
        """Return the language to use for a client that says `wanted` ("de-DE", "pt", ""); else the city's."""
        if wanted == SOURCE or wanted in self.catalogs:  # so most clients say it
            return wanted
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

    def parts(self, text: Text, locale: str, style: Style = Style.PLAIN) -> tuple[Part, ...]:
        """Render a text: the sentence in `style`, what people wrote isolated and quoted inside it."""
        runs = Runs()
        self.write(runs, text, locale, style)
        return runs.all()

    def write(self, runs: Runs, text: Text, locale: str, style: Style = Style.PLAIN) -> None:
        """Render a text behind what `runs` hold already."""
        form = self.form(text, locale)
        if not text.params:
            runs.add(style, form)
            return
        for index, piece in enumerate(_split(form)):
            if index % 2:
                self._write_param(runs, text.params.get(piece, ""), locale, style)
            elif piece:
                runs.add(style, piece)

    def words(self, text: Text, locale: str) -> str:
        """Return a text as plain words (labels of buttons, matching what is typed), without isolates."""
        if not text.params:
            return self.form(text, locale)
        if text.msgid == "{it}" and isinstance(it := text.params["it"], Own):
            return str(it)  # most labels: names of areas, languages, choices
        return "".join([part.text for part in self.parts(text, locale)]).replace(FSI, "").replace(PDI, "")

    def _write_param(self, runs: Runs, value: Param, locale: str, style: Style) -> None:
        while isinstance(value, Text):
            it = value.params.get("it") if value.msgid == "{it}" else None  # most answers that are shown: no sentence
            if it is None:
                self.write(runs, value, locale, style)
                return
            value = it
        if value == "":
            pass
        elif isinstance(value, Own):
            runs.add(style, value)
        elif isinstance(value, str):
            quoted = Style.QUOTE if style is Style.PLAIN else style
            runs.add(quoted, f"{FSI}{value.translate(_CONTROLS)}{PDI}")
        elif isinstance(value, tuple):
            runs.add(style, format_list([self.words(item, locale) for item in value], locale=babel_locale(locale)))
        else:
            runs.add(style, self._figure(value, locale))

    def _figure(self, value: int | Decimal | Money | Place | datetime | date | time, locale: str) -> str:
        spoken = babel_locale(locale)
        match value:
            case Money(cents, currency):
                return _amount(cents, currency, spoken)
            case Place(lat, lon):
                return f"{lat:.5f}, {lon:.5f}"
            case datetime():
                here = value.astimezone(self.zone)
                day = format_date(here, "medium", locale=spoken)
                return _day_and_time(spoken).format(format_time(here, "short", locale=spoken), day)
            case date():
                return format_date(value, "long", locale=spoken)
            case time():
                return format_time(value, "short", locale=spoken)
            case int() if 0 <= value < GROUPED:
                return str(value)  # Babel takes thirty times as long to say the same
            case _:
                return format_decimal(value, locale=spoken)


@cache
def _split(form: str) -> list[str]:
    return PLACEHOLDER.split(form)


@cache
def _whole(spoken: Locale) -> str:
    """Return how a locale writes an amount without cents, with a space that people type."""
    return str(spoken.currency_formats["standard"].pattern).replace(".00", "").replace("\u00a0", " ")


@lru_cache(1024)  # people think in round amounts, and Babel takes 20 µs for one
def _amount(cents: int, currency: str, spoken: Locale) -> str:
    whole = cents % 100 == 0
    return format_currency(
        Decimal(cents) / 100, currency, _whole(spoken) if whole else None,
        locale=spoken, currency_digits=not whole, decimal_quantization=False,
    )  # fmt: skip


@cache
def _day_and_time(spoken: Locale) -> str:
    return str(spoken.datetime_formats["medium"]).replace("'", "")


@cache
def babel_locale(locale: str) -> Locale:
    """Return what Babel knows of a locale; variants of ours ("de@leicht") speak with the figures of their base."""
    return Locale.parse(locale.partition("@")[0].replace("-", "_"))


def read_catalogs(folder: Path, default: str, zone: ZoneInfo) -> Languages:
    """Read every `<locale>/LC_MESSAGES/projektbot.po` below `folder`, except for those `catalog_problems` cannot."""
    catalogs: dict[str, Mapping[str, tuple[str, ...]]] = {}
    plurals: dict[str, Callable[[int], int]] = {}
    for locale, path in _files(folder):
        with contextlib.suppress(PoFileError, ValueError):
            catalog = _read(path)
            plurals[locale] = _plural_of(catalog)
            catalogs[locale] = forms_of(catalog)
    return Languages(catalogs, plurals, default, zone)


def catalog_problems(folder: Path, dialogs: Mapping[str, Dialog]) -> list[Problem]:
    """Return what is wrong with the catalogs below `folder`, each with file and line."""
    problems: list[Problem] = []
    for locale, path in _files(folder):
        name = path.relative_to(folder.parent).as_posix()
        try:
            broken = broken_lines(name, path.read_text("utf-8"))
            problems += broken or _of_catalog(_read(path), locale, name, dialogs)
        except PoFileError as error:
            problems.append(Problem(name, error.lineno + 1, f"this is no catalog from here on: {error}"))
        except UnknownLocaleError as error:
            problems.append(Problem(name, 1, f"the name of its folder is no language that Babel knows: {error}"))
        except UnicodeDecodeError as error:
            problems.append(Problem(name, 1, f"this is no UTF-8: {error}"))
        except ValueError as error:
            problems.append(Problem(name, 1, f"the head of the catalog cannot be read: {error}"))
    return problems


def _of_catalog(catalog: Catalog, locale: str, name: str, dialogs: Mapping[str, Dialog]) -> list[Problem]:
    _plural_of(catalog)  # raises ValueError
    babel_locale(locale)  # or UnknownLocaleError: there would be no words for its dates
    messages = {_first(message): message for message in catalog if message.id}
    lines = {msgid: message.lineno or 1 for msgid, message in messages.items()}
    problems = [
        Problem(name, lines[msgid], "marked as fuzzy: look at the translation, then take the mark away")
        for msgid, message in messages.items()
        if message.fuzzy
    ]
    return problems + check_catalog(dialogs, forms_of(catalog), locale, name, lines)


def _files(folder: Path) -> list[tuple[str, Path]]:
    return [(path.parent.parent.name, path) for path in sorted(folder.glob("*/LC_MESSAGES/projektbot.po"))]


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name.partition("@")[0], abort_invalid=True)


def forms_of(catalog: Catalog) -> dict[str, tuple[str, ...]]:
    """Return the translations of a catalog: msgid → forms (several where it counts)."""
    forms: dict[str, tuple[str, ...]] = {}
    for message in catalog:
        if not message.id or message.fuzzy:
            continue
        strings = message.string if isinstance(message.string, tuple | list) else (message.string or "",)
        forms[_first(message)] = tuple(strings)
    return forms


def _first(message: Message) -> str:
    return message.id[0] if isinstance(message.id, tuple | list) else str(message.id)


def _plural_of(catalog: Catalog) -> Callable[[int], int]:
    choose: Callable[[int], int] = c2py(catalog.plural_expr)
    return choose
