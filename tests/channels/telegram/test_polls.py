"""Polls on Telegram: asked and closed against the strict server, votes read, and the message a command answers."""

from __future__ import annotations

from typing import Any

import pytest
import pytest_asyncio

from projektbot.channels.telegram import TelegramChannel
from projektbot.channels.telegram.inbound import Reader
from projektbot.messages import Choice, Command, Inbound, Outgoing, Part, Vote
from projektbot.polls import Poll, Sent
from tests.channels.telegram import updates as u
from tests.servers.botapi import BotApiServer, Group, Person

READER = Reader("telegram", u.BOT, u.USERNAME)
COLOURS = Outgoing(
    (Part("Which colour?"),), (Choice("a", "red"), Choice("b", "green")), poll=Poll("Which colour?", ("red", "green"))
)


@pytest.fixture
def ada(server: BotApiServer) -> Person:
    """Somebody with a group."""
    return server.person(7001, "Ada")


@pytest_asyncio.fixture
async def group(server: BotApiServer, ada: Person) -> Group:
    """Return a group with the bot in it."""
    made = server.group(-4001, "Team", [ada])
    await made.add_bot(server.bot(), ada)
    return made


async def send(channel: TelegramChannel, message: Outgoing) -> str:
    return await channel.send("-4001", message, "txn", private=False)


def said(words: str, ends: str) -> Outgoing:
    return Outgoing((Part(words),), ends=(ends,))


async def test_a_poll_is_telegram_s_own_and_everybody_sees_who_votes(channel: TelegramChannel, group: Group) -> None:
    sent = await send(channel, COLOURS)

    assert isinstance(sent, Sent)
    poll = group.sees[-1].raw["poll"]
    assert (str(group.sees[-1].id), poll["id"]) == (sent, sent.poll)
    assert (poll["question"], [option["text"] for option in poll["options"]]) == ("Which colour?", ["red", "green"])
    assert (poll["is_anonymous"], poll["allows_multiple_answers"]) == (False, False)
    assert group.sees[-1].labels == []


async def test_where_no_polls_are_allowed_it_is_words_and_buttons(channel: TelegramChannel, group: Group) -> None:
    group.forbid_polls()

    sent = await send(channel, COLOURS)

    assert not isinstance(sent, Sent)
    assert (group.sees[-1].text, group.sees[-1].labels) == ("Which colour?", ["red", "green"])


async def test_the_longest_that_may_be_asked_fits(channel: TelegramChannel, group: Group) -> None:
    options = tuple(f"{number} {'x' * 58}" for number in range(12))

    await send(channel, Outgoing((Part("?"),), poll=Poll("😀" * 300, options)))

    assert group.sees[-1].raw["poll"]["question"] == "😀" * 300


async def test_a_poll_is_closed_and_then_it_is_said_what_came_of_it(channel: TelegramChannel, group: Group) -> None:
    asked = await send(channel, COLOURS)

    await send(channel, said("It is over", asked))

    poll, told = group.sees[-2:]
    assert poll.raw["poll"]["is_closed"]
    assert told.text == "It is over"


@pytest.mark.parametrize("ends", ["999", "twice"])
async def test_what_came_of_it_is_said_also_where_nothing_is_to_be_closed(
    channel: TelegramChannel, group: Group, ends: str
) -> None:
    asked = await send(channel, COLOURS)
    ended = asked if ends == "twice" else ends
    await send(channel, said("It is over", ended))

    await send(channel, said("It is really over", ended))

    assert group.sees[-1].text == "It is really over"


def answer(**more: object) -> Inbound | None:
    vote = {"poll_id": "5", "user": u.PERSON, "option_ids": [1], "option_persistent_ids": ["1"], **more}
    return READER.to_inbound({"update_id": 12, "poll_answer": vote})


def test_a_vote_says_who_and_what_but_not_where() -> None:
    assert answer() == Inbound(
        "telegram", "12", "", Vote("5", (1,)), private=False, order=12, sender=str(u.PERSON["id"])
    )  # fmt: skip


def test_a_vote_that_is_taken_back_chooses_nothing() -> None:
    taken_back = answer(option_ids=[], option_persistent_ids=[])

    assert taken_back is not None
    assert taken_back.event == Vote("5")


def test_a_group_that_votes_is_nobody() -> None:
    vote = answer(voter_chat=u.SUPERGROUP, user=u.OTHER_BOT)

    assert vote is not None
    assert vote.sender == ""


# ---- the message that a command answers ------------------------------------------------------------------------------


def command(**content: Any) -> Command:  # noqa: ANN401 - JSON
    inbound = READER.to_inbound(u.message(u.GROUP, text="/task @ben", **content))
    assert inbound is not None
    assert isinstance(inbound.event, Command)
    return inbound.event


def test_a_command_says_what_it_answers() -> None:
    earlier = u.said(u.GROUP, text="Somebody should buy wood")

    assert command(reply_to_message=earlier) == Command("task", "@ben", "17", "Somebody should buy wood")
    part = {"text": "buy wood", "position": 16}
    assert command(reply_to_message=earlier, quote=part).quoted == "buy wood"
    photo = u.said(u.GROUP, photo=[], caption="This one")
    assert command(reply_to_message=photo).quoted == "This one"
    assert len(command(reply_to_message=u.said(u.GROUP, text="x" * 4096)).quoted) == 400


def test_the_opening_of_a_topic_is_not_answered() -> None:
    opening = u.said(u.GROUP, forum_topic_created={"name": "Wood", "icon_color": 1})

    assert command(reply_to_message=opening) == Command("task", "@ben")
