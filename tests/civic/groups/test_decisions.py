"""A binding vote: the team is asked in private, each counts once, and nobody can tell who voted how."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection, delete, insert, select

from projektbot.civic.groups.tables import decision_voters, decisions
from projektbot.messages import Tap
from projektbot.store.tables import people
from tests.civic.groups.town import GROUP, Member, bound
from tests.civic.projects.town import labels, taps_notice
from tests.civic.teams.town import a_project, at_team, comes, invites, joins
from tests.turns.linked import connect, notices
from tests.turns.town import Town


async def test_the_group_hears_the_result_when_all_have_voted(town: Town) -> None:
    anna = await bound(town)
    told = await anna.says("/decide Do we buy the wood?")
    assert "Jun 18, 2026" in told

    private = town.person("anna")
    assert "Do we buy the wood?" in await taps_notice(private, "Vote")
    assert "counted" in await private.taps("Yes")

    (result,) = await notices(town, GROUP)
    assert "Decided: yes." in result
    assert [(row.yes, row.no, row.abstain) for row in await town.rows(decisions)] == [(1, 0, 0)]


async def test_a_vote_counts_once(town: Town) -> None:
    anna = await bound(town)
    await anna.says("/decide Do we buy the wood?")
    private = town.person("anna")
    await taps_notice(private, "Vote")
    await private.taps("Yes")

    await taps_notice(private, "Vote")

    assert "voted already" in await private.taps("No")
    assert [(row.yes, row.no) for row in await town.rows(decisions)] == [(1, 0)]


async def test_when_the_time_is_over_the_group_hears_it_once(town: Town) -> None:
    anna = await bound(town)
    await anna.says("/decide Do we buy the wood? until Wednesday")

    await town.pass_by(timedelta(days=4))

    (result,) = await notices(town, GROUP)
    assert "Did not vote: 1" in result
    private = town.person("anna")
    await taps_notice(private, "Vote")
    assert "over" in await private.taps("Yes")


async def test_only_the_team_calls_a_vote(town: Town) -> None:
    await bound(town)

    assert "Only members of the team" in await Member(town, "77").says("/decide Do we buy the wood?")
    assert not await town.rows(decision_voters)


async def test_a_project_has_ten_votes_under_way_at_most(town: Town) -> None:
    anna = await bound(town)
    for number in range(10):
        await anna.says(f"/decide Do we buy plank {number}?")

    assert "10 votes are under way" in await anna.says("/decide Do we buy plank 10?")
    await town.pass_by(timedelta(days=4))
    assert "To be decided" in await anna.says("/decide Do we buy plank 10?")


async def test_two_who_have_both_voted_cannot_become_one(town: Town) -> None:
    anna = await bound(town)
    await anna.says("/decide Do we buy the wood?")
    await town.person("ben").says("/start")
    await town.store.write(_both_have_voted)

    assert "one person has one vote" in await connect(town.person("anna"), town.person("ben"))


def _both_have_voted(db: Connection) -> None:
    db.execute(delete(decision_voters))
    everybody = db.scalars(select(people.c.id)).all()
    rows = [{"decision": 1, "person_id": person_id, "has_voted": 1} for person_id in everybody]
    db.execute(insert(decision_voters), rows)


# ---- a team of three -------------------------------------------------------------------------------------------------


async def a_team_of_three(town: Town) -> Member:
    """Let ben and cem be in anna's team, whose group is there; return anna in it."""
    (anna,) = await a_project(town, "anna")
    for name in ("ben", "cem"):
        await joins(town.person(name), anna, name.title())
    lead = Member(town, "anna")
    await lead.says("/team P-1001")
    await lead.says("/language en")
    return lead


async def votes(town: Town, name: str, vote: str) -> str:
    """Take the button of the invitation to vote, and vote; return what is said."""
    somebody = town.person(name)
    told = await taps_notice(somebody, "Vote")
    return await somebody.taps(vote) if vote in labels(somebody) else told


async def test_each_of_the_team_is_asked_in_private_and_the_group_hears_the_sum(town: Town) -> None:
    anna = await a_team_of_three(town)

    assert "3 members of the team have been asked" in await anna.says("/decide Do we buy the wood?")
    for name, vote in (("anna", "Yes"), ("ben", "No"), ("cem", "Yes")):
        assert "counted" in await votes(town, name, vote)

    result = (await notices(town, GROUP))[-1]
    assert "Yes: 2\nNo: 1\nAbstained: 0\nDid not vote: 0" in result
    assert "Decided: yes." in result


async def test_who_leaves_while_a_vote_runs_is_not_waited_for_and_votes_no_more(town: Town) -> None:
    anna = await a_team_of_three(town)
    await anna.says("/decide Do we buy the wood?")
    await votes(town, "anna", "Yes")
    await votes(town, "ben", "No")

    await at_team(town.person("cem"), "Leave the team", "Yes, leave it")

    assert "Did not vote: 0" in (await notices(town, GROUP))[-1]
    assert "you are none any more" in await votes(town, "cem", "Yes")
    assert [(row.yes, row.no) for row in await town.rows(decisions)] == [(1, 1)]


async def test_who_was_removed_and_presses_the_old_button_is_told_so(town: Town) -> None:
    anna = await a_team_of_three(town)
    await anna.says("/decide Do we buy the wood?")
    ben = town.person("ben")
    await taps_notice(ben, "Vote")  # the question is open, with its buttons, when it happens
    lead = town.person("anna")
    await at_team(lead, "People of the team", "Ben", "Take them out of the team")
    await lead.says("Never came.")
    mine = [letter for letter in town.letters if letter.chat == "ben"]
    old = next(choice.token for letter in mine for choice in letter.message.choices if choice.label == "Yes")

    assert "you are none any more" in await ben.does(Tap(old))
    assert [(row.yes, row.no) for row in await town.rows(decisions)] == [(0, 0)]


async def test_guests_are_asked_nothing_and_call_no_vote(town: Town) -> None:
    (anna,) = await a_project(town, "anna")
    await comes(town.person("gil"), await invites(anna, "As guests"), "Gil")
    lead = Member(town, "anna")
    await lead.says("/team P-1001")
    await lead.says("/language en")

    assert "Only members of the team" in await Member(town, "gil").says("/decide Do we buy the wood?")
    assert "1 member of the team has been asked" in await lead.says("/decide Do we buy the wood?")
