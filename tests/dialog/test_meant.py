"""Words that are no answer to what is asked, but say what the person wants: yes, skip, done, stop, help."""

from __future__ import annotations

import pytest

from tests.dialog.scene import EVERYTHING, HELP, MENU, Player
from tests.dialog.test_engine import TO_REVIEW, at_review

TO_PRICE = ("/all", "x", "3", "/skip")


def at(*messages: str, locale: str = "de") -> Player:
    """Return somebody who has typed these messages."""
    player = Player(locale=locale)
    player.says(*messages)
    return player


# ---- the review ------------------------------------------------------------------------------------------------------

YES = (
    "ja",
    "Ja, stimmt.",
    "ja stimmt",
    "ok",
    "passt",
    "Alles richtig!",
    "senden",
    "abschicken",
    "yes",
    "send it",
    "👍",
)
NO = ("nein", "Nein, etwas ändern", "stimmt nicht", "falsch", "ändern", "no", "👎")


@pytest.mark.parametrize("words", YES)
def test_a_review_takes_a_yes_in_everyday_words(words: str) -> None:
    player = at_review()

    player.says(words)

    assert len(player.house.stored) == 1


@pytest.mark.parametrize("words", NO)
def test_a_no_to_a_review_asks_what_to_change(words: str) -> None:
    player = at_review()

    said = player.says(words)

    assert "What would you like to change?" in said
    assert player.house.stored == []


@pytest.mark.parametrize("words", ["ja, nein", "vielleicht", "yesterday", ","])
def test_a_review_takes_nothing_else_for_a_yes(words: str) -> None:
    player = at_review()

    said = player.says(words)

    assert "Please choose" in said
    assert player.house.stored == []


def test_a_yes_to_what_to_change_sends_nothing() -> None:
    player = at_review()
    player.taps("Change something")

    player.says("ja")

    assert player.house.stored == []


@pytest.mark.parametrize(("words", "asked"), [("na klar", "Which tool?"), ("nein danke", "Is everything right?")])
def test_another_round_takes_a_yes_and_a_no(words: str, asked: str) -> None:
    said = Player().says(*TO_REVIEW, "ok", "drill", "/skip", words)

    assert asked in said


# ---- what may be left out --------------------------------------------------------------------------------------------

SKIPS = ("nein", "weiß nicht", "Keine Ahnung.", "überspringen", "weiter", "skip", "don't know", "-", "–", "nein danke")


@pytest.mark.parametrize("words", SKIPS)
def test_everyday_words_leave_an_optional_question_out(words: str) -> None:
    for before, name in ((TO_PRICE, "price"), (TO_REVIEW[:-2], "place"), (TO_REVIEW[:-1], "shot")):
        player = at(*before)

        player.says(words)

        assert player.answers()[name] is None, name


def test_nothing_is_an_amount_and_no_answer_left_out() -> None:
    player = at(*TO_PRICE, "nichts")

    assert player.answers()["price"] == {"EUR": 0}


def test_a_question_that_needs_an_answer_is_not_left_out_by_a_word() -> None:
    player = at("/all", "x", "weiß nicht")

    assert "whole" not in player.answers()


def test_a_text_is_a_text() -> None:
    texts = EVERYTHING.replace("label: Some words?\n", "label: Some words?\n    required: false\n")
    for words in ("weiß nicht", "nein", "hilfe", "stop", "weiter"):
        player = Player(texts, HELP, MENU)

        player.says("/all", words)

        assert player.answers() == {"words": words}


# ---- several choices -------------------------------------------------------------------------------------------------

SEVERAL = ("/all", "x", "3", "/skip", "/skip", "tomorrow", "/skip", "1")


@pytest.mark.parametrize("words", ["fertig", "Done", "das war's", "4"])
def test_what_was_picked_is_finished_by_a_word_or_its_number(words: str) -> None:
    player = at(*SEVERAL, locale="en")
    player.taps("Red", "Blue")

    player.says(words)

    assert player.answers()["many"] == ["red", "blue"]


def test_where_nothing_was_picked_there_is_nothing_to_finish() -> None:
    said = at(*SEVERAL, locale="en").says("fertig")

    assert "Please choose at least one." in said
    assert "I did not find" not in said


# ---- commands without their slash ------------------------------------------------------------------------------------


@pytest.mark.parametrize("before", [("/all", "x"), TO_REVIEW, (*TO_REVIEW, "ok", "drill", "/skip", "no"), ("/menu",)])
def test_help_is_given_without_a_slash(before: tuple[str, ...]) -> None:
    for words in ("hilfe", "Hilfe!", "help"):
        said = at(*before).says(words)

        assert "This is help." in said


@pytest.mark.parametrize("words", ["stop", "Stopp", "abbrechen", "cancel"])
@pytest.mark.parametrize("before", [("/all", "x"), TO_REVIEW, (*TO_REVIEW, "ok", "drill", "/skip", "no")])
def test_a_dialog_is_left_without_a_slash(before: tuple[str, ...], words: str) -> None:
    player = at(*before)

    player.says(words)

    assert player.session.frames == ()
    assert len(player.session.drafts) == 1


def test_one_goes_back_without_a_slash() -> None:
    player = at("/all", "x", "zurück")

    assert player.answers() == {}


@pytest.mark.parametrize("words", ["all", "start", "menü"])
def test_a_bare_word_never_takes_anybody_elsewhere(words: str) -> None:
    player = at("/all", "x", words)

    assert player.session.frames[-1].dialog == "everything"


def test_help_is_the_first_word_of_some() -> None:
    said = Player(locale="de").says("Hilfe")

    assert "This is help." in said
