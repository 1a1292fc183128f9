"""What becomes of drafts where there are several, or of an older form, and what dialogs may do with them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from projektbot.dialog.model import Answers
from projektbot.dialog.session import Session
from projektbot.messages import Tap, Wake
from projektbot.texts import Own, Text
from tests.dialog.scene import EVERYTHING, HELP, MENU, Player, SmallHouse
from tests.dialog.test_engine import TO_REVIEW

IDEA = """
dialog: idea
version: 1
title: Send an idea
trigger: [{command: idea}, {deep_link: idea, fill: title}]
keeps: true
remind: {after: [P1D]}
steps:
  - {question: title, type: text, label: What is it called?}
  - {question: why, type: text, label: Why?}
"""
UNFINISHED = """
dialog: unfinished
version: 1
title: Unfinished
steps:
  - {question: draft, type: select_one, label: Go on or begin anew?, choices: {from: drafts}}
  - do: resume_draft
"""
DRAFTS = """
dialog: my_drafts
version: 1
title: My drafts
trigger: [{command: drafts}]
steps:
  - {question: draft, type: select_one, label: Which draft?, choices: {from: drafts}}
  - do: drop_draft
"""
DAY = timedelta(days=1)


class DraftHouse(SmallHouse):
    """A house that knows the drafts that were left, one that is gone, and "new"."""

    def options(self, _provider: str, session: Session, _answers: Answers) -> Sequence[tuple[str, Text]]:
        """Return the drafts."""
        names = [*[draft.id for draft in session.drafts], "gone", "new"]
        return [(name, Text("{it}", {"it": Own(name)})) for name in names]


def writer() -> Player:
    """Return a player among dialogs that keep drafts."""
    return Player(IDEA, EVERYTHING, UNFINISHED, DRAFTS, HELP, MENU, house=DraftHouse())


def two_drafts() -> Player:
    """Return a player who has left two drafts, of two dialogs."""
    player = writer()
    player.says("/idea", "Bench", "/cancel", "/all", "some words", "/cancel")
    return player


# ---- leaving and beginning -------------------------------------------------------------------------------------------


def test_what_nothing_was_answered_in_is_no_draft() -> None:
    player = writer()

    said = player.says("/idea", "/cancel")

    assert "You can begin again at any time: /start" in said
    assert player.session.drafts == ()


def test_what_only_a_link_has_filled_in_is_no_draft() -> None:
    player = writer()

    player.says("/start idea-Bench")
    given = player.answers()
    player.says("/cancel")

    assert given == {"title": "Bench"}
    assert player.session.drafts == ()


def test_a_draft_left_after_misses_is_gone_on_with_patiently() -> None:
    player = Player()
    player.says("/all", "x", "many", "many", "/cancel")

    player.do(Tap(f"{player.session.drafts[0].id}||.go"))
    said = player.says("many", "many")

    assert "desk@city.example" not in said


def test_going_on_with_one_draft_leaves_the_other_in_turn() -> None:
    player = two_drafts()
    player.do(Tap(f"{player.session.drafts[0].id}||.go"))

    player.do(Tap(f"{player.session.drafts[0].id}||.go"))

    assert player.answers() == {"words": "some words"}
    assert [draft.answers for draft in player.session.drafts] == [{"title": "Bench"}]


def test_beginning_what_was_begun_already_asks_which() -> None:
    player = two_drafts()

    said = player.says("/idea")

    assert "Go on or begin anew?" in said
    assert len(player.session.drafts) == 2


@pytest.mark.parametrize(("begun", "told"), [("/idea", False), ("/all", True)])
def test_a_draft_is_said_to_be_kept_unless_it_is_offered_at_once(begun: str, told: bool) -> None:  # noqa: FBT001
    player = two_drafts()
    idea = next(draft for draft in player.session.drafts if draft.dialog == "idea")

    player.do(Tap(f"{idea.id}||.go"))

    assert ("I have kept your draft" in player.says(begun)) is told


def test_beginning_anew_leaves_the_earlier_draft() -> None:
    player = two_drafts()

    said = player.says("/idea", "new")

    assert "What is it called?" in said
    assert player.answers() == {}
    assert len(player.session.drafts) == 2


def test_going_on_takes_the_draft_that_was_chosen() -> None:
    player = two_drafts()
    first = player.session.drafts[0].id

    said = player.says("/idea", first)

    assert "Why?" in said
    assert player.answers() == {"title": "Bench"}
    assert [draft.dialog for draft in player.session.drafts] == ["everything"]
    assert len(player.session.frames) == 1


def test_a_draft_that_is_gone_cannot_be_gone_on_with() -> None:
    player = two_drafts()

    said = player.says("/idea", "gone")

    assert "That draft no longer exists." in said
    assert player.session.frames == ()


def test_a_draft_of_another_dialog_is_no_reason_to_ask() -> None:
    player = writer()
    player.says("/all", "some words", "/cancel")

    assert "What is it called?" in player.says("/idea")


def test_a_link_that_fills_something_in_begins_anew_without_asking() -> None:
    player = two_drafts()

    said = player.says("/start idea-Fountain")

    assert "Why?" in said


def test_what_keeps_no_drafts_is_begun_without_asking() -> None:
    player = two_drafts()

    assert "What would you like to do?" in player.says("/menu")


# ---- deleting --------------------------------------------------------------------------------------------------------


def test_a_draft_is_deleted_under_its_name_and_no_other_is() -> None:
    player = two_drafts()
    first = player.session.drafts[0].id

    said = player.says("/drafts", first)

    assert "The draft is deleted: Send an idea: Bench" in said
    assert [draft.dialog for draft in player.session.drafts] == ["everything"]
    assert player.session.frames == ()


def test_a_draft_that_is_gone_cannot_be_deleted() -> None:
    player = two_drafts()

    said = player.says("/drafts", "gone")

    assert "That draft no longer exists." in said
    assert len(player.session.drafts) == 2


# ---- reminders -------------------------------------------------------------------------------------------------------


def test_a_reminder_is_of_the_draft_that_is_due_and_counts_for_it_alone() -> None:
    player = two_drafts()
    second = player.session.drafts[1].id
    player.wait(2 * DAY)

    player.do(Wake(second))

    assert "not finished it yet: Everything" in player.said()
    assert [draft.reminded for draft in player.session.drafts] == [0, 1]
    assert player.session.frames == ()


def test_a_reminder_of_what_is_open_counts_for_the_one_below_too_only_when_it_is_due() -> None:
    player = two_drafts()
    player.do(Tap(f"{player.session.drafts[0].id}||.go"))
    player.wait(2 * DAY)

    player.do(Wake(player.session.frames[0].id))

    assert player.session.frames[0].reminded == 1
    assert [draft.reminded for draft in player.session.drafts] == [0]


def test_a_reminder_of_a_draft_that_was_left_names_no_question() -> None:
    player = two_drafts()
    player.says("/menu")
    player.wait(2 * DAY)

    player.do(Wake(player.session.drafts[0].id))

    assert "The next question is" not in player.said()


def test_a_reminder_names_the_question_only_of_the_draft_on_top() -> None:
    player = two_drafts()
    player.do(Tap(f"{player.session.drafts[0].id}||.go"))
    player.wait(2 * DAY)

    own = player.do(Wake(player.session.frames[0].id))
    other = player.do(Wake(player.session.drafts[0].id))

    assert "The next question is: Why?" in own
    assert "The next question is" not in other


def test_a_reminder_at_the_review_names_no_question() -> None:
    player = Player()
    player.says(*TO_REVIEW, "ok", "drill", "/skip", "no")
    player.wait(2 * DAY)

    player.do(Wake(player.session.frames[0].id))

    assert "not finished it yet" in player.said()
    assert "The next question is" not in player.said()


def test_a_wake_up_for_what_is_gone_says_nothing() -> None:
    player = two_drafts()
    before = player.session

    said = player.do(Wake("gone"))

    assert said == ""
    assert player.session == before


def test_a_wake_up_for_a_draft_of_a_dialog_that_is_gone_says_nothing() -> None:
    player = two_drafts()
    player.change_dialogs(EVERYTHING, HELP, MENU)
    player.wait(2 * DAY)

    assert player.do(Wake(player.session.drafts[0].id)) == ""


def test_the_next_words_after_a_sign_of_life_answer_no_reminder() -> None:
    player = Player()
    player.says("/all", "some words")
    player.wait(2 * DAY)
    player.do(Wake(player.session.frames[0].id))

    player.says("/help", "1")

    assert player.answers()["whole"] == 1


def test_any_sign_of_life_puts_a_reminder_off() -> None:
    player = Player()
    player.says("/all", "some words")
    player.wait(timedelta(hours=20))
    player.says("/help")
    player.wait(timedelta(hours=6))

    assert player.do(Wake(player.session.frames[0].id)) == ""


def test_a_reminder_due_in_the_evening_comes_the_next_morning() -> None:
    player = Player()
    player.wait(timedelta(hours=10, minutes=30))  # half past ten
    player.says("/all", "some words")
    player.wait(DAY)

    player.do(Wake(player.session.frames[0].id))

    assert player.said() == ""
    assert [due.at for due in player.turn.due] == [int(datetime(2026, 6, 17, 7, tzinfo=UTC).timestamp())]


@pytest.mark.parametrize("last", ["/skip", "/back"])
def test_the_time_of_a_draft_counts_from_what_was_done_to_it_last(last: str) -> None:
    player = Player()
    player.says("/all", "some words", "3")
    frame = player.session.frames[0].id
    said = []

    player.wait(60 * DAY)
    player.says(last)
    for days in (2, 5, 28, 60):
        player.wait(days * DAY)
        said.append(player.do(Wake(frame)))

    assert ["not finished" in words for words in said] == [True, True, False, False]
    assert ["deleted after 90 days" in words for words in said] == [False, False, False, True]


def test_a_number_after_a_reminder_may_delete_the_draft() -> None:
    player = Player()
    player.says("/all", "some words")
    player.wait(2 * DAY)
    player.do(Wake(player.session.frames[0].id))

    said = player.says("3")

    assert "The draft is deleted: Everything" in said
    assert player.session.frames == ()


def test_what_never_speaks_up_asks_for_no_wake_up() -> None:
    player = Player(IDEA.replace("remind: {after: [P1D]}\n", ""), HELP, MENU.replace("everything", "idea"))

    player.says("/idea", "Bench")

    assert player.turn.due == ()


def test_only_the_first_answer_of_a_draft_asks_for_a_wake_up() -> None:
    player = writer()

    player.says("/all", "some words")
    first = len(player.turn.due)
    player.says("3")

    assert (first, len(player.turn.due)) == (1, 0)


# ---- an older form ---------------------------------------------------------------------------------------------------

NARROWER = EVERYTHING.replace("version: 1", "version: 2").replace("max: 9", "max: 5")


def test_a_draft_of_an_older_form_is_fitted_when_it_is_gone_on_with() -> None:
    player = Player()
    player.says("/all", "some words", "7", "/cancel")
    player.change_dialogs(NARROWER, HELP, MENU)

    said = player.do(Tap(f"{player.session.drafts[0].id}||.go"))

    assert "How many?" in said
    assert player.answers() == {"words": "some words"}
    assert player.session.frames[0].version == 2


def test_a_draft_is_fitted_once() -> None:
    player = Player()
    player.says("/all", "some words", "7")
    player.change_dialogs(NARROWER, HELP, MENU)
    player.says("/help")
    shape = player.session.frames[0].shape

    assert shape == player.scene.book.dialogs["everything"].shape


def test_an_older_form_keeps_skipped_questions_and_rounds() -> None:
    player = Player()
    player.says(*TO_REVIEW, "ok", "drill", "/skip", "yes", "saw")
    before = player.answers()

    player.change_dialogs(NARROWER, HELP, MENU)
    player.says("/help")

    assert player.answers() == before


def test_an_older_form_forgets_the_page_one_was_on() -> None:
    player = Player()
    player.says(*TO_REVIEW[:7], "/more")
    player.change_dialogs(NARROWER, HELP, MENU)

    player.says("/help")

    assert player.turn.prompt.first == 1


def test_an_answer_whose_question_is_gone_is_gone_too() -> None:
    player = Player()
    player.says("/all", "some words", "3", "1.5")
    player.change_dialogs(EVERYTHING.replace("- question: part", "- question: half"), HELP, MENU)

    said = player.says("/help")

    assert "How much?" in said
    assert player.answers() == {"words": "some words", "whole": 3}
