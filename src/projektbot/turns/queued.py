"""The statements of the queue: updates that wait for their turn, taken one conversation at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice, takewhile
from typing import NamedTuple

from sqlalchemy import Connection, and_, bindparam, delete, exists, insert, or_, select, update

from projektbot.civic.groups import binding
from projektbot.messages import Inbound, Migrated, dump_inbound, load_inbound
from projektbot.store.statement import Among, Row, Statement
from projektbot.store.tables import addresses, queue, sessions
from projektbot.turns import rows


class Queued(NamedTuple):
    """An update in the queue. It has its turn from `ready_at` on; times are microseconds since 1970 UTC."""

    id: int
    address_id: int
    seq: int
    at: int
    ready_at: int
    inbound: Inbound


_columns = queue.c.id, queue.c.address_id, queue.c.seq, queue.c.at, queue.c.ready_at, queue.c.raw
_earlier = queue.alias("earlier")
_before = or_(_earlier.c.seq < queue.c.seq, and_(_earlier.c.seq == queue.c.seq, _earlier.c.id < queue.c.id))
_stands_behind = exists().where(  # what waits for a file holds up its chat
    _earlier.c.address_id == queue.c.address_id, _before, _earlier.c.ready_at > bindparam("at")
)
_ready = (
    select(queue.c.address_id)
    .where(queue.c.ready_at <= bindparam("at"), ~_stands_behind)
    .order_by(queue.c.at)
    .limit(bindparam("most"))
)
# Skipped are those that another process has in its hands: its transaction is the lock, and dies with it.
_lock_ready = Statement(
    select(sessions.c.id)
    .where(sessions.c.id.in_(select(addresses.c.session_id).where(addresses.c.id.in_(_ready))))
    .limit(bindparam("sessions"))
    .with_for_update(skip_locked=True),
    "at",
    "most",
    "sessions",
)
_of_sessions = Among(
    lambda ids: (
        select(*_columns)
        .join(addresses, addresses.c.id == queue.c.address_id)
        .where(addresses.c.session_id.in_(ids))
        .order_by(queue.c.at, queue.c.id)
        .limit(bindparam("most"))
    ),
    "most",
)
_next_ready = Statement(
    select(*_columns)
    .where(queue.c.ready_at <= bindparam("at"), ~_stands_behind)
    .order_by(queue.c.at, queue.c.id)
    .limit(bindparam("most")),
    "at",
    "most",
)
_put = Statement(insert(queue), "address_id", "seq", "at", "ready_at", "raw")
_put_one = Statement(insert(queue).returning(queue.c.id), "address_id", "seq", "at", "ready_at", "raw")
_away = Statement(delete(queue).where(queue.c.id == bindparam("gone")), "gone")


def put(db: Connection, inbounds: Sequence[tuple[Inbound, int]], at: int) -> None:
    """Put updates into the queue, each with the id of its address, in this order."""
    _put.many(db, [(address_id, inbound.order, at, 0, dump_inbound(inbound)) for inbound, address_id in inbounds])


def put_waiting(db: Connection, inbound: Inbound, address_id: int, at: int, ready_at: int) -> int:
    """Put an update into the queue that waits for something until then; return its id there."""
    ((queued_id,),) = _put_one.rows(db, address_id, inbound.order, at, ready_at, dump_inbound(inbound))
    return int(queued_id)


def lock_ready(db: Connection, at: int, most: int) -> list[int]:
    """Lock sessions for which something is ready, at most so many, the longest waiting first; return their ids."""
    return [session_id for (session_id,) in _lock_ready.rows(db, at, 4 * most, most)]


def of_sessions(db: Connection, ids: Sequence[int], at: int, most: int) -> list[Queued]:
    """Return what is ready of locked sessions, in the order in which it is to have its turn."""
    return _in_turn(map(_queued, _of_sessions.rows(db, ids, 4 * most)), at)[:most] if ids else []


def next_ready(db: Connection, at: int, most: int) -> list[Queued]:
    """Return what is ready, without locking anything."""
    return list(map(_queued, _next_ready.rows(db, at, most)))


def lock_one(db: Connection, queued_id: int, at: int) -> Queued | None:
    """Lock the conversation of an update; return the update if it is still the first of its chat."""
    here = select(queue.c.address_id).where(queue.c.id == queued_id)
    session = select(addresses.c.session_id).where(addresses.c.id == here.scalar_subquery())
    db.execute(select(sessions.c.id).where(sessions.c.id == session.scalar_subquery()).with_for_update())
    first = db.execute(
        select(*_columns).where(queue.c.address_id == here.scalar_subquery()).order_by(queue.c.seq, queue.c.id).limit(1)
    ).first()
    found = _queued(tuple(first)) if first else None
    return found if found and found.id == queued_id and found.ready_at <= at else None


def take_away(db: Connection, ids: Sequence[int]) -> None:
    """Take updates out of the queue."""
    _away.many(db, [(queued_id,) for queued_id in ids])


def postpone(db: Connection, queued_id: int, ready_at: int) -> None:
    """Let an update, and what comes after it in its chat, have its turn later."""
    db.execute(update(queue).where(queue.c.id == queued_id).values(ready_at=ready_at))


def make_ready(db: Connection, queued_id: int, inbound: Inbound) -> None:
    """Let an update whose file has come have its turn."""
    db.execute(update(queue).where(queue.c.id == queued_id).values(ready_at=0, raw=dump_inbound(inbound)))


def not_ready(db: Connection, channel: str, at: int) -> list[Queued]:
    """Return the updates of a channel that wait for something, such as their file."""
    mine = queue.c.address_id.in_(select(addresses.c.id).where(addresses.c.channel == channel))
    found = db.execute(select(*_columns).where(queue.c.ready_at > at, mine).order_by(queue.c.id))
    return [_queued(tuple(row)) for row in found]


def follow(db: Connection, moved: Inbound) -> None:
    """Follow a chat that goes on under another id."""
    assert isinstance(moved.event, Migrated)  # noqa: S101 - asked by the caller
    for found in rows.by_chat(db, moved.channel, [moved.chat]):
        binding.follow(db, found.address_id, moved.channel, moved.event.to)


def addresses_of(db: Connection, inbounds: Sequence[Inbound], at: int) -> dict[tuple[str, str], int]:
    """Return the id of the address of each chat; those of a first contact are made."""
    ids: dict[tuple[str, str], int] = {}
    wanted: dict[str, dict[str, bool]] = {}
    for inbound in inbounds:
        wanted.setdefault(inbound.channel, {})[inbound.chat] = inbound.private
    for channel, chats in wanted.items():
        ids |= {(channel, found.chat): found.address_id for found in rows.by_chat(db, channel, list(chats))}
        for chat, private in chats.items():
            if (channel, chat) not in ids:
                ids[channel, chat] = rows.new_address(db, channel, chat, at, private=private).address_id
    return ids


def _queued(row: Row) -> Queued:
    queued_id, address_id, seq, at, ready_at, raw = row
    return Queued(queued_id, address_id, seq, at, ready_at, load_inbound(raw))


def _in_turn(found: Iterable[Queued], at: int) -> list[Queued]:
    """Order by when they came, but within a chat by the platform's own order, and up to the first that is not ready.

    Two receivers of one account may have taken the updates of a chat in the wrong order.
    """
    arrived = list(found)
    chats: dict[int, list[Queued]] = {}
    for one in sorted(arrived, key=lambda queued: (queued.seq, queued.id)):
        chats.setdefault(one.address_id, []).append(one)
    lines = {address_id: takewhile(lambda one: one.ready_at <= at, chat) for address_id, chat in chats.items()}
    return [one for place in arrived for one in islice(lines[place.address_id], 1)]
