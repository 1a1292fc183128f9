"""What the house refuses, and which answer is then asked for again."""

from __future__ import annotations

from projektbot.texts import N_
from tests.dialog.scene import HELP, MENU, Player
from tests.dialog.test_engine import TO_REVIEW

# ---- refusals --------------------------------------------------------------------------------------------------------

SENT_AT_ONCE = """
dialog: wish
version: 1
title: A wish
trigger: [{command: wish}]
steps:
  - {question: what, type: text, label: What do you wish?}
  - do: store
"""
NOTHING_ASKED = """
dialog: wish
version: 1
title: A wish
trigger: [{command: wish}]
steps:
  - do: store
"""


def test_a_refusal_without_a_review_asks_the_last_question_again() -> None:
    player = Player(SENT_AT_ONCE, HELP, MENU.replace("everything", "wish"))
    player.house.outcome = N_("That place lies outside the city.")

    said = player.says("/wish", "more trees")

    assert "outside the city" in said
    assert "What do you wish?" in said
    assert "Keep: more trees" in player.labels()


def test_a_refusal_where_nothing_was_asked_ends_it() -> None:
    player = Player(NOTHING_ASKED, HELP, MENU.replace("everything", "wish"))
    player.house.outcome = N_("That place lies outside the city.")

    said = player.says("/wish")

    assert said == "That place lies outside the city."
    assert player.session.frames == ()


def test_a_refusal_with_a_review_keeps_every_answer() -> None:
    player = Player()
    player.says(*TO_REVIEW, "ok", "drill", "/skip", "no")
    before = player.answers()
    player.house.outcome = N_("That place lies outside the city.")

    player.taps("Send it")

    assert player.answers() == before
