"""Every act × role × (public or not): who may, can; who may not, is told so and changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, Engine, insert, select

from projektbot.app import read_book
from projektbot.civic.city import read_city
from projektbot.civic.house import CityHouse, act
from projektbot.civic.people.codes import digest
from projektbot.civic.projects.tables import projects
from projektbot.civic.teams.rules import ALWAYS, BARS, IN_TEAM, MAY, Act, Bar, Role, bar
from projektbot.civic.teams.tables import (
    join_requests,
    lead_offers,
    matches,
    members,
    offers,
    partners,
    team_invitations,
    teams,
)
from projektbot.civic.tx import Tx, Who
from projektbot.config import Settings, folder
from projektbot.dialog.book import Book
from projektbot.dialog.session import Session
from projektbot.i18n import read_catalogs
from projektbot.store.database import open_engine
from projektbot.store.tables import metadata, people
from tests.civic.teams.permissions import table

UTC_ZONE = ZoneInfo("UTC")
NOW = datetime(2026, 6, 15, 10, tzinfo=UTC)
AT = int(NOW.timestamp() * 1_000_000)
TABLES = (teams, members, join_requests, team_invitations, lead_offers, partners, offers, matches)
PERSON: Mapping[Role, int] = {Role.LEAD: 1, Role.MEMBER: 2, Role.GUEST: 3, Role.REMOVED: 4, Role.NOBODY: 5}
ASKING, OTHER, THIRD = 6, 7, 8  # who has asked to join; who leads another team; somebody else in this one

CODE = "BCDFGHJK"
REF = {"ref": "P-1001"}
CITY = read_city(Settings().city)
# How each act is done; `SEE` is no action, but a card.
DOING: Mapping[Act, tuple[str, Mapping[str, object]]] = {
    Act.ASK: ("ask_to_join", {**REF, "name": "Zoe", "sector": "civil", "why": "I would like to."}),
    Act.TAKE_BACK: ("take_back_request", REF),
    Act.COME: ("come_by_invitation", {"code": CODE, "name": "Zoe", "sector": "civil"}),
    Act.SETTLE: ("settle_request", {"request": "1", "answer": "accept"}),
    Act.INVITE: ("invite_to_team", {**REF, "role": "guest", "uses": "5"}),
    Act.REVOKE: ("revoke_invitation", {**REF, "invitation": "1"}),
    Act.SEATS: ("set_seats", {**REF, "seats": 40}),
    Act.CHANGE: ("change_member", {**REF, "member": "8", "act": "guest"}),
    Act.REMOVE: ("remove_member", {**REF, "member": "8", "reason": "Never came."}),
    Act.OFFER_LEAD: ("offer_lead", {**REF, "member": "8", "how": "together"}),
    Act.ANSWER_LEAD: ("answer_lead", {**REF, "answer": "yes"}),
    Act.INTRODUCE: ("introduce", {**REF, "name": "Zoe", "sector": "business"}),
    Act.LEAVE: ("leave_team", REF),
    Act.PARTNERS: ("add_partner", {**REF, "name": "Repair café", "sector": "civil"}),
    Act.EXCHANGE: ("add_offer", {**REF, "kind": "has", "what": "Cargo bike"}),
}
# The same acts where an action of their own takes something back, or answers.
MORE: Mapping[str, tuple[Act, Mapping[str, object]]] = {
    "remove_partner": (Act.PARTNERS, {**REF, "partner": "1"}),
    "settle_offer": (Act.EXCHANGE, {**REF, "offer": "1"}),
    "answer_match": (Act.EXCHANGE, {**REF, "match": "1", "answer": "yes", "contact": "zoe@example.org"}),
}
CASES = [(act_, name, answers) for act_, (name, answers) in DOING.items()]
CASES += [(act_, name, answers) for name, (act_, answers) in MORE.items()]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    home: Path = tmp_path_factory.mktemp("permissions")
    engine = open_engine(f"sqlite:///{home}/town.db")
    metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def db(engine: Engine) -> Iterator[Connection]:
    """Return a transaction with two teams, which nobody commits."""
    with engine.connect().execution_options(writes=True) as db, db.begin() as begun:
        _fill(db)
        yield db
        begun.rollback()


def _fill(db: Connection) -> None:
    db.execute(insert(people), [{"id": number, "created_at": AT} for number in range(1, 9)])
    idea = {"kind": "new", "title": "Benches", "description": "To rest.", "field": "health", "area": "altstadt",
            "locale": "en", "channel": "desk", "created_at": AT, "published_at": AT, "stage": "published"}  # fmt: skip
    db.execute(insert(projects), [{**idea, "number": 1001, "person_id": 1}, {**idea, "number": 1002, "person_id": 7}])
    row = {"sector": "civil", "joined_at": AT}
    inside = [(PERSON[role], role) for role in (Role.LEAD, Role.MEMBER, Role.GUEST, Role.REMOVED)]
    team = [
        {**row, "id": who, "person_id": who, "role": role, "name": f"N{who}", "project": 1001} for who, role in inside
    ]
    third = {**row, "id": THIRD, "person_id": THIRD, "role": "member", "name": "Third", "project": 1001}
    lead = {**row, "id": 20, "person_id": OTHER, "role": "lead", "name": "Other", "project": 1002}
    db.execute(insert(members), [*team, third, lead])
    asked = {
        "state": "open",
        "name": "Ask",
        "sector": "civil",
        "why": "Why not?",
        "at": AT,
        "told_at": AT,
        "project": 1001,
    }
    who = (ASKING, PERSON[Role.REMOVED], PERSON[Role.NOBODY])
    db.execute(insert(join_requests), [{**asked, "id": 1 + n, "person_id": person} for n, person in enumerate(who)])
    code = {"project": 1001, "digest": digest(CODE), "role": "member", "uses_left": 5, "expires_at": AT + 1}
    db.execute(insert(team_invitations), code)
    db.execute(insert(lead_offers), [{"member": who, "by": 1, "stays": True} for who in (2, 3)])
    db.execute(insert(partners), {"project": 1001, "name": "Museum", "sector": "other"})
    offer = {"at": AT, "what": "Bike trailer"}
    db.execute(insert(offers), {**offer, "project": 1001, "person_id": 2, "kind": "has"})
    db.execute(insert(offers), {**offer, "project": 1002, "person_id": OTHER, "kind": "needs"})
    db.execute(insert(matches), {"has": 1, "needs": 2, "at": AT})


def _stored(db: Connection) -> list[list[tuple[object, ...]]]:
    return [[tuple(row) for row in db.execute(select(table))] for table in TABLES]


def _does(db: Connection, person_id: int, name: str, answers: Mapping[str, object]) -> str:
    who = Who(person_id, 1, 1, "desk", "en")
    return str(act(Tx(db, NOW, who, CITY, UTC_ZONE), name, dict(answers)).outcome)


# What the two acts of those who are not in the team say instead, in the words of what they wanted.
SAID = {
    Act.ASK: {Bar.GONE: "gone", Bar.MAY_NOT: "already"},
    Act.TAKE_BACK: {Bar.MAY_NOT: "settled"},
    Act.COME: {Bar.GONE: "gone", Bar.REMOVED: "removed", Bar.MAY_NOT: "already"},
}


@pytest.mark.parametrize("stage", ["published", "declined"])
@pytest.mark.parametrize("role", list(PERSON), ids=str)
@pytest.mark.parametrize(("act_", "name", "answers"), CASES, ids=[name for _, name, _ in CASES])
def test_who_may_can_and_who_may_not_changes_nothing(
    db: Connection, act_: Act, name: str, answers: Mapping[str, object], role: Role, stage: str
) -> None:
    db.execute(projects.update().where(projects.c.number == 1001).values(stage=stage))
    before = _stored(db)

    outcome = _does(db, PERSON[role], name, answers)

    barred = bar(act_, role, public=stage == "published")
    if barred is None:
        assert outcome not in {*BARS, "already"}
        assert _stored(db) != before or outcome == "last_lead"
    else:
        assert outcome == SAID.get(act_, {}).get(barred, barred)
        assert _stored(db) == before


def test_the_table_is_as_it_was_decided() -> None:
    assert {name: roles for name, (roles, _) in table().items()} == MAY
    assert {name for name, (_, always) in table().items() if always} == ALWAYS


def test_every_act_is_done_and_every_role_is_somebodys() -> None:
    assert set(MAY) == set(Act)
    assert set(DOING) == set(Act) - {Act.SEE}
    assert set(Act) >= ALWAYS
    assert {role for roles in MAY.values() for role in roles} <= set(PERSON)


@pytest.fixture(scope="module")
def book() -> Book:
    """Read the dialogs."""
    return read_book(read_catalogs(folder("locales"), "en", UTC_ZONE))


@pytest.mark.parametrize("role", list(PERSON), ids=str)
def test_names_are_for_those_in_the_team(db: Connection, role: Role, book: Book) -> None:
    house = CityHouse(db, PERSON[role], CITY, book, ("en",), NOW, UTC_ZONE)

    card = house.calculate("team_card", Session(), REF)

    assert (bar(Act.SEE, role, public=True) is None) == (role in IN_TEAM)
    assert ("Third" in repr(card)) == (role in IN_TEAM)


@pytest.mark.parametrize(("act_", "role"), list(product(Act, Role)), ids=str)
def test_what_is_not_public_can_only_be_looked_at_and_left(act_: Act, role: Role) -> None:
    barred = bar(act_, role, public=False)

    assert (barred is None) == (act_ in ALWAYS and role in MAY[act_])
