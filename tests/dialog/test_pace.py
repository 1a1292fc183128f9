"""A person who sends more than anybody reads is told so once, and heard again after a rest."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from projektbot.dialog.pace import REST, after
from projektbot.messages import Words
from tests.dialog.scene import Player

NOW = 1_780_000_000
AT_ONCE = 20


def test_so_many_are_taken_at_once_and_not_one_more() -> None:
    pace = 0
    for _ in range(AT_ONCE):
        pace = after(pace, NOW, AT_ONCE)
        assert pace > 0

    assert after(pace, NOW, AT_ONCE) == -(NOW + REST)


def test_one_a_second_goes_on_and_on() -> None:
    pace = 0
    for second in range(1000):
        pace = after(pace, NOW + second, AT_ONCE)
        assert pace > 0


@pytest.mark.parametrize("passed", [0, 1, REST - 1])
def test_a_rest_is_not_made_longer_by_what_comes_meanwhile(passed: int) -> None:
    resting = -(NOW + REST)

    assert after(resting, NOW + passed, AT_ONCE) == resting


@pytest.mark.parametrize("passed", [REST, REST + 1, 10**6])
def test_after_the_rest_all_is_as_in_the_beginning(passed: int) -> None:
    assert after(-(NOW + REST), NOW + passed, AT_ONCE) == after(0, NOW + passed, AT_ONCE)


def test_a_clock_that_is_set_back_costs_a_rest_and_no_more() -> None:
    pace = after(after(0, NOW, AT_ONCE), NOW - 3600, AT_ONCE)

    assert pace == -(NOW - 3600 + REST)


def flooded() -> Player:
    """Return a player who has just sent as many messages as are taken at once."""
    player = Player()
    player.scene = replace(player.scene, at_once=AT_ONCE)
    player.says("/all", "some words", *["nonsense"] * (AT_ONCE - 2))
    return player


def test_the_first_that_is_too_much_gets_a_word_and_the_others_none() -> None:
    player = flooded()

    assert "In a minute I am listening again." in player.says("3")
    assert player.says("3", "/help", "3") == ""
    assert player.answers() == {"words": "some words"}


def test_after_a_minute_it_goes_on_where_it_was() -> None:
    player = flooded()
    player.says("3", "3")
    player.wait(timedelta(seconds=REST))

    assert "How much?" in player.says("3")
    assert player.answers() == {"words": "some words", "whole": 3}


def test_where_no_limit_is_set_any_number_is_taken() -> None:
    player = Player()
    for _ in range(300):
        assert player.do(Words("nonsense"))
