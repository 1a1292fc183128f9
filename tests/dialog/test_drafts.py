"""What becomes of a draft: left, gone on with, reminded of, carried over, opened by a link, let go."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from projektbot.messages import Tap, Wake
from tests.dialog.scene import EVERYTHING, HELP, MENU, NOON, Player


def test_a_left_draft_is_kept_and_goes_on_at_the_same_question() -> None:
    player = Player()
    player.says("/all", "some words", "/cancel")
    draft = player.session.drafts[0]

    player.do(Tap(f"{draft.id}||.go"))

    assert "How many?" in player.said()
    assert player.session.drafts == ()


def test_a_draft_of_an_older_form_keeps_every_answer_that_fits() -> None:
    player = Player()
    player.says("/all", "some words", "7")
    narrower = EVERYTHING.replace("version: 1", "version: 2").replace("max: 9", "max: 5")

    player.change_dialogs(narrower, HELP, MENU)
    said = player.says("/help")

    assert "How many?" in said
    assert player.answers() == {"words": "some words"}
    assert player.session.frames[0].old == {"whole": 7}


def test_a_dialog_that_is_gone_is_said_in_words() -> None:
    player = Player()
    player.says("/all", "some words")

    player.change_dialogs(HELP, MENU.replace("  - link: everything\n    relevant: {what: everything}\n", ""))
    said = player.says("hello there, everyone")

    assert "no longer exists" in said
    assert "What would you like to do?" in said


def test_a_draft_speaks_up_after_a_day_of_silence_and_not_before() -> None:
    player = Player()
    player.says("/all", "some words")
    frame = player.session.frames[0].id

    player.wait(timedelta(hours=23))
    player.do(Wake(frame))
    early = player.said()
    player.wait(timedelta(hours=2))
    player.do(Wake(frame))

    assert early == ""
    assert "not finished it yet" in player.said()
    assert "How many?" in player.said()


def test_nobody_is_reminded_at_night_not_even_late() -> None:
    player = Player()
    player.says("/all", "some words")
    player.wait(timedelta(days=3, hours=13))  # one o'clock at night

    player.do(Wake(player.session.frames[0].id))

    assert player.said() == ""
    assert [due.at for due in player.turn.due] == [int(datetime(2026, 6, 19, 7, tzinfo=UTC).timestamp())]


def test_a_late_reminder_is_not_followed_by_the_next_at_once() -> None:
    player = Player()
    player.says("/all", "some words")
    player.wait(timedelta(days=7))

    player.do(Wake(player.session.frames[0].id))

    assert "not finished" in player.said()
    assert [due.at for due in player.turn.due] == [int((NOON + timedelta(days=11)).timestamp())]


def test_a_number_after_a_reminder_chooses_from_the_reminder() -> None:
    player = Player()
    player.says("/all", "some words")
    player.wait(timedelta(days=2))
    player.do(Wake(player.session.frames[0].id))

    said = player.says("1")

    assert "How many?" in said
    assert "whole" not in player.answers()


def test_words_after_a_reminder_answer_the_question_it_names() -> None:
    player = Player()
    player.says("/all", "some words")
    player.wait(timedelta(days=2))
    player.do(Wake(player.session.frames[0].id))

    player.says("7")

    assert player.answers()["whole"] == 7


def test_a_draft_without_an_answer_is_not_worth_a_reminder() -> None:
    player = Player()
    player.says("/all")

    player.wait(timedelta(days=2))
    player.do(Wake(player.session.frames[0].id))

    assert player.said() == ""


def test_a_draft_that_nobody_goes_on_with_is_let_go_in_words() -> None:
    player = Player()
    player.says("/all", "some words")
    frame = player.session.frames[0].id

    said = []
    for _ in range(3):
        player.wait(timedelta(days=100))
        player.do(Wake(frame))
        said.append(player.said())

    assert "not finished" in said[0]
    assert "not finished" in said[1]
    assert "deleted after 90 days" in said[2]
    assert player.session.frames == ()


def test_a_deep_link_fills_in_what_it_names() -> None:
    link = EVERYTHING.replace("[{command: all}]", "[{command: all}, {deep_link: letter, fill: one}]")
    player = Player(link, HELP, MENU)

    player.says("/start letter-c")

    assert player.answers() == {"one": "c"}


def test_a_deep_link_that_names_nothing_known_is_asked_as_usual() -> None:
    link = EVERYTHING.replace("[{command: all}]", "[{command: all}, {deep_link: letter, fill: one}]")
    player = Player(link, HELP, MENU)

    player.says("/start letter-nonsense")

    assert player.answers() == {}


def test_words_behind_a_command_fill_in_what_it_names() -> None:
    link = EVERYTHING.replace("[{command: all}]", "[{command: all}, {command: all, fill: one}]")
    player = Player(link, HELP, MENU)

    player.says("/all c")
    filled = player.answers()
    player.says("/menu", "/all")

    assert filled == {"one": "c"}
    assert player.answers() == {}
