"""Supporting and following a project, and where that goes when two projects or two people become one."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, FromClause, case, delete, select, update

from projektbot.civic.people.telling import be_silent, go_on_silent
from projektbot.civic.projects.queries import followers_of, following, public_for_change
from projektbot.civic.projects.rules import CARES, STATUS, STATUS_AFTER, Care, CareOutcome, MuteOutcome
from projektbot.civic.projects.tables import project_people
from projektbot.civic.tx import Opens, Topic, Tx
from projektbot.dialog.engine import Result
from projektbot.errors import Refused
from projektbot.store.upsert import upsert
from projektbot.texts import N_, Text

MUTE, UNMUTE = "mute", "unmute"  # what is chosen about one project
_columns = project_people.c
_CHANGES = {
    Care.SUPPORT: ("supports_at", True),
    Care.UNSUPPORT: ("supports_at", False),
    Care.FOLLOW: ("follows_at", True),
    Care.UNFOLLOW: ("follows_at", False),
}


def care(tx: Tx, *, ref: str, act: str) -> Result:
    """Support or follow a project, or leave off; twice is once."""
    found = public_for_change(tx.db, ref)
    if found is None:
        return Result(CareOutcome.GONE)
    wanted = Care(act)
    note_care(tx, found.number, tx.who.person_id, wanted)
    if wanted in (Care.SUPPORT, Care.UNSUPPORT):
        _show_soon(tx, found.number)
    return Result(CARES[wanted])


def mute_project(tx: Tx, *, ref: str, act: str) -> Result:
    """Tell this person no news of a project, or again (`act` "unmute"); they follow it all the same."""
    found = public_for_change(tx.db, ref)
    if found is None:
        return Result(MuteOutcome.GONE)
    be_silent(tx.db, tx.who.person_id, found.number, silent=act == MUTE)
    return Result(MuteOutcome.MUTED if act == MUTE else MuteOutcome.HEARD)


def support_instead(tx: Tx, *, ref: str, asked: str) -> Result:
    """Support a project in place of sending the same once more, and follow it.

    If it is not public any more, the question `asked` is asked again.
    """
    found = public_for_change(tx.db, ref)
    if found is None:
        raise Refused(N_("That project is not public any more. I am sorry."), question=asked)
    for wanted in (Care.SUPPORT, Care.FOLLOW):
        note_care(tx, found.number, tx.who.person_id, wanted)
    _show_soon(tx, found.number)
    return Result(CareOutcome.SUPPORTED)


def _show_soon(tx: Tx, number: int) -> None:
    """Let the living status messages of a project be brought up to date; many changes are one."""
    tx.due(STATUS, f"{number}|0", tx.at + STATUS_AFTER)


def note_care(tx: Tx, number: int, person_id: int, wanted: Care) -> None:
    """Write down what somebody does about a project; who begins or ceases to follow it is not silent about it."""
    if wanted in (Care.FOLLOW, Care.UNFOLLOW):
        be_silent(tx.db, person_id, number, silent=False)
    column, begins = _CHANGES[wanted]
    upsert(tx.db, project_people, {"project": number, "person_id": person_id}, {column: tx.at if begins else None})


def tell_followers(
    tx: Tx,
    number: int,
    text: Text,
    opens: Opens | None = None,
    *,
    but: int | None = None,
    topic: Topic = Topic.FOLLOW,
) -> None:
    """Tell everybody who follows a project something, except one."""
    for person_id in followers_of(tx.db, number):
        if person_id != but:
            tx.post(person_id, text, opens, topic, number)


def hand_over(tx: Tx, number: int, into: int, author: int | None) -> None:
    """Let those who care about one project care about another, each once; the author of the first follows it."""
    go_on_silent(tx.db, number, into, following(into))
    _become_one(tx.db, "project", number, into, "person_id")
    if author is not None:
        note_care(tx, into, author, Care.FOLLOW)
    _show_soon(tx, into)


def unite_cares(db: Connection, person_id: int, into: int) -> None:
    """Let what one person supports and follows be another's, who they turned out to be; twice is once."""
    _become_one(db, "person_id", person_id, into, "project")


def _become_one(db: Connection, side: str, gone: int, into: int, other: str) -> None:
    """Let rows of `gone` be those of `into`; where both have one, the earlier times stay."""
    twin = project_people.alias("twin")
    both = (twin.c[side] == gone) & (twin.c[other] == _columns[other])
    kept = {name: _earlier(_columns[name], _of(twin, name, both)) for name in ("supports_at", "follows_at")}
    has_twin = select(twin.c.id).where(both).exists()
    db.execute(update(project_people).where(_columns[side] == into, has_twin).values(kept))
    mine = select(twin.c.id).where(twin.c[side] == into, twin.c[other] == _columns[other]).exists()
    db.execute(delete(project_people).where(_columns[side] == gone, mine))
    db.execute(update(project_people).where(_columns[side] == gone).values({side: into}))


def _of(twin: FromClause, name: str, both: ColumnElement[bool]) -> ColumnElement[int]:
    return select(twin.c[name]).where(both).scalar_subquery()


def _earlier(one: ColumnElement[int], other: ColumnElement[int]) -> ColumnElement[int]:
    """Return the earlier of two times, either of which may be missing."""
    return case((one.is_(None), other), (other.is_(None), one), (one < other, one), else_=other)
