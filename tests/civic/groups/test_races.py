"""In two processes at once: a project merges while its group acts, one of a team leaves while the last one votes."""

from __future__ import annotations

import pytest

from projektbot.civic.groups.tables import decisions, group_answers, project_chats, tasks
from projektbot.messages import Command, Tap, Vote, Words
from tests.civic.groups.test_following import with_group
from tests.civic.groups.town import GROUP, arrived
from tests.civic.projects.test_races import meet, token
from tests.civic.projects.town import taps_notice, with_role
from tests.civic.teams.town import a_project, at_team, joins
from tests.turns.linked import notices
from tests.turns.town import Town

pytestmark = pytest.mark.parametrize("town", ["postgres"], indirect=True)


async def test_what_is_written_down_while_a_project_merges_is_there_where_it_goes_on(town: Town) -> None:
    await a_project(town, "anna", "ben")
    there = await with_group("ben", town, "P-1002")
    mia = await with_role(town, "mia2")
    await mia.says("/queue P-1002")
    await mia.taps("Put it together with another one")

    await meet(town, town.inbound("mia2", Words("P-1001")), there.inbound(Command("task", "Buy wood")))

    assert [(row.words, row.project) for row in await town.rows(tasks)] == [("Buy wood", 1001)]


async def test_a_vote_in_a_poll_counts_while_the_project_merges(town: Town) -> None:
    await a_project(town, "anna", "ben")
    there = await with_group("ben", town, "P-1002")
    await there.says("/poll Which colour? ; red ; green")
    await arrived(town, "m1", poll="p1")
    mia = await with_role(town, "mia2")
    await mia.says("/queue P-1002")
    await mia.taps("Put it together with another one")
    merge, vote = town.inbound("mia2", Words("P-1001")), there.inbound(Vote("p1", (1,)))

    await meet(town, merge, vote, over=project_chats.c.address_id)  # the poll goes along first, and then the chat

    assert [row.choice for row in await town.rows(group_answers)] == [1]


async def test_a_vote_ends_once_when_the_last_one_leaves_while_the_last_but_one_votes(town: Town) -> None:
    (anna,) = await a_project(town, "anna")
    there = await with_group("anna", town)
    ben = town.person("ben")
    await joins(ben, anna, "Ben")
    await there.says("/decide Do we buy the wood?")
    await taps_notice(anna, "Vote")
    await at_team(ben, "Leave the team")
    vote, leave = Tap(token(anna, "Yes")), Tap(token(ben, "Yes, leave it"))

    await meet(town, town.inbound("anna", vote), town.inbound("ben", leave), over=decisions.c.id)

    results = [told for told in await notices(town, GROUP) if "The vote is over" in told]
    assert len(results) == 1
    assert "Yes: 1" in results[0]
    assert "Did not vote: 0" in results[0]
