"""What nobody asked for: unknown commands, dead links, places and files in the wrong place, corrections come late."""

from __future__ import annotations

from dataclasses import replace

import pytest

from projektbot.messages import Edited, Kind, Odd, Shared, Stored, Upload, Words
from tests.dialog.scene import EVERYTHING, HELP, MENU, Player
from tests.dialog.test_engine import TO_REVIEW, at_review

SOUND = Upload(Kind.AUDIO, "ref", file=Stored("0" * 64, "audio/ogg", 5))
PHOTO = Upload(Kind.IMAGE, "ref", file=Stored("0" * 64, "image/png", 5))
PDF = Upload(Kind.FILE, "ref", file=Stored("0" * 64, "application/pdf", 5))
AREAS = EVERYTHING.replace(
    "choices: {from: letters}", "choices: {from: letters}\n    locate: area_at\n    location: point"
)
BEFORE_THE_AREA = TO_REVIEW[:7]

WELCOME = """
dialog: welcome
version: 1
title: Welcome
trigger: [{moment: first_contact}]
steps:
  - note: The city runs this.
  - note: Nothing is stored.
"""


# ---- commands and links ----------------------------------------------------------------------------------------------


def test_an_unknown_command_is_said_to_be_and_cut_short() -> None:
    said = Player().says("/" + "x" * 60)

    assert f"I do not know /{'x' * 40}. Everything" in said
    assert "What would you like to do?" in said


def test_an_unknown_command_leaves_what_is_open() -> None:
    said = Player().says("/all", "/dance")

    assert "I do not know /dance" in said
    assert "Some words?" in said


@pytest.mark.parametrize("command", ["/cancel", "/back", "/skip", "/keep", "/more"])
def test_where_nothing_is_open_there_is_nothing_to_leave_or_turn(command: str) -> None:
    said = Player().says(command)

    assert "Nothing is open at the moment." in said
    assert "What would you like to do?" in said


def test_a_link_that_leads_nowhere_says_so_and_shows_the_menu() -> None:
    said = Player().says("/start nowhere-1")

    assert "This link leads nowhere any more." in said
    assert "What would you like to do?" in said


def test_there_may_be_nothing_to_keep() -> None:
    said = Player().says("/all", "/keep")

    assert "There is no earlier answer to keep." in said
    assert "Some words?" in said


def test_what_no_longer_fits_cannot_be_kept() -> None:
    player = Player()
    player.says(*BEFORE_THE_AREA, "2", "/back")
    player.house.letters = "ac"

    offered = player.says("/more")
    said = player.says("/keep")

    assert "Letter B" not in offered
    assert "Keep: Letter B" not in player.labels()
    assert "There is no earlier answer to keep." in said
    assert "one" not in player.answers()


def test_more_means_nothing_where_everything_is_shown() -> None:
    player = Player()

    said = player.says("/all", "/more")

    assert "Some words?" in said
    assert player.turn.prompt.first == 1


# ---- beginning -------------------------------------------------------------------------------------------------------


def test_the_first_contact_is_welcomed_once() -> None:
    player = Player(EVERYTHING, HELP, MENU, WELCOME)

    first = player.says("hello")
    second = player.says("hello")

    assert first.startswith("The city runs this.\nNothing is stored.\nWhat would you like to do?")
    assert "The city runs this." not in second
    assert [frame.dialog for frame in player.session.frames] == ["start"]


# ---- answers that do not fit -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "words"), [(TO_REVIEW[:-1], "a chair"), (TO_REVIEW, "a chair"), (("/all", "x"), "a chair")]
)
def test_the_second_miss_says_nothing_twice(before: tuple[str, ...], words: str) -> None:
    player = Player()
    player.says(*before)

    said = player.says(words, words).split("\n")

    assert len(said) == len(set(said))


@pytest.mark.parametrize("needed", [True, False])
def test_a_miss_says_whether_the_question_may_be_left_out(*, needed: bool) -> None:
    player = Player()

    said = player.says("/all", "x", *(() if needed else ("3",)), "a chair")

    assert ("You can leave this out: /skip" in said) is not needed


