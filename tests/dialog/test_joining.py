"""Two conversations become one: what is open goes on where it is, and the words of either are kept."""

from __future__ import annotations

from dataclasses import replace

import pytest

from projektbot.dialog.engine import Result, join, part, resume, step
from projektbot.dialog.session import OWN_IDS, dump, first_of, frame_id, load, unique_id
from projektbot.messages import Command, Event, Tap, Words
from tests.dialog.scene import EVERYTHING, HELP, MENU, Player

TOGETHER = """
dialog: together
version: 1
title: Together
trigger: [{command: together}]
returns: true
steps:
  - do: store
  - note: Together now.
    relevant: {store: stored}
  - note: The house is full.
    relevant: {store: full}
"""
OURS, THEIRS = 7, 3
STORED = Result("stored", {"ref": "X-1"})
UP_TO_MANY = ("/all", "words", "3", "/skip", "/skip", "tomorrow", "/skip", "a")


def a_player() -> Player:
    return Player(EVERYTHING, HELP, MENU, TOGETHER)


def joined(here: Player, there: Player) -> str:
    """Let the conversation `here` be joined to the one `there`; return what is said."""
    turn = step(here.scene, here.session, Command("together"))
    assert turn.call
    turn = join(here.scene, turn, there.session, ours=OURS, theirs=THEIRS)
    here.turn = resume(here.scene, turn, STORED)
    here.session = here.turn.session
    return here.said()


def elsewhere(player: Player, event: Event) -> str:
    """Do something in a chat where the open question was not put."""
    player.turn = step(player.scene, player.session, event, elsewhere=True)
    player.session = player.turn.session
    return player.said()


# ---- in the middle of a question -----------------------------------------------------------------------------------


def test_a_half_picked_list_goes_on_half_picked() -> None:
    here, there = a_player(), a_player()
    there.says(*UP_TO_MANY)
    there.taps("Red")

    told = joined(here, there)
    here.taps("Blue", "Done")

    assert "Together now." in told
    assert "So far: Red" in told
    assert here.answers()["many"] == ["red", "blue"]


def test_a_page_of_a_long_list_stays_turned() -> None:
    here, there = a_player(), a_player()
    there.says(*UP_TO_MANY[:-1])
    there.taps("More …")

    joined(here, there)

    assert here.labels()[0] == "Letter K"


def test_a_question_back_and_the_list_of_changes_stay_open() -> None:
    here, there = a_player(), a_player()
    there.says(*UP_TO_MANY[:4], "/back", "1.500")
    assert "Which of these do you mean?" in there.said()
    here_too, at_review = a_player(), a_player()
    at_review.says(*UP_TO_MANY, "1", "1, 2, 3", "because")
    at_review.says("/skip", "/skip", "ok", "hammer", "/skip", "no")
    at_review.taps("Change something")

    asked, listed = joined(here, there), joined(here_too, at_review)

    assert "Which of these do you mean?" in asked
    assert "What would you like to change?" in listed


def test_a_dialog_that_is_no_more_is_spoken_of_and_the_rest_goes_on() -> None:
    here, there = a_player(), a_player()
    there.says("/all", "words")
    here.change_dialogs(
        EVERYTHING.replace("version: 1", "version: 2").replace("max: 9", "max: 2"), HELP, MENU, TOGETHER
    )

    assert "How many?" in joined(here, there)


# ---- what does not go on -------------------------------------------------------------------------------------------


def test_what_was_open_here_becomes_a_draft() -> None:
    here, there = a_player(), a_player()
    here.says("/all", "of here")
    there.says("/all", "of there", "3")

    told = joined(here, there)

    assert "What you had begun in this chat is kept" in told
    assert here.answers()["words"] == "of there"
    assert [frame.answers["words"] for frame in here.session.drafts] == ["of here"]


def test_a_digression_in_the_other_chat_is_over() -> None:
    here, there = a_player(), a_player()
    there.says("/all", "of there")
    there.session = step(there.scene, there.session, Command("together")).session

    joined(here, there)

    assert [frame.dialog for frame in here.session.frames] == ["everything"]


def test_drafts_of_both_stand_in_the_order_in_which_they_were_left() -> None:
    here, there = a_player(), a_player()
    for player, words in ((there, "first"), (here, "second"), (there, "third")):
        for one in (here, there):
            one.scene = replace(one.scene, now=one.scene.now.replace(minute=one.scene.now.minute + 1))
        player.says("/all", words, "/cancel")

    joined(here, there)

    assert [frame.answers["words"] for frame in here.session.drafts] == ["first", "second", "third"]


