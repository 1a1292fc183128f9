"""A group becomes a project's: who may make it so, what others hear, and what it survives."""

from __future__ import annotations

from datetime import timedelta

import pytest

from projektbot.civic.groups.tables import project_chats, relayed
from projektbot.delivery import outbox
from projektbot.instants import micros
from projektbot.messages import Migrated, Presence
from projektbot.store.tables import addresses
from tests.civic.groups.relay_town import two_chats
from tests.civic.groups.town import GROUP, Member, bound
from tests.civic.projects.town import sends_an_idea, with_role
from tests.turns.linked import notices
from tests.turns.town import Town

NEVER = 2**62  # microseconds: whatever was written before that is refused


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


# ---- it moves, or is closed to us ------------------------------------------------------------------------------------


async def test_the_language_of_a_group_goes_along_to_an_id_we_had_heard_of_before(town: Town) -> None:
    anna, there = await bound(town), Member(town, "anna", "-200")
    assert "Wer eines leitet" in await there.says("/help")

    await town.take(anna.inbound(Migrated("-200")))

    assert "This is the group of P-1001" in await there.says("/help")


@pytest.mark.parametrize("known", [True, False])
async def test_a_thread_stays_behind_with_the_room_it_was_in(town: Town, known: bool) -> None:  # noqa: FBT001
    await sends_an_idea(town.person("anna"))
    anna = Member(town, "anna")
    await anna.says("/team P-1001", thread="$root")
    if known:
        await Member(town, "anna", "-200").says("/help")

    await town.take(anna.inbound(Migrated("-200")))

    assert [row.thread for row in await town.rows(project_chats)] == [""]


async def test_a_move_that_is_learnt_by_sending_is_followed_as_well(town: Town) -> None:
    anna, _ben = await two_chats(town)
    await anna.talks("Who brings the cake?", "17")
    (here,) = await town.rows(addresses, addresses.c.chat == GROUP)

    await town.store.write(lambda db: outbox.move(db, [outbox.Move(here.id, "desk", "-200")]))
    await town.take(anna.inbound(Migrated("-200")))

    assert not await town.rows(relayed)  # message 17 is another one there
    assert "P-1001" in await Member(town, "anna", "-200").says("/help")


async def test_who_leads_hears_once_that_a_group_is_closed_to_us_however_we_learn_it(town: Town) -> None:
    anna = await bound(town)
    (here,) = await town.rows(addresses, addresses.c.chat == GROUP)
    closed = outbox.Bar(0, here.id, NEVER, micros(town.clock.now()))

    await town.store.write(lambda db: outbox.bar(db, [closed]))
    await town.store.write(lambda db: outbox.bar(db, [closed]))
    await anna.does(Presence(here=False))
    await town.pass_by(timedelta(seconds=1))

    assert ["taken out of the group of P-1001" in told for told in await notices(town, "anna")] == [True]


async def test_nobody_hears_of_a_group_that_was_closed_to_us_for_a_moment(town: Town) -> None:
    anna = await bound(town)
    (here,) = await town.rows(addresses, addresses.c.chat == GROUP)
    await town.store.write(lambda db: outbox.bar(db, [outbox.Bar(0, here.id, NEVER, micros(town.clock.now()))]))

    await anna.does(Presence(here=True))
    await town.pass_by(timedelta(seconds=1))

    assert not await notices(town, "anna")


# ---- who may ---------------------------------------------------------------------------------------------------------


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
