"""Whoever asked for new projects of a kind is told once when one is published."""

from __future__ import annotations

from projektbot.civic.projects.tables import alerts
from tests.civic.projects.town import labels, publishes, sends_an_idea, taps_notice, with_role
from tests.turns.linked import connect, notices
from tests.turns.town import Person, Town

AREA, OTHER_AREA = "1", "2"  # as the choices are numbered; ideas of these tests lie in the first area and field


async def wants(somebody: Person, area: str, field: str) -> str:
    """Ask to be told of new projects; either may be skipped."""
    await somebody.says("/alerts")
    await somebody.taps("Add one")
    return await somebody.says(area, field)


async def test_a_new_project_is_told_once_to_whoever_asked_for_its_kind(town: Town) -> None:
    anna, ben, cem = town.person("anna"), town.person("ben"), town.person("cem")
    await sends_an_idea(anna)
    for area, field in (("/skip", "/skip"), (AREA, "1")):  # both hold, and that is one message
        assert "Done" in await wants(ben, area, field)
    await wants(cem, OTHER_AREA, "/skip")
    await wants(anna, "/skip", "/skip")

    await publishes(await with_role(town, "mia"), "P-1001")

    (told,) = await notices(town, "ben")
    assert told.startswith("A new project: P-1001 Benches along the river")
    assert await notices(town, "cem") == []
    assert len(await notices(town, "anna")) == 1  # that it is published: it is hers
    assert "Benches along the river" in await taps_notice(ben, "Have a look")


async def test_what_is_published_once_more_is_no_news(town: Town) -> None:
    await sends_an_idea(town.person("anna"))
    ben = town.person("ben")
    await wants(ben, "/skip", "/skip")
    moderator = await with_role(town, "mia")
    await publishes(moderator, "P-1001")
    await moderator.says("/queue P-1001")
    await moderator.taps("Decline it")
    await moderator.says("It is built already, since last autumn.")
    await moderator.says("/queue P-1001")
    await moderator.taps("Publish it")

    assert len(await notices(town, "ben")) == 1


async def test_a_list_of_projects_offers_to_tell_of_new_ones(town: Town) -> None:
    await sends_an_idea(town.person("anna"))
    await publishes(await with_role(town, "mia"), "P-1001")
    ben = town.person("ben")
    await ben.says("/projects")
    await ben.taps("In one area")
    await ben.says(AREA)

    told = await ben.taps("Tell me of new ones like these")

    assert "as soon as there is something new like this" in told
    (row,) = await town.rows(alerts)
    assert (row.area != "", row.field) == (True, "")


async def test_an_alert_is_dropped_by_choosing_it(town: Town) -> None:
    ben = town.person("ben")
    await wants(ben, "/skip", "/skip")
    assert labels(ben) == ["Every new project", "Add one", "That is all"]

    told = await ben.taps("Every new project")

    assert "You will hear of those no longer" in told
    assert await town.count(alerts) == 0


async def test_two_people_who_are_one_have_each_alert_once(town: Town) -> None:
    ben, elsewhere = town.person("ben"), town.person("elsewhere")
    await wants(ben, "/skip", "/skip")
    await wants(elsewhere, "/skip", "/skip")
    await wants(elsewhere, AREA, "/skip")

    await connect(ben, elsewhere)

    assert [bool(row.area) for row in await town.rows(alerts)] == [False, True]
    assert len({row.person_id for row in await town.rows(alerts)}) == 1
