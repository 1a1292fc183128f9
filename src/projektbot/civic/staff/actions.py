"""How somebody comes to a role: by an invitation of the operator's, good once."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select

from projektbot.civic.people.codes import digest, new_code, note_wrong
from projektbot.civic.people.queries import wrong_tries
from projektbot.civic.people.rules import MINUTE, bare, grouped, minutes_to_wait
from projektbot.civic.staff.rules import INVITATION_DAYS, Role, TakeOutcome
from projektbot.civic.staff.tables import grants, invitations
from projektbot.civic.tx import Tx
from projektbot.dialog.engine import Result
from projektbot.store import audit
from projektbot.store.upsert import unless_there

DAY = 24 * 60 * MINUTE


def invite(db: Connection, at: int, role: Role, area: str) -> str:
    """Make an invitation and return its code; `at` is microseconds UTC."""
    code = new_code()
    db.execute(delete(invitations).where(invitations.c.expires_at <= at))
    values = {"digest": digest(code), "role": role.value, "area": area, "expires_at": at + INVITATION_DAYS * DAY}
    db.execute(insert(invitations), values)
    audit.note(db, at, audit.OPERATOR, "invite", role, area=area)
    return grouped(code)


def revoke(db: Connection, at: int, grant_id: int) -> bool:
    """Take a role away; return whether there was one of this number."""
    gone = db.execute(delete(grants).where(grants.c.id == grant_id).returning(grants.c.role, grants.c.area)).first()
    if gone:
        audit.note(db, at, audit.OPERATOR, "revoke", gone.role, area=gone.area)
    return gone is not None


def take_role(tx: Tx, *, code: str) -> Result:
    """Give this person the role that an invitation is for."""
    who = tx.who
    if wait := minutes_to_wait(wrong_tries(tx.db, who.person_id), tx.at):
        return Result(TakeOutcome.TOO_MANY, {"minutes": wait})
    mine = (invitations.c.digest == digest(bare(code))) & (invitations.c.expires_at > tx.at)
    found = tx.db.execute(delete(invitations).where(mine).returning(invitations.c.role, invitations.c.area)).first()
    if found is None:
        note_wrong(tx)
        return Result(TakeOutcome.UNKNOWN, {"minutes": 0})
    row = {"person_id": who.person_id, "role": found.role, "area": found.area, "at": tx.at}
    tx.db.execute(unless_there(grants, [row]))
    tx.audit("take_role", found.role, area=found.area)
    return Result(TakeOutcome.TAKEN, {"minutes": 0})


def unite_grants(db: Connection, person_id: int, into: int) -> None:
    """Hand over roles to somebody who may have some of them already."""
    twin = grants.alias("twin")
    has = select(twin.c.id).where(twin.c.person_id == into, twin.c.role == grants.c.role, twin.c.area == grants.c.area)
    db.execute(delete(grants).where(grants.c.person_id == person_id, has.exists()))
    db.execute(grants.update().where(grants.c.person_id == person_id).values(person_id=into))
