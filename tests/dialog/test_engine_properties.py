"""Random people: any input, any order, and the engine always has an answer, and loses nothing."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from projektbot.dialog.engine import Result
from projektbot.dialog.prompt import TOKEN_BYTES
from projektbot.dialog.session import dump, load
from projektbot.messages import Command, Edited, Event, Kind, Odd, Shared, Stored, Tap, Upload, Wake, Words
from projektbot.texts import N_
from tests.dialog.scene import EVERYTHING, HELP, LANGUAGE, MENU, Player

EXAMPLES = 5_000 if os.environ.get("PROJEKTBOT_FUZZ") == "long" else 150
NARROWER = EVERYTHING.replace("version: 1", "version: 2").replace("max: 9", "max: 2").replace("name: red", "name: pink")
COMMANDS = (
    "all", "menu", "start", "help", "language", "cancel", "back", "skip", "keep", "more", "nonsense", "start letter-a",
)  # fmt: skip
USUAL = ("some words", "3", "1", "1, 2", "3 1 2", "2026-12-24", "tomorrow", "9:30", "1.500", "12 €", "ok", "yes", "no",
         "stop", "Deutsch", "English")  # fmt: skip


def words() -> st.SearchStrategy[Event]:
    """Type something sensible, or anything at all."""
    return st.builds(Words, st.sampled_from(USUAL) | st.text(max_size=60))


def commands() -> st.SearchStrategy[Event]:
    """Type a command."""
    return st.sampled_from(COMMANDS).map(lambda line: Command(*line.split(" ", 1)))


def things() -> st.SearchStrategy[Event]:
    """Send something that is no text."""
    file = Stored("0" * 64, "image/png", 5)
    uploads = st.builds(Upload, st.sampled_from(Kind), st.just("ref"), file=st.sampled_from([None, file]))
    places = st.builds(Shared, st.floats(-90, 90), st.floats(-180, 180))
    return uploads | places | st.builds(Odd, st.sampled_from(["sticker", "encrypted", "poll"]))


def acts() -> st.SearchStrategy[object]:
    """Do anything: an integer taps one of all buttons ever seen, a text one that nobody made."""
    return st.one_of(
        words(),
        commands(),
        things(),
        st.integers(0, 10_000),
        st.builds(Tap, st.text(max_size=30)),
        st.builds(Edited, st.integers(0, 30).map(str), st.sampled_from(USUAL)),
        st.sampled_from(["wait", "update", "refuse", "accept"]),
    )


@pytest.mark.fuzz
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(acts(), max_size=40), st.sampled_from(["en", "de"]))
def test_random_people_never_break_the_engine(script: list[object], locale: str) -> None:
    player = Player(EVERYTHING, HELP, MENU, LANGUAGE, locale=locale)
    tokens: list[str] = ["=start|what|everything"]
    for number, act in enumerate(script):
        note(f"{number}: {act!r}")
        _play(player, act, tokens, number)
        _check(player)
        tokens += [button.token for button in player.turn.prompt.buttons]


def _play(player: Player, act: object, tokens: list[str], number: int) -> None:
    match act:
        case "wait":
            player.wait(timedelta(days=30))
            for frame in (*player.session.frames, *player.session.drafts):
                player.do(Wake(frame.id))
        case "update":
            player.change_dialogs(NARROWER if player.scene.book.dialogs["everything"].version == 1 else EVERYTHING,
                                  HELP, MENU, LANGUAGE)  # fmt: skip
        case "refuse":
            player.house.outcome, player.house.at_fault = N_("No."), "one"
        case "accept":
            player.house.outcome = Result("stored", {"ref": "X-1"})
        case int():
            assert player.do(Tap(tokens[act % len(tokens)]))
        case _:
            assert player.do(act, heard=str(number)), "an event of a person was answered with silence"  # type: ignore[arg-type]


def _check(player: Player) -> None:
    assert load(dump(player.session)) == player.session
    for button in player.turn.prompt.buttons:
        assert len(button.token.encode()) <= TOKEN_BYTES
    assert all(label.strip() for label in player.labels())
    ids = [frame.id for frame in (*player.session.frames, *player.session.drafts)]
    assert len(ids) == len(set(ids))


@pytest.mark.fuzz
@settings(max_examples=EXAMPLES // 3, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(words() | commands(), max_size=25))
def test_a_draft_is_never_lost_without_a_word(script: list[Event]) -> None:
    """Whatever a person does after answering, the answer is still there, or was sent, or was deleted by them."""
    player = Player(EVERYTHING, HELP, MENU, LANGUAGE)
    player.says("/all", "precious words")

    for event in script:
        player.do(event)

    frames = (*player.session.frames, *player.session.drafts)
    kept = [value for frame in frames for value in (*frame.answers.values(), *frame.old.values())]
    sent = [value for answers in player.house.stored for value in answers.values()]
    replaced = any(isinstance(event, Command) and event.name in ("back", "start") for event in script)
    assert "precious words" in kept + sent or replaced
