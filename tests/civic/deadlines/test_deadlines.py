"""A deadline from its announcement to its end: who sees it, who is reminded, and what a change leads to."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Connection, insert

from projektbot.civic.deadlines import telling
from projektbot.civic.deadlines.actions import announce_deadline
from projektbot.civic.deadlines.rules import WHOLE_CITY as WHOLE_CITY_CHOICE
from projektbot.civic.deadlines.tables import deadline_people, deadlines
from projektbot.civic.staff.actions import revoke
from projektbot.civic.staff.rules import Role
from projektbot.civic.staff.tables import grants
from projektbot.civic.tx import Tx, Who
from projektbot.errors import Bug, Refused
from projektbot.store.audit import audit
from projektbot.store.tables import people
from tests.civic.projects.town import labels, publishes, sends_an_idea, taps_notice, with_role
from tests.turns.linked import connect, notices
from tests.turns.town import Person, Town

TITLE = "Applications to the neighbourhood fund"
WHOLE_CITY = "The whole city"
DAYS_AHEAD = "30 June 2026"  # the town's clock begins at noon of 15 June


async def announces(staff: Person, title: str = TITLE, *, day: str = DAYS_AHEAD, area: str = WHOLE_CITY) -> str:
    """Announce a deadline at six in the evening; return what is said of it."""
    await staff.says("/deadlines")
    await staff.taps("Enter a deadline")
    await staff.says(title, day, "18:00")
    await staff.taps(area)
    await staff.says("/skip", "Write to us in time, on one page.", "/skip")
    return await staff.taps("Announce it")


async def wants_reminder(somebody: Person, ref: str = "D-1") -> str:
    """Ask to be reminded; return what is said."""
    await somebody.says(f"/deadlines {ref}")
    return await somebody.taps("Remind me")


async def moves(staff: Person, day: str, reason: str = "The council meets later.") -> str:
    """Move the first deadline to the end of another day."""
    await staff.says("/deadlines D-1")
    await staff.taps("Move it")
    return await staff.says(day, "/skip", reason)


async def withdraws(staff: Person) -> str:
    """Withdraw the first deadline."""
    await staff.says("/deadlines D-1")
    await staff.taps("Withdraw it")
    return await staff.says("The fund is used up already.")


async def test_what_staff_announce_everybody_can_look_at(town: Town) -> None:
    told = await announces(await with_role(town, "carla", Role.CASEWORKER))
    assert "announced as D-1" in told

    anna = town.person("anna")
    assert "These deadlines are coming up" in await anna.says("/deadlines")
    assert labels(anna) == [f"June 30, 2026: {TITLE}"]
    card = await anna.taps(f"June 30, 2026: {TITLE}")

    assert "15 days left." in card
    assert "For the whole city" in card
    assert "Write to us in time, on one page." in card
    assert "Move it" not in labels(anna)
    (row,) = await town.rows(audit, audit.c.act == "announce_deadline")
    assert (row.subject, row.note) == ("D-1", TITLE)


async def test_people_are_reminded_until_it_is_over_and_then_forgotten(town: Town) -> None:
    await announces(await with_role(town, "carla", Role.BROADCASTER))
    anna, ben = town.person("anna"), town.person("ben")
    assert "June 16, 2026, June 27, 2026, and June 29, 2026" in await wants_reminder(anna)
    await wants_reminder(ben)
    await ben.says("/deadlines D-1")
    assert "no longer" in await ben.taps("Remind me no longer")

    for _ in range(20):
        await town.pass_by(timedelta(days=1))

    told = await notices(town, "anna")
    assert [words.partition(":")[0] for words in told] == ["14 days left", "3 days left", "Until tomorrow"]
    assert TITLE in await taps_notice(anna, "Have a look")
    assert await notices(town, "ben") == []
    assert await town.count(deadline_people) == 0
    assert "There is no deadline" in await anna.says("/deadlines")


async def test_after_an_outage_a_reminder_says_what_is_true_now(town: Town) -> None:
    await announces(await with_role(town, "carla", Role.CASEWORKER))
    await wants_reminder(town.person("anna"))

    await town.pass_by(timedelta(days=13))  # from noon of the 15th: the first two are late

    assert [words.partition(":")[0] for words in await notices(town, "anna")] == ["2 days left", "2 days left"]
    await town.pass_by(timedelta(days=9))
    assert len(await notices(town, "anna")) == 2, "nobody is reminded of what is over"


async def test_whoever_is_to_be_reminded_hears_of_a_change_and_of_the_new_days(town: Town) -> None:
    carla = await with_role(town, "carla", Role.CASEWORKER)
    await announces(carla)
    anna = town.person("anna")
    await wants_reminder(anna)

    assert "hears of it" in await moves(carla, "18 June 2026")
    await town.jobs.tick()
    for _ in range(20):
        await town.pass_by(timedelta(days=1))

    moved, *reminded = await notices(town, "anna")
    assert "ends at another time now" in moved
    assert "The council meets later." in moved
    assert [words.partition(":")[0] for words in reminded] == ["Until tomorrow"]
    assert "The council meets later." in await anna.says("/deadlines D-1")


async def test_what_is_withdrawn_is_told_with_its_reason_and_is_no_longer_listed(town: Town) -> None:
    carla = await with_role(town, "carla", Role.CASEWORKER)
    await announces(carla)
    anna = town.person("anna")
    await wants_reminder(anna)

    await withdraws(carla)
    await town.pass_by(timedelta(days=20))

    (told,) = await notices(town, "anna")
    assert "no longer in force" in told
    assert "The fund is used up already." in told
    assert await town.count(deadline_people) == 0
    assert "There is no deadline" in await anna.says("/deadlines")
    assert "The fund is used up already." in await anna.says("/deadlines D-1")
    assert labels(anna) == ["All deadlines", "That is all", "Back"]


async def test_a_button_of_a_deadline_that_is_withdrawn_says_so(town: Town) -> None:
    carla = await with_role(town, "carla", Role.CASEWORKER)
    await announces(carla)
    anna = town.person("anna")
    await anna.says("/deadlines D-1")
    await withdraws(carla)

    assert "no longer offered" in await anna.taps("Remind me")
    assert labels(anna)[0] == "All deadlines"
    assert await town.count(deadline_people) == 0


async def test_staff_whose_role_was_taken_away_meanwhile_change_nothing(town: Town) -> None:
    carla = await with_role(town, "carla", Role.CASEWORKER)
    await announces(carla)
    await carla.says("/deadlines D-1")
    await carla.taps("Withdraw it")
    await town.store.write(lambda db: revoke(db, 1, 1))

    assert "no role for this" in await carla.says("The fund is used up already.")
    (row,) = await town.rows(deadlines)
    assert row.withdrawn_at is None


async def test_a_caseworker_of_one_area_announces_for_that_one_alone(town: Town) -> None:
    area = town.world.city.areas[0]
    carla = await with_role(town, "carla", Role.CASEWORKER, area.code)
    await carla.says("/deadlines")
    await carla.taps("Enter a deadline")
    await carla.says(TITLE, DAYS_AHEAD, "18:00")
    assert labels(carla)[0] == area.name
    assert WHOLE_CITY not in labels(carla)

    await carla.says("/cancel")
    assert "announced" in await announces(carla, area=area.name)


async def test_what_concerns_a_project_stands_on_its_card(town: Town) -> None:
    here, elsewhere = town.world.city.areas[0].name, town.world.city.areas[1].name
    carla = await with_role(town, "carla", Role.CASEWORKER)
    await announces(carla, "Money for this area", area=here)
    await announces(carla, "Money for another area", area=elsewhere)
    anna = town.person("anna")
    await sends_an_idea(anna)
    await publishes(await with_role(town, "mia"), "P-1001")

    card = await anna.says("/project P-1001")

    assert "Until June 30, 2026: Money for this area (/deadlines D-1)" in card
    assert "another area" not in card


@pytest.mark.parametrize(("said", "answer"), [("11:59", "over already"), ("14:00", "Whom does it concern?")])
async def test_what_is_over_already_is_no_deadline(town: Town, said: str, answer: str) -> None:
    carla = await with_role(town, "carla", Role.CASEWORKER)
    await carla.says("/deadlines")
    await carla.taps("Enter a deadline")
    told = await carla.says(TITLE, "today", said)
    if answer in told:
        return
    await carla.taps(WHOLE_CITY)
    await carla.says("/skip", "/skip", "/skip")

    assert answer in await carla.taps("Announce it")
    assert await town.count(deadlines) == 0


@pytest.mark.parametrize("url", ["javascript:alert(1)", "kiezkasse.example"])
async def test_what_is_no_page_is_no_link_whoever_asks_for_it(town: Town, url: str) -> None:
    def announce(db: Connection) -> None:
        db.execute(insert(people).values(id=1, created_at=0))
        db.execute(insert(grants).values(person_id=1, role=Role.ADMIN, area="", at=0))
        tx = Tx(db, town.clock.now(), Who(1, 1, 1, "desk", "en"), town.world.city, town.world.languages.zone)
        announce_deadline(tx, title=TITLE, day="2026-06-30", area=WHOLE_CITY_CHOICE, url=url)

    with pytest.raises(Bug) as refused:
        await town.store.write(announce)

    assert isinstance(refused.value.__cause__, Refused)
    assert await town.count(deadlines) == 0


async def test_too_late_for_a_reminder_is_said(town: Town) -> None:
    carla = await with_role(town, "carla", Role.CASEWORKER)
    await announces(carla, day="16 June 2026")
    anna = town.person("anna")

    assert "It ends so soon that no reminder would help." in await wants_reminder(anna)
    assert await town.count(deadline_people) == 0


async def test_two_people_who_are_one_are_reminded_once(town: Town) -> None:
    await announces(await with_role(town, "carla", Role.CASEWORKER))
    anna, elsewhere = town.person("anna"), town.person("elsewhere")
    await wants_reminder(anna)
    await wants_reminder(elsewhere)

    await connect(anna, elsewhere)

    assert await town.count(deadline_people) == 1


async def test_many_are_told_a_page_at_a_time(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "PAGE", 2)
    carla = await with_role(town, "carla", Role.CASEWORKER)
    await announces(carla)
    people = ["anna", "ben", "cem", "dora", "emil"]
    for name in people:
        await wants_reminder(town.person(name))

    await withdraws(carla)
    await town.jobs.tick()

    assert [len(await notices(town, name)) for name in people] == [1] * 5
    assert await town.count(deadline_people) == 0
