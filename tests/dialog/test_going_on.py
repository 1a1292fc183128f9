"""A walk goes on from the open question, and finds what one from the beginning would.

That it does is looked after at every step of every test here: see scene.Player.do.
"""

from __future__ import annotations

from dataclasses import dataclass

from projektbot.dialog.model import Answers, Value
from projektbot.dialog.session import Session
from tests.dialog.scene import Player, SmallHouse

CHAIN = """
dialog: chain
version: 1
title: Chain
trigger: [{command: chain}]
steps:
  - question: first
    type: select_one
    label: First?
    choices: [{name: plus, label: Plus}, {name: minus, label: Minus}]
  - question: second
    type: select_one
    label: Second?
    choices: [{name: up, label: Up}, {name: down, label: Down}]
    relevant: {first: plus}
  - question: third
    type: text
    label: Third?
    relevant: {second: up}
  - review: review
    label: Is everything right?
    submit: Send it
"""
COUNTED = """
dialog: counted
version: 1
title: Counted
trigger: [{command: counted}]
keeps: true
steps:
  - question: name
    type: text
    label: Your name?
  - calculate: count
    function: count
  - question: more
    type: text
    label: "More than {count}?"
    relevant: {count: {min: 10}}
  - question: last
    type: text
    label: The last?
"""
FACTS = """
dialog: facts
version: 1
title: Facts
trigger: [{command: facts}]
keeps: true
steps:
  - question: name
    type: text
    label: Your name?
  - do: store
    quiet: [stored, full]
  - question: then
    type: text
    label: And then?
  - question: why
    type: text
    label: Why X-1?
    relevant: {ref: X-1}
"""


@dataclass(slots=True)
class Counting(SmallHouse):
    """A house that counts, and goes on counting between two turns."""

    count: int = 12

    def calculate(self, _function: str, _session: Session, _answers: Answers) -> Value:
        """Return how many there are at this moment."""
        return self.count


def test_what_was_relevant_through_another_answer_goes_with_it() -> None:
    anna = Player(CHAIN)
    anna.says("/chain")
    anna.taps("Plus", "Up")
    anna.says("because", "2", "First?")

    said = anna.taps("Minus")

    assert said.splitlines() == ["Is everything right?", "First?: Minus"]


def test_what_an_answer_makes_needless_takes_along_what_depended_on_it() -> None:
    anna = Player(CHAIN.replace("relevant: {first: plus}", "relevant: {not: {first: plus}}"))
    anna.says("/chain")
    anna.taps("Minus", "Up")
    anna.says("because", "2", "First?")

    said = anna.taps("Plus")

    assert said.splitlines() == ["Is everything right?", "First?: Plus"]


def test_what_depends_on_the_house_is_counted_from_the_first_question_on() -> None:
    anna = Player(COUNTED, house=Counting())

    assert anna.says("/counted").splitlines()[0] == "Question 1 of 3"


def test_the_house_is_asked_at_every_turn() -> None:
    anna = Player(COUNTED, house=(house := Counting()))
    anna.says("/counted", "Anna")

    house.count = 20

    assert "More than 20?" in anna.says("/nonsense")


def test_a_question_that_a_fact_makes_relevant_is_counted() -> None:
    anna = Player(FACTS)

    assert anna.says("/facts", "Anna").splitlines()[0] == "Question 2 of 3"


def test_a_dialog_that_asks_in_other_words_is_gone_on_with_in_these() -> None:
    anna = Player(CHAIN)
    anna.says("/chain")

    anna.change_dialogs(CHAIN.replace("First?", "What first?").replace("Second?", "What second?"))

    assert anna.says("/nonsense").splitlines()[-1] == "What first?"
    assert anna.taps("Plus") == "What second?"
