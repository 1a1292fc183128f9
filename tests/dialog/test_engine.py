"""How a conversation goes: asked one by one, changed, left, gone on with, sent."""

from __future__ import annotations

import pytest

from projektbot.dialog.engine import Result
from projektbot.messages import Edited, Kind, Odd, Shared, Stored, Tap, Upload, Words
from projektbot.texts import N_
from tests.dialog.scene import EVERYTHING, HELP, LANGUAGE, MENU, Player

TO_REVIEW = ("/all", "some words", "3", "/skip", "/skip", "2026-12-24", "/skip", "1", "2, 3", "1 2 3", "/skip", "/skip")
PHOTO = Upload(Kind.IMAGE, "ref", file=Stored("0" * 64, "image/png", 5))


def at_review() -> Player:
    """Return a player who has answered everything up to the review."""
    player = Player()
    player.says(*TO_REVIEW, "ok", "drill", "/skip", "no")
    return player


def test_the_first_question_comes_with_the_notes_before_it() -> None:
    player = Player()

    said = player.says("/all")

    assert "Here is everything." in said
    assert "Some words?" in said


def test_an_answer_leads_to_the_next_question() -> None:
    player = Player()

    said = player.says("/all", "some words")

    assert "How many?" in said
    assert "Some words?" not in said
    assert player.answers() == {"words": "some words"}


def test_an_answer_that_does_not_fit_is_explained_and_asked_again() -> None:
    player = Player()

    said = player.says("/all", "some words", "77")

    assert "9" in said
    assert "How many?" in said
    assert "whole" not in player.answers()


def test_the_third_miss_offers_a_human() -> None:
    player = Player()

    first, second, third = [player.says(*words) for words in (("/all", "x", "many"), ("many",), ("many",))]

    assert "desk@city.example" not in first + second
    assert "desk@city.example" in third


def test_back_takes_one_answer_away_and_offers_to_keep_it() -> None:
    player = Player()

    said = player.says("/all", "some words", "3", "/back")

    assert "How many?" in said
    assert player.answers() == {"words": "some words"}
    assert player.taps("Keep: 3")
    assert player.answers()["whole"] == 3


def test_back_at_the_beginning_says_so() -> None:
    player = Player()

    said = player.says("/all", "/back")

    assert "This is the first question" in said
    assert "Some words?" in said


def test_only_an_optional_question_can_be_skipped() -> None:
    player = Player()

    said = player.says("/all", "/skip")

    assert "cannot be skipped" in said
    assert player.answers() == {}


def test_help_is_a_digression_that_returns() -> None:
    player = Player()

    said = player.says("/all", "some words", "/help")

    assert "This is help." in said
    assert "How many?" in said
    assert player.says("4") != said
    assert player.answers()["whole"] == 4


def test_a_long_list_has_pages_and_its_numbers_go_on() -> None:
    player = Player()
    player.says("/all", "w", "3", "/skip", "/skip", "2026-12-24", "/skip")

    assert player.labels()[:2] == ["Letter A", "Letter B"]
    player.taps("More …")

    assert player.turn.prompt.first == 11
    assert player.labels()[0] == "Letter K"
    player.says("12")
    assert player.answers()["one"] == "l"


def test_more_as_a_word_turns_the_page_too() -> None:
    player = Player()
    player.says("/all", "w", "3", "/skip", "/skip", "2026-12-24", "/skip", "/more", "/more", "/more")

    assert player.turn.prompt.first == 1


def test_each_tap_on_a_list_is_kept_until_done() -> None:
    player = Player()
    player.says("/all", "w", "3", "/skip", "/skip", "2026-12-24", "/skip", "1")

    player.taps("Red", "Blue", "✓ Red", "Green", "Done")

    assert player.answers()["many"] == ["blue", "green"]


def test_a_ranking_ends_by_itself_when_everything_has_a_place() -> None:
    player = Player()
    player.says("/all", "w", "3", "/skip", "/skip", "2026-12-24", "/skip", "1", "3")

    player.taps("Juice", "Tea", "Milk")

    assert player.answers()["order"] == ["juice", "tea", "milk"]


def test_an_answer_that_is_no_longer_relevant_rests_and_comes_back() -> None:
    player = Player()
    player.says("/all", "w", "3", "/skip", "/skip", "2026-12-24", "/skip", "1", "1", "1 2 3", "because")
    player.says("/skip", "/skip", "ok", "drill", "/skip", "no")

    player.taps("Change something", "Which ones?")
    player.says("2")
    without = player.said()
    player.taps("Change something", "Which ones?")
    player.says("1")

    assert "because" not in without
    assert "because" in player.said()


def test_rounds_are_asked_until_there_are_no_more() -> None:
    player = Player()
    player.says(*TO_REVIEW, "ok", "drill", "2", "yes", "saw", "/skip", "no")

    player.taps("Send it")

    assert player.house.stored[-1]["tools"] == [{"tool": "drill", "count": 2}, {"tool": "saw"}]
    assert "Stored as X-1 with 2 tools." in player.said()


def test_back_undoes_a_yes_to_another_round() -> None:
    player = Player()

    said = player.says(*TO_REVIEW, "ok", "drill", "/skip", "yes", "/back")

    assert "One more tool?" in said
    assert player.says("no").startswith("Is everything right?")


def test_every_answer_can_be_changed_in_the_review() -> None:
    player = at_review()

    player.taps("Change something", "How many?")
    player.says("7")

    assert player.said().startswith("Is everything right?")
    assert player.answers()["whole"] == 7


def test_back_from_a_change_leaves_the_answer_as_it_was() -> None:
    player = at_review()

    player.taps("Change something", "How many?", "Back")

    assert player.said().startswith("Is everything right?")
    assert player.answers()["whole"] == 3


