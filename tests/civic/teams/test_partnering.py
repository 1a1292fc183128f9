"""Partners: who helps from outside, with what, and what they do."""

from __future__ import annotations

from tests.civic.teams.town import a_project, at_team, comes, invites, joins, labels
from tests.turns.town import Person, Town


async def adds_a_partner(somebody: Person, name: str = "Repair café") -> str:
    """Write a partner down."""
    await at_team(somebody, "Partners", "Add a partner")
    await somebody.says(name)
    await somebody.taps("Civil society")
    return await somebody.says("A workshop", "Repairs what breaks")


async def test_a_member_adds_a_partner_with_resources_and_tasks(town: Town) -> None:
    (anna,) = await a_project(town, "anna")
    ben = town.person("ben")
    await joins(ben, anna, "Ben")

    told = await adds_a_partner(ben)

    assert "The partner is on the list." in told
    told = await at_team(anna)
    assert "Repair café (Civil society)\nbrings: A workshop\ndoes: Repairs what breaks" in told
    assert "Repair café" not in await at_team(town.person("cem"))


async def test_a_partner_is_taken_off_the_list_once(town: Town) -> None:
    (anna,) = await a_project(town, "anna")
    ben = town.person("ben")
    await joins(ben, anna, "Ben")
    await adds_a_partner(anna)
    await at_team(ben, "Partners", "Repair café")

    assert "off the list" in await at_team(anna, "Partners", "Repair café", "Yes, take it off")
    assert "has taken this partner off the list already" in await ben.taps("Yes, take it off")
    assert "Partners:" not in await at_team(anna)


async def test_guests_see_partners_and_leave_them_alone(town: Town) -> None:
    (anna,) = await a_project(town, "anna")
    await adds_a_partner(anna)
    ben = town.person("ben")

    told = await comes(ben, await invites(anna, "As guests"), "Ben")

    assert "Repair café" in told
    assert "Partners" not in labels(ben)
