"""What is said about a project is read page by page in one message, under lasting numbers; one's own can be deleted."""

from __future__ import annotations

from projektbot.civic.projects.tables import comments
from projektbot.messages import Tap
from tests.civic.projects.town import labels, publishes, sends_an_idea, with_role
from tests.turns.town import Person, Town


async def a_published_project(town: Town) -> None:
    """Let anna's idea be published by mia."""
    await sends_an_idea(town.person("anna"))
    await publishes(await with_role(town, "mia"), "P-1001")


async def comments_on_it(somebody: Person, *words: str, ref: str = "P-1001") -> None:
    """Say things about a project."""
    for said in words:
        await somebody.says(f"/project {ref}")
        await somebody.taps("Say something about it")
        await somebody.says(said)


async def reads(somebody: Person) -> str:
    """Read what others say about it."""
    await somebody.says("/project P-1001")
    return await somebody.taps("Read what others say")


async def test_turning_a_page_changes_the_message_that_is_read(town: Town) -> None:
    await a_published_project(town)
    await comments_on_it(town.person("cem"), *(f"Thought {n}" for n in range(1, 8)))
    ben = town.person("ben")

    newest = await reads(ben)
    token = next(choice.token for choice in town.letters[-1].message.choices if choice.label == "Earlier ones")
    older = await ben.does(Tap(token, "77"))

    assert "7) June 15, 2026:\nThought 7" in newest
    assert "Page 1 of 2" in newest
    assert "Thought 2\n" not in newest
    assert "2) June 15, 2026:\nThought 2" in older
    assert town.letters[-1].message.replaces == "77"
    assert labels(ben)[0] == "Later ones"
    await ben.taps("Say something about it")
    assert town.letters[-1].message.replaces == ""


async def test_ones_own_comment_is_deleted_and_the_others_keep_their_numbers(town: Town) -> None:
    await a_published_project(town)
    cem, ben = town.person("cem"), town.person("ben")
    await comments_on_it(cem, "A good place.")
    await comments_on_it(ben, "Nonsense!", "Sorry for that.")
    assert "2) June 15, 2026, from you:" in await reads(ben)
    await ben.taps("Delete one of mine")
    assert "none of yours" in await ben.says("1")
    await ben.taps("Delete one of mine")

    told = await ben.says("2")

    assert "It is deleted" in told
    told = await reads(cem)
    assert "Nonsense" not in told
    assert "3) June 15, 2026:\nSorry for that." in told
    assert "Nonsense!" not in {row.words for row in await town.rows(comments)}
    assert "Report one of these" in labels(cem)


async def test_once_comments_came_in_by_a_merge_nobody_means_another_one_than_they_saw(town: Town) -> None:
    await a_published_project(town)
    await sends_an_idea(town.person("anna"), "Shade for the playground")
    await publishes(town.person("mia"), "P-1002")
    ben, mia = town.person("ben"), town.person("mia")
    await comments_on_it(ben, "Under trees.", ref="P-1002")
    await comments_on_it(ben, "A good place.")
    assert "1) June 15, 2026, from you:\nA good place." in await reads(ben)
    await mia.says("/queue P-1002")
    await mia.taps("Put it together with another one")
    await mia.says("P-1001")

    await ben.taps("Delete one of mine")
    told = await ben.says("1")

    assert "the numbers have changed" in told
    assert {row.words for row in await town.rows(comments)} == {"Under trees.", "A good place."}
    await ben.taps("Delete one of mine")
    assert "It is deleted" in await ben.says("2")
    assert {row.words for row in await town.rows(comments)} == {"Under trees.", ""}


async def test_who_has_said_nothing_cannot_delete(town: Town) -> None:
    await a_published_project(town)
    await comments_on_it(town.person("cem"), "A good place.")
    ben = town.person("ben")

    await reads(ben)

    assert labels(ben)[:3] == ["Say something about it", "Report one of these", "Back to the project"]
    assert "Benches along the river" in await ben.taps("Back to the project")
