"""What was done is over: the steps that led to it stay as they were, whatever the house finds afterwards."""

from __future__ import annotations

from dataclasses import replace

from projektbot.dialog.engine import Turn, resume, step
from projektbot.dialog.model import Answers, Value
from projektbot.dialog.session import Session, dump, load
from projektbot.messages import Command, Event, Words
from tests.dialog.scene import HELP, MENU, Player, SmallHouse

LAST_ONE = """
dialog: lend
version: 1
title: Lend a letter
trigger: [{command: lend}]
steps:
  - calculate: left
    function: count_tools
  - question: what
    type: text
    label: Which one?
    relevant: {left: {min: 1}}
  - question: aside
    type: text
    label: Why so many?
    relevant: {what: many}
  - note: There is none left.
    relevant: {left: {max: 0}}
  - do: store
    relevant: {what: {answered: true}}
  - question: thanks
    type: text
    label: Got it. Anything to add?
    relevant: {store: stored}
  - do: store
    name: again
    relevant: {thanks: {answered: true}}
  - note: "{left} left, {what} is yours."
    relevant: {again: stored}
"""


class Shelf(SmallHouse):
    """A house in which so many are left."""

    left = 1

    def calculate(self, _function: str, _session: Session, _answers: Answers) -> Value:
        """Count what is left."""
        return self.left


def shelf(left: int) -> Shelf:
    house = Shelf()
    house.left = left
    return house


class Lender(Player):
    """Somebody who lends the last one: once it is lent, none is left."""

    def lends(self, session: Session, event: Event) -> Turn:
        """Take a step; whatever is done empties the shelf."""
        turn = step(self.scene, session, event)
        if turn.call:
            self.house.stored.append(turn.call.answers)
            self.scene = replace(self.scene, house=shelf(0))
            turn = resume(self.scene, turn, self.house.outcome)
        self.session = load(dump(turn.session))
        self.turn = turn
        return turn


def lender() -> Lender:
    return Lender(LAST_ONE, HELP, MENU.replace("everything", "lend"), house=shelf(1))


def test_an_action_that_makes_its_own_question_pointless_is_done_all_the_same() -> None:
    player = lender()
    player.says("/lend")

    player.lends(player.session, Words("drill"))

    assert player.said() == "Got it. Anything to add?"
    assert player.answers()["store"] == "stored"


def test_what_was_answered_before_is_seen_by_the_next_action_and_what_was_counted_is_counted_anew() -> None:
    player = lender()
    player.says("/lend")
    player.lends(player.session, Words("drill"))

    player.lends(player.session, Words("thank you"))

    seen = {"left": 0, "what": "drill", "store": "stored", "ref": "X-1", "thanks": "thank you"}
    assert player.house.stored[-1] == seen
    assert "0 left" in player.said()


def test_an_answer_that_was_put_aside_does_not_come_back_once_something_was_done() -> None:
    player = lender()
    player.says("/lend")
    frame = player.session.frames[-1]
    player.session = player.session.with_top(replace(frame, answers={"aside": "to fill the shed"}))

    player.lends(player.session, Words("drill"))

    assert player.said() == "Got it. Anything to add?"
    assert player.answers() == {"what": "drill", "store": "stored", "!ref": "X-1"}


def test_one_cannot_go_back_past_what_was_done() -> None:
    player = lender()
    player.says("/lend")
    player.lends(player.session, Words("drill"))

    player.lends(player.session, Command("back"))

    assert "nothing to go back to" in player.said()
    assert player.answers()["what"] == "drill"