def test_who_has_more_drafts_than_one_may_keep_loses_only_the_oldest_for_each_new_one() -> None:
    here, there = a_player(), a_player()
    for player in (here, there):
        for number in range(15):
            player.says("/all", f"draft {number}", "/cancel")

    joined(here, there)
    here.says("/all", "one more", "/cancel")

    assert len(here.session.drafts) == 30
    assert here.session.drafts[-1].answers["words"] == "one more"


def test_every_draft_is_woken_under_its_new_name() -> None:
    here, there = a_player(), a_player()
    here.says("/all", "of here")
    there.says("/all", "of there")

    joined(here, there)

    names = {frame.id for frame in (*here.session.frames, *here.session.drafts)}
    assert {due.frame for due in here.turn.due} == names


# ---- names of frames -----------------------------------------------------------------------------------------------


def test_frames_of_joined_conversations_have_names_of_their_own() -> None:
    here, there = a_player(), a_player()
    here.says("/all", "of here")
    there.says("/all", "of there")
    plain = here.session.frames[-1].id
    assert plain == there.session.frames[-1].id

    joined(here, there)
    here.says("/cancel", "/all")

    ids = [frame.id for frame in (*here.session.frames, *here.session.drafts)]
    assert {unique_id(plain, OURS), unique_id(plain, THEIRS)} < set(ids)
    assert len(set(ids)) == 3
    assert all(int(name, 36) >= OWN_IDS for name in ids)


@pytest.mark.parametrize("token", ["", "=start", "zzzzz", "ä", "-1", "1 ", "12345678901234567890"])
def test_what_is_no_plain_name_stays_as_it_is(token: str) -> None:
    assert unique_id(token, OURS) == token


def test_a_name_is_made_unique_once() -> None:
    name = unique_id("a", OURS)

    assert name == frame_id(first_of(OURS) + 10)
    assert unique_id(name, THEIRS) == name


# ---- a chat leaves -------------------------------------------------------------------------------------------------


def test_a_chat_that_leaves_begins_anew_and_the_rest_stays() -> None:
    player = a_player()
    player.says("/all", "words")
    before = player.session.frames
    turn = step(player.scene, player.session, Command("together"))

    turn, stays = part(player.scene, turn, OURS)
    turn = resume(player.scene, turn, STORED)

    assert stays.frames == before
    assert turn.session.frames == turn.session.drafts == ()
    assert turn.session.count >= first_of(OURS)
    assert (turn.session.locale, turn.session.seen) == (stays.locale, stays.seen)


# ---- words where the question was not put --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("steps", "words", "question"),
    [
        (("/all",), "Hello", "Some words?"),
        (("/all", "words"), "3", "How many?"),
        (UP_TO_MANY[:-1], "2", "Which one?"),
        (UP_TO_MANY, "1, 3", "Which ones?"),
        ((*UP_TO_MANY, "1", "1, 2, 3", "because", "/skip", "/skip"), "ok", "Is that fine?"),
    ],
)
def test_words_are_no_answer_where_the_question_was_not_put(steps: tuple[str, ...], words: str, question: str) -> None:
    player = a_player()
    player.says(*steps)
    before = player.answers()

    told = elsewhere(player, Words(words))

    assert "One question is still open from the other chat" in told
    assert question in told
    assert player.answers() == before


def test_what_may_have_been_an_answer_is_offered_as_it_would_be_read() -> None:
    player = a_player()
    player.says(*UP_TO_MANY[:3], "/skip")

    told = elsewhere(player, Words("12,50 €"))
    player.says("/keep")

    assert "Was this your answer to it?" in told
    assert player.answers()["price"] == {"EUR": 1250}


@pytest.mark.parametrize("words", ["Letter C", "letter c"])
def test_the_very_words_of_a_choice_are_an_answer(words: str) -> None:
    player = a_player()
    player.says(*UP_TO_MANY[:-1])

    elsewhere(player, Words(words))

    assert player.answers()["one"] == "c"


def test_back_and_commands_and_buttons_work_wherever_they_come_from() -> None:
    player = a_player()
    player.says("/all", "words", "3")

    assert "How many?" in elsewhere(player, Words("Back"))
    assert "This is help." in elsewhere(player, Command("help"))
    assert "How much?" in elsewhere(player, Tap(player.button("Keep: 3")))


def test_a_half_picked_list_is_put_as_it_is() -> None:
    player = a_player()
    player.says(*UP_TO_MANY)
    player.taps("Red")

    told = elsewhere(player, Words("1, 2"))

    assert "So far: Red" in told


def test_joined_sessions_are_stored_as_others() -> None:
    here, there = a_player(), a_player()
    there.says("/all", "words")
    joined(here, there)

    assert load(dump(here.session)) == here.session
