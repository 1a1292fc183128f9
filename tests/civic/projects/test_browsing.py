"""Whoever comes back from a card finds the list where they left it."""

from __future__ import annotations

from tests.civic.projects.town import labels, publishes, sends_an_idea, with_role
from tests.turns.town import Town


async def test_the_list_is_shown_where_one_was(town: Town) -> None:
    anna, moderator = town.person("anna"), await with_role(town, "mia")
    for number in range(1001, 1013):
        await sends_an_idea(anna, f"Bench number {number}")
        await publishes(moderator, f"P-{number}")
    ben = town.person("ben")
    await ben.says("/projects")
    await ben.taps("The newest", "More …")
    page = labels(ben)
    assert page[0] == "P-1003 Bench number 1003"
    await ben.taps("P-1002 Bench number 1002", "Support it", "Say something about it")
    await ben.says("A good place.")
    await ben.taps("Read what others say", "Back to the project")

    await ben.taps("Back to the list")

    assert labels(ben)[:3] == page[:3]


async def test_a_card_that_was_not_found_in_a_list_leads_back_to_none(town: Town) -> None:
    await sends_an_idea(town.person("anna"))
    await publishes(await with_role(town, "mia"), "P-1001")
    ben = town.person("ben")

    await ben.says("/project P-1001")

    assert "Back to the list" not in labels(ben)


async def test_projects_the_city_has_answered_are_found(town: Town) -> None:
    for title in ("Benches along the river", "Seats at the water"):
        await sends_an_idea(town.person("anna"), title)
    mia = await with_role(town, "mia")
    await publishes(mia, "P-1001")
    await publishes(mia, "P-1002")
    await mia.says("/queue P-1001")
    await mia.taps("Answer officially")
    await mia.says("We look for the money this year.")
    ben = town.person("ben")
    await ben.says("/projects")

    await ben.taps("Those the city has answered")

    assert [label for label in labels(ben) if label.startswith("P-")] == ["P-1001 Benches along the river"]
    assert "Tell me of new ones like these" not in labels(ben)  # nothing new has an answer yet
