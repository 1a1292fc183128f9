"""Drafts on side roads: nobody is forgotten, and nothing is kept for ever."""

from __future__ import annotations

from datetime import timedelta

from projektbot.store.tables import due
from tests.turns.town import Town

DAY = timedelta(days=1)


async def days(town: Town, number: int) -> None:
    for _ in range(number):
        await town.pass_by(DAY)


async def test_who_opens_an_idea_and_answers_only_days_later_is_reminded_too(town: Town) -> None:
    """The first look finds nothing answered yet; the draft that comes later must not be forgotten by it."""
    anna = town.person("anna")
    await anna.says("/idea")
    await days(town, 2)
    await anna.says("new", "Benches along the river")
    town.letters.clear()

    await days(town, 1)

    assert "You began something" in "".join(town.told("anna"))


async def test_a_draft_begun_late_expires_too(town: Town) -> None:
    anna = town.person("anna")
    await anna.says("/idea")
    await days(town, 2)
    await anna.says("new", "Benches along the river")

    await days(town, 100)

    assert not (await town.session("anna")).frames
    assert await town.count(due) == 0


async def test_a_draft_is_not_deleted_in_the_moment_somebody_is_reminded_of_it(town: Town) -> None:
    """Whoever comes by every day is not reminded; once they stay away, the last reminder leaves time to act on it."""
    anna = town.person("anna")
    await anna.begins_an_idea()
    for _ in range(190):
        await town.pass_by(DAY / 2)
        await anna.says("/ideas")
    town.letters.clear()

    await days(town, 8)

    told = town.told("anna")
    assert sum("You began something" in words for words in told) == 2
    assert not any("has been deleted" in words for words in told)


async def test_an_abandoned_beginning_leaves_no_row_behind(town: Town) -> None:
    await town.person("anna").says("/idea")

    await days(town, 2)

    assert await town.count(due) == 0
