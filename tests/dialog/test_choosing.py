"""Choices: one, several, and in order."""

from __future__ import annotations

import pytest

from projektbot.dialog.answers import Accepted, Option, Which, Wrong, read_words
from projektbot.dialog.model import ChoiceSpec, Question, Type
from tests.dialog.asking import TODAY, options, question, read, values

AREAS = options("Alt-Treptow", "Köpenick-Süd", "Köpenick-Nord", "Müggelheim", "Adlershof", "Große Straße")
FIELDS = options(
    "Health, education and culture", "Social innovation and participation", "Environment & nature", "Other"
)
YES_NO = [Option("yes", "Ja, gern"), Option("no", "Nein")]


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("1", "a"),
        ("4", "d"),
        ("4.", "d"),
        ("#4", "d"),
        ("Nr. 4", "d"),
        ("Nummer 4", "d"),
        ("4️⃣", "d"),
        ("④", "d"),
        ("٤", "d"),
        ("a", "a"),
        ("Alt-Treptow", "a"),
        ("alt treptow", "a"),
        ("  ALT-TREPTOW! 🙂", "a"),
        ("Müggelheim", "d"),
        ("mueggelheim", "d"),
        ("Mu\u0308ggelheim", "d"),
        ("müg", "d"),
        ("Al", "a"),
        ("treptow", "a"),
        ("süd", "b"),
        ("Grosse Strasse", "f"),
        ("GROSSE STRAẞE", "f"),
        ("Müggelhaim", "d"),
        ("Adlershoff", "e"),
        ("trebtow", "a"),
    ],
)
def test_a_choice_is_found_by_number_name_label_beginning_word_or_with_a_typo(words: str, name: str) -> None:
    assert read(Type.SELECT_ONE, words, choices=AREAS) == Accepted(name)


@pytest.mark.parametrize(
    ("words", "names"),
    [("Köpenick", ("b", "c")), ("köp", ("b", "c")), ("Koepenik", ("b", "c")), ("Köpenik-Sord", ("b", "c"))],
)
def test_when_several_choices_are_as_close_the_person_is_asked(words: str, names: tuple[str, ...]) -> None:
    assert read(Type.SELECT_ONE, words, choices=AREAS) == Which(names)


@pytest.mark.parametrize("words", ["", "0", "7", "99999999999", "x", "Hamburg", "😀", ".", "l" * 60_000, "\u200f"])
def test_what_is_none_of_the_choices_is_asked_again(words: str) -> None:
    reading = read(Type.SELECT_ONE, words, choices=AREAS)

    assert isinstance(reading, Wrong)
    assert reading.text.msgid == "I could not match that. Please choose one; its number is enough."


def test_five_that_fit_are_too_many_to_ask_about() -> None:
    alike = options(*(f"Kiez {letter}" for letter in "uvwxy"))

    reading = read(Type.SELECT_ONE, "Kiez", choices=alike)

    assert isinstance(reading, Wrong)
    assert reading.text.msgid == "Several choices fit. Please write a little more, or the number."


def test_a_label_that_is_a_number_itself_is_asked_if_it_stands_elsewhere() -> None:
    hours = options("2", "1", "5 €")

    assert read(Type.SELECT_ONE, "1", choices=hours) == Which(("b", "a"))
    assert read(Type.SELECT_ONE, "3", choices=hours) == Accepted("c")
    assert read(Type.SELECT_ONE, "5", choices=hours) == Accepted("c")


def test_a_number_is_a_place_in_the_list_whatever_a_choice_is_called_inside() -> None:
    members = [Option("3", "Anna"), Option("1", "Ben"), Option("20", "Carla")]

    assert read(Type.SELECT_ONE, "1", choices=members) == Accepted("3")
    assert read(Type.SELECT_ONE, "3", choices=members) == Accepted("20")
    assert read(Type.SELECT_ONE, "20", choices=members) == Accepted("20")


def test_a_choice_is_also_known_by_its_english_label() -> None:
    asked = Question(
        "kind", Type.SELECT_ONE, "?", choices=(ChoiceSpec("new", "Something new"), ChoiceSpec("old", "Old"))
    )
    offered = [Option("new", "Etwas Neues"), Option("old", "Altes")]

    for words in ("something new", "Etwas Neues", "new", "neues"):
        assert read(asked, words, choices=offered) == Accepted("new")


