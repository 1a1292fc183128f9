"""Who writes what they want at once: their words are kept, offered as a beginning, and never lost on the way."""

from __future__ import annotations

from datetime import timedelta

import pytest

from projektbot.messages import Wake
from tests.dialog.scene import EVERYTHING, HELP, LANGUAGE, MENU, Player

OTHERWISE = """
dialog: otherwise
version: 1
title: Otherwise
trigger: [{moment: otherwise}]
steps:
  - question: what
    type: select_one
    label: Send this as an idea?
    choices: [{name: idea, label: As an idea}, {name: menu, label: No}]
  - link: everything
    with: {words: "{words}"}
    relevant: {what: idea}
"""
ONLY_MENU = MENU.replace(", {moment: otherwise}", "")
BENCH = "a bench in the park"


def newcomer() -> Player:
    """Return somebody who has never written."""
    return Player(EVERYTHING, HELP, ONLY_MENU, OTHERWISE)


def at_the_menu() -> Player:
    """Return somebody who has the menu before them, as nearly everybody has."""
    player = newcomer()
    player.says("/menu")
    return player


# ---- offered as a beginning ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("words", "asked"), [("nine char", "What would"), ("ten chars!", "Send this as an idea?")])
def test_first_words_of_some_length_are_offered_as_a_beginning(words: str, asked: str) -> None:
    said = newcomer().says(words)

    assert asked in said


@pytest.mark.parametrize("greeting", ["Good morning!", "Guten Morgen", "Hallo zusammen 👋", "Schönen guten Tag"])
def test_a_greeting_gets_the_menu_however_long_it_is(greeting: str) -> None:
    player = newcomer()

    first = player.says(greeting)
    again = player.says(greeting)

    assert "What would you like to do?" in first
    assert "What would you like to do?" in again
    assert "Please choose" not in again


@pytest.mark.parametrize(("words", "asked"), [("nine char", "What would"), ("ten chars!", "Send this as an idea?")])
def test_words_that_are_no_choice_of_the_menu_are_offered_as_a_beginning(words: str, asked: str) -> None:
    said = at_the_menu().says(words)

    assert asked in said


def test_the_menu_still_takes_its_choices_by_name_number_and_with_a_slip() -> None:
    for words in ("everything", "1", "Everythign"):
        player = at_the_menu()

        player.says(words)

        assert player.session.frames[-1].dialog == "everything"


def test_what_is_offered_as_a_beginning_is_its_first_answer() -> None:
    for player in (newcomer(), at_the_menu()):
        player.says(BENCH)

        player.taps("As an idea")

        assert player.answers() == {"words": BENCH}


def test_more_words_are_added_to_the_first() -> None:
    player = newcomer()

    said = player.says(BENCH, "for those who walk slowly")
    player.taps("As an idea")

    assert "I have added that to what you wrote." in said
    assert player.answers() == {"words": f"{BENCH}\nfor those who walk slowly"}


def test_who_only_ever_writes_more_is_told_who_helps() -> None:
    said = newcomer().says(BENCH, "is there anybody", "is there anybody", "is there anybody")

    assert "desk@city.example" in said


def test_more_than_can_be_kept_is_said_to_be() -> None:
    player = newcomer()

    said = player.says("b" * 4000, "c" * 20_000)
    player.taps("As an idea")

    assert "I have added that" not in said
    assert "At most 4,000 characters, please" in said
    assert player.session.frames[-1].old == {"words": "b" * 4000}


@pytest.mark.parametrize("opened", ["/language", "/all"])
def test_words_at_a_question_inside_something_are_read_as_its_answer(opened: str) -> None:
    ranked = "  - {question: b, type: rank, label: Which?, choices: [{name: a, label: A}]}\n"
    choosing = EVERYTHING.replace("  - question: words\n", f"{ranked}  - question: words\n")
    player = Player(choosing, HELP, ONLY_MENU, OTHERWISE, LANGUAGE)
    player.says(opened)

    said = player.says("a bench in the park")

    assert "Send this as an idea?" not in said
    assert "Which" in said


# ---- never lost ------------------------------------------------------------------------------------------------------


def test_own_words_that_were_handed_over_are_a_draft() -> None:
    player = newcomer()
    player.says(BENCH)
    player.taps("As an idea")

    said = player.says("/cancel")

    assert "I have kept your draft" in said
    assert [frame.answers["words"] for frame in player.session.drafts] == [BENCH]


def test_who_only_wrote_and_left_is_reminded() -> None:
    player = newcomer()
    player.says(BENCH)
    player.taps("As an idea")
    due = player.turn.due

    player.wait(timedelta(days=1, hours=1))
    said = player.do(Wake(due[0].frame))

    assert "You began something and have not finished it yet" in said


def test_what_a_link_filled_in_is_no_draft() -> None:
    player = newcomer()
    player.says("/start all-b")

    said = player.says("/cancel")

    assert "kept your draft" not in said
    assert player.session.drafts == ()


def test_words_that_are_too_long_are_said_to_be_and_kept() -> None:
    player = newcomer()
    long = "a bench " * 20

    player.says(long)
    said = player.taps("As an idea")
    left = player.says("/cancel")

    assert "Your earlier answer: a bench a bench" in said
    assert "At most 100 characters, please; yours has 159." in said
    assert "I have kept your draft" in left
    assert [frame.old["words"] for frame in player.session.drafts] == [long.strip()]


def test_words_that_came_to_fit_are_offered_again() -> None:
    player = newcomer()
    player.says("a bench " * 20)
    player.taps("As an idea")

    player.change_dialogs(EVERYTHING.replace("max_length: 100", "max_length: 400"), HELP, ONLY_MENU, OTHERWISE)
    player.says("/skip")

    assert any(label.startswith("Keep: a bench") for label in player.labels())