def test_sending_hands_over_what_is_relevant_and_ends() -> None:
    player = at_review()

    player.taps("Send it")

    assert player.house.stored[-1]["words"] == "some words"
    assert "Stored as X-1 with 1 tools." in player.said()
    assert player.session.frames == player.session.drafts == ()


@pytest.mark.parametrize("leaving", ["/back", "/cancel", "zurück", "stop"])
def test_a_digression_that_asks_is_left_for_what_lies_below(leaving: str) -> None:
    player = Player(EVERYTHING, HELP, MENU, LANGUAGE)
    asked = player.says("/all", "/language")

    said = player.says(leaving)

    assert "Which language?" in asked
    assert said == "Question 1 of 14\nSome words?"
    assert [frame.dialog for frame in player.session.frames] == ["everything"]
    assert player.session.drafts == ()


def test_a_digression_with_nothing_below_is_left_for_good() -> None:
    player = Player(EVERYTHING, HELP, MENU, LANGUAGE)

    back = player.says("/language", "/back")
    left = player.says("/cancel")

    assert "Which language?" in back
    assert "You can begin again" in left
    assert player.session.frames == ()


def test_a_refusal_gives_its_reason_and_returns_to_the_review() -> None:
    player = at_review()
    player.house.outcome = N_("That place lies outside the city.")

    player.taps("Send it")

    assert "outside the city" in player.said()
    assert "Is everything right?" in player.said()


def test_a_refusal_about_one_answer_asks_that_one_again() -> None:
    player = at_review()
    player.house.outcome = N_("That place lies outside the city.")
    player.house.at_fault = "one"

    player.taps("Send it")
    again = player.said()
    player.taps("Keep: Letter A")

    assert "outside the city" in again
    assert "Which one?" in again
    assert "Is everything right?" in player.said()


def test_another_outcome_leads_elsewhere() -> None:
    player = at_review()
    player.house.outcome = Result("full")

    player.taps("Send it")

    assert "The house is full." in player.said()


def test_an_old_button_of_a_menu_still_works() -> None:
    player = Player()
    player.says("/menu")
    old = player.button("Everything")
    player.says("/all", "some words", "/cancel")

    player.do(Tap(old))

    assert "Some words?" in player.said()


def test_a_button_of_an_earlier_question_changes_that_answer() -> None:
    player = Player()
    player.says("/all", "w", "3", "/skip", "/skip", "2026-12-24", "/skip")
    old = player.button("Letter B")
    player.taps("Letter A")

    player.do(Tap(old))

    assert player.answers()["one"] == "b"
    assert "Which ones?" in player.said()


def test_a_double_tap_changes_nothing() -> None:
    player = Player()
    player.says("/all", "w", "3", "/skip", "/skip", "2026-12-24", "/skip")
    token = player.button("Letter A")

    player.do(Tap(token))
    player.do(Tap(token))

    assert "noted already" in player.said()
    assert player.answers()["one"] == "a"


def test_a_button_of_something_finished_says_so() -> None:
    player = at_review()
    old = player.button("Send it")
    player.taps("Send it")

    player.do(Tap(old))

    assert "finished" in player.said()
    assert len(player.house.stored) == 1


def test_a_corrected_message_is_a_corrected_answer() -> None:
    player = Player()
    player.says("/all")
    player.do(Words("some wrods"), heard="m1")

    player.do(Edited("m1", "some words"))

    assert player.answers()["words"] == "some words"
    assert "How many?" in player.said()


def test_a_reply_to_an_earlier_question_answers_that_one() -> None:
    player = Player()
    player.says("/all", "first", "3")

    player.do(Words("second"), about=f"{player.session.frames[0].id}|words")

    assert player.answers()["words"] == "second"
    assert "How much?" in player.said()


CALLING = """
dialog: outer
version: 1
title: Outer
trigger: [{command: outer}]
steps:
  - question: name
    type: text
    label: Whose?
  - call: inner
    with: {whose: "{name}", where: here}
  - note: Back with {name}.
"""
CALLED = """
dialog: inner
version: 1
title: Inner
steps:
  - question: colour
    type: text
    label: "Which colour for {whose}, {where}?"
"""


def test_a_called_dialog_is_told_what_it_needs_and_comes_back() -> None:
    player = Player(CALLING, CALLED, HELP, MENU.replace("everything", "outer"))

    asked = player.says("/outer", "Ada")
    said = player.says("blue")

    assert "Which colour for Ada, here?" in asked
    assert said == "Back with Ada."
    assert player.session.frames == ()


def test_a_shared_place_answers_a_question_for_a_place() -> None:
    player = Player()
    player.says(*TO_REVIEW[:-2])

    player.do(Shared(52.5, 13.4))

    assert player.answers()["place"] == {"lat": 52.5, "lon": 13.4}


def test_a_photo_answers_a_question_for_one_and_nothing_else() -> None:
    player = Player()
    player.says("/all")
    player.do(PHOTO)
    useless = player.said()
    player.says(*TO_REVIEW[1:-1])

    player.do(PHOTO)

    assert "cannot use a file" in useless
    assert player.answers()["shot"]["mime"] == "image/png"


def test_a_file_that_could_not_be_fetched_is_asked_for_again() -> None:
    player = Player()
    player.says(*TO_REVIEW[:-1])

    player.do(Upload(Kind.IMAGE, "ref", problem="too_big"))

    assert "20 MB" in player.said()
    assert "A photo of some words?" in player.said()


def test_a_sticker_is_answered_in_words() -> None:
    player = Player()

    player.do(Odd("sticker"))

    assert "I can read text" in player.said()
    assert "What would you like to do?" in player.said()
