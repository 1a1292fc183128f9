"""What the house is asked once, when something is answered; and questions on the way, which no review shows."""

from __future__ import annotations

from projektbot.dialog.model import Answers, Value
from projektbot.dialog.session import Session
from projektbot.texts import Text
from tests.dialog.scene import HELP, MENU, Player, SmallHouse

RIDES = """
dialog: ride
version: 1
title: A ride
trigger: [{command: ride}]
keeps: true
steps:
  - question: where
    type: text
    label: Where to?
    lookup: rides_to
    finds: rides
  - question: together
    type: select_one
    aside: true
    label: Somebody rides there. Together?
    choices: [{name: gladly, label: Gladly}, {name: alone, label: Rather alone}]
    relevant: {rides: {answered: true}}
  - do: drop_this
    relevant: {together: gladly}
  - question: when
    type: text
    label: When?
  - review: review
    submit: Ride
  - do: store
  - note: Off you go.
    relevant: {store: stored}
  - note: The house is full.
    relevant: {store: full}
"""


class Rides(SmallHouse):
    """A house that knows who rides where, and counts how often it is asked."""

    known: tuple[str, ...] = ("coast",)
    asked = 0

    def calculate(self, _function: str, _session: Session, answers: Answers) -> Value:
        """Return who rides there."""
        self.asked += 1
        return ["ben"] if answers["where"] in self.known else None


def rider() -> tuple[Player, Rides]:
    house = Rides()
    player = Player(RIDES, HELP, MENU.replace("everything", "ride"), house=house)
    player.says("/ride")
    return player, house


def test_it_is_asked_with_the_answer_and_never_again() -> None:
    player, house = rider()

    assert "Together?" in player.says("coast")
    once = house.asked
    player.says("/help")
    player.taps("Rather alone")
    player.says("noon")

    assert house.asked == once
    assert player.answers()["!rides"] == ["ben"]


def test_what_was_not_found_then_is_not_asked_about_later() -> None:
    player, house = rider()
    assert "When?" in player.says("town")

    house.known = ("coast", "town")

    assert "When?: noon" in player.says("noon")


def test_another_answer_is_looked_up_anew_and_what_was_found_for_the_first_is_gone() -> None:
    player, _ = rider()
    player.says("coast")
    player.says("/back")

    assert "When?" in player.says("town")
    assert "!rides" not in player.answers()


def test_a_question_on_the_way_has_no_number_and_no_review_shows_it() -> None:
    player, _ = rider()
    assert "Question" not in player.says("coast")
    assert "Question 2 of 2" in player.taps("Rather alone")

    assert "Together?" not in player.says("noon")
    player.taps("Change something")
    offered = {
        player.scene.translate(Text("{it}", {"it": button.label}), "en") for button in player.turn.prompt.buttons
    }
    assert offered >= {"Where to?", "When?"}
    assert "Somebody rides there. Together?" not in offered


def test_drop_this_ends_it_and_keeps_no_draft() -> None:
    player, _ = rider()
    player.says("coast")
    player.taps("Gladly")

    assert [frame.dialog for frame in player.session.frames] == ["start"]  # nobody is left without a word
    assert player.session.drafts == ()


def test_what_a_command_fills_in_is_looked_up_too() -> None:
    by_command = RIDES.replace("{command: ride}", "{command: ride}, {command: ride, fill: where}")
    player = Player(by_command, HELP, MENU.replace("everything", "ride"), house=Rides())

    assert "Together?" in player.says("/ride coast")
