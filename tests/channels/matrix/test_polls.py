"""Polls on Matrix (MSC3381): how ours look, and what others' events say about them in each of their forms."""

from __future__ import annotations

from typing import Any

import pytest

from projektbot.channels.matrix.addressed import Here, answered_by_command, doubtful_message
from projektbot.channels.matrix.inbound import read
from projektbot.channels.matrix.polls import end_content, start_content
from projektbot.messages import Command, Event, Outgoing, Part, Vote
from projektbot.polls import Poll
from tests.channels.matrix.test_inbound import (
    ANNA,
    CHAT,
    GROUP,
    IN_GROUP,
    OURS,
    PRIVATE,
    THEIRS,
    US,
    answering,
    raw,
    text,
)

COLOURS = Poll("Which colour?", ("red", "green"))
REFERENCE = {"m.relates_to": {"rel_type": "m.reference", "event_id": OURS}}


def heard(kind: str, content: dict[str, Any], here: Here = IN_GROUP, **more: object) -> Event | None:
    inbound = read(raw({**REFERENCE, **content}, kind, **{"room_id": GROUP, **more}), here)
    return inbound.event if inbound else None


def response(*answers: object) -> dict[str, Any]:
    return {"org.matrix.msc3381.poll.response": {"answers": list(answers)}}


def test_a_poll_is_asked_in_the_form_that_clients_show() -> None:
    assert start_content(Outgoing((Part("?"),), poll=COLOURS), COLOURS) == {
        "org.matrix.msc1767.text": "Which colour?\n1. red\n2. green",
        "org.matrix.msc3381.poll.start": {
            "kind": "org.matrix.msc3381.poll.disclosed",
            "max_selections": 1,
            "question": {"org.matrix.msc1767.text": "Which colour?"},
            "answers": [
                {"id": "0", "org.matrix.msc1767.text": "red"},
                {"id": "1", "org.matrix.msc1767.text": "green"},
            ],
        },
        "m.mentions": {},
    }


def test_a_poll_stands_in_its_thread() -> None:
    when = Poll("When?", ("Monday", "Friday"))

    content = start_content(Outgoing((Part("?"),), poll=when, thread="$root", reply_to="$command"), when)

    assert content["m.relates_to"]["rel_type"] == "m.thread"
    assert content["m.relates_to"]["m.in_reply_to"] == {"event_id": "$command"}


def test_the_end_of_a_poll_says_what_came_of_it() -> None:
    assert end_content(Outgoing((Part("It is over: "), Part("red")), ends=(OURS,)), OURS) == {
        "org.matrix.msc1767.text": "It is over: red",
        "org.matrix.msc3381.poll.end": {},
        "m.mentions": {},
        **REFERENCE,
    }


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("org.matrix.msc3381.poll.response", response("1")),
        ("m.poll.response", {"m.selections": ["1"]}),
        ("m.poll.response", {"m.poll.response": {"answers": ["1"]}}),
    ],
)
def test_a_vote_is_read_in_each_form(kind: str, content: dict[str, Any]) -> None:
    assert heard(kind, content) == Vote(OURS, (1,))


@pytest.mark.parametrize("content", [response(), {}, {"m.selections": "1"}, {"m.selections": []}])
def test_a_vote_for_nothing_is_taken_back(content: dict[str, Any]) -> None:
    assert heard("m.poll.response", content) == Vote(OURS)


@pytest.mark.parametrize("answer", ["pizza", "-1", "²", "111", 1, None, {}])
def test_an_answer_that_is_none_of_ours_is_no_option(answer: object) -> None:
    assert heard("org.matrix.msc3381.poll.response", response(answer)) == Vote(OURS, (-1,))


@pytest.mark.parametrize("kind", ["m.poll.end", "org.matrix.msc3381.poll.end"])
def test_whoever_closes_our_poll_in_their_client_wants_it_ended(kind: str) -> None:
    assert heard(kind, {"org.matrix.msc3381.poll.end": {}}) == Command("poll", "end", OURS)


def test_votes_in_polls_of_others_are_not_ours_to_hear() -> None:
    theirs = {"m.relates_to": {"rel_type": "m.reference", "event_id": THEIRS}}

    assert heard("m.poll.response", theirs) is None
    assert heard("m.poll.end", theirs) is None
    assert heard("m.poll.response", {"m.relates_to": {"event_id": OURS}}) is None
    assert heard("m.poll.response", response("1"), sender=US) is None
    assert heard("m.poll.response", response("1"), PRIVATE, room_id=CHAT) is None


def test_whose_poll_it_is_has_to_be_known() -> None:
    vote = raw({**REFERENCE, **response("1")}, "m.poll.response", room_id=GROUP)

    assert doubtful_message(vote, IN_GROUP) == OURS


def test_a_command_in_a_group_brings_the_words_it_answers() -> None:
    here = Here("matrix", US, "Projektbot", quoted={THEIRS: "Somebody should buy wood"})
    said = raw(text("!task @ben", **answering(THEIRS)), room_id=GROUP)

    inbound = read(said, here)

    assert inbound is not None
    assert (inbound.sender, inbound.event) == (ANNA, Command("task", "@ben", THEIRS, "Somebody should buy wood"))
    assert answered_by_command(said, here) == THEIRS
    assert answered_by_command({**said, "room_id": CHAT}, PRIVATE) == ""
    assert answered_by_command(raw(text("yes", **answering(THEIRS)), room_id=GROUP), here) == ""
