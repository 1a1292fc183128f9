"""What is shown with a question: how far one is, hints, what was picked, pages, the review."""

from __future__ import annotations

import pytest

from projektbot.messages import Tap
from tests.dialog.scene import HELP, MENU, Player, SmallHouse
from tests.dialog.test_engine import TO_REVIEW, at_review

TO_THE_LETTERS = TO_REVIEW[:7]
BIKE = """
dialog: bike
version: 1
title: A bike
trigger: [{command: bike}]
steps:
  - question: kind
    type: select_one
    label: Which kind?
    hint: There are two.
    required: false
    choices: [{name: long, label: The long one}, {name: kids, label: For children}]
  - question: days
    type: integer
    label: For how many days?
  - question: point
    type: geopoint
    label: Where to?
    required: false
  - note: "Bike: {kind}; days: {days}; to: {point}."
"""


def flags(player: Player) -> dict[str, tuple[bool, bool]]:
    """Return of each paragraph said last whether it is bold, and bound to the one before."""
    words = player.said().split("\n")
    return {
        text: (line.bold, line.close)
        for text, line in zip(words, (*player.turn.lines, *player.turn.prompt.lines), strict=True)
    }


def test_a_draft_says_how_far_one_is() -> None:
    player = Player()

    first = player.says("/all")
    second = player.says("some words")

    assert "Question 1 of 14" in first
    assert "Question 2 of 14" in second
    assert flags(player)["How many?"] == (True, True)


def test_neither_a_menu_nor_a_review_counts_questions() -> None:
    assert "Question" not in Player().says("/menu")
    assert "Question" not in at_review().said()


def test_a_hint_stands_under_its_question_and_goes_when_it_is_asked_which() -> None:
    player = Player(BIKE.replace("For children", "The loud one"), HELP, MENU.replace("everything", "bike"))

    asked = player.says("/bike")
    hint = flags(player)["There are two."]
    which = player.says("The lo")

    assert "There are two." in asked
    assert hint == (False, True)
    assert "Which of these do you mean?" in which
    assert "There are two." not in which
    assert player.labels()[:2] == ["The long one", "The loud one"]


def test_asked_which_one_may_as_well_answer_anew() -> None:
    player = Player(BIKE.replace("For children", "The loud one"), HELP, MENU.replace("everything", "bike"))
    player.says("/bike", "The lo")

    said = player.says("the loud one")

    assert "For how many days?" in said
    assert player.answers() == {"kind": "kids"}


def test_asked_which_a_new_answer_that_does_not_fit_is_explained() -> None:
    player = Player(BIKE.replace("For children", "The loud one"), HELP, MENU.replace("everything", "bike"))
    player.says("/bike", "The lo")

    said = player.says("another")

    assert "Which kind?" in said
    assert "Which of these do you mean?" not in said
    assert player.answers() == {}


def test_a_list_says_what_was_picked_so_far() -> None:
    player = Player()

    first = player.says(*TO_THE_LETTERS, "1")
    then = player.taps("Red", "Blue")

    assert "Choose as many as you like." in first
    assert "So far: Red and Blue" in then
    assert "Choose as many as you like." not in then
    assert player.labels() == ["✓ Red", "Green", "✓ Blue", "Done", "Back"]


def test_a_ranking_says_how_it_goes_and_numbers_what_was_picked() -> None:
    player = Player()

    first = player.says(*TO_THE_LETTERS, "1", "2")
    player.taps("Juice", "Tea")

    assert "Choose the most important first" in first
    assert player.labels()[:4] == ["2. Tea", "Milk", "1. Juice", "Done"]


def test_what_takes_one_answer_says_nothing_of_many() -> None:
    said = Player().says(*TO_THE_LETTERS)

    assert "Choose" not in said


@pytest.mark.parametrize(("number", "pages"), [(10, [10]), (11, [10, 1]), (20, [10, 10]), (21, [10, 10, 1])])
def test_a_page_has_ten_choices_and_the_last_leads_back_to_the_first(number: int, pages: list[int]) -> None:
    player = Player(house=SmallHouse("abcdefghijklmnopqrstuvwxyz"[:number]))
    player.says(*TO_THE_LETTERS)
    seen = []

    for page in range(len(pages)):
        labels = player.labels()
        seen.append(sum(label.startswith("Letter") for label in labels))
        ending = "From the beginning" if page == len(pages) - 1 else "More …"
        assert (ending in labels) == (number > 10)
        assert player.turn.prompt.first == page * 10 + 1
        if number > 10:
            player.taps(ending)

    assert seen == pages
    assert player.turn.prompt.first == 1


@pytest.mark.parametrize(("page", "first"), [("1", 11), ("x", 1), ("", 1), ("-1", 1), ("99999", 1)])
def test_a_page_that_cannot_be_is_the_first(page: str, first: int) -> None:
    player = Player()
    player.says(*TO_THE_LETTERS)

    player.do(Tap(f"{player.session.frames[0].id}|one|.page:{page}"))

    assert player.turn.prompt.first == first


def test_turning_the_page_by_a_word_ends_at_the_beginning_again() -> None:
    player = Player(house=SmallHouse("abcdefghijklmnopqrst"))
    player.says(*TO_THE_LETTERS, "/more")
    second = player.turn.prompt.first

    player.says("/more")

    assert (second, player.turn.prompt.first) == (11, 1)


def test_a_review_shows_each_answer_in_a_line_and_what_was_skipped_as_a_dash() -> None:
    player = at_review()

    said = player.said().split("\n")

    assert said[0] == "Is everything right?"
    assert "Some words?: some words" in said
    assert "How much?: –" in said
    assert "Which ones?: Green and Blue" in said
    assert [close for _, close in list(flags(player).values())[1:]] == [False] + [True] * (len(said) - 2)
    assert flags(player)["Is everything right?"] == (True, False)


def test_what_to_change_is_asked_with_one_button_for_each_answer() -> None:
    player = at_review()

    said = player.taps("Change something")

    assert said == "What would you like to change?"
    assert flags(player)[said] == (True, False)
    assert player.labels()[:2] == ["Some words?", "How many?"]
    assert player.labels()[-1] == "Back"


def test_another_round_is_asked_for_in_bold() -> None:
    player = Player()
    player.says(*TO_REVIEW, "ok", "drill", "/skip")

    assert flags(player)["One more tool?"] == (True, False)


def test_rounds_end_by_themselves_when_there_are_as_many_as_may_be() -> None:
    player = Player()

    said = player.says(*TO_REVIEW, "ok", "drill", "/skip", "yes", "saw", "/skip", "yes", "axe", "/skip")

    assert said.startswith("Is everything right?")


def test_a_text_names_answers_as_the_person_reads_them_and_leaves_gaps_for_those_there_are_not() -> None:
    told = Player(BIKE, HELP, MENU.replace("everything", "bike"))
    silent = Player(BIKE, HELP, MENU.replace("everything", "bike"))

    full = told.says("/bike", "2", "3", "/skip")
    empty = silent.says("/bike", "/skip", "3", "/skip")

    assert full == "Bike: For children; days: 3; to: ."
    assert empty == "Bike: ; days: 3; to: ."
