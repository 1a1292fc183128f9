"""The statements of the outbox: handlers for `Store.do`, each doing a whole batch at once, and what is read."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, NamedTuple, TypeAlias

import orjson
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Row,
    and_,
    bindparam,
    literal_column,
    or_,
    select,
    update,
)

from projektbot.civic.groups import binding, poll_ids
from projektbot.delivery.letters import KINDS, SENDS
from projektbot.messages import Letter, outgoing_from
from projektbot.store.statement import Statement
from projektbot.store.tables import addresses, outbox

AnyRow: TypeAlias = Row[*tuple[Any, ...]]

CHUNK: Final = 500  # rows at once: below every database's limit of parameters

# Word for word the condition of the index `outbox_open`: SQLite uses a partial index only if it finds it in the query.
OPEN: Final[ColumnElement[bool]] = literal_column("outbox.state IN ('queued', 'sending')")


class Settled(NamedTuple):
    """How a letter has ended; `attempts` that may have had an effect; what the platform calls a poll in it."""

    id: int
    state: str
    attempts: int
    external_id: str | None = None
    error: str | None = None
    poll: str = ""


class Released(NamedTuple):
    """A claimed letter that goes back to the queue; `attempts` that may have had an effect."""

    id: int
    attempts: int


class Bar(NamedTuple):
    """A chat that turned out to be closed to us when the letter `id`, sent at `began`, was refused at `now`."""

    id: int
    address_id: int
    began: int
    now: int


class Move(NamedTuple):
    """A chat of ours that goes on under the id `to`."""

    address_id: int
    channel: str
    to: str


@dataclass(frozen=True, slots=True)
class Found:
    """What waits: letters; rows that cannot be sent; whether there is more than was asked for."""

    letters: list[Letter]
    unsendable: list[Settled]
    more: bool


_settle = Statement(
    update(outbox)
    .where(outbox.c.id == bindparam("key"))
    .values(
        state=bindparam("to_state"),
        attempts=bindparam("tried"),
        external_id=bindparam("external"),
        error=bindparam("reason"),
    ),
    "key",
    "to_state",
    "tried",
    "external",
    "reason",
)
_release = update(outbox).where(outbox.c.id == bindparam("key")).values(state="queued", attempts=bindparam("tried"))


def settle(connection: Connection, batch: list[Settled]) -> Sequence[None]:
    """Write down how letters have ended."""
    _settle.many(connection, [settled[:5] for settled in batch])
    for settled in batch:
        if settled.poll:
            poll_ids.note_sent(connection, settled.id, settled.external_id or "", settled.poll)
    return [None] * len(batch)


def claim(connection: Connection, ids: list[int]) -> Sequence[bool]:
    """Claim letters that are about to leave; say of each whether it was still there to be sent."""
    statement = (
        update(outbox)
        .where(outbox.c.id.in_(ids), outbox.c.state == "queued")
        .values(state="sending", attempts=outbox.c.attempts + 1)
        .returning(outbox.c.id)
    )
    claimed = set(connection.scalars(statement))
    return [letter_id in claimed for letter_id in ids]


def release(connection: Connection, batch: list[Released]) -> Sequence[None]:
    """Put claimed letters back into the queue."""
    connection.execute(_release, [{"key": r.id, "tried": r.attempts} for r in batch])
    return [None] * len(batch)


def bar(connection: Connection, batch: list[Bar]) -> Sequence[list[int]]:
    """Close chats and refuse what waits for them; return the ids of the refused letters for each."""
    return [_bar(connection, one) for one in batch]


def _bar(connection: Connection, closed: Bar) -> list[int]:
    mine = and_(outbox.c.address_id == closed.address_id, outbox.c.state.in_(("queued", "sending")))
    # What was written after the send had begun may answer a person who has come back meanwhile: it is tried on its own.
    older = (outbox.c.created_at <= closed.began) | (outbox.c.id == closed.id)
    refuse = update(outbox).where(mine, older).values(state="refused", error="blocked").returning(outbox.c.id)
    ids = list(connection.scalars(refuse))
    block = update(addresses).where(addresses.c.id == closed.address_id, ~select(outbox.c.id).where(mine).exists())
    anew = block.where(addresses.c.blocked_at.is_(None)).values(blocked_at=closed.now)
    if connection.execute(anew).rowcount:
        binding.note_closed(connection, closed.address_id, closed.now)
    return ids


def move(connection: Connection, batch: list[Move]) -> Sequence[int]:
    """Let chats go on under other ids; return the id of each one's address from now on."""
    return [_move(connection, one) for one in batch]


