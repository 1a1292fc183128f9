"""All one follows stands in one list, from which it is opened, muted and left."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Connection, insert

from projektbot.civic.people.tables import news_choices
from projektbot.civic.projects.tables import project_people
from projektbot.messages import Tap
from projektbot.store.tables import people
from tests.civic.projects.published import publish
from tests.civic.projects.test_bad_input import tokens
from tests.civic.projects.test_moderation import merges
from tests.civic.projects.test_statuses import SOON, statuses, supports
from tests.civic.projects.test_telling import comments, follows
from tests.civic.projects.town import labels, publishes, sends_an_idea, with_role
from tests.turns.linked import connect, notices
from tests.turns.town import Person, Town

MUTE, UNMUTE = "Tell me nothing of it for now", "Tell me of it again"
FIRST, SECOND = "P-1001 Benches along the river", "P-1002 Seats at the water"


async def two_projects(town: Town) -> Person:
    """Let two projects be published; return somebody who follows both, the second since later."""
    mia, ben = await with_role(town, "mia"), town.person("ben")
    await sends_an_idea(town.person("anna"))
    await sends_an_idea(town.person("dora"), "Seats at the water")
    for number in ("P-1001", "P-1002"):
        await publishes(mia, number)
        await ben.says(f"/project {number}")
        await ben.taps("Follow it")
        town.clock.advance(timedelta(seconds=1))
    return ben


async def mutes(somebody: Person, label: str = FIRST) -> str:
    """Want to hear nothing of a project that one follows."""
    await somebody.says("/following")
    return await somebody.taps(label, MUTE)


async def test_the_list_names_what_one_follows_the_last_first(town: Town) -> None:
    ben = await two_projects(town)

    assert "You follow these projects." in await ben.says("/following")

    assert labels(ben) == [SECOND, FIRST]
    assert "You follow no project at the moment." in await town.person("cem").says("/following")
    await ben.says("/menu")
    assert "You follow these projects." in await ben.taps("See what I follow")


async def test_a_card_is_opened_from_the_list(town: Town) -> None:
    ben = await two_projects(town)
    await ben.says("/following")
    assert "Nobody has supported it yet." in await ben.taps(FIRST)

    told = await ben.taps("Look at it")

    assert "A back and arms, every two hundred metres." in told


async def test_what_is_done_in_the_list_changes_the_message_that_shows_it(town: Town) -> None:
    ben = await two_projects(town)
    await ben.says("/following")
    await ben.taps(FIRST)

    for label, told in ((MUTE, f"{FIRST} (muted)"), ("Back to the list", FIRST), ("Follow it no longer", SECOND)):
        if label not in labels(ben):
            await ben.taps(next(name for name in labels(ben) if name.startswith("P-1001")))
        await ben.does(Tap(tokens(ben)[label], "77"))
        assert town.letters[-1].message.replaces == "77"
        assert told in " ".join(labels(ben))


async def test_a_long_list_is_turned_page_by_page_in_one_message(town: Town) -> None:
    ben = town.person("ben")
    await ben.says("/menu")
    (somebody,) = await town.rows(people)

    def follow_many(db: Connection) -> None:
        for number in range(1001, 1016):
            publish(db, number, f"Idea {number}")
            row = {"project": number, "person_id": somebody.id, "follows_at": number}
            db.execute(insert(project_people), row)

    await town.store.write(follow_many)
    await ben.says("/following")
    assert labels(ben)[0] == "P-1015 Idea 1015"

    await ben.does(Tap(list(tokens(ben).values())[-1], "77"))

    assert town.letters[-1].message.replaces == "77"
    assert labels(ben)[0] == "P-1005 Idea 1005"


async def test_of_what_is_muted_nothing_is_told_and_all_else_is(town: Town) -> None:
    ben = await two_projects(town)
    assert "I keep silent about it. It stays in your list." in await mutes(ben)
    cem, mia = town.person("cem"), town.person("mia")
    heard = len(await notices(town, "ben"))

    await comments(cem, "A good place.")
    await supports(cem)
    await town.pass_by(SOON)
    await mia.says("/queue P-1001")
    await mia.taps("Answer officially")
    await mia.says("We build it in autumn.")
    assert (await notices(town, "ben"))[heard:] == []
    assert statuses(town, "ben") == []

    await ben.says("/following")
    assert "You hear nothing of it at the moment." in await ben.taps(f"{FIRST} (muted)")
    assert "You will hear from me" in await ben.taps(UNMUTE)
    await comments(cem, "And shade, please.")

    (told,) = (await notices(town, "ben"))[heard:]
    assert "And shade, please." in told


@pytest.mark.parametrize("how", ["by leaving off and following anew", "by saying something about it"])
async def test_who_follows_anew_hears_of_it(town: Town, how: str) -> None:
    ben = await two_projects(town)
    await mutes(ben)
    if "anew" in how:
        await ben.says("/following")
        await ben.taps(f"{FIRST} (muted)", "Follow it no longer")
        await follows(ben)
    else:
        await comments(ben, "A good place.")

    assert await town.count(news_choices) == 0
    await ben.says("/following")
    assert FIRST in labels(ben)


async def test_what_is_not_public_any_more_is_in_no_list_and_says_so(town: Town) -> None:
    ben, mia = await two_projects(town), town.person("mia")
    await ben.says("/following")
    await ben.taps(FIRST)
    old = tokens(ben)[MUTE]
    await mia.says("/queue P-1001")
    await mia.taps("Decline it")
    await mia.says("It is built already.")

    assert "not" in await ben.does(Tap(old))
    await ben.says("/following")

    assert labels(ben) == [SECOND]
    assert await town.count(news_choices) == 0


async def test_silence_goes_along_with_a_project_unless_the_other_is_heard_of(town: Town) -> None:
    ben, mia, cem = await two_projects(town), town.person("mia"), town.person("cem")
    await mutes(ben, SECOND)
    await cem.says("/project P-1002")
    await cem.taps("Follow it")
    await mutes(cem, SECOND)

    assert "Done" in await merges(mia, "P-1002", "P-1001")

    await ben.says("/following")
    assert labels(ben) == [FIRST]  # which ben follows and hears of
    await cem.says("/following")
    assert labels(cem) == [f"{FIRST} (muted)"]
    assert await town.count(news_choices) == 1


async def test_silence_is_that_of_the_person_on_every_messenger(town: Town) -> None:
    ben, elsewhere = await two_projects(town), town.person("elsewhere")
    await mutes(ben)

    await connect(elsewhere, ben)
    await elsewhere.says("/following")

    assert labels(elsewhere) == [SECOND, f"{FIRST} (muted)"]
