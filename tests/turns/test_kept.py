"""Sessions stay in memory between turns; what the store says still decides."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from projektbot.dialog.session import Session, dump
from projektbot.messages import Words
from projektbot.turns import rows
from projektbot.turns.kept import MOST_SESSIONS, Kept
from tests.turns.town import Town


async def test_what_another_process_wrote_counts(town: Town) -> None:
    other = town.again(made=True)
    await town.person("anna").begins_an_idea()

    await other.person("anna").says("A back and arms, every two hundred metres.")

    assert "That does not fit" not in await town.person("anna").says("/back")
    assert "What exactly is it" in town.told("anna")[-1]
    await other.close()


async def test_what_was_rolled_back_did_not_happen(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    anna, ben = town.person("anna"), town.person("ben")
    await anna.says("/idea")
    await anna.taps("Something new")
    await ben.says("/idea")
    failures = [IntegrityError("INSERT", None, Exception())]
    post = rows.post

    def failing_once(*given: Any) -> None:  # noqa: ANN401 - as rows.post
        if failures:
            raise failures.pop()
        post(*given)

    monkeypatch.setattr(rows, "post", failing_once)
    await town.take(town.inbound("anna", Words("Benches along the river")), town.inbound("ben", Words("1")))

    assert (await town.session("anna")).frames[-1].answers == {"kind": "new", "title": "Benches along the river"}
    assert "What exactly is it" in town.told("anna")[-1]
    assert "What is your idea called" in town.told("ben")[-1]


def test_so_many_are_kept_and_no_more() -> None:
    kept, sessions = Kept(), [Session(count=number) for number in range(MOST_SESSIONS + 1)]

    states = [kept.write(number, session) for number, session in enumerate(sessions)]

    assert kept.read(1, states[1]) is sessions[1]
    assert kept.read(0, states[0]) is not sessions[0]
    assert kept.read(0, states[0]) == sessions[0]


def test_who_was_here_last_is_kept() -> None:
    kept, sessions = Kept(), [Session(count=number) for number in range(MOST_SESSIONS)]
    for number, session in enumerate(sessions):
        kept.write(number, session)

    kept.write(5, sessions[5])
    assert kept.read(0, dump(sessions[0])) is sessions[0], "nobody goes while there is room"
    kept.write(MOST_SESSIONS, Session())
    kept.write(0, sessions[0])
    kept.write(MOST_SESSIONS + 1, Session())

    assert kept.read(5, dump(sessions[5])) is sessions[5]
    assert kept.read(1, dump(sessions[1])) is not sessions[1]
