"""Texts in the words of their reader: catalogs, figures, and what people wrote, safely inside."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projektbot.i18n import FSI, PDI, Languages, catalog_problems, read_catalogs
from projektbot.messages import Part, Style
from projektbot.texts import N_, NN_, Money, Own, Param, Place, Text, verbatim

BERLIN = ZoneInfo("Europe/Berlin")
HEADS = {
    "de": "nplurals=2; plural=(n != 1);",
    "pl": "nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);",
}
ENTRIES = {
    "de": """
msgid "Hello {name}!"
msgstr "Guten Tag, {name}!"

msgid "Nobody translated this."
msgstr ""

#, fuzzy
msgid "Somebody guessed this."
msgstr "Das hat jemand geraten."

msgid "{n} idea of {name}"
msgid_plural "{n} ideas of {name}"
msgstr[0] "Eine Idee von {name}"
msgstr[1] "{n} Ideen von {name}"
""",
    "pl": """
msgid "{n} idea of {name}"
msgid_plural "{n} ideas of {name}"
msgstr[0] "{n} pomysł: {name}"
msgstr[1] "{n} pomysły: {name}"
msgstr[2] "{n} pomysłów: {name}"
""",
}


def write_catalogs(folder: Path, entries: Mapping[str, str] = ENTRIES, heads: Mapping[str, str] = HEADS) -> Path:
    """Write catalogs as they lie in `locales`."""
    for locale, words in entries.items():
        path = folder / "locales" / locale / "LC_MESSAGES" / "projektbot.po"
        path.parent.mkdir(parents=True)
        head = f'"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: {heads[locale]}\\n"\n'
        path.write_text(f'msgid ""\nmsgstr ""\n{head}{words}', "utf-8")
    return folder / "locales"


@pytest.fixture(scope="module")
def languages(tmp_path_factory: pytest.TempPathFactory) -> Languages:
    """Read a German and a Polish catalog; the city speaks German."""
    return read_catalogs(write_catalogs(tmp_path_factory.mktemp("catalogs")), "de", BERLIN)


def said(languages: Languages, value: Param, locale: str) -> str:
    """Return one value in the words of a locale, with the spaces that people type."""
    return languages.words(Text("{it}", {"it": value}), locale).replace("\u00a0", " ").replace("\u202f", " ")


# ---- sentences ---------------------------------------------------------------------------------------------------


def test_a_text_is_said_in_the_readers_language(languages: Languages) -> None:
    assert languages.words(N_("Hello {name}!", name="Ada"), "de") == "Guten Tag, Ada!"


@pytest.mark.parametrize("msgid", ["Nobody translated this.", "Somebody guessed this.", "Nobody knows this."])
def test_a_missing_or_guessed_translation_is_said_in_english(languages: Languages, msgid: str) -> None:
    assert languages.words(Text(msgid), "de") == msgid


@pytest.mark.parametrize("locale", ["en", "fr"])
def test_a_language_without_a_catalog_is_said_in_english(languages: Languages, locale: str) -> None:
    assert languages.words(N_("Hello {name}!", name="Ada"), locale) == "Hello Ada!"
    assert languages.words(NN_("{n} idea of {name}", "{n} ideas of {name}", 2, name="Ada"), locale) == "2 ideas of Ada"


@pytest.mark.parametrize(
    ("locale", "n", "words"),
    [
        ("en", 0, "0 ideas of Ada"),
        ("en", 1, "1 idea of Ada"),
        ("en", 1200, "1,200 ideas of Ada"),
        ("de", 0, "0 Ideen von Ada"),
        ("de", 1, "Eine Idee von Ada"),
        ("de", 1200, "1.200 Ideen von Ada"),
        ("pl", 1, "1 pomysł: Ada"),
        ("pl", 3, "3 pomysły: Ada"),
        ("pl", 5, "5 pomysłów: Ada"),
        ("pl", 12, "12 pomysłów: Ada"),
        ("pl", 22, "22 pomysły: Ada"),
    ],
)
def test_what_counts_takes_the_form_of_its_number(languages: Languages, locale: str, n: int, words: str) -> None:
    text = NN_("{n} idea of {name}", "{n} ideas of {name}", n, name="Ada")

    assert languages.words(text, locale) == words


def test_texts_inside_texts_are_translated_too(languages: Languages) -> None:
    inner = N_("Hello {name}!", name="Ada")

    assert languages.words(N_("So: {it}", it=inner), "de") == "So: Guten Tag, Ada!"


@pytest.mark.parametrize(
    ("count", "de", "en"),
    [(0, "", ""), (1, "a", "a"), (2, "a und b", "a and b"), (3, "a, b und c", "a, b, and c")],
)
def test_several_texts_are_listed_as_the_language_lists(languages: Languages, count: int, de: str, en: str) -> None:
    several = tuple(map(Text, "abc"[:count]))

    assert said(languages, several, "de") == de
    assert said(languages, several, "en") == en


def test_a_placeholder_without_a_value_leaves_no_braces(languages: Languages) -> None:
    assert languages.words(Text("a {b} c", {"d": 1}), "de") == "a  c"


# ---- which language ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("de", "de"),
        ("de-AT", "de"),
        ("de_CH", "de"),
        ("DE", "de"),
        ("en-GB", "en"),
        ("pl", "pl"),
        ("fr", "en"),
        ("zh-Hant-TW", "en"),
        ("?", "en"),
        ("", "de"),
    ],
)
def test_the_nearest_language_is_taken(languages: Languages, wanted: str, found: str) -> None:
    assert languages.nearest(wanted) == found


def test_the_citys_language_comes_first(languages: Languages) -> None:
    assert languages.locales == ("de", "en", "pl")


# ---- what people wrote -------------------------------------------------------------------------------------------

CONTROLS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"


def test_what_people_wrote_stands_isolated_and_quoted(languages: Languages) -> None:
    parts = languages.parts(N_("Hello {name}!", name="Ada"), "de")

    assert parts == (Part("Guten Tag, "), Part(f"{FSI}Ada{PDI}", Style.QUOTE), Part("!"))


def test_inside_bold_words_it_stays_bold(languages: Languages) -> None:
    parts = languages.parts(N_("Hello {name}!", name="Ada"), "de", Style.BOLD)

    assert {part.style for part in parts} == {Style.BOLD}


@given(before=st.text(CONTROLS + "abא", max_size=8), after=st.text(CONTROLS + "z", max_size=8))
def test_marks_that_turn_text_around_do_not_get_out(languages: Languages, before: str, after: str) -> None:
    words = f"{before}x{after}"

    told = "".join(part.text for part in languages.parts(verbatim(words), "de"))

    assert told[0] == FSI
    assert told[-1] == PDI
    assert not set(told[1:-1]) & set(CONTROLS)
    assert told[1:-1] == "".join(char for char in words if char not in CONTROLS)


def test_braces_that_people_write_are_no_placeholders(languages: Languages) -> None:
    assert languages.words(N_("Hello {name}!", name="{name} {n}"), "de") == "Guten Tag, {name} {n}!"


def test_values_of_ours_need_no_isolation(languages: Languages) -> None:
    assert languages.parts(Text("{it}", {"it": Own("P-1042")}), "de") == (Part("P-1042"),)


def test_plain_words_have_no_isolates(languages: Languages) -> None:
    words = languages.words(N_("Hello {name}!", name=f"{FSI}Ada{PDI}"), "de")

    assert words == "Guten Tag, Ada!"


# ---- figures -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "de", "en"),
    [
        (Money(150000), "1.500 €", "€1,500"),
        (Money(150050), "1.500,50 €", "€1,500.50"),
        (Money(-150000), "-1.500 €", "-€1,500"),
        (Money(0), "0 €", "€0"),
        (Money(5), "0,05 €", "€0.05"),
        (Money(123456700), "1.234.567 €", "€1,234,567"),
        (Money(99, "USD"), "0,99 $", "$0.99"),
        (1234567, "1.234.567", "1,234,567"),
        (Decimal("1234.5"), "1.234,5", "1,234.5"),
        (date(2026, 3, 1), "1. März 2026", "March 1, 2026"),
        (time(9, 5), "09:05", "9:05 AM"),
        (datetime(2026, 3, 1, 12, tzinfo=UTC), "01.03.2026, 13:00", "Mar 1, 2026, 1:00 PM"),
        (datetime(2026, 7, 1, 23, tzinfo=UTC), "02.07.2026, 01:00", "Jul 2, 2026, 1:00 AM"),
        (Place(52.7, 12.98), "52.70000, 12.98000", "52.70000, 12.98000"),
    ],
)
def test_figures_are_written_as_the_language_writes_them(languages: Languages, value: Param, de: str, en: str) -> None:
    assert said(languages, value, "de") == de
    assert said(languages, value, "en") == en


def test_a_variant_of_ours_writes_figures_as_its_base_does(languages: Languages) -> None:
    assert said(languages, Money(150050), "de@leicht") == "1.500,50 €"


# ---- broken catalogs ---------------------------------------------------------------------------------------------


def told(folder: Path, words: str, head: str = HEADS["de"]) -> list[str]:
    """Return what is wrong with a German catalog of these entries; the first of them stands in line 5."""
    locales = write_catalogs(folder, {"de": words}, {"de": head})
    return [str(problem) for problem in catalog_problems(locales, {})]


def test_a_good_catalog_has_no_problems(tmp_path: Path) -> None:
    assert told(tmp_path, 'msgid "a"\nmsgstr "b"\n') == []


@pytest.mark.parametrize(
    ("words", "line", "why"),
    [
        ('msgid "a"\nmsgstr ""\n', 5, "no de translation of “a”"),
        ('#, fuzzy\nmsgid "a"\nmsgstr "b"\n', 6, "marked as fuzzy"),
        ('msgid "a {b}"\nmsgstr "a {c}"\n', 5, "unknown placeholder {c}"),
        ('msgid "a {b}"\nmsgstr "a"\n', 5, "lacks the placeholder {b}"),
        ('msgid "x"\nmsgstr "y"\n\nmsgid "{n} a"\nmsgid_plural "{n} as"\nmsgstr[0] "{n}"\nmsgstr[1] ""\n', 8, "no de"),
        ('msgid "/idea"\nmsgstr "/Idee!"\n', 5, "the command /idea"),
        ('msgid "a"\nmsgstr "b"\n\nmsgtr "c"\n', 8, 'this line cannot be read: msgtr "c"'),
        ('msgid "a"\nmsgstr "b\n\nmsgid "c"\nmsgstr "d"\n', 6, 'this line cannot be read: msgstr "b'),
        ('msgid "a"\nmsgstr "b"\n\nmsgid "x\nmsgstr "broken\n', 9, 'this line cannot be read: msgstr "broken'),
        ('msgid "a"\nmsgstr "b \\"\n', 6, "this line cannot be read"),
        ('msgid "a"\nmsgstr "b" c\n', 6, "this line cannot be read"),
        ('msgid a thing\nmsgstr "b"\n', 5, "this line cannot be read: msgid a thing"),
        ('msgid "a"\nmsgstr "b"\n\nmsgid "a"\nmsgstr "c"\n', 8, "“a” is translated in line 5 already"),
        ('msgid "a"\nmsgstr "b"\n\nmsgid ""\n"a"\nmsgstr "c"\n', 8, "“a” is translated in line 5 already"),
        ('msgid "a"\n\nmsgid "c"\nmsgstr "d"\n', 7, "msgid cannot stand behind msgid"),
        ('msgid "a"\nmsgstr "b"\n\nmsgid "c"\n', 8, "a translation (msgstr) is missing at the end"),
    ],
)
def test_a_mistake_in_a_catalog_is_told_with_its_line(tmp_path: Path, words: str, line: int, why: str) -> None:
    found = told(tmp_path, words)

    assert [problem for problem in found if problem.startswith(f"locales/de/LC_MESSAGES/projektbot.po:{line}: ")]
    assert [problem for problem in found if why in problem]


def test_all_lines_that_cannot_be_read_are_told_at_once(tmp_path: Path) -> None:
    found = told(tmp_path, 'msgid "a\nmsgstr "b"\n\nmsgid "c"\nmsgstr "d\n')

    assert [problem.split(":")[1] for problem in found] == ["5", "9"]


def test_one_text_may_be_translated_once_for_each_context(tmp_path: Path) -> None:
    words = 'msgctxt "x"\nmsgid "a"\nmsgstr "b"\n\nmsgctxt "y"\nmsgid "a"\nmsgstr "c"\n\nmsgid "a"\nmsgstr "d"\n'

    assert told(tmp_path, words) == []


def test_bytes_that_are_no_text_are_told(tmp_path: Path) -> None:
    locales = write_catalogs(tmp_path, {"de": ENTRIES["de"]})
    (locales / "de/LC_MESSAGES/projektbot.po").write_bytes(b"msgid \xff")

    assert "this is no UTF-8" in str(catalog_problems(locales, {})[0])


def test_all_mistakes_of_a_catalog_are_told_at_once(tmp_path: Path) -> None:
    words = '#, fuzzy\nmsgid "a"\nmsgstr "b"\n\nmsgid "c"\nmsgstr ""\n\nmsgid "d {e}"\nmsgstr "d"\n'

    assert [problem.split(":")[1] for problem in told(tmp_path, words)] == ["6", "9", "12"]


def test_a_plural_rule_that_is_none_is_told(tmp_path: Path) -> None:
    found = told(tmp_path, 'msgid "a"\nmsgstr "b"\n', "nplurals=2; plural=(many);")

    assert len(found) == 1
    assert "the head of the catalog cannot be read" in found[0]


def test_a_catalog_of_a_language_nobody_knows_is_told(tmp_path: Path) -> None:
    locales = write_catalogs(tmp_path, {"zz": 'msgid "a"\nmsgstr "b"\n'}, {"zz": HEADS["de"]})

    (found,) = map(str, catalog_problems(locales, {}))

    assert found.startswith("locales/zz/LC_MESSAGES/projektbot.po:1: the name of its folder is no language")


def test_what_cannot_be_read_is_left_out_until_it_is_mended(tmp_path: Path) -> None:
    locales = write_catalogs(tmp_path, {"de": ENTRIES["de"], "pl": 'msgtr "x"\n'})

    assert read_catalogs(locales, "de", BERLIN).locales == ("de", "en")
