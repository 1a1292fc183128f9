"""A binding vote: the team is asked in private, each counts once, and nobody can tell who voted how."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection, delete, insert, select

from projektbot.civic.groups.tables import decision_voters, decisions
from projektbot.store.tables import people
from tests.civic.groups.town import GROUP, Member, bound
from tests.civic.projects.town import taps_notice
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
