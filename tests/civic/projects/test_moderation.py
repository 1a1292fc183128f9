"""Ideas become projects: each step of staff, what the author hears of it, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import update

from projektbot.civic.projects.rules import Step
from projektbot.civic.projects.tables import project_people, projects
from projektbot.civic.staff.rules import Role
from projektbot.store.audit import audit
from tests.civic.projects.town import labels, publishes, sends_an_idea, taps_notice, with_role
from tests.turns.linked import connect, notices
from tests.turns.town import Person, Town


async def test_an_idea_is_published_and_its_author_hears_of_it(town: Town) -> None:
    anna = town.person("anna")
    await sends_an_idea(anna)
    moderator = await with_role(town, "mia")

    told = await publishes(moderator, "P-1001")

    assert "Done" in told
    assert "Nothing waits" in told
    (heard,) = await notices(town, "anna")
    assert "P-1001 Benches along the river is published" in heard
    (row,) = await town.rows(projects)
    assert (row.stage, row.waits_since) == ("published", None)
    assert [(entry.act, entry.subject) for entry in await town.rows(audit)][-1] == ("publish", "P-1001")


async def test_a_question_goes_to_the_author_and_the_answer_back_into_the_queue(town: Town) -> None:
    anna = town.person("anna")
    await sends_an_idea(anna)
    moderator = await with_role(town, "mia")
    await moderator.says("/queue", "1")
    await moderator.taps("Ask the author something")
    await moderator.says("Where exactly shall they stand?")

    (heard,) = await notices(town, "anna")
    assert "Where exactly shall they stand?" in heard
    assert "Nothing waits" in await moderator.says("/queue")

    await anna.says("/ideas", "1")
    told = await anna.says("Between the bridge and the mill.")

    assert "that is with them now" in told
    await moderator.says("/queue", "1")
    talk = "– Where exactly shall they stand?\n– Between the bridge and the mill."
    assert talk in town.told("mia")[-1]
    assert (await town.rows(projects))[0].description.endswith(f"\n\n{talk}")


async def test_a_declined_idea_is_declined_with_its_reason(town: Town) -> None:
    anna = town.person("anna")
    await sends_an_idea(anna)
    moderator = await with_role(town, "mia")
    await moderator.says("/queue", "1")
    await moderator.taps("Decline it")

    assert "character" in await moderator.says("No.")
    await moderator.says("The river bank belongs to the state, not to the city.")

    (heard,) = await notices(town, "anna")
    assert "belongs to the state" in heard
    assert (await town.rows(projects))[0].stage == "declined"


@pytest.mark.parametrize(
    ("act", "words", "heard"),
    [
        ("Decline it", "The river bank belongs to the state.", "could not be taken up after all"),
        ("Put it together with another one", "P-1002", "goes on together with P-1002"),
    ],
)
async def test_who_follows_a_project_hears_where_it_went(town: Town, act: str, words: str, heard: str) -> None:
    anna, ben, moderator = town.person("anna"), town.person("ben"), await with_role(town, "mia")
    await sends_an_idea(anna)
    await sends_an_idea(anna, "Seats at the water")
    await publishes(moderator, "P-1001")
    await publishes(moderator, "P-1002")
    await ben.says("/project P-1001")
    await ben.taps("Follow it")

    await moderator.says("/queue P-1001")
    await moderator.taps(act)
    await moderator.says(words)

    (told,) = await notices(town, "ben")
    assert heard in told
    assert "belongs to the state" not in told, "the reason is a matter of the author"


async def test_browsing_leads_to_a_card_and_support_counts_once(town: Town) -> None:
    anna, ben = town.person("anna"), town.person("ben")
    await sends_an_idea(anna)
    await publishes(await with_role(town, "mia"), "P-1001")

    await ben.says("/projects")
    await ben.taps("The newest")
    assert labels(ben)[0] == "P-1001 Benches along the river"
    told = await ben.taps("P-1001 Benches along the river")
    assert "Nobody has supported it yet" in told
    told = await ben.taps("Support it")

    assert "Your support counts" in told
    assert "1 person supports it" in told
    assert "Support it no longer" in labels(ben)


async def test_a_merged_idea_takes_its_supporters_along_and_nobody_counts_twice(town: Town) -> None:
    anna, ben, cem = town.person("anna"), town.person("ben"), town.person("cem")
    await sends_an_idea(anna)
    await sends_an_idea(ben, "Seats at the water")
    moderator = await with_role(town, "mia")
    await publishes(moderator, "P-1001")
    await publishes(moderator, "P-1002")
    for person in (cem, anna):
        await person.says("/project P-1001")
        await person.taps("Support it")
    await cem.says("/project P-1002")
    await cem.taps("Support it")

    await moderator.says("/queue P-1002")
    await moderator.taps("Put it together with another one")
    assert "no published project with this number" in await moderator.says("P-1002")
    told = await moderator.says("p 1001")

    assert "Done" in told
    told = await town.person("dora").says("/project P-1002")
    assert "P-1002 goes on together with another project" in told
    assert "2 people support it." in told
    assert "goes on together with P-1001" in (await notices(town, "ben"))[-1]
    assert "Another idea goes on together with yours" in (await notices(town, "anna"))[-1]
    follows = [row.person_id for row in await town.rows(project_people) if row.follows_at is not None]
    assert follows == [row.person_id for row in await town.rows(projects) if row.number == 1002]


async def merges(moderator: Person, number: str, into: str) -> str:
    """Put an idea together with another one; return what is said."""
    await moderator.says(f"/queue {number}")
    await moderator.taps("Put it together with another one")
    return await moderator.says(into)


async def test_where_ideas_are_merged_one_after_the_other_nobody_counts_twice_and_every_number_leads_on(
    town: Town,
) -> None:
    mia, ben = await with_role(town, "mia"), town.person("ben")
    for number, title in enumerate(("Benches along the river", "Seats at the water", "Shade for the bank"), 1001):
        await sends_an_idea(town.person("anna"), title)
        await publishes(mia, f"P-{number}")
        await ben.says(f"/project P-{number}")
        await ben.taps("Support it")
    await ben.taps("Say something about it")
    await ben.says("In summer it is too hot there.")

    assert "Done" in await merges(mia, "P-1003", "P-1002")
    assert "P-1003 has gone on in P-1002 itself." in await merges(mia, "P-1001", "P-1003")
    await mia.says("/cancel")
    assert "Done" in await merges(mia, "P-1002", "P-1001")

    for merged in ("P-1002", "P-1003"):
        told = await town.person("dora").says(f"/project {merged}")
        assert f"{merged} goes on together with another project. This is it:\n\nP-1001" in told
        assert "1 person supports it.\n1 comment" in told
    assert [row.project for row in await town.rows(project_people) if row.supports_at] == [1001]
    assert "There is no published project" in await merges(mia, "P-1001", "P-1003")


async def test_two_ideas_of_two_areas_are_put_together_by_whoever_has_a_role_in_both(town: Town) -> None:
    town.world = town.turns.transactions.world = replace(
        town.world, city=town.world.city.model_copy(update={"four_eyes": frozenset({Step.MERGE})})
    )
    mia, of_altstadt = await with_role(town, "mia"), await with_role(town, "noor", area="altstadt")
    await sends_an_idea(town.person("anna"))
    await sends_an_idea(town.person("ben"), "Seats at the water")
    await town.store.write(
        lambda db: db.execute(update(projects).where(projects.c.number == 1002).values(area="hafen"))
    )
    for number in ("P-1001", "P-1002"):
        await publishes(mia, number)

    assert "in an area in which you have no role" in await merges(of_altstadt, "P-1001", "P-1002")
    await of_altstadt.says("/cancel")
    assert "Your proposal is noted" in await merges(mia, "P-1001", "P-1002")
    await of_altstadt.says("/queue P-1001")
    assert "You have no role for this, or not in this area." in await of_altstadt.taps("Agree")
    both = await with_role(town, "otto")
    await both.says("/queue P-1001")
    assert "Done" in await both.taps("Agree")


async def test_who_has_no_role_here_can_do_nothing(town: Town) -> None:
    await sends_an_idea(town.person("anna"))
    elsewhere = await with_role(town, "mia", area="hafen")

    assert "Nothing waits" in await elsewhere.says("/queue")
    assert "no idea with this number" in await elsewhere.says("/queue P-1001")
    assert (await town.rows(projects))[0].stage == "submitted"
    assert "no such role" in await town.person("ben").says("/queue")


async def test_who_may_only_answer_is_told_how_and_sent_to_no_queue(town: Town) -> None:
    await sends_an_idea(town.person("anna"))
    await publishes(await with_role(town, "mia"), "P-1001")
    dora = await with_role(town, "dora", Role.CASEWORKER)
    assert "such as /queue P-1042" in (await dora.says("/staff"))
    assert "Ideas to be read" not in town.told("dora")[-2]  # the welcome

    await dora.says("/queue P-1001")
    await dora.taps("Answer officially")
    told = await dora.says("We build it in autumn.")

    assert told == "Done. The author is being told."
    assert "We build it in autumn." in (await notices(town, "anna"))[-1]


async def test_two_people_who_are_one_support_once_and_keep_their_roles(town: Town) -> None:
    anna, ben, elsewhere = town.person("anna"), town.person("ben"), town.person("elsewhere")
    await sends_an_idea(anna)
    await publishes(await with_role(town, "mia"), "P-1001")
    for somebody in (ben, elsewhere):
        await somebody.says("/project P-1001")
        await somebody.taps("Support it", "That is all")
    await with_role(town, "elsewhere")

    await connect(ben, elsewhere)

    assert "1 person supports it." in await town.person("dora").says("/project P-1001")
    assert "everywhere" in await ben.says("/staff")


async def test_nobody_publishes_what_they_have_not_read(town: Town) -> None:
    anna = town.person("anna")
    await sends_an_idea(anna)
    mia = await with_role(town, "mia")
    await mia.says("/queue", "1")
    await mia.taps("Ask the author something")
    await mia.says("Where exactly shall they stand?")
    await mia.says("/queue P-1001")
    await anna.says("/ideas", "1")
    await anna.says("On the grave of my neighbour, who is Ben Miller.")

    told = await mia.taps("Publish it")

    assert "Please look at it once more" in told
    assert [row.stage for row in await town.rows(projects)] == ["submitted"]
    await mia.says("/queue", "1")
    assert "Ben Miller" in town.told("mia")[-1]
    assert "Done" in await mia.taps("Publish it")


async def test_nobody_agrees_to_what_they_have_not_read(town: Town) -> None:
    want_four_eyes(town, "decline", "publish")
    await sends_an_idea(town.person("anna"))
    mia, noor = await with_role(town, "mia"), await with_role(town, "noor")
    await mia.says("/queue", "1")
    await mia.taps("Publish it")
    await noor.says("/queue", "1")
    await mia.says("/queue P-1001")
    await mia.taps("Decline it")
    await mia.says("Nobody but the two of us needs to know why.")

    told = await noor.taps("Agree")

    assert "Please look at it once more" in told
    assert await notices(town, "anna") == []
    assert "Nobody but the two of us" in await noor.says("/queue P-1001")


def want_four_eyes(town: Town, *steps: str) -> None:
    """Let the city want a second person for some steps."""
    city = town.world.city.model_copy(update={"four_eyes": frozenset(steps)})
    town.world = town.turns.transactions.world = replace(town.world, city=city)


async def test_where_the_city_wants_four_eyes_a_second_one_agrees(town: Town) -> None:
    want_four_eyes(town, "decline")
    await sends_an_idea(town.person("anna"))
    mia, noor = await with_role(town, "mia"), await with_role(town, "noor")
    await mia.says("/queue", "1")
    await mia.taps("Decline it")
    told = await mia.says("It is built already, since last autumn.")

    assert "A second person has to agree" in told
    assert await notices(town, "anna") == []
    (asked,) = await notices(town, "noor")
    assert "second pair of eyes" in asked
    await mia.says("/queue 1001")
    assert "Agree" not in labels(mia)
    told = await taps_notice(noor, "Have a look")
    assert "It is built already" in told
    await noor.taps("Agree")

    assert "It is built already" in (await notices(town, "anna"))[-1]
    acts = [entry.act for entry in await town.rows(audit)]
    assert acts[-2:] == ["propose_decline", "decline"]
