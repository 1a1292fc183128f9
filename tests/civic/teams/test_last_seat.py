"""Two at once: the last seat goes to one, whichever process takes them in; and a team keeps somebody who leads it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, Engine, insert, select, text

from projektbot.civic.city import read_city
from projektbot.civic.house import act
from projektbot.civic.people.codes import digest
from projektbot.civic.projects.tables import projects
from projektbot.civic.staff.tables import grants
from projektbot.civic.teams.inviting import come_by_invitation
from projektbot.civic.teams.managing import answer_lead, change_member, leave_team
from projektbot.civic.teams.tables import lead_offers, members, team_invitations, teams
from projektbot.civic.tx import Tx, Who
from projektbot.config import Settings
from projektbot.store.database import open_engine
from projektbot.store.tables import people
from tests.civic.teams.town import a_project, at_team, invites
from tests.servers.postgres import Postgres
from tests.turns.town import Town

NOW = datetime(2026, 6, 15, 10, tzinfo=UTC)
AT = int(NOW.timestamp() * 1_000_000)
CODE = "BCDFGHJK"
PROJECT = {"kind": "new", "title": "Benches", "description": "To rest.", "field": "health", "area": "altstadt",
           "locale": "en", "channel": "desk", "created_at": AT, "published_at": AT, "stage": "published"}  # fmt: skip
ROW = {"sector": "civil", "joined_at": AT, "role": "lead", "name": "N", "project": 1001}
PATIENCE = 30.0  # seconds
WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")


async def test_of_two_who_come_at_the_same_moment_one_gets_the_last_seat(town: Town) -> None:
    (anna,) = await a_project(town, "anna")
    await at_team(anna, "Size of the team")
    await anna.says("2")
    code = await invites(anna)
    ben, cem = town.person("ben"), town.person("cem")
    beside = town.again(made=True)
    try:
        for person, name in ((ben, "Ben"), (cem, "Cem")):
            await person.says(f"/start join-{code}", name)
        cem.town = beside
        beside.letters.extend(town.letters)  # what Cem sees on the screen

        told = await asyncio.gather(ben.taps("Business"), cem.taps("Business"))
    finally:
        await beside.close()

    assert len(await town.rows(members, members.c.role == "member")) == 1
    answers = "\n".join([*told, *town.told("ben"), *town.told("cem"), *beside.told("ben"), *beside.told("cem")])
    assert "Welcome! You are in the team now." in answers
    assert "the last place has just been taken" in answers


@pytest.fixture
def url(postgres: Postgres, migrated: str) -> Iterator[str]:
    with postgres.database(migrated) as address:
        yield address


def one_waits_for_the_other(
    url: str, ours: Callable[[Connection], str], theirs: Callable[[Connection], str]
) -> list[str]:
    """Let one process act, and the other while the first has not committed; return what each came to."""
    one, other = open_engine(url), open_engine(url)
    said: list[str] = []

    def act() -> None:
        with other.connect() as db, db.begin():
            said.append(theirs(db))

    with one.connect() as db, db.begin():
        first = ours(db)
        thread = threading.Thread(target=act)
        thread.start()
        until_it_waits(one, thread)
    thread.join()
    one.dispose()
    other.dispose()
    return [first, *said]


def until_it_waits(engine: Engine, thread: threading.Thread) -> None:
    """Return when a thread waits for a lock, or has ended without."""
    end = time.monotonic() + PATIENCE
    with engine.connect() as db:
        while thread.is_alive() and not db.execute(WAITING).scalar_one():
            assert time.monotonic() < end
            db.rollback()


def fill(url: str, *leads: int) -> None:
    """Make a team with these leads and two seats."""
    engine = open_engine(url)
    code = {"project": 1001, "digest": digest(CODE), "role": "member", "uses_left": 5, "expires_at": AT + 1}
    with engine.connect() as db, db.begin():
        db.execute(insert(people), [{"id": number, "created_at": AT} for number in range(1, 5)])
        db.execute(insert(projects), {**PROJECT, "number": 1001, "person_id": 1})
        db.execute(insert(members), [{**ROW, "person_id": number} for number in leads])
        db.execute(insert(teams), {"project": 1001, "seats": 2})
        db.execute(insert(team_invitations), code)
    engine.dispose()


def tx(db: Connection, person_id: int) -> Tx:
    """Return somebody's transaction."""
    return Tx(db, NOW, Who(person_id, person_id, person_id, "desk", "en"), read_city(Settings().city), Settings().zone)


def test_a_process_that_comes_second_finds_the_team_full(url: str) -> None:
    fill(url, 1)

    def comes(person_id: int) -> Callable[[Connection], str]:
        return lambda db: come_by_invitation(tx(db, person_id), code=CODE, name="N", sector="civil").outcome

    assert one_waits_for_the_other(url, comes(3), comes(4)) == ["joined", "full"]


def test_of_two_leads_who_leave_at_once_one_stays(url: str) -> None:
    fill(url, 1, 2)

    def leaves(person_id: int) -> Callable[[Connection], str]:
        return lambda db: leave_team(tx(db, person_id), ref="P-1001").outcome

    assert one_waits_for_the_other(url, leaves(1), leaves(2)) == ["left", "last_lead"]


def test_who_leads_by_now_is_made_a_guest_by_no_button_from_before(url: str) -> None:
    fill(url, 1)
    engine = open_engine(url)
    with engine.connect() as db, db.begin():
        db.execute(insert(members), {**ROW, "id": 7, "person_id": 2, "role": "member"})
        db.execute(insert(lead_offers), {"member": 7, "by": 1, "stays": True})
    engine.dispose()

    outcomes = one_waits_for_the_other(
        url,
        lambda db: answer_lead(tx(db, 2), ref="P-1001", answer="yes").outcome,
        lambda db: change_member(tx(db, 1), ref="P-1001", member="7", act="guest").outcome,
    )

    assert outcomes == ["leads", "changed"]


def test_what_somebody_does_in_a_team_while_its_project_is_merged_is_done_where_it_went(url: str) -> None:
    fill(url, 1)
    engine = open_engine(url)
    with engine.connect() as db, db.begin():
        db.execute(insert(projects), {**PROJECT, "number": 1002, "person_id": 2})
        db.execute(insert(grants), {"person_id": 3, "role": "moderator", "area": "", "at": AT})
    engine.dispose()

    outcomes = one_waits_for_the_other(
        url,
        lambda db: act(tx(db, 3), "moderate", {"idea": "P-1002", "act": "merge", "into": "P-1001"}).outcome,
        lambda db: leave_team(tx(db, 2), ref="P-1002").outcome,
    )

    assert outcomes == ["done", "may_not"]
    engine = open_engine(url)
    with engine.connect() as db:
        assert db.scalars(select(members.c.project)).all() == [1001]  # no team of a project that is none any more
    engine.dispose()
