"""How somebody is told news: what they chose, and what becomes of it when two people turn out to be one."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, Select, delete, select, update

from projektbot.civic.people.rules import NIGHTS, Nights, Pace, SetOutcome, about
from projektbot.civic.people.tables import news, news_choices
from projektbot.civic.tx import Tx
from projektbot.dialog.engine import Result
from projektbot.store.upsert import upsert


def choices_of(db: Connection, people: Collection[int]) -> Mapping[int, Mapping[str, str]]:
    """Return what people chose, by person and name; who chose nothing is not there."""
    columns = news_choices.c
    chosen: dict[int, dict[str, str]] = {}
    wanted = select(columns.person_id, columns.name, columns.choice).where(columns.person_id.in_(sorted(people)))
    for person_id, name, choice in db.execute(wanted):
        chosen.setdefault(person_id, {})[name] = choice
    return chosen


def choose_news(tx: Tx, *, what: str, pace: str | None = None, nights: str | None = None) -> Result:
    """Note how this person wants to be told of a topic, or whether at night too."""
    choice = Nights(nights).value if what == NIGHTS and nights else Pace(pace or Pace.AT_ONCE).value
    upsert(tx.db, news_choices, {"person_id": tx.who.person_id, "name": what}, {"choice": choice})
    if choice == Pace.NEVER:
        waiting = (news.c.person_id == tx.who.person_id) & (news.c.topic == what)
        tx.db.execute(delete(news).where(waiting))
    return Result(SetOutcome.CHOSEN)


def be_silent(db: Connection, person_id: int, project: int, *, silent: bool) -> None:
    """Tell somebody no news of one project, or tell them again."""
    key = {"person_id": person_id, "name": about(project)}
    if silent:
        upsert(db, news_choices, key, {"choice": Pace.NEVER.value})
    else:
        itself = (news_choices.c.person_id == person_id) & (news_choices.c.name == about(project))
        db.execute(delete(news_choices).where(itself))


def go_on_silent(db: Connection, project: int, into: int, but: Select[tuple[int]]) -> None:
    """Let who wanted to hear nothing of one project hear nothing of that in which it goes on, except some."""
    columns = news_choices.c
    mine = columns.name == about(project)
    twin = news_choices.alias()
    known = select(twin.c.person_id).where(twin.c.name == about(into))
    moves = mine & columns.person_id.not_in(but) & columns.person_id.not_in(known)
    db.execute(update(news_choices).where(moves).values(name=about(into)))
    db.execute(delete(news_choices).where(mine))


def unite_choices(db: Connection, person_id: int, into: int) -> None:
    """Let what one person chose be another's, who they turned out to be, unless that one has chosen too."""
    columns = news_choices.c
    theirs = news_choices.alias()
    known = select(theirs.c.name).where(theirs.c.person_id == into)
    mine = columns.person_id == person_id
    db.execute(update(news_choices).where(mine, columns.name.not_in(known)).values(person_id=into))
    db.execute(delete(news_choices).where(mine))
