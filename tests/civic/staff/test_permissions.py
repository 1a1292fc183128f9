"""Every act, by every role and none, in every area, at every stage: what the program lets happen is what is written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from itertools import product
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, func, insert, select

from projektbot.civic.city import City
from projektbot.civic.deadlines.rules import WHOLE_CITY
from projektbot.civic.deadlines.tables import deadlines
from projektbot.civic.house import act as do
from projektbot.civic.projects.rules import Stage, Step
from projektbot.civic.projects.tables import projects
from projektbot.civic.staff.rules import Role
from projektbot.civic.staff.tables import grants
from projektbot.civic.tx import Tx, Who
from projektbot.dialog.model import Answers
from projektbot.store.audit import audit
from projektbot.store.tables import people
from tests.civic.staff.permissions import RESIDENTS, ROLES, STAFF, STAGES, document, roles_for_deadlines, table
from tests.program import CHECKOUT
from tests.turns.town import Town

NOW = datetime(2026, 6, 15, 10, tzinfo=UTC)
AUTHOR, SOMEBODY, SECOND = 1, 2, 3  # people
OWN, OTHER, EVERYWHERE = "altstadt", "hafen", ""  # the idea lies in the first
IDEA, TARGET = 1001, 1002
TRIES = {"own": OWN, "other": OTHER, "everywhere": EVERYWHERE}
WORDS = {"question": "Where exactly?", "reason": "It is built already.", "answer": "We build it.", "into": "P-1002"}
ACTS: dict[str, tuple[str, Answers]] = {
    "support": ("care", {"act": "support"}),
    "follow": ("care", {"act": "follow"}),
    "comment": ("add_comment", {"comment": "Well done."}),
    "report": ("report", {"report": "An advertisement."}),
    "reply": ("reply_to_staff", {"reply": "At the mill."}),
}
DONE = {"supported", "followed", "said", "sent"}


class Case(NamedTuple):
    """Somebody tries something."""

    act: str
    role: str  # empty: none
    area: str
    stage: str


class Came(NamedTuple):
    """What it came to, and whether anything was changed by it."""

    outcome: str
    changed: bool
    audited: int


def test_the_tables_name_everything_there_is() -> None:
    assert set(table(STAFF)) == set(Step)
    assert set(STAGES) == set(Stage)
    assert set(ROLES) == set(Role)


def test_the_document_is_what_is_tested() -> None:
    assert (CHECKOUT / "docs" / "permissions.md").read_text("utf-8") == document()


@pytest.mark.parametrize("act", table(STAFF))
async def test_what_staff_may_do(town: Town, act: str) -> None:
    cases = [Case(act, role, area, stage) for role, area, stage in product(ROLES, TRIES, STAGES)]
    cases += [Case(act, "", "", stage) for stage in STAGES]

    came = await town.store.write(partial(_all_staff, cases=cases, city=town.world.city))

    assert {case: found for case, found in zip(cases, came, strict=True) if found != _expected(case)} == {}
    assert len(cases) == 80


def _expected(case: Case) -> Came:
    who, stages = table(STAFF)[case.act]
    if case.role not in who or case.area == "other":
        return Came("may_not", changed=False, audited=0)
    return Came("done", changed=True, audited=1) if case.stage in stages else Came("changed", changed=False, audited=0)


def _all_staff(db: Connection, cases: list[Case], city: City) -> list[Came]:
    return [_tried(db, case, city) for case in cases]


def _tried(db: Connection, case: Case, city: City) -> Came:
    with db.begin_nested() as nothing:
        _people_and_ideas(db, case.stage)
        if case.role:
            db.execute(insert(grants).values(person_id=SOMEBODY, role=case.role, area=TRIES[case.area], at=0))
        before = _state(db)
        tx = _tx(db, SOMEBODY, city)
        result = do(tx, "moderate", {"idea": "P-1001", "act": case.act, **_words_for(case.act)})
        changed = _state(db) != before
        assert bool(tx.notices) == changed, "somebody hears of it if, and only if, something was done"
        came = Came(str(result.outcome), changed, db.scalar(select(func.count()).select_from(audit)) or 0)
        nothing.rollback()
    return came


def _words_for(act: str) -> Answers:
    needs = {"ask": "question", "decline": "reason", "answer": "answer", "merge": "into"}
    return {needs[act]: WORDS[needs[act]]} if act in needs else {}


def _people_and_ideas(db: Connection, stage: str) -> None:
    db.execute(insert(people), [{"id": id_, "created_at": 0} for id_ in (AUTHOR, SOMEBODY, SECOND)])
    idea = {"kind": "new", "title": "Benches", "description": "With a back.", "field": "nature", "area": OWN,
            "locale": "en", "channel": "desk", "created_at": 0, "person_id": AUTHOR}  # fmt: skip
    target = {**idea, "number": TARGET, "stage": "published", "title": "Seats", "merged_into": None}
    into = TARGET if stage == "merged" else None
    db.execute(insert(projects), [target])
    db.execute(insert(projects), [{**idea, "number": IDEA, "stage": stage, "merged_into": into}])


def _state(db: Connection) -> list[object]:
    mine = select(projects.c.stage, projects.c.words, projects.c.answer, projects.c.description)
    return [tuple(row) for row in db.execute(mine.where(projects.c.number == IDEA))]


def _tx(db: Connection, person_id: int, city: City) -> Tx:
    return Tx(db, NOW, Who(person_id, person_id, person_id, "desk", "en"), city, ZoneInfo("Europe/Berlin"))


# ---- deadlines -------------------------------------------------------------------------------------------------------

DEADLINE_ACTS: dict[str, tuple[str, Answers]] = {
    "announce": ("announce_deadline", {"title": "Applications", "day": "2026-06-30"}),
    "move": ("move_deadline", {"deadline": "D-1", "day": "2026-07-01", "reason": "The council meets later."}),
    "withdraw": ("withdraw_deadline", {"deadline": "D-1", "reason": "The fund is used up."}),
}


@pytest.mark.parametrize("act", roles_for_deadlines())
async def test_what_staff_may_do_with_deadlines(town: Town, act: str) -> None:
    cases = [(role, area, of) for role, area, of in product(ROLES, TRIES, (OWN, EVERYWHERE))]
    cases += [("", "own", of) for of in (OWN, EVERYWHERE)]

    came = await town.store.write(partial(_all_with_deadlines, act=act, cases=cases, city=town.world.city))

    may = roles_for_deadlines()[act]
    right = {(role, area, of): role in may and TRIES[area] in (EVERYWHERE, of) for role, area, of in cases}
    assert came == right
    assert (len(cases), sum(right.values())) == (32, 9)


def _all_with_deadlines(
    db: Connection, act: str, cases: list[tuple[str, str, str]], city: City
) -> dict[tuple[str, str, str], bool]:
    return {(role, area, of): _changes_deadline(db, act, role, TRIES[area], of, city) for role, area, of in cases}


def _changes_deadline(db: Connection, act: str, role: str, area: str, of: str, city: City) -> bool:
    with db.begin_nested() as nothing:
        db.execute(insert(people).values(id=SOMEBODY, created_at=0))
        if role:
            db.execute(insert(grants).values(person_id=SOMEBODY, role=role, area=area, at=0))
        tx = _tx(db, SOMEBODY, city)
        there = {"number": 1, "title": "Applications", "area": of, "field": "", "at": 0, "changed_at": 0, "sequence": 0}
        if act != "announce":
            db.execute(insert(deadlines).values(**there, ends_at=tx.at + 1))
        before = db.execute(select(deadlines)).all()
        name, answers = DEADLINE_ACTS[act]
        outcome = str(do(tx, name, {**answers, "area": of or WHOLE_CITY}).outcome)
        changed = db.execute(select(deadlines)).all() != before
        audited = db.scalar(select(func.count()).select_from(audit)) or 0
        assert (outcome == "may_not", audited) == (not changed, int(changed))
        nothing.rollback()
    return changed


# ---- four eyes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("settling", ["agree", "withdraw"])
async def test_what_staff_may_do_with_what_somebody_proposes(town: Town, settling: str) -> None:
    city = town.world.city.model_copy(update={"four_eyes": frozenset(Step)})

    came = dict(await town.store.write(lambda db: list(_all_settling(db, settling, city))))

    settled = "done" if settling == "agree" else "withdrawn"
    right = {(role, area): settled for role in ("moderator", "admin") for area in ("own", "everywhere")}
    assert came == {case: right.get(case, "may_not") for case in product((*ROLES, ""), TRIES)} | {
        "the proposer": "changed" if settling == "agree" else "withdrawn"
    }


def _all_settling(db: Connection, settling: str, city: City) -> Iterator[tuple[object, str]]:
    for role, area in product((*ROLES, ""), TRIES):
        yield (role, area), _settled(db, settling, city, SECOND, role, TRIES[area])
    yield "the proposer", _settled(db, settling, city, SOMEBODY, "moderator", OTHER)


def _settled(db: Connection, settling: str, city: City, who: int, role: str, area: str) -> str:
    with db.begin_nested() as nothing:
        _people_and_ideas(db, "submitted")
        db.execute(insert(grants).values(person_id=SOMEBODY, role="moderator", area=OWN, at=0))
        if role:
            db.execute(insert(grants).values(person_id=who, role=role, area=area, at=0))
        proposed = do(_tx(db, SOMEBODY, city), "moderate", {"idea": "P-1001", "act": "publish"})
        assert proposed.outcome == "proposed"
        outcome = str(do(_tx(db, who, city), "moderate", {"idea": "P-1001", "act": settling}).outcome)
        assert (_state(db)[0] != ("submitted", None, None, "With a back.")) == (outcome == "done")
        nothing.rollback()
    return outcome


# ---- residents -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", table(RESIDENTS))
async def test_what_residents_may_do(town: Town, act: str) -> None:
    who, stages = table(RESIDENTS)[act]
    cases = list(product({"author": AUTHOR, "others": SOMEBODY}.items(), STAGES))

    came = await town.store.write(
        lambda db: [_done(db, act, number, stage, town.world.city) for (_, number), stage in cases]
    )

    expected = [name in who and stage in stages for (name, _), stage in cases]
    assert came == expected


def _done(db: Connection, act: str, person_id: int, stage: str, city: City) -> bool:
    action, given = ACTS[act]
    with db.begin_nested() as nothing:
        _people_and_ideas(db, stage)
        outcome = do(_tx(db, person_id, city), action, {"ref": "P-1001", "idea": "P-1001", **given}).outcome
        nothing.rollback()
    return str(outcome) in DONE
