"""Choosing by reactions, as on Matrix: a choice counts while its reaction is there, and no longer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from projektbot.civic.groups.tables import group_answers, group_reactions
from projektbot.messages import Gone, Pick, Tap
from tests.civic.groups.relay_town import two_chats
from tests.civic.groups.town import Member, arrived, bound, posts
from tests.turns.town import Town

DATES = "/meeting Planning; Friday 18:00; Saturday 10:00"


async def asked(town: Town, *commands: str) -> tuple[Member, Member]:
    """Let a group be asked something, in a message that has arrived; return the lead and a guest."""
    lead = await bound(town)
    for command in commands:
        await lead.says(command)
    await arrived(town, "m1")
    return lead, Member(town, "77")


async def reacts(member: Member, number: int, name: str) -> str:
    """React with a number; return what the message says then."""
    return await member.does(Pick(number, "m1", name), key=name)


async def takes_away(member: Member, name: str) -> str:
    """Take a reaction away; return what the message says then."""
    return await member.does(Gone(name))


async def test_what_was_chosen_by_a_reaction_is_taken_back_with_it(town: Town) -> None:
    anna, ben = await asked(town, DATES)
    await reacts(anna, 1, "$a")
    assert "Jun 19, 2026, 6:00\u202fPM: 2" in await reacts(ben, 1, "$b")

    told = await takes_away(ben, "$b")

    assert "Jun 19, 2026, 6:00\u202fPM: 1" in told
    assert posts(town)[-1].replaces == "m1"
    assert [row.reaction for row in await town.rows(group_reactions)] == ["$a"]


async def test_the_same_reaction_once_more_takes_nothing_back(town: Town) -> None:
    _, ben = await asked(town, DATES)
    await reacts(ben, 2, "$1")
    await takes_away(ben, "$1")

    told = await reacts(ben, 2, "$2")

    assert "Jun 20, 2026, 10:00\u202fAM: 1" in told
    assert "10:00\u202fAM: 1" in await reacts(ben, 2, "$3")
    assert not await takes_away(ben, "$3")  # the other one is still there
    assert len(await town.rows(group_answers)) == 1


async def test_who_chose_by_hand_meanwhile_is_believed(town: Town) -> None:
    _, ben = await asked(town, DATES)
    await reacts(ben, 1, "$1")
    await ben.taps("Jun 19")  # which takes it back

    assert not await takes_away(ben, "$1")

    assert await town.rows(group_answers) == []


async def test_where_one_choice_counts_it_is_the_last_that_is_still_there(town: Town) -> None:
    _, ben = await asked(town, DATES, "/meeting 1")
    await reacts(ben, 1, "$yes")
    await reacts(ben, 3, "$perhaps")

    assert "I come: 1" in await takes_away(ben, "$perhaps")
    assert "I come: 0" in await takes_away(ben, "$yes")
    assert await town.rows(group_answers) == []


async def test_nobody_takes_back_what_somebody_else_chose(town: Town) -> None:
    anna, ben = await asked(town, DATES)
    await reacts(ben, 1, "$b")
    await reacts(anna, 1, "$a")

    assert not await takes_away(anna, "$b")  # a moderator of the room may delete it

    assert len(await town.rows(group_answers)) == 2
    assert not await takes_away(ben, "$unknown")


async def test_reactions_to_what_is_over_are_forgotten(town: Town) -> None:
    anna, ben = await asked(town, DATES)
    await reacts(ben, 1, "$b")
    await anna.says("/meeting 1")

    assert await town.rows(group_reactions) == []
    assert not await takes_away(ben, "$b")
    assert len(await town.rows(group_answers)) == 1


async def test_they_are_forgotten_with_the_message(town: Town) -> None:
    _, ben = await asked(town, DATES)
    await reacts(ben, 1, "$b")

    await town.pass_by(timedelta(days=89))
    await town.jobs.prune()
    assert len(await town.rows(group_reactions)) == 1
    await town.pass_by(timedelta(days=2))
    await town.jobs.prune()

    assert await town.rows(group_reactions) == []


async def test_a_button_is_no_reaction(town: Town) -> None:
    _, ben = await asked(town, DATES)
    (token, *_) = [choice.token for choice in posts(town)[-1].choices]

    assert "6:00\u202fPM: 1" in await ben.does(Tap(token, "m1"))
    assert "6:00\u202fPM: 0" in await ben.does(Tap(token, "m1"))

    assert await town.rows(group_reactions) == []


@pytest.mark.parametrize("on", [True, False], ids=["passed-on", "not"])
async def test_it_is_the_same_where_messages_are_passed_on(town: Town, *, on: bool) -> None:
    anna, _ = await two_chats(town, on=on)
    await anna.says(DATES)
    await arrived(town, "m1")
    await reacts(anna, 1, "$a")
    await anna.talks("I bring my calendar", "a1")

    assert "6:00\u202fPM: 0" in await takes_away(anna, "$a")
    assert await town.rows(group_reactions) == []