def test_the_second_miss_says_what_is_expected() -> None:
    player = Player()

    first = player.says("/all", "x", "77")
    second = player.says("77")

    assert len(second.split("\n")) == len(first.split("\n")) + 1
    assert "desk@city.example" not in second


def test_without_a_desk_the_third_miss_says_how_to_stop() -> None:
    player = Player()
    player.scene = replace(player.scene, contact="")

    second = player.says("/all", "x", "many", "many")
    third = player.says("many")

    assert "/cancel" not in second
    assert "You can stop here at any time with /cancel." in third


def test_misses_are_counted_anew_at_each_question() -> None:
    player = Player()

    said = player.says("/all", "x", "many", "many", "3", "nothing", "nothing")

    assert "desk@city.example" not in said


def test_misses_are_counted_anew_after_going_back() -> None:
    player = Player()

    said = player.says("/all", "x", "3", "many", "many", "/back", "many")

    assert "desk@city.example" not in said


def test_a_note_is_not_said_again_with_a_miss() -> None:
    player = Player(
        EVERYTHING.replace("  - question: whole", "  - note: Now a number.\n  - question: whole"), HELP, MENU
    )

    asked = player.says("/all", "x")
    again = player.says("many")

    assert "Now a number." in asked
    assert "Now a number." not in again


def test_a_note_is_not_said_again_with_each_choice_that_is_picked() -> None:
    noted = EVERYTHING.replace("  - question: many", "  - note: Now several.\n  - question: many")
    player = Player(noted, HELP, MENU)

    asked = player.says(*BEFORE_THE_AREA, "1")
    picked = player.taps("Red")

    assert "Now several." in asked
    assert "Now several." not in picked


def test_a_note_is_not_said_again_after_a_digression() -> None:
    said = Player().says("/all", "/help")

    assert "Some words?" in said
    assert "Here is everything." not in said


def test_an_acknowledgement_is_pressed_or_typed_and_nothing_else() -> None:
    player = Player()

    said = player.says(*TO_REVIEW, "what?")

    assert "Please choose one of these." in said
    assert "fine" not in player.answers()


# ---- places and files ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("before", [("/all",), (*TO_REVIEW, "ok", "drill", "/skip", "no"), ()])
def test_a_place_that_nobody_asked_for_is_of_no_use(before: tuple[str, ...]) -> None:
    player = Player()
    player.says(*before)

    said = player.do(Shared(52.5, 13.4))

    assert "I cannot use a location here." in said
    assert player.labels() or "Some words?" in said


def test_a_place_is_kept_to_the_decimetre() -> None:
    player = Player()
    player.says(*TO_REVIEW[:-2])

    player.do(Shared(52.123456789, 13.987654321))

    assert player.answers()["place"] == {"lat": 52.123457, "lon": 13.987654}


def test_a_shared_place_is_the_choice_it_lies_in_and_stays_beside_it() -> None:
    player = Player(AREAS, HELP, MENU)
    player.says(*BEFORE_THE_AREA)

    player.do(Shared(52.1, 13.2))
    with_place = player.answers()
    player.says("/back", "2")

    assert (with_place["one"], with_place["!point"]) == ("a", {"lat": 52.1, "lon": 13.2})
    assert player.answers()["one"] == "b"
    assert "!point" not in player.answers()


def test_a_shared_place_outside_the_city_is_said_to_be() -> None:
    player = Player(AREAS, HELP, MENU)
    player.says(*BEFORE_THE_AREA)

    said = player.do(Shared(48.0, 11.0))

    assert "lies outside the city" in said
    assert "one" not in player.answers()


