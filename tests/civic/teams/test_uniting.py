"""Two people, or two projects, become one: nobody is in a team twice, nothing is lost."""

from __future__ import annotations

from datetime import timedelta

from projektbot.civic.teams.tables import join_requests, members, offers, partners
from tests.civic.projects.town import labels
from tests.civic.teams.town import a_project, asks, at_team, comes, invites, joins
from tests.turns.linked import connect, notices
from tests.turns.town import Town


async def merges(town: Town) -> None:
    """Let the second project go on in the first."""
    mia = town.person("mia")
    await mia.says("/queue P-1002")
    await mia.taps("Put it together with another one")
    assert "Done" in await mia.says("P-1001")


async def test_the_higher_role_and_the_earlier_day_of_a_person_stay(town: Town) -> None:
    (anna,) = await a_project(town, "anna")
    guest, member = town.person("guest"), town.person("member")
    await comes(guest, await invites(anna, "As guests"), "Ben")
    (first,) = await town.rows(members, members.c.role == "guest")
    await town.pass_by(timedelta(days=1))
    await joins(member, anna, "Benno")

    await connect(member, guest)

    (row,) = await town.rows(members, members.c.role != "lead")
    assert (row.role, row.joined_at, row.name) == ("member", first.joined_at, "Benno")
    assert "Benno: is in the team" in await at_team(guest)


async def test_an_open_request_of_a_person_stays_beside_an_answered_one(town: Town) -> None:
    (anna,) = await a_project(town, "anna")
    one, other = town.person("one"), town.person("other")
    await asks(one, "One")
    await at_team(one, "See my request", "Take it back")
    await asks(other, "Other")

    await connect(one, other)

    (row,) = await town.rows(join_requests)
    assert (row.state, row.name) == ("open", "Other")
    assert "Answer 1 request" in [choice.label for choice in (await at_team(anna), town.letters[-1])[1].message.choices]


async def test_a_request_of_somebody_who_turns_out_to_lead_the_team_is_gone(town: Town) -> None:
    (anna,) = await a_project(town, "anna")
    elsewhere = town.person("elsewhere")
    await asks(elsewhere, "Anna elsewhere")

    await connect(anna, elsewhere)

    assert await town.count(join_requests) == 0
    assert "would like to join" not in await at_team(anna)
    assert "leads the team" in await at_team(anna)


async def test_who_had_the_idea_leads_its_team_on_another_messenger_too(town: Town) -> None:
    (anna,) = await a_project(town, "anna")
    elsewhere = town.person("elsewhere")

    await connect(elsewhere, anna)

    assert "leads the team" in await at_team(elsewhere)


async def test_a_merged_project_takes_its_team_along(town: Town) -> None:
    anna, ben = await a_project(town, "anna", "ben")
    cem, dora = town.person("cem"), town.person("dora")
    await joins(cem, ben, "Cem", "P-1002")
    await joins(dora, ben, "Dora", "P-1002")
    await joins(dora, anna, "Dorothea", "P-1001")
    await asks(town.person("eve"), "Eve", "P-1002")
    await at_team(ben, "Partners", "Add a partner", ref="P-1002")
    await ben.says("Repair café", "1", "/skip", "/skip")
    await at_team(ben, "What we have and need", "We need something", ref="P-1002")
    await ben.says("A saw", "/skip")

    await merges(town)

    rows = await town.rows(members)
    assert {row.project for row in rows} == {1001}
    roles = {row.name: row.role for row in rows}
    assert sorted(roles) == ["", "Cem", "Dorothea"]
    assert sorted(row.role for row in rows) == ["lead", "member", "member", "member"]
    for table in (partners, offers, join_requests):
        assert {row.project for row in await town.rows(table)} == {1001}
    assert "goes on as part of the team of P-1001" in (await notices(town, "cem"))[-1]
    assert "Cem: is in the team" in await at_team(cem, ref="P-1002")
    assert "leads the team" in await at_team(anna)


async def test_an_idea_that_nobody_has_joined_is_no_team_when_it_is_merged(town: Town) -> None:
    await a_project(town, "anna", "ben")

    await merges(town)

    assert await town.count(members) == 0
    assert "1 person is in the team." in await at_team(town.person("ben"), ref="P-1002")


async def test_a_lead_who_asked_the_team_that_joins_theirs_has_no_request_to_answer(town: Town) -> None:
    anna, _ = await a_project(town, "anna", "ben")
    await asks(anna, "Anna", "P-1002")

    await merges(town)

    assert await town.count(join_requests) == 0
    assert [label for label in (await at_team(anna), labels(anna))[1] if label.startswith("Answer")] == []


async def test_an_open_request_to_the_team_that_goes_is_not_lost(town: Town) -> None:
    await a_project(town, "anna", "ben")
    cem = town.person("cem")
    await asks(cem, "Cem")
    await at_team(cem, "See my request", "Take it back")
    await asks(cem, "Cem", "P-1002", why="I can weld.")

    await merges(town)

    (row,) = await town.rows(join_requests)
    assert (row.project, row.state, row.why) == (1001, "open", "I can weld.")


async def test_who_leads_the_team_that_grows_hears_of_it(town: Town) -> None:
    anna, ben = await a_project(town, "anna", "ben")
    cem, dora = town.person("cem"), town.person("dora")
    await joins(cem, anna, "Cem")
    await joins(dora, ben, "Dora", "P-1002")
    heard = len(await notices(town, "cem"))

    await merges(town)

    told = [words for words in await notices(town, "anna") if "has become part of yours" in words]
    assert told == [
        "Another team has become part of yours, that of P-1001 Benches along the river: you are 4 people now."
    ]
    assert (await notices(town, "cem"))[heard:] == []


async def test_who_was_removed_from_the_team_that_goes_on_does_not_come_in_with_another(town: Town) -> None:
    anna, ben = await a_project(town, "anna", "ben")
    cem = town.person("cem")
    await joins(cem, anna, "Cem")
    await joins(cem, ben, "Cem", "P-1002")
    await at_team(anna, "People of the team", "Cem", "Take them out of the team")
    await anna.says("You never come.")
    heard = len(await notices(town, "cem"))

    await merges(town)

    assert "You are not in this team any more" in await at_team(cem)
    assert [words for words in (await notices(town, "cem"))[heard:] if "so do you" in words] == []


async def test_an_idea_that_went_on_in_another_is_no_team_of_its_author(town: Town) -> None:
    _, ben = await a_project(town, "anna", "ben")

    await merges(town)

    assert "You are in no team yet" in await ben.says("/teams")
