"""Which message of a group is which of ours in the other chat: found for answers, corrections and deletions."""

from __future__ import annotations

from typing import NamedTuple

import orjson
from sqlalchemy import Connection, and_, delete, func, insert, or_, select, update

from projektbot.civic.groups.tables import project_chats, relay_paces, relayed
from projektbot.messages import Outgoing, outgoing_from
from projektbot.store.tables import outbox

OPEN = ("queued", "sending")


class Copy(NamedTuple):
    """A message of ours that shows somebody else's. `platform_id` is empty while it is not known."""

    id: int
    sender: str
    outbox_id: int
    address_id: int
    state: str
    platform_id: str
    message: Outgoing

    @property
    def is_on_its_way(self) -> bool:
        """Say whether it is with the messenger just now."""
        return self.state == "sending"


_copy = select(
    relayed.c.id, relayed.c.sender, relayed.c.outbox_id, outbox.c.address_id, outbox.c.state, outbox.c.external_id,
    outbox.c.body,
).join(outbox, outbox.c.id == relayed.c.outbox_id)  # fmt: skip


def note(db: Connection, address_id: int, message: str, sender: str, outbox_id: int, at: int) -> None:
    """Note that a message was passed on as the one in a row of the outbox."""
    row = {"address_id": address_id, "message": message, "sender": sender, "outbox_id": outbox_id, "at": at}
    db.execute(insert(relayed), row)


def copies_of(db: Connection, address_id: int, message: str) -> list[Copy]:
    """Return what shows a message elsewhere."""
    mine = and_(relayed.c.address_id == address_id, relayed.c.message == message)
    return [_as_copy(*row) for row in db.execute(_copy.where(mine).order_by(relayed.c.id))]


def _as_copy(
    id_: int, sender: str, outbox_id: int, address_id: int, state: str, external_id: str | None, body: bytes
) -> Copy:
    message = outgoing_from(orjson.loads(body))
    known = external_id or message.replaces  # a correction has the id of what it corrects
    return Copy(id_, sender, outbox_id, address_id, state, known, message)


def original_of(db: Connection, address_id: int, platform_id: str) -> tuple[int, str] | None:
    """Return address and id of the message that one of ours shows."""
    ours = and_(outbox.c.address_id == address_id, outbox.c.external_id == platform_id)
    wanted = select(relayed.c.address_id, relayed.c.message).join(outbox, outbox.c.id == relayed.c.outbox_id)
    found = db.execute(wanted.where(ours).order_by(relayed.c.id.desc()).limit(1)).first()
    return (found.address_id, found.message) if found else None


def recall(db: Connection, outbox_id: int) -> bool:
    """Take a message back that has not left yet; say whether that was in time."""
    waiting = and_(outbox.c.id == outbox_id, outbox.c.state == "queued")
    taken = db.execute(update(outbox).where(waiting).values(state="recalled").returning(outbox.c.id))
    return taken.first() is not None


def put_in_place(db: Connection, copy: Copy, outbox_id: int) -> None:
    """Let a later message of ours, which says it better, stand for the copy; what it said before is forgotten."""
    db.execute(update(relayed).where(relayed.c.id == copy.id).values(outbox_id=outbox_id))
    db.execute(delete(outbox).where(outbox.c.id == copy.outbox_id))


def forget(db: Connection, copy: Copy) -> None:
    """Forget a copy, and what it said."""
    db.execute(delete(relayed).where(relayed.c.id == copy.id))
    db.execute(delete(outbox).where(outbox.c.id == copy.outbox_id))


def forget_chat(db: Connection, address_id: int) -> None:
    """Forget what was passed on from and to a chat whose messages are numbered anew."""
    there = select(outbox.c.id).where(outbox.c.address_id == address_id)
    db.execute(delete(relayed).where(or_(relayed.c.address_id == address_id, relayed.c.outbox_id.in_(there))))


def partners_of(db: Connection, address_id: int) -> list[int]:
    """Return the addresses of the other chats of the project of a chat."""
    mine = select(project_chats.c.project).where(project_chats.c.address_id == address_id)
    others = and_(project_chats.c.project.in_(mine), project_chats.c.address_id != address_id)
    return list(db.scalars(select(project_chats.c.address_id).where(others)))


def prune(db: Connection, before: int, paces_before: int) -> None:
    """Forget what was passed on before a time (microseconds UTC), with its words; and paces that say nothing more."""
    old = select(relayed.c.outbox_id).where(relayed.c.at < before)
    newest = select(func.max(outbox.c.id)).scalar_subquery()  # stays: the ids count on from it
    db.execute(delete(outbox).where(outbox.c.id.in_(old), outbox.c.state.not_in(OPEN), outbox.c.id < newest))
    still = func.abs(relay_paces.c.pace) < paces_before
    db.execute(delete(relay_paces).where(still))


def pace_of(db: Connection, address_id: int, sender: str) -> int:
    """Return the pace of somebody in a chat; of all together, without a sender."""
    mine = and_(relay_paces.c.address_id == address_id, relay_paces.c.sender == sender)
    return db.scalar(select(relay_paces.c.pace).where(mine)) or 0
