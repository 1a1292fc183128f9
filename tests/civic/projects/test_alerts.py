"""Whoever asked for new projects of a kind is told once when one is published."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import Connection, event, insert

from projektbot.civic.projects.alerts import AT_ONCE
from projektbot.civic.projects.rules import ALERT
from projektbot.civic.projects.tables import alerts, project_people
from projektbot.dialog.session import Session, dump
from projektbot.store.tables import addresses, due, outbox, people, sessions
from tests.civic.projects.town import labels, publishes, sends_an_idea, taps_notice, with_role
from tests.turns.linked import connect, notices
from tests.turns.town import SQLITE, Person, Town

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


# ---- a million people ------------------------------------------------------------------------------------------------

MANY = range(10_000, 11_100)


def people_come(db: Connection) -> None:
    """Let many people have a chat with us."""
    db.execute(insert(people), [{"id": n, "created_at": 1} for n in MANY])
    state = dump(Session())
    db.execute(insert(sessions), [{"id": n, "person_id": n, "state": state} for n in MANY])
    chat = {"channel": "desk", "private": True}
    db.execute(insert(addresses), [{**chat, "id": n, "session_id": n, "chat": f"chat{n}"} for n in MANY])


def want_everything(db: Connection) -> None:
    """Let them ask to hear of every new project."""
    db.execute(insert(alerts), [{"person_id": n, "area": "", "field": "", "at": 1} for n in MANY])


def follow(db: Connection, number: int) -> None:
    """Let them follow a project."""
    db.execute(insert(project_people), [{"project": number, "person_id": n, "follows_at": 1} for n in MANY])


async def a_full_town(town: Town) -> Person:
    """Let so many people come that no statement may name them all; return a moderator."""

    def be_short(connection: sqlite3.Connection, _record: object) -> None:
        connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 1000)

    event.listen(town.engine, "connect", be_short)
    await sends_an_idea(town.person("anna"))
    await town.store.write(people_come)
    return await with_role(town, "mia")


async def told_of(town: Town, words: str) -> int:
    """Return how many of them were told something, each once."""
    theirs = outbox.c.address_id.between(MANY[0], MANY[-1])
    rows = [row for row in await town.rows(outbox, theirs) if words.encode() in row.body]
    assert len({row.address_id for row in rows}) == len(rows)
    return len(rows)


@pytest.mark.parametrize("town", SQLITE, indirect=True)  # whose limit can be lowered: PostgreSQL's is 65,535
async def test_however_many_want_to_hear_of_a_project_it_is_published(town: Town) -> None:
    mia = await a_full_town(town)
    await town.store.write(want_everything)

    assert "Done" in await publishes(mia, "P-1001")

    assert await told_of(town, "P-1001") == AT_ONCE  # the others a page at a time, so that nobody waits for all
    for _ in range(3):
        await town.pass_by(timedelta(seconds=1))
    assert await told_of(town, "P-1001") == len(MANY)
    assert not await town.rows(due, due.c.kind == ALERT)


@pytest.mark.parametrize("town", SQLITE, indirect=True)
async def test_who_has_not_been_told_before_a_project_is_taken_off_is_not_told(town: Town) -> None:
    mia = await a_full_town(town)
    await town.store.write(want_everything)
    await publishes(mia, "P-1001")

    await mia.says("/queue P-1001")
    await mia.taps("Decline it")
    await mia.says("That is an advertisement.")
    await town.pass_by(timedelta(seconds=1))

    assert await told_of(town, "P-1001") == AT_ONCE


@pytest.mark.parametrize("town", SQLITE, indirect=True)
async def test_however_many_follow_projects_they_become_one(town: Town) -> None:
    mia = await a_full_town(town)
    await sends_an_idea(town.person("cem"), "A tool shed for all")
    for ref in ("P-1001", "P-1002"):
        await publishes(mia, ref)
    for number in (1001, 1002):
        await town.store.write(partial(follow, number=number))

    await mia.says("/queue P-1001")
    await mia.taps("Put it together with another one")
    assert "Done" in await mia.says("P-1002")

    assert await told_of(town, "P-1002") == len(MANY)