def test_labels_of_signs_alone_are_told_apart() -> None:
    signs = options("😀", "☹️")

    assert read(Type.SELECT_ONE, "☹️", choices=signs) == Accepted("b")


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("ja", "yes"),
        ("j", "yes"),
        ("Yes!", "yes"),
        ("klar", "yes"),
        ("👍", "yes"),
        ("👍🏽", "yes"),
        ("nein", "no"),
        ("nope", "no"),
        ("n", "no"),
        ("👎", "no"),
        ("Nein danke", "no"),
        ("1", "yes"),
        ("2", "no"),
    ],
)
def test_yes_and_no_may_be_said_in_many_ways(words: str, name: str) -> None:
    assert read(Type.SELECT_ONE, words, choices=YES_NO) == Accepted(name)


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("1, 3", ["a", "c"]),
        ("3,1", ["a", "c"]),
        ("1 3", ["a", "c"]),
        ("1 und 3", ["a", "c"]),
        ("1 & 3 and 4", ["a", "c", "d"]),
        ("1; 3\n4", ["a", "c", "d"]),
        ("1. 3.", ["a", "c"]),
        ("1 3, 4", ["a", "c", "d"]),
        ("1, 1", ["a"]),
        ("Health, education and culture", ["a"]),
        ("Health, education and culture, other", ["a", "d"]),
        ("Social innovation and participation and Environment & nature", ["b", "c"]),
        ("health and nature", ["a", "c"]),
        ("- Other\n- Social innovation", ["b", "d"]),
        ("alle", ["a", "b", "c", "d"]),
        ("All!", ["a", "b", "c", "d"]),
    ],
)
def test_several_choices_are_kept_in_the_order_they_are_offered(words: str, names: list[str]) -> None:
    assert read(Type.SELECT_MULTIPLE, words, choices=FIELDS) == Accepted(names)


@pytest.mark.parametrize(
    ("words", "names"), [("3, 1, 2", ["c", "a", "b"]), ("nature > other", ["c", "d"]), ("4", ["d"])]
)
def test_a_ranking_keeps_the_order_it_was_written_in(words: str, names: list[str]) -> None:
    assert read(Type.RANK, words, choices=FIELDS) == Accepted(names)


def test_nothing_may_be_chosen_only_where_no_answer_is_needed() -> None:
    may, must = question(Type.SELECT_MULTIPLE, required=False, min="2"), question(Type.SELECT_MULTIPLE)

    assert read(may, "keine", choices=FIELDS) == Accepted([])
    assert isinstance(read(must, "keine", choices=FIELDS), Wrong)
    assert isinstance(read(question(Type.RANK, required=False), "none", choices=FIELDS), Wrong)


def test_a_choice_called_none_is_a_choice() -> None:
    offered = options("Kinder", "Keine")

    assert read(Type.SELECT_MULTIPLE, "keine", choices=offered) == Accepted(["b"])


def test_an_unclear_part_is_asked_with_the_clear_ones_around_it() -> None:
    assert read(Type.SELECT_MULTIPLE, "Adlershof, Köpenick", choices=AREAS) == Which((["b", "e"], ["c", "e"]))
    assert read(Type.RANK, "Adlershof, Köpenick", choices=AREAS) == Which((["e", "b"], ["e", "c"]))


def test_the_part_that_was_not_found_is_named() -> None:
    reading = read(Type.SELECT_MULTIPLE, "1, Hamburg", choices=AREAS)

    assert isinstance(reading, Wrong)
    assert reading.text.params == {"words": "Hamburg"}


def test_a_ranking_names_each_choice_once() -> None:
    reading = read(Type.RANK, "1, 2, 1", choices=AREAS)

    assert isinstance(reading, Wrong)
    assert reading.text.msgid == "One choice stands there twice. Please write each only once."


@pytest.mark.parametrize("kind", [Type.SELECT_MULTIPLE, Type.RANK])
def test_the_number_of_choices_keeps_to_its_limits(kind: Type) -> None:
    asked = question(kind, min="2", max="3")

    assert values(read(asked, "1, 2", choices=AREAS)) == (["a", "b"],)
    for words, count in (("1", 1), ("1 2 3 4", 4)):
        reading = read(asked, words, choices=AREAS)
        assert isinstance(reading, Wrong)
        assert reading.text.params["value"] == count


def test_where_nothing_is_offered_nothing_is_chosen() -> None:
    for kind in (Type.SELECT_ONE, Type.SELECT_MULTIPLE, Type.RANK):
        assert isinstance(read(kind, "1", choices=[]), Wrong)
        assert isinstance(read_words(question(kind), "alle", options=[], locale="de", today=TODAY), Wrong)
