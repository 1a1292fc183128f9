"""A group hears of its team, without names; and when projects merge, all that a group has goes along."""

from __future__ import annotations

import pytest

from projektbot.civic.groups.tables import decisions, project_chats, questions, tasks
from projektbot.messages import Vote
from projektbot.store.tables import outbox
from tests.civic.groups.relay_town import two_chats
from tests.civic.groups.town import GROUP, Member, arrived, posted
from tests.civic.projects.town import taps_notice, with_role
from tests.civic.teams.town import a_project, at_team, comes, invites, joins
from tests.turns.linked import notices
from tests.turns.town import Town, bare

NAMES = ("Ben", "Cem", "Museum")


async def with_group(lead: str, town: Town, ref: str = "P-1001", group: str = GROUP) -> Member:
    """Let a group be the one of a project, and speak English; return its lead in it."""
    there = Member(town, lead, group)
    await there.says(f"/team {ref}")
    await there.says("/language en")
    return there


async def merges(town: Town, ref: str, into: str) -> str:
    """Let the city put two projects together."""
    mia = await with_role(town, "mia2")
    await mia.says(f"/queue {ref}")
    await mia.taps("Put it together with another one")
    return await mia.says(into)


# ---- what comes about in the team ------------------------------------------------------------------------------------


async def test_the_group_hears_who_comes_and_goes_by_figures_and_never_by_names(town: Town) -> None:
    (anna,) = await a_project(town, "anna")
    await with_group("anna", town)
    ben, cem = town.person("ben"), town.person("cem")

    await joins(ben, anna, "Ben")
    await comes(cem, await invites(anna), "Cem")
    await at_team(ben, "Leave the team", "Yes, leave it")

    assert await notices(town, GROUP) == [
        "Somebody has joined the team: it is 2 people now.",
        "Somebody has joined the team: it is 3 people now.",
        "Somebody has left the team: it is 2 people now.",
    ]


async def test_the_group_hears_that_somebody_else_leads_and_of_a_new_partner(town: Town) -> None:
    (anna,) = await a_project(town, "anna")
    await with_group("anna", town)
    ben = town.person("ben")
    await joins(ben, anna, "Ben")

    await at_team(anna, "Partners", "Add a partner")
    await anna.says("Museum", "1", "/skip", "/skip")
    await at_team(anna, "People of the team", "Ben", "Ask them to lead", "Instead of me")
    await taps_notice(ben, "Answer")
    await ben.taps("Yes, I will")

    told = (await notices(town, GROUP))[1:]
    assert ["partner" in told[0], "other hands" in told[1], len(told)] == [True, True, 2]
    assert not [name for name in NAMES for words in told if name in words]


async def test_who_leads_now_speaks_for_the_group_and_who_did_does_not(town: Town) -> None:
    (anna,) = await a_project(town, "anna")
    there = await with_group("anna", town)
    ben = town.person("ben")
    await joins(ben, anna, "Ben")
    await at_team(anna, "People of the team", "Ben", "Ask them to lead", "Instead of me")
    await taps_notice(ben, "Answer")
    await ben.taps("Yes, I will")

    assert "Only who leads" in await there.says("/team off")
    assert "does not belong to P-1001 any more" in await Member(town, "ben").says("/team off")


# ---- projects merge --------------------------------------------------------------------------------------------------


async def test_a_merged_project_takes_its_group_along_with_all_that_is_planned_there(town: Town) -> None:
    await a_project(town, "anna", "ben")
    there = await with_group("ben", town, "P-1002")
    await there.says("/task Buy wood")
    await there.says("/poll How do you like it?")
    await there.says("/decide Do we buy the wood?")

    assert "Done" in await merges(town, "P-1002", "P-1001")

    for table in (project_chats, tasks, questions, decisions):
        assert {row.project for row in await town.rows(table)} == {1001}, table.name
    assert "goes on as part of P-1001" in (await notices(town, GROUP))[0]
    assert "write /team P-1001 there" in (await notices(town, "anna"))[-1]
    assert "Buy wood" in await there.says("/tasks")
    assert "I can live with it: 1" in await there.taps("I can live with it")


async def test_where_the_other_project_has_a_group_there_the_merged_one_is_free_again(town: Town) -> None:
    await a_project(town, "anna", "ben")
    stays = await with_group("anna", town, "P-1001", "-300")
    goes = await with_group("ben", town, "P-1002")
    await goes.says("/task Buy wood")

    await merges(town, "P-1002", "P-1001")

    assert [row.project for row in await town.rows(project_chats)] == [1001]
    assert "free again" in (await notices(town, GROUP))[0]
    assert "does not belong to a project" in await goes.says("/tasks")
    assert "Buy wood" in await stays.says("/tasks")


async def test_a_poll_ends_where_its_votes_would_be_counted_no_more(town: Town) -> None:
    await a_project(town, "anna", "ben")
    await with_group("anna", town, "P-1001", "-300")
    goes = await with_group("ben", town, "P-1002")
    await goes.says("/poll Red?")
    await arrived(town, "m7", poll="p7")
    await goes.does(Vote("p7", (0,)))

    await merges(town, "P-1002", "P-1001")

    (over,) = [message for message in await posted(town) if message.ends]
    assert (over.ends, "Here this poll is over: Red?" in bare(over)) == (("m7",), True)
    assert "I am for it: 1" in await Member(town, "anna", "-300").says("/polls")


@pytest.mark.parametrize("old", [False, True])
async def test_a_poll_ends_where_a_group_is_separated_and_goes_on_in_the_other(town: Town, old: bool) -> None:  # noqa: FBT001
    anna, ben = await two_chats(town, on=False)
    await anna.says("/poll Red?")
    await arrived(town, "m7", poll="p7")
    if old:  # the letter is forgotten long before the poll
        await town.store.write(lambda db: db.execute(outbox.delete().where(outbox.c.external_id == "m7")))

    await anna.says("/team off")

    assert [message.ends for message in await posted(town) if message.ends] == [("m7",)]
    assert "Red?" in await ben.says("/umfragen")


async def test_a_vote_for_which_nobody_is_left_ends_when_projects_merge(town: Town) -> None:
    await a_project(town, "anna", "ben")
    there = await with_group("ben", town, "P-1002")
    await there.says("/decide Do we buy the wood?")

    await merges(town, "P-1002", "P-1001")  # nobody had joined ben, so there was no team that could go along

    assert "nobody said yes or no" in (await notices(town, GROUP))[-1]
    assert [row.ended_at is not None for row in await town.rows(decisions)] == [True]