@pytest.mark.parametrize(
    ("types", "sent", "wanted"),
    [
        ("[image, audio]", PDF, "Please send a photo or a voice note."),
        ("image", SOUND, "Please send a photo."),
        ("audio", PHOTO, "Please send a voice note."),
    ],
)
def test_a_file_of_the_wrong_kind_is_told_which_is_wanted(types: str, sent: Upload, wanted: str) -> None:
    player = Player(EVERYTHING.replace("[image, audio]", types), HELP, MENU)
    player.says(*TO_REVIEW[:-1])

    said = player.do(sent)

    assert wanted in said.split("\n")
    assert "shot" not in player.answers()


def test_a_sticker_at_a_question_counts_as_a_miss() -> None:
    player = Player()
    player.says("/all")

    said = player.do(Odd("sticker"))

    assert "Some words?" in said
    assert player.session.frames[0].misses == 1


SPOT = EVERYTHING.replace(
    "type: text\n    label: Some words?\n    constraint: {max_length: 100}",
    "type: [text, geopoint]\n    label: Some words?\n    constraint: {max_length: 10}",
)


def test_where_words_or_a_place_are_asked_for_a_shared_place_will_do() -> None:
    player = Player(SPOT, HELP, MENU)
    player.says("/all")

    player.do(Shared(52.5, 13.4))

    assert player.answers() == {"words": {"lat": 52.5, "lon": 13.4}}


def test_where_words_or_a_place_are_asked_for_a_typed_place_is_one_if_the_words_do_not_fit() -> None:
    player = Player(SPOT, HELP, MENU)

    said = player.says("/all", "52.500000, 13.400000")
    typed = player.answers()
    wrong = player.says("/back", "far too many words")

    assert "How many?" in said
    assert typed == {"words": {"lat": 52.5, "lon": 13.4}}
    assert "Some words?" in wrong


# ---- corrections and replies -----------------------------------------------------------------------------------------


def test_a_correction_of_something_unknown_says_that_it_changes_nothing() -> None:
    player = Player()

    said = player.do(Edited("m0", "other words"))

    assert "You have changed an earlier message." in said
    assert "What would you like to do?" in said


def test_a_correction_finds_its_answer_among_several() -> None:
    player = Player()
    player.says("/all")
    player.do(Words("some wrods"), heard="m1")
    player.do(Words("3"), heard="m2")

    said = player.do(Edited("m2", "4"))

    assert "Your answer is changed." in said
    assert (player.answers()["words"], player.answers()["whole"]) == ("some wrods", 4)


def test_a_correction_of_an_answer_that_was_taken_away_changes_nothing() -> None:
    player = Player()
    player.says("/all")
    player.do(Words("some wrods"), heard="m1")
    player.says("/back")

    said = player.do(Edited("m1", "some words"))

    assert "You have changed an earlier message." in said
    assert player.answers() == {}


def test_a_correction_that_does_not_fit_leaves_the_answer_and_says_so() -> None:
    player = Player()
    player.says("/all", "some words")
    player.do(Words("3"), heard="m2")

    said = player.do(Edited("m2", "77"))

    assert "I have kept the earlier one." in said
    assert player.answers()["whole"] == 3


def test_a_correction_brings_a_draft_that_was_left_back() -> None:
    player = Player()
    player.says("/all")
    player.do(Words("some wrods"), heard="m1")
    player.says("/cancel")

    player.do(Edited("m1", "some words"))

    assert player.answers() == {"words": "some words"}
    assert player.session.drafts == ()


def test_a_reply_to_the_question_of_another_draft_answers_what_is_open() -> None:
    player = Player()
    player.says("/all", "first")

    player.do(Words("3"), about="gone|words")

    assert player.answers() == {"words": "first", "whole": 3}


def test_a_reply_to_a_question_without_an_answer_answers_what_is_open() -> None:
    player = Player()
    player.says("/all", "first")

    player.do(Words("3"), about=f"{player.session.frames[0].id}|one")

    assert player.answers() == {"words": "first", "whole": 3}


def test_a_reply_to_something_finished_is_read_as_any_message() -> None:
    player = at_review()
    about = f"{player.session.frames[0].id}|words"
    player.taps("Send it")

    said = player.do(Words("hello"), about=about)

    assert "What would you like to do?" in said
