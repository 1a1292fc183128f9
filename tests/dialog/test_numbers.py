"""Numbers and amounts of money, as people write them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from babel.numbers import format_currency, format_decimal
from hypothesis import given
from hypothesis import strategies as st

from projektbot.dialog.answers import Accepted, Which, Wrong
from projektbot.dialog.model import Type
from projektbot.texts import Own
from tests.dialog.asking import many, question, read

LOCALES = [
    "de",
    "en",
    "pl",
    "tr",
    "ar",
    "vi",
    "uk",
    "ru",
    "de_CH",
    "de_AT",
    "de@leicht",
    "en_GB",
    "en_IN",
    "hi",
    "fa",
    "fr",
]


def euros(words: str, locale: str = "de") -> list[int] | str:
    """Return the cents an amount may mean, or why it is none."""
    match read(Type.MONEY, words, locale):
        case Accepted(value):
            return [value["EUR"]]
        case Which(several):
            return [value["EUR"] for value in several]
        case Wrong(text):
            return text.msgid


@pytest.mark.parametrize(
    ("words", "cents"),
    [
        ("500", 50000),
        (" 1200 € ", 120000),
        ("€1200", 120000),
        ("EUR 1.200,50", 120050),
        ("1.200,50 Euro", 120050),
        ("rund 500 Euro", 50000),
        ("ca. 500", 50000),
        ("~500", 50000),
        ("etwa 500 EUR.", 50000),
        ("500,-", 50000),
        ("500,– €", 50000),
        ("1.500,- €", 150000),
        ("bis zu 800 Euro", 80000),
        ("2 Tsd", 200000),
        ("2 Tsd. Euro", 200000),
        ("hundert", 10000),
        ("zweihundert", 20000),
        ("fünfhundert Euro", 50000),
        ("rund zwei tausend", 200000),
        ("Zweitausend €", 200000),
        ("eine Million", 100000000),
        ("a hundred euros", 10000),
        ("about two thousand", 200000),
        ("2 tausend", 200000),
        ("5 T€", 500000),
        ("5 TEUR", 500000),
        ("1,5 Mio", 150000000),
        ("1,5 Mio. €", 150000000),
        ("1.2k", 120000),
        ("1,2k €", 120000),
        ("zwei", 200),
        ("50 Cent", 50),
        ("1 500", 150000),
        ("1\u00a0500,00 €", 150000),
        ("1\u2009500", 150000),
        ("1'500", 150000),
        ("1’500.50", 150050),
        ("1.500", 150000),
        ("1.500.000", 150000000),
        ("1,500,000", 150000000),
        ("12,34,567.50", 123456750),
        ("1.234,56", 123456),
        ("1,234.56", 123456),
        ("1.50", 150),
        ("1,5", 150),
        ("0,500", 50),
        ("0.50", 50),
        (",50", 50),
        ("-500", -50000),
        ("−500 €", -50000),
        ("minus 500", -50000),
        ("-€5", -500),
        ("€-5", -500),
        ("١٢٠٠", 120000),
        ("۱۲۰۰", 120000),
        ("१२००", 120000),
        ("１２００", 120000),
        ("١٬٢٠٠٫٥٠ €", 120050),
        ("nichts", 0),
        ("kostenlos!", 0),
        ("free", 0),
        ("Umsonst", 0),
        ("0", 0),
    ],
)
def test_an_amount_is_read_however_it_is_written(words: str, cents: int) -> None:
    assert euros(words) == [cents]


@pytest.mark.parametrize(
    ("locale", "words", "cents"),
    [
        ("en", "1.500", [150000, 150]),
        ("en", "1.500 €", [150000, 150]),
        ("de", "1,500", [150000, 150]),
        ("pl", "1.500", [150000, 150]),
        ("pl", "1,500", [150000, 150]),
        ("de_CH", "1.500", [150000, 150]),
        ("de", "1,500 Mio", [150000000000, 150000000]),
        ("en", "1,500", [150000]),
        ("de", "1.500", [150000]),
        ("tr", "1.500", [150000]),
        ("vi", "1.500", [150000]),
        ("en", "12345.678", "An amount has at most two decimals, for example {example}."),
        ("en", "12.345", [1234500]),
        ("en", "1.500,00", [150000]),
        ("en", "1.50", [150]),
        ("de", "1.50", [150]),
    ],
)
def test_a_lone_separator_before_three_digits_is_asked_unless_the_locale_settles_it(
    locale: str, words: str, cents: list[int] | str
) -> None:
    assert euros(words, locale) == cents


@pytest.mark.parametrize(
    ("words", "cents"),
    [
        ("500-800 €", [50000, 80000]),
        ("500 – 800", [50000, 80000]),
        ("500 bis 800 Euro", [50000, 80000]),
        ("500€-800€", [50000, 80000]),
        ("zwischen 500 und 800", [50000, 80000]),
        ("between 500 and 800", [50000, 80000]),
        ("from €500 to €800", [50000, 80000]),
        ("500 oder 800", [50000, 80000]),
        ("2-3 Tsd", [200000, 300000]),
        ("2-3k €", [200000, 300000]),
        ("500-2k", [50000, 200000]),
        ("-5 bis -3", [-500, -300]),
        ("1,500-2,000", [150000, 150, 200000, 200]),
        ("500-500", [50000]),
    ],
)
def test_of_a_range_both_ends_are_asked(words: str, cents: list[int]) -> None:
    assert euros(words) == cents


@pytest.mark.parametrize(
    "words",
    [
        "",
        "abc",
        "viel",
        "500 Personen",
        "5 50",
        "1.2.3",
        "12..5",
        "500, 600, 700",
        "€",
        "-",
        "10²",
        "½",
        "1,2,3",
        "--5",
        "1-2-3",
        "5 Euro 50 Dollar",
        "500-",
        "9" * 10_000_000,
        "1" * 30,
        "😀",
        "1e5",
        "0x10",
        "NaN",
        "Infinity",
        "inf €",
    ],
)
def test_what_is_no_amount_is_asked_again(words: str) -> None:
    assert euros(words) == "Please write an amount, such as {example}."


@pytest.mark.parametrize("words", ["500 $", "$500", "500 Dollar", "CHF 500", "500 PLN", "500 zł", "500 £", "20 dkk"])
def test_another_currency_is_named(words: str) -> None:
    reading = read(Type.MONEY, words)

    assert isinstance(reading, Wrong)
    assert reading.text.msgid == "We count in {currency} here. How much is it in {currency}?"
    assert reading.text.params == {"currency": Own("EUR")}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("12,3456", "An amount has at most two decimals, for example {example}."),
        ("0,005", "An amount has at most two decimals, for example {example}."),
        ("20 Billionen Mio", "Please write an amount, such as {example}."),
        ("99 Mrd Mrd", "That number is larger than I can keep. Please check it once more."),
        ("10.000.000.000.001", "That number is larger than I can keep. Please check it once more."),
    ],
)
def test_what_cannot_be_kept_to_the_cent_is_explained(words: str, message: str) -> None:
    assert euros(words) == message


@pytest.mark.fuzz
@many
@given(st.sampled_from(LOCALES), st.integers(-(10**15), 10**15), st.sampled_from(["latn", "default"]))
def test_money_is_read_back_as_it_is_shown(locale: str, cents: int, digits: str) -> None:
    known = locale.partition("@")[0]
    shown = format_currency(Decimal(cents) / 100, "EUR", locale=known, numbering_system=digits)

    assert euros(shown, locale) == [cents]


@pytest.mark.fuzz
@many
@given(st.sampled_from(LOCALES), st.integers(-(10**15), 10**15), st.sampled_from(["latn", "default"]))
def test_whole_numbers_are_read_back_as_they_are_shown(locale: str, number: int, digits: str) -> None:
    shown = format_decimal(number, locale=locale.partition("@")[0], numbering_system=digits)

    assert read(Type.INTEGER, shown, locale) == Accepted(number)


@pytest.mark.parametrize(
    ("locale", "words", "values"),
    [
        ("de", "12", [12]),
        ("de", "12 Leute", [12]),
        ("en", "about 20 people", [20]),
        ("en", "two", [2]),
        ("de", "Zwölf", [12]),
        ("de", "-3", [-3]),
        ("de", "3,0", [3]),
        ("en", "1.500", [1500]),
        ("de", "1,500", [1500]),
        ("de", "1,000", [1000, 1]),
        ("de", "2k", [2000]),
        ("de", "3-4", [3, 4]),
        ("fa", "۱۲", [12]),
    ],
)
def test_of_a_whole_number_only_whole_readings_count(locale: str, words: str, values: list[int]) -> None:
    expected = Accepted(values[0]) if len(values) == 1 else Which(tuple(values))

    assert read(Type.INTEGER, words, locale) == expected


def test_a_whole_number_has_no_decimals() -> None:
    reading = read(Type.INTEGER, "2,5")

    assert isinstance(reading, Wrong)
    assert reading.text.msgid == "Please write a whole number, without decimals."


@pytest.mark.parametrize(
    ("locale", "words", "values"),
    [
        ("en", "1.500", ("1500", "1.5")),
        ("de", "1.500", ("1500",)),
        ("de", "2,50", ("2.5",)),
        ("en", "2.50", ("2.5",)),
        ("de", "-0", ("0",)),
        ("de", "0,125", ("0.125",)),
        ("de", "50 %", ("50",)),
        ("de", "1,5 Mio", ("1500000",)),
    ],
)
def test_a_decimal_is_kept_without_needless_zeros(locale: str, words: str, values: tuple[str, ...]) -> None:
    reading = read(Type.DECIMAL, words, locale)

    assert reading == (Accepted(values[0]) if len(values) == 1 else Which(values))


def test_a_reading_that_the_constraint_forbids_is_not_offered() -> None:
    at_least_ten = question(Type.MONEY, min="10")

    assert read(at_least_ten, "1.500", "en") == Accepted({"EUR": 150000})


def test_when_no_reading_is_allowed_the_limit_is_named() -> None:
    reading = read(question(Type.MONEY, max="1"), "1.500", "en")

    assert isinstance(reading, Wrong)
    assert reading.text.msgid == "At most {limit}, please; yours is {value}."
