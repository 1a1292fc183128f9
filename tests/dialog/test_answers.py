"""Answers of every type: what is read, what is objected, what is shown, and what always holds."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projektbot.dialog.answers import Accepted, Option, Wrong, constraint_text, objection, read_words, shown
from projektbot.dialog.model import ChoiceSpec, Constraint, Question, Type, Value
from projektbot.texts import Money, Place, Text, verbatim
from tests.dialog.asking import TODAY, many, options, question, read, values

PHOTO = {"kind": "image", "sha256": "0" * 64, "mime": "image/jpeg", "size": 9, "name": ""}
COLOURS = options("Rot", "Grün", "Blau")


def why(asked: Question | Type, words: str, locale: str = "de") -> str:
    """Return why words were refused."""
    reading = read(asked, words, locale, choices=COLOURS)
    assert isinstance(reading, Wrong)
    return reading.text.msgid


def limited(kind: Type, limits: dict[str, str | int]) -> Question:
    """Return a question with the limits of a row."""
    return Question("q", kind, "?", constraint=Constraint(**limits))  # type: ignore[arg-type]  # names and types as rows have them


# ---- text ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("  Eine Bank am Ufer \n", "Eine Bank am Ufer"),
        ("eins\n\nzwei", "eins\n\nzwei"),
        ("eins\r\nzwei\u2028drei", "eins\nzwei\ndrei"),
        ("Mu\u0308ggelsee", "Müggelsee"),
        ("a\x00b\x1bc\x7fd", "abcd"),
        ("\u202egnp.exe\u202c", "gnp.exe"),
        ("a\u200bb\ufeffc\u2060d\u00ade", "abcde"),
        ("e\u200b\u0301", "é"),
        ("\u2066x\u2069\u200e\u200f\u061c", "x"),
        ("👩\u200d🚀", "👩\u200d🚀"),
        ("🏳️\u200d🌈", "🏳️\u200d🌈"),
        ("❤️\u200d🔥", "❤️\u200d🔥"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("क्\u200dष", "क्\u200dष"),
        ("a\u200db", "ab"),
        ("\u200d👩", "👩"),
        ("\U0001f3f4\U000e0067\U000e0062\U000e007f!\U000e0041", "\U0001f3f4\U000e0067\U000e0062\U000e007f!"),
        ("x\ud800y", "xy"),
        ("<b>&amp;</b> *kein* _Markup_", "<b>&amp;</b> *kein* _Markup_"),
        ("0", "0"),
        ("👍", "👍"),
    ],
)
def test_a_text_is_kept_without_what_cannot_be_seen(words: str, text: str) -> None:
    assert read(Type.TEXT, words) == Accepted(text)


@pytest.mark.parametrize("words", ["", "  \n ", "\u200b\u200e", "\u3164", "\x00", "\ufe0f", "\u0301"])
def test_a_text_has_something_to_see_in_it(words: str) -> None:
    assert why(Type.TEXT, words) == "There was nothing to read in this. Please write a few words."


def test_a_text_that_is_too_long_hears_how_long_it_is() -> None:
    limited = question(Type.TEXT, max_length=5)

    for asked, length, most in ((limited, 6, 5), (question(Type.TEXT), 4001, 4000), (question(Type.TEXT), 10**6, 4000)):
        reading = read(asked, "x" * length)
        assert isinstance(reading, Wrong)
        assert reading.text.plural == "At most {n} characters, please; yours has {length}."
        assert (reading.text.n, reading.text.params["length"]) == (most, length)


def test_a_text_that_is_too_short_hears_how_long_it_must_be() -> None:
    reading = read(question(Type.TEXT, min_length=3), "ab")

    assert isinstance(reading, Wrong)
    assert (reading.text.n, reading.text.params["length"]) == (3, 2)


def test_a_text_matches_the_form_from_end_to_end() -> None:
    postcode = question(Type.TEXT, pattern="[0-9]{5}")

    assert read(postcode, " 12555 ") == Accepted("12555")
    assert why(postcode, "12555 Berlin") == "This is not in the form we need. Please check it once more."


def test_the_authors_own_words_explain_a_limit() -> None:
    asked = Question(
        "q", Type.MONEY, "?", constraint=Constraint(max="100"), constraint_message="We have only a little."
    )

    assert why(asked, "500") == "We have only a little."
    assert why(asked, "abc") == "Please write an amount, at most {max}."


# ---- yes, files, more than one type ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words", ["ok", "OK!", "Ja", "yes", "verstanden", "Alles klar.", "einverstanden", "1", "👍", "✅", "👍🏿"]
)
def test_agreeing_takes_a_word(words: str) -> None:
    assert read(Type.ACKNOWLEDGE, words) == Accepted(value=True)


@pytest.mark.parametrize("words", ["", "nein", "2", "vielleicht", "👎"])
def test_anything_else_is_no_agreement(words: str) -> None:
    assert why(Type.ACKNOWLEDGE, words) == "Please write “OK” when you have read this and agree."


@pytest.mark.parametrize(
    ("kind", "also", "required", "message"),
    [
        (Type.IMAGE, (), True, "Please send a photo."),
        (Type.IMAGE, (), False, "Please send a photo, or skip this question."),
        (Type.AUDIO, (), True, "Please send a voice note."),
        (Type.IMAGE, (Type.AUDIO,), True, "Please send a photo or a voice note."),
        (Type.AUDIO, (Type.IMAGE,), False, "Please send a photo or a voice note, or skip this question."),
        (Type.FILE, (), True, "Please send a file."),
        (Type.IMAGE, (Type.FILE,), False, "Please send a file, or skip this question."),
    ],
)
def test_words_are_no_photo(kind: Type, also: tuple[Type, ...], required: bool, message: str) -> None:  # noqa: FBT001 - a column
    assert why(question(kind, also=also, required=required), "hier ist es") == message


def test_words_answer_a_question_that_also_takes_text() -> None:
    asked = question(Type.AUDIO, also=(Type.TEXT,), max_length=10)

    assert read(asked, "Hallo") == Accepted("Hallo")
    assert objection(asked, PHOTO | {"kind": "audio", "mime": "audio/ogg"}, options=(), today=TODAY) is None
    assert objection(asked, PHOTO, options=(), today=TODAY) is not None


def test_the_first_type_that_fits_is_taken() -> None:
    asked = question(Type.DATE, also=(Type.TEXT,))

    assert read(asked, "24.12.2026") == Accepted("2026-12-24")
    assert read(asked, "im Advent") == Accepted("im Advent")


# ---- objections ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "limits", "good", "bad"),
    [
        (Type.INTEGER, {"min": "1", "max": "10"}, [1, 10], [0, 11, "5", 5.0, True, None, 10**20]),
        (Type.DECIMAL, {"min": "0.5"}, ["0.5", "12"], ["0.49", "1e5", "NaN", 3, "", "9" * 99]),
        (
            Type.MONEY,
            {"min": "0", "max": "10"},
            [{"EUR": 0}, {"EUR": 1000}],
            [{"EUR": 1001}, {"EUR": -1}, {"USD": 5}, {}, {"EUR": 1.5}, 5],
        ),
        (Type.DATE, {"min": "today"}, ["2026-10-14"], ["2026-10-13", "2026-13-01", "20261224", "heute", 5]),
        (Type.TIME, {"min": "08:00", "max": "20:00"}, ["08:00", "20:00"], ["07:59", "20:01", "24:00", "9:00", 9]),
        (Type.TEXT, {"max_length": 3}, ["abc"], ["abcd", "", "  ", 5, None, ["a"]]),
        (Type.SELECT_ONE, {}, ["a", "c"], ["d", "", None, ["a"], 1]),
        (
            Type.SELECT_MULTIPLE,
            {"max": "2"},
            [["a"], ["a", "b"]],
            [[], ["a", "b", "c"], ["a", "a"], ["x"], "a", [1], [[]]],
        ),
        (Type.RANK, {"min": "2"}, [["b", "a"]], [["a"], [], ["a", "a"], {}]),
        (
            Type.GEOPOINT,
            {},
            [{"lat": 52.4, "lon": 13}],
            [{"lat": 91, "lon": 0}, {"lat": 1}, {"lat": "1", "lon": 2}, {"lat": True, "lon": 2}, []],
        ),
        (
            Type.IMAGE,
            {},
            [PHOTO, PHOTO | {"kind": "file"}],
            [PHOTO | {"kind": "audio", "mime": "audio/ogg"}, {}, "x", {"kind": "image"}],
        ),
        (Type.FILE, {}, [PHOTO], [True]),
        (Type.ACKNOWLEDGE, {}, [True], [False, 1, "true", None]),
    ],
)
def test_a_stored_value_still_fits_or_is_objected_to(
    kind: Type, limits: dict[str, str | int], good: list[Value], bad: list[Value]
) -> None:
    asked = limited(kind, limits)

    assert [value for value in good if objection(asked, value, options=COLOURS, today=TODAY)] == []
    assert [value for value in bad if not objection(asked, value, options=COLOURS, today=TODAY)] == []


def test_a_choice_that_is_gone_is_told() -> None:
    against = objection(question(Type.SELECT_ONE), "x", options=COLOURS, today=TODAY)

    assert against == Text("This choice is no longer offered. Please choose again.")


def test_a_limit_is_named_with_what_came() -> None:
    against = objection(question(Type.MONEY, max="1000"), {"EUR": 150050}, options=(), today=TODAY)

    assert against == Text(
        "At most {limit}, please; yours is {value}.", {"limit": Money(100000), "value": Money(150050)}
    )


# ---- what is expected and how it is shown ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "limits", "msgid", "params"),
    [
        (
            Type.INTEGER,
            {"min": "1", "max": "9"},
            "Please write a whole number between {min} and {max}.",
            {"min": 1, "max": 9},
        ),
        (Type.DECIMAL, {"max": "2.5"}, "Please write a number, at most {max}.", {"max": Decimal("2.5")}),
        (Type.MONEY, {}, "Please write an amount, such as {example}.", {"example": Money(50000)}),
        (Type.MONEY, {"min": "0.5"}, "Please write an amount, {min} or more.", {"min": Money(50)}),
        (Type.DATE, {"min": "today"}, "Please write a date, {min} or later.", {"min": Text("today")}),
        (Type.DATE, {"max": "2026-12-31"}, "Please write a date, {max} or earlier.", {"max": date(2026, 12, 31)}),
        (
            Type.TIME,
            {"min": "08:00", "max": "20:00"},
            "Please write a time between {min} and {max}.",
            {"min": time(8), "max": time(20)},
        ),
        (Type.TEXT, {}, "Please write a few words.", {}),
        (Type.TEXT, {"min_length": 3, "max_length": 80}, "Please write {min} to {n} character.", {"min": 3, "n": 80}),
        (Type.SELECT_ONE, {}, "I could not match that. Please choose one; its number is enough.", {}),
        (
            Type.SELECT_MULTIPLE,
            {"max": "3"},
            "Please choose at most {max} and write their numbers, such as: 1, 3.",
            {"max": 3},
        ),
        (Type.GEOPOINT, {}, "Please share a location, or write its coordinates, such as 52.4425, 13.5823.", {}),
    ],
)
def test_what_is_expected_is_said_with_its_limits(
    kind: Type, limits: dict[str, str | int], msgid: str, params: dict[str, object]
) -> None:
    text = constraint_text(limited(kind, limits))

    assert (text.msgid, text.params) == (msgid, params)


def it(value: object) -> Text:
    """Return a text that is one value."""
    return Text("{it}", {"it": value})  # type: ignore[dict-item]  # each row has a proper one


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        (Type.TEXT, "Bank", verbatim("Bank")),
        (Type.INTEGER, 1500, it(1500)),
        (Type.DECIMAL, "1.5", it(Decimal("1.5"))),
        (Type.MONEY, {"EUR": 150000}, it(Money(150000))),
        (Type.DATE, "2026-12-24", it(date(2026, 12, 24))),
        (Type.TIME, "09:30", it(time(9, 30))),
        (Type.SELECT_ONE, "b", verbatim("Grün")),
        (Type.SELECT_ONE, "gone", verbatim("gone")),
        (Type.SELECT_MULTIPLE, ["a", "c"], it((verbatim("Rot"), verbatim("Blau")))),
        (Type.SELECT_MULTIPLE, [], Text("nothing chosen")),
        (Type.RANK, ["c"], it((Text("{place}. {it}", {"place": 1, "it": verbatim("Blau")}),))),
        (Type.GEOPOINT, {"lat": 52.4, "lon": 13}, it(Place(52.4, 13.0))),
        (Type.IMAGE, PHOTO, Text("a photo")),
        (Type.AUDIO, PHOTO | {"kind": "audio"}, Text("a voice note")),
        (Type.FILE, PHOTO | {"name": "plan.pdf"}, Text("the file {name}", {"name": "plan.pdf"})),
        (Type.FILE, PHOTO, Text("a file")),
        (Type.ACKNOWLEDGE, True, Text("agreed")),
        (Type.INTEGER, None, Text("no answer")),
        (Type.DATE, "some day", verbatim("some day")),
    ],
)
def test_an_answer_is_shown_with_its_value_left_to_the_locale(kind: Type, value: Value, text: Text) -> None:
    assert shown(question(kind), value, COLOURS) == text


def test_a_choice_no_longer_offered_is_shown_as_the_dialog_calls_it() -> None:
    asked = Question("q", Type.SELECT_ONE, "?", choices=(ChoiceSpec("old", "The old one"),))

    assert shown(asked, "old", []) == Text("The old one")


# ---- what always holds -----------------------------------------------------------------------------------------------

LOCALES = st.sampled_from(
    ["de", "en", "en_US", "pl", "tr", "ar", "uk", "ru", "vi", "de@leicht", "xx", "", "x" * 50, "de-", "@"]
)
LIKELY = st.text(st.sampled_from("0123456789 .,-/:'’€$k%°NEund\n٣٬٫👍\u200d\u202e!d3@=geo?&"), max_size=40)
SPOKEN = st.lists(
    st.sampled_from(
        [
            "1",
            "2",
            "24",
            "12",
            "2026",
            "9",
            "30",
            "500",
            "1.500",
            "1,5",
            "bis",
            "und",
            "€",
            "rund",
            "in",
            "vor",
            "Tagen",
            "Dezember",
            "Freitag",
            "halb",
            "viertel",
            "nach",
            "am",
            "pm",
            "Rot",
            "grün",
            "alle",
            "keine",
            "ja",
            "-",
            "Mio",
            "Tsd",
            "nächsten",
            "morgen",
        ]
    ),
    max_size=7,
).map(" ".join)
WORDS = st.one_of(st.text(), st.text(st.characters()), LIKELY, SPOKEN)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(["a", "EUR", "2026-12-24", "09:30", "1e9999"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["EUR", "lat", "lon", "kind", "sha256", "mime"]) | st.text(max_size=3), inner, max_size=4
        )
    ),
    max_leaves=8,
)
QUESTIONS = st.builds(
    Question,
    name=st.just("q"),
    type=st.sampled_from(Type),
    label=st.just("?"),
    also=st.lists(st.sampled_from(Type), max_size=2).map(tuple),
    required=st.booleans(),
    constraint=st.builds(
        Constraint,
        min=st.sampled_from(["", "0", "2", "today", "08:00"]),
        max=st.sampled_from(["", "3", "1000", "today", "2026-12-31"]),
        min_length=st.sampled_from([0, 2]),
        max_length=st.sampled_from([0, 20]),
        pattern=st.sampled_from(["", "[a-z ]+"]),
    ),
)


@pytest.mark.fuzz
@many
@given(QUESTIONS, WORDS, LOCALES)
def test_no_words_break_the_reading_and_what_is_accepted_meets_no_objection(
    asked: Question, words: str, locale: str
) -> None:
    reading = read(asked, words, locale, choices=COLOURS)

    for value in values(reading):
        shown(asked, value, COLOURS)


@pytest.mark.fuzz
@many
@given(QUESTIONS, JSON)
def test_any_json_is_objected_to_or_shown(asked: Question, value: Value) -> None:
    objection(asked, value, options=COLOURS, today=TODAY)
    shown(asked, value, COLOURS)


@pytest.mark.fuzz
@many
@given(st.text())
def test_a_text_once_cleaned_stays_as_it_is(words: str) -> None:
    for text in values(read(Type.TEXT, words)):
        assert read(Type.TEXT, text) == Accepted(text)


@pytest.mark.parametrize("kind", Type)
def test_a_flood_of_words_is_refused_at_once(kind: Type) -> None:
    assert isinstance(
        read_words(question(kind), "1 " * 5_000_000, options=[Option("a", "A")], locale="de", today=TODAY), Wrong
    )


@pytest.mark.parametrize("kind", Type)
@pytest.mark.parametrize(
    "piece", [" ", "1 ", "a,", "9", "und ", "👩\u200d", "\u0301", "\n", "1.", "1°1'", "https://x?q=1,"]
)
@pytest.mark.parametrize("length", [55, 115, 1999, 69_999])
def test_monotonous_words_are_read_as_well(kind: Type, piece: str, length: int) -> None:
    read(kind, (piece * length)[:length], choices=COLOURS)