def _move(connection: Connection, moved: Move) -> int:
    now_at = binding.follow(connection, moved.address_id, moved.channel, moved.to)
    waiting = and_(outbox.c.address_id == moved.address_id, outbox.c.state.in_(("queued", "sending")))
    connection.execute(update(outbox).where(waiting).values(address_id=now_at))
    return now_at


class Account(NamedTuple):
    """One of our accounts: its channel's name, and whether the platform recognises a resend."""

    channel: str
    idempotent: bool


class Recovered(NamedTuple):
    """How many claimed letters of a crash go again, and how many may have left and stay unknown."""

    again: int
    unknown: int


def recover(connection: Connection, accounts: list[Account]) -> Sequence[Recovered]:
    """Decide about what a crash left claimed, by kind: see SENDS."""
    return [_recover(connection, account) for account in accounts]


def _recover(connection: Connection, account: Account) -> Recovered:
    claimed = and_(OPEN, outbox.c.state == "sending", _on(account.channel))
    unknown = 0
    if not account.idempotent:
        for kind, sends in SENDS.items():
            used_up = update(outbox).where(claimed, outbox.c.kind == kind, outbox.c.attempts >= sends)
            unknown += connection.execute(used_up.values(state="unknown", error="crash")).rowcount
    again = connection.execute(update(outbox).where(claimed).values(state="queued")).rowcount
    return Recovered(again, unknown)


def _on(channel: str | BindParameter[str]) -> ColumnElement[bool]:
    # Not a join: SQLite would begin with the addresses, of which there may be a million for a handful of open rows.
    here = select(addresses.c.id).where(addresses.c.id == outbox.c.address_id, addresses.c.channel == channel)
    return here.exists()


# ---- what is read --------------------------------------------------------------------------------------------------


class Wanted(NamedTuple):
    """What to look for: letters of a rank that may go before `until`, at most `limit`, none of `known`."""

    channel: str
    rank: int
    until: int
    limit: int
    known: Collection[int]


def _waiting(kinds: Sequence[str]) -> Statement:
    of_rank = or_(*[outbox.c.kind == kind for kind in kinds])
    due = outbox.c.not_before <= bindparam("until"), _on(bindparam("channel"))
    found = select(outbox.c.id).where(OPEN, outbox.c.state == "queued", of_rank, *due)
    return Statement(found.order_by(outbox.c.id).limit(bindparam("most")), "channel", "until", "most")


_waits = {rank: _waiting(kinds) for rank, kinds in KINDS.items()}


def find(connection: Connection, wanted: Wanted) -> Found:
    """Return what waits, in order of ids."""
    most = wanted.limit + len(wanted.known) + 1
    ids = _waits[wanted.rank].rows(connection, wanted.channel, wanted.until, most)
    new = [letter_id for (letter_id,) in ids if letter_id not in wanted.known]
    found = Found([], [], len(new) > wanted.limit)
    for row in _rows(connection, new[: wanted.limit]):
        _add(found, row)
    return found


def _rows(connection: Connection, ids: list[int]) -> Iterator[AnyRow]:
    rest = iter(ids)
    while chunk := list(islice(rest, CHUNK)):
        yield from connection.execute(
            select(outbox, addresses.c.channel, addresses.c.chat, addresses.c.private, addresses.c.blocked_at)
            .join(addresses, addresses.c.id == outbox.c.address_id)
            .where(outbox.c.id.in_(chunk))
            .order_by(outbox.c.id)
        )


def _add(found: Found, row: AnyRow) -> None:
    if row.blocked_at is not None:
        found.unsendable.append(Settled(row.id, "refused", row.attempts, error="blocked"))
        return
    try:
        found.letters.append(_letter(row))
    except (KeyError, TypeError, ValueError):  # written by a version of ours that is no more
        found.unsendable.append(Settled(row.id, "refused", row.attempts, error="unreadable"))


def _letter(row: AnyRow) -> Letter:
    return Letter(
        id=row.id,
        kind=row.kind,
        address_id=row.address_id,
        channel=row.channel,
        chat=row.chat,
        private=row.private,
        message=outgoing_from(orjson.loads(row.body)),
        not_before=row.not_before,
        expires_at=row.expires_at,
        attempts=row.attempts,
    )
