"""What a button does that is not of the open question: of a reminder, an earlier question, something else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from projektbot.messages import Tap, Wake
from tests.dialog.scene import EVERYTHING, HELP, MENU, Player
from tests.dialog.test_engine import TO_REVIEW, at_review

TO_THE_LETTERS = TO_REVIEW[:7]


def reminded() -> Player:
    """Return a player who has just been reminded of a draft."""
    player = Player()
    player.says("/all", "some words")
    player.wait(timedelta(days=2))
    player.do(Wake(player.session.frames[0].id))
    return player


def test_a_reminder_can_be_answered_with_delete() -> None:
    player = reminded()

    said = player.taps("Delete the draft")

    assert "The draft is deleted: Everything" in said
    assert player.session.frames == player.session.drafts == ()


def test_a_reminder_can_be_answered_with_not_now() -> None:
    player = reminded()

    said = player.taps("Not now")

    assert "I have kept your draft" in said
    assert player.session.frames == ()
    assert len(player.session.drafts) == 1


def test_a_reminder_can_be_answered_with_continue() -> None:
    player = reminded()

    said = player.taps("Continue")

    assert "How many?" in said
    assert "belongs to something else" not in said


def test_a_button_without_a_question_that_we_never_made_says_so() -> None:
    player = reminded()

    said = player.do(Tap(f"{player.session.frames[0].id}||.dance"))

    assert "belongs to something else" in said
    assert "How many?" in said


def test_the_answer_to_a_reminder_is_for_the_draft_it_names() -> None:
    player = reminded()
    frame = player.session.frames[0].id

    assert player.turn.prompt.about == f"{frame}|"


def test_only_turning_a_page_or_picking_from_a_list_changes_the_message_in_its_place() -> None:
    player = Player()
    player.says(*TO_THE_LETTERS)

    player.do(Tap(player.button("More …"), "m1"))
    page = player.turn.replaces
    player.do(Tap(player.button("Letter K"), "m1"))
    answer = player.turn.replaces
    player.do(Tap(player.button("Red"), "m2"))
    picked = player.turn.replaces
    player.do(Tap(player.button("Done"), "m2"))

    assert (page, answer, picked, player.turn.replaces) == ("m1", "", "m2", "")


@pytest.mark.parametrize("value", ["nonsense", "=1", ""])
def test_a_button_of_the_review_that_we_never_made_is_answered_in_words(value: str) -> None:
    player = at_review()

    said = player.do(Tap(f"{player.session.frames[0].id}|review|{value}"))

    assert "Please choose one of these." in said
    assert "Is everything right?" in said


def test_a_choice_that_is_not_on_the_list_is_not_picked() -> None:
    player = Player()
    player.says(*TO_THE_LETTERS, "1")

    said = player.do(Tap(f"{player.session.frames[0].id}|many|purple"))

    assert "Please choose one of these." in said
    assert "Done" not in player.labels()


def test_a_choice_that_is_gone_is_objected_to() -> None:
    player = Player()
    player.says(*TO_THE_LETTERS)
    gone = player.button("Letter B")
    player.house.letters = "ac"

    player.do(Tap(gone))

    assert "one" not in player.answers()
    assert player.session.frames[0].misses == 1
    assert "Which one?" in player.said()


def test_a_changed_answer_is_said_to_be() -> None:
    player = Player()
    player.says(*TO_THE_LETTERS)
    other = player.button("Letter B")
    player.taps("Letter A")

    said = player.do(Tap(other))

    assert "Your answer is changed." in said
    assert "belongs to something else" not in said


def test_the_skip_button_of_an_earlier_question_takes_its_answer_out() -> None:
    player = Player()
    player.says("/all", "some words", "3")
    skip = player.button("Skip")
    player.says("1.5")

    said = player.do(Tap(skip))

    assert "Your answer is changed." in said
    assert player.answers()["part"] is None


def test_a_second_press_on_skip_is_noted_already() -> None:
    player = Player()
    player.says("/all", "some words", "3")
    skip = player.button("Skip")
    player.do(Tap(skip))

    said = player.do(Tap(skip))

    assert "noted already" in said
    assert "belongs to something else" not in said


@pytest.mark.parametrize(
    ("path", "value"), [("words", ".skip"), ("words", ".back"), ("words", "other"), ("many", "red")]
)
def test_an_earlier_answer_is_not_changed_by_what_is_no_choice_of_it(path: str, value: str) -> None:
    player = Player()
    player.says(*TO_THE_LETTERS, "1", "2, 3")
    before = player.answers()

    said = player.do(Tap(f"{player.session.frames[0].id}|{path}|{value}"))

    assert "belongs to something else" in said
    assert player.answers() == before


def test_an_earlier_choice_that_is_gone_changes_nothing() -> None:
    player = Player()
    player.says(*TO_THE_LETTERS)
    gone = player.button("Letter B")
    player.taps("Letter A")
    player.house.letters = "ac"

    said = player.do(Tap(gone))

    assert "belongs to something else" in said
    assert player.answers()["one"] == "a"


def test_a_button_of_a_question_that_is_not_reached_yet_answers_nothing() -> None:
    player = Player()
    player.says("/all", "some words")

    said = player.do(Tap(f"{player.session.frames[0].id}|one|a"))

    assert "belongs to something else" in said
    assert player.answers() == {"words": "some words"}


ASKING_HELP = HELP.replace("  - note: This is help.", "  - question: topic\n    type: text\n    label: Help with what?")


def test_a_button_of_what_lies_below_ends_the_digression() -> None:
    player = Player(EVERYTHING, ASKING_HELP, MENU)
    player.says(*TO_THE_LETTERS)
    letter = player.button("Letter A")
    player.says("/help")

    player.do(Tap(letter))

    assert [frame.dialog for frame in player.session.frames] == ["everything"]
    assert player.answers()["one"] == "a"


def test_help_asked_for_twice_is_one_digression() -> None:
    player = Player(EVERYTHING, ASKING_HELP, MENU)

    player.says("/all", "some words", "/help", "/help")

    assert [frame.dialog for frame in player.session.frames] == ["everything", "help"]


def test_a_button_of_a_dialog_that_is_gone_is_finished() -> None:
    player = Player()
    player.says("/menu")

    said = player.do(Tap("=no_such_dialog|what|everything"))

    assert "something that is finished" in said


def test_a_button_of_something_finished_leads_to_the_menu() -> None:
    player = at_review()
    old = player.button("Send it")
    player.taps("Send it")

    assert "What would you like to do?" in player.do(Tap(old))


def test_go_on_later_keeps_the_draft() -> None:
    player = at_review()

    said = player.taps("Go on later")

    assert "I have kept your draft" in said
    assert len(player.session.drafts) == 1


def test_the_skip_button_skips() -> None:
    player = Player()
    player.says("/all", "some words", "3")

    player.taps("Skip")

    assert player.answers()["part"] is None
    assert "What does it cost?" in player.said()


def test_skip_and_back_may_be_typed_as_they_stand_on_their_buttons() -> None:
    player = Player()

    skipped = player.says("/all", "some words", "3", "skip")
    back = player.says("Back")

    assert "What does it cost?" in skipped
    assert "How much?" in back


def test_skip_as_a_word_means_nothing_in_the_review() -> None:
    player = at_review()

    said = player.says("skip")

    assert "This question cannot be skipped." in said
    assert player.house.stored == []
    assert "Is everything right?" in said


def test_back_from_a_later_page_leads_to_the_first() -> None:
    player = Player()
    player.says(*TO_THE_LETTERS, "/more")

    player.says("/back")

    assert player.turn.prompt.first == 1
    assert "Which one?" in player.said()


def test_skip_as_a_word_is_an_answer_where_nothing_can_be_skipped() -> None:
    player = Player()

    player.says("/all", "skip")

    assert player.answers() == {"words": "skip"}


CARD = """
dialog: card
version: 1
title: Card
trigger: [{command: card, fill: ref}]
steps:
  - {question: ref, type: text, label: Which one?}
  - note: This is {ref}.
  - question: act
    type: select_one
    label: What now?
    choices: [{name: look, label: Look again}, {name: done, label: That is all}]
  - link: card
    with: {ref: "{ref}"}
    relevant: {act: look}
"""
BARE_CARD = "dialog: bare_card\nversion: 1\ntitle: Card\ntrigger: [{command: card}]\nsteps: [{link: card}]\n"


def test_a_notice_opens_what_it_is_about_while_the_same_is_open_about_something_else() -> None:
    player = Player(CARD, BARE_CARD, HELP, MENU.replace("everything", "card"))
    player.says("/card A")

    said = player.do(Tap("=card|ref|B"))

    assert "This is B." in said
    assert "belongs to something else" not in said


def test_a_dialog_that_ends_without_a_word_leads_to_the_menu() -> None:
    player = Player(CARD, BARE_CARD, HELP, MENU.replace("everything", "card"))
    player.says("/card A")

    said = player.taps("That is all")

    assert said
    assert player.session.frames[-1].dialog == "start"
