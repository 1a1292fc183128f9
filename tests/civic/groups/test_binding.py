"""A group becomes a project's: who may make it so, what others hear, and what it survives."""

from __future__ import annotations

from projektbot.civic.groups.tables import project_chats
from projektbot.messages import Migrated, Presence
from tests.civic.groups.town import GROUP, Member, bound
from tests.civic.projects.town import sends_an_idea, with_role
from tests.turns.linked import notices
from tests.turns.town import Town


async def test_who_leads_a_project_makes_a_group_its_own(town: Town) -> None:
    await sends_an_idea(town.person("anna"))
    anna = Member(town, "anna")

    told = await anna.says("/team P-1001")

    assert "P-1001 Benches along the river" in told
    assert [row.project for row in await town.rows(project_chats)] == [1001]


async def test_others_hear_why_they_cannot(town: Town) -> None:
    await sends_an_idea(town.person("anna"))
    await town.person("ben").says("/start")
    ben, stranger = Member(town, "ben"), Member(town, "carla")

    assert "Nur wer das Projekt leitet" in await ben.says("/team P-1001")
    assert "noch nicht" in await stranger.says("/team P-1001")
    assert not await town.rows(project_chats)


async def test_the_group_survives_its_move_to_another_id(town: Town) -> None:
    anna = await bound(town)

    await town.take(anna.inbound(Migrated("-200")))
    there = Member(town, "anna", "-200")

    assert "P-1001" in await there.says("/help")
    assert await town.count(project_chats) == 1


async def test_the_group_survives_a_move_to_an_id_we_had_heard_of_before(town: Town) -> None:
    anna = await bound(town)
    there = Member(town, "anna", "-200")
    await there.says("/help")

    await town.take(anna.inbound(Migrated("-200")))

    assert "P-1001" in await there.says("/help")


async def test_who_leads_hears_that_we_were_taken_out_and_the_group_that_we_are_back(town: Town) -> None:
    anna = await bound(town)

    await anna.does(Presence(here=False))
    (heard,) = await notices(town, "anna")
    await anna.does(Presence(here=True))

    assert "taken out of the group of P-1001" in heard
    assert ["again" in told for told in await notices(town, GROUP)] == [True]
    assert "P-1001" in await anna.says("/help")


async def test_who_leads_another_project_does_not_take_the_group_away(town: Town) -> None:
    anna, ben = await bound(town), Member(town, "ben")
    await sends_an_idea(town.person("ben"), "Seats at the water")

    assert "This group belongs to P-1001" in await ben.says("/team P-1002")
    assert [row.project for row in await town.rows(project_chats)] == [1001]
    await anna.says("/team off")
    assert "belongs to P-1002" in await ben.says("/team P-1002")


async def test_a_group_of_a_declined_project_is_free_for_another(town: Town) -> None:
    await bound(town)
    await sends_an_idea(town.person("ben"), "Seats at the water")
    mia = await with_role(town, "mia2")
    await mia.says("/queue P-1001")
    await mia.taps("Decline it")
    await mia.says("There are benches already.")

    assert "belongs to P-1002" in await Member(town, "ben").says("/team P-1002")


async def test_who_leads_both_projects_moves_the_group(town: Town) -> None:
    anna = await bound(town)
    await sends_an_idea(town.person("anna"), "Seats at the water")

    assert "Before, it was the one of P-1001" in await anna.says("/team P-1002")
