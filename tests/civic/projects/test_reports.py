"""What was reported waits for staff of its area, who let it stand, hide a comment, or take the project off."""

from __future__ import annotations

from dataclasses import replace

from projektbot.civic.projects.tables import comments, projects, reports
from projektbot.store.audit import audit
from tests.civic.projects.test_comments import a_published_project, comments_on_it, reads
from tests.civic.projects.town import labels, publishes, sends_an_idea, taps_notice, with_role
from tests.turns.linked import notices
from tests.turns.town import Person, Town

REASON = "It names a neighbour, and that is nobody's business."


async def reports_comment(somebody: Person, number: str, why: str = "That is an insult.") -> str:
    """Report a comment by its number."""
    await reads(somebody)
    await somebody.taps("Report one of these")
    await somebody.says(number)
    return await somebody.says(why)


async def reports_project(somebody: Person, why: str = "That is an advertisement.") -> str:
    """Report the first project."""
    await somebody.says("/project P-1001")
    await somebody.taps("Report it")
    return await somebody.says(why)


async def test_a_reported_comment_is_hidden_and_its_author_hears_why(town: Town) -> None:
    await a_published_project(town)
    cem, ben, mia = town.person("cem"), town.person("ben"), town.person("mia")
    await comments_on_it(cem, "The baker is a liar.")

    assert "Somebody will have a look" in await reports_comment(ben, "1")
    told = await taps_notice(mia, "Have a look")
    assert "The baker is a liar." in told
    assert "That is an insult." in told
    await mia.taps("Hide the comment")
    told = await mia.says(REASON)

    assert "Nothing is reported" in told
    (row,) = await town.rows(comments)
    assert row.hidden_at is not None
    assert REASON in (await notices(town, "cem"))[-1]
    assert "Read what others say" not in labels(ben)
    (entry,) = [entry for entry in await town.rows(audit) if entry.act == "hide_comment"]
    assert (entry.subject, entry.note) == ("P-1001", REASON)


async def test_moderators_hear_of_the_first_report_of_a_project_only(town: Town) -> None:
    await a_published_project(town)
    before = len(await notices(town, "mia"))

    await reports_project(town.person("ben"))
    await reports_project(town.person("cem"), "It is full of lies.")

    assert (await notices(town, "mia"))[before:] == ["Somebody has reported P-1001 Benches along the river."]
    mia = town.person("mia")
    await mia.says("/reports")
    assert labels(mia) == ["P-1001 Benches along the river, 2 reports"]
    assert "That is an advertisement." in await mia.says("/reports 1"), "what is written where there are no buttons"


async def test_what_may_stand_is_settled_with_all_reports_of_it(town: Town) -> None:
    await a_published_project(town)
    await reports_project(town.person("ben"))
    await reports_project(town.person("cem"), "It is full of lies.")
    mia = town.person("mia")
    await mia.says("/reports", "1")

    told = await mia.taps("It may stand")

    assert "Nothing is reported" in told
    assert all(row.settled_at for row in await town.rows(reports))
    assert (await town.rows(projects))[0].stage == "published"
    assert [entry.act for entry in await town.rows(audit)][-1] == "let_stand"


async def test_a_project_is_taken_off_with_its_reason(town: Town) -> None:
    await a_published_project(town)
    await reports_project(town.person("ben"))
    mia = town.person("mia")
    await mia.says("/reports", "1")
    await mia.taps("Take the project off")
    await mia.says(REASON)

    assert (await town.rows(projects))[0].stage == "declined"
    assert REASON in (await notices(town, "anna"))[-1]
    assert all(row.settled_at for row in await town.rows(reports))


async def test_with_four_eyes_a_report_waits_until_the_second_agrees(town: Town) -> None:
    town.world = town.turns.transactions.world = replace(
        town.world, city=town.world.city.model_copy(update={"four_eyes": frozenset({"decline"})})
    )
    await a_published_project(town)
    await reports_project(town.person("ben"))
    mia = town.person("mia")
    await mia.says("/reports", "1")
    await mia.taps("Take the project off")

    told = await mia.says(REASON)

    assert "A second person has to agree" in told
    assert (await town.rows(projects))[0].stage == "published"
    assert [row.settled_at for row in await town.rows(reports)] == [None]


async def test_who_has_no_role_in_the_area_sees_and_settles_nothing(town: Town) -> None:
    await a_published_project(town)
    await reports_project(town.person("ben"))
    elsewhere = await with_role(town, "noor", area="hafen")

    assert "Nothing is reported" in await elsewhere.says("/reports")
    assert await notices(town, "noor") == []
    assert "no such role" in await town.person("cem").says("/reports")


async def test_a_comment_that_is_not_there_cannot_be_reported(town: Town) -> None:
    await a_published_project(town)
    await comments_on_it(town.person("cem"), "A good place.")

    assert "no comment of this number" in await reports_comment(town.person("ben"), "9")


async def test_a_reported_comment_of_a_merged_project_waits_where_it_went(town: Town) -> None:
    await a_published_project(town)
    cem, ben, mia = town.person("cem"), town.person("ben"), town.person("mia")
    await comments_on_it(cem, "The baker is a liar.")
    await reports_comment(ben, "1")
    await reports_project(ben)
    await sends_an_idea(ben, "Seats at the water")
    await publishes(mia, "P-1002")
    await mia.says("/queue P-1001")
    await mia.taps("Put it together with another one")
    assert "Done" in await mia.says("P-1002")

    await mia.says("/reports")
    assert labels(mia) == ["A comment on P-1002 Seats at the water"]  # of the project itself nothing is left to decide
    assert "The baker is a liar." in await mia.taps(labels(mia)[0])
    await mia.taps("Hide the comment")
    assert "Nothing is reported" in await mia.says(REASON)

    assert REASON in (await notices(town, "cem"))[-1]
    assert "Read what others say" not in (await cem.says("/project P-1002"), labels(cem))[1]
