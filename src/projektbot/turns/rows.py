"""The statements of the road: a handful for a whole batch, however many turns are in it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, delete, func, insert, literal_column, select, update

from projektbot.dialog.session import Session, dump
from projektbot.messages import Inbound, dump_inbound, load_inbound
from projektbot.store.statement import Among, Row, Statement
from projektbot.store.tables import addresses, due, inbox, outbox, people, sessions, web_messages
from projektbot.store.upsert import unless_there

HANDLED, WAITING, ASIDE = 0, 1, 2
DRAFT = "draft"  # kind of the due rows that wake drafts


class Found(NamedTuple):
    """An address with the session behind it.

    `last` is the address where that session was last told something; `first_session` the one this chat had before it
    was joined to another, 0 if it was not.
    """

    address_id: int
    channel: str
    chat: str
    session_id: int
    private: bool
    blocked: bool
    person_id: int | None
    state: bytes
    last: int | None = None
    first_session: int = 0
    sender: str | None = None


found = select(
    addresses.c.id,
    addresses.c.channel,
    addresses.c.chat,
    addresses.c.session_id,
    addresses.c.private,
    addresses.c.blocked_at,
    sessions.c.person_id,
    sessions.c.state,
    sessions.c.address_id,
    addresses.c.first_session,
    addresses.c.sender,
).join(sessions, sessions.c.id == addresses.c.session_id)
_by_chat = Among(
    lambda chats: found.where(addresses.c.channel == bindparam("channel"), addresses.c.chat.in_(chats)), "channel"
)
_by_session = Among(lambda ids: found.where(sessions.c.id.in_(ids)).order_by(addresses.c.id))
_remember = Among(
    lambda keys: unless_there(
        inbox,
        [
            {"channel": bindparam("channel"), "key": key, "at": bindparam("at"), "state": literal_column(str(HANDLED))}
            for key in keys
        ],
    ).returning(inbox.c.key),
    "channel",
    "at",
)
_save = Statement(
    update(sessions)
    .where(sessions.c.id == bindparam("session"))
    .values(state=bindparam("now_state"), address_id=bindparam("address")),
    "session",
    "now_state",
    "address",
)
_post = Statement(insert(outbox), "id", "address_id", "kind", "state", "body", "created_at", "not_before")
_last_post = Statement(select(func.max(outbox.c.id)))
_new_person = Statement(insert(people).returning(people.c.id), "created_at")
_new_session = Statement(insert(sessions).returning(sessions.c.id), "person_id", "state")
_new_address = Statement(insert(addresses).returning(addresses.c.id), "channel", "chat", "session_id", "private")
_set_due = Statement(insert(due), "kind", "session_id", "subject", "due_at")
_forget_due = Statement(
    delete(due).where(
        due.c.kind == bindparam("of_kind"),
        due.c.session_id == bindparam("session"),
        due.c.subject == bindparam("frame"),
    ),
    "of_kind",
    "session",
    "frame",
)
_open = Statement(
    select(outbox.c.id).where(
        outbox.c.address_id == bindparam("address"),
        outbox.c.state.in_([literal_column("'queued'"), literal_column("'sending'")]),
        outbox.c.not_before <= bindparam("at"),
    ),
    "address",
    "at",
)
_sent = Statement(
    select(outbox.c.body)
    .where(outbox.c.address_id == bindparam("address"), outbox.c.external_id == bindparam("external"))
    .order_by(outbox.c.id.desc())  # a message that was edited says what it said last
    .limit(1),
    "address",
    "external",
)


def remember(db: Connection, channel: str, keys: Sequence[str], at: int) -> set[str]:
    """Note updates as taken at `at` (microseconds UTC); return those that had not been taken before."""
    return {key for (key,) in _remember.rows(db, keys, channel, at)}


def fresh(db: Connection, inbounds: Sequence[Inbound], at: int) -> list[bool]:
    """Note updates as taken at `at` (microseconds UTC); return which had not been before, each once."""
    keys: dict[str, list[str]] = {}
    for inbound in inbounds:
        keys.setdefault(inbound.channel, []).append(inbound.key)
    new = {channel: remember(db, channel, wanted, at) for channel, wanted in keys.items()}
    first: list[bool] = []
    for inbound in inbounds:
        first.append(inbound.key in new[inbound.channel])
        new[inbound.channel].discard(inbound.key)  # it may be among these once more
    return first


def hold(db: Connection, inbound: Inbound, seq: int, at: int) -> bool:
    """Store an update that must wait; return whether it is new."""
    row = {"channel": inbound.channel, "key": inbound.key, "at": at, "state": WAITING}
    whole = {**row, "seq": seq, "raw": dump_inbound(inbound)}
    return db.execute(unless_there(inbox, [whole]).returning(inbox.c.key)).first() is not None


def waiting(db: Connection, channel: str) -> list[Inbound]:
    """Return the updates of a channel that wait, in the order in which they came."""
    mine = (inbox.c.state == WAITING) & (inbox.c.channel == channel)
    raws = db.scalars(select(inbox.c.raw).where(mine).order_by(inbox.c.seq))
    return [load_inbound(raw) for raw in raws]


def close(db: Connection, inbound: Inbound) -> None:
    """Note that an update waits no longer."""
    itself = (inbox.c.channel == inbound.channel) & (inbox.c.key == inbound.key)
    db.execute(update(inbox).where(itself).values(state=HANDLED, raw=None, seq=None))


def by_chat(db: Connection, channel: str, chats: Sequence[str]) -> list[Found]:
    """Return the addresses that exist among `chats`."""
    return list(map(as_found, _by_chat.rows(db, chats, channel)))


def by_session(db: Connection, ids: Sequence[int]) -> list[Found]:
    """Return the address last used of each session; if it blocked us, or is no longer there, the newest other one."""
    best: dict[int, Found] = {}
    for one in map(as_found, _by_session.rows(db, ids)) if ids else []:
        other = best.setdefault(one.session_id, one)
        if (not one.blocked, one.address_id == one.last) >= (not other.blocked, other.address_id == other.last):
            best[one.session_id] = one
    return list(best.values())


def by_address(db: Connection, address_id: int) -> Found | None:
    """Return an address."""
    row = db.execute(found.where(addresses.c.id == address_id)).first()
    return as_found(tuple(row)) if row else None


def as_found(row: Sequence[Any]) -> Found:
    """Read the columns of `found`."""
    address_id, channel, chat, session_id, private, blocked_at, person_id, state, last, first_session, sender = row
    return Found(
        address_id, channel, chat, session_id, bool(private), blocked_at is not None, person_id, state, last,
        first_session, sender,
    )  # fmt: skip


def new_address(db: Connection, channel: str, chat: str, at: int, *, private: bool) -> Found:
    """Make a person (or, for a group, only a session) with their first address, at `at` (microseconds UTC)."""
    owner, session_id, state = new_session(db, at, private=private)
    address_id = _made(_new_address.rows(db, channel, chat, session_id, private))
    return Found(address_id, channel, chat, session_id, private, blocked=False, person_id=owner, state=state)


def new_session(db: Connection, at: int, *, private: bool) -> tuple[int | None, int, bytes]:
    """Make a person (or, for a group, none) with an empty session; return their ids, and the session as stored."""
    owner = _made(_new_person.rows(db, at)) if private else None
    state = dump(Session())
    return owner, _made(_new_session.rows(db, owner, state)), state


def _made(rows: list[Row]) -> int:
    ((row_id,),) = rows
    return int(row_id)


def save_sessions(db: Connection, rows: Sequence[tuple[int, bytes, int]]) -> None:
    """Store sessions: session id, state, id of the address last used."""
    _save.many(db, rows)


def post(db: Connection, rows: Sequence[tuple[int, int, str, str, bytes, int, int]]) -> None:
    """Put messages into the outbox: id, address id, kind, state, body, made at, not to go before (microseconds UTC)."""
    _post.many(db, rows)


def schedule(db: Connection, kind: str, wakes: Iterable[tuple[int, str, int]]) -> None:
    """Set the wake-ups of frames anew: (session id, frame, microseconds UTC)."""
    last = {(session, frame): at for session, frame, at in wakes}
    _forget_due.many(db, [(kind, session, frame) for session, frame in last])
    _set_due.many(db, [(kind, session, frame, at) for (session, frame), at in last.items()])


class DueRow(NamedTuple):
    """Something that has come due, of a session (0: of none)."""

    kind: str
    session_id: int
    subject: str


def due_now(db: Connection, at: int, limit: int) -> list[int]:
    """Return the rows whose time has come, the longest waiting first."""
    return list(db.scalars(select(due.c.id).where(due.c.due_at <= at).order_by(due.c.due_at).limit(limit)))


def next_due(db: Connection) -> int | None:
    """Return when something is due next, in microseconds since 1970 UTC."""
    found: int | None = db.scalar(select(func.min(due.c.due_at)))
    return found


def lock_due(db: Connection, ids: Sequence[int]) -> None:
    """Lock the sessions of due rows, before the rows: whoever has a session in hands may set its rows anew."""
    of_rows = select(due.c.session_id).where(due.c.id.in_(ids))
    db.execute(select(sessions.c.id).where(sessions.c.id.in_(of_rows)).order_by(sessions.c.id).with_for_update())


def take_due(db: Connection, ids: Sequence[int]) -> dict[int, DueRow]:
    """Take due rows out of the table; return those that were still there."""
    columns = due.c.id, due.c.kind, due.c.session_id, due.c.subject
    taken = db.execute(delete(due).where(due.c.id.in_(ids)).returning(*columns))
    return {row_id: DueRow(kind, session_id or 0, subject) for row_id, kind, session_id, subject in taken}


def prune(db: Connection, handled_before: int, sent_before: int) -> None:
    """Forget updates that can no longer come again, and what was said so long ago that nobody answers it any more."""
    db.execute(delete(inbox).where(inbox.c.state == HANDLED, inbox.c.at < handled_before))
    db.execute(delete(inbox).where(inbox.c.state == ASIDE, inbox.c.at < sent_before))
    db.execute(delete(web_messages).where(web_messages.c.at < sent_before))
    newest = select(func.max(outbox.c.id)).scalar_subquery()  # stays: the ids count on from it
    ended = outbox.c.state.not_in(("queued", "sending"))
    db.execute(delete(outbox).where(ended, outbox.c.created_at < sent_before, outbox.c.id < newest))


def last_outbox_id(db: Connection) -> int:
    """Return the highest id in the outbox."""
    ((highest,),) = _last_post.rows(db)
    return highest or 0


def sent_message(db: Connection, address_id: int, external_id: str) -> bytes | None:
    """Return a message of ours by its id on the platform."""
    found = _sent.rows(db, address_id, external_id)
    return found[0][0] if found else None


def is_being_told(db: Connection, address_id: int, at: int) -> bool:
    """Say whether a message of ours may be on its way, so that its id on the platform is not known yet."""
    return bool(_open.rows(db, address_id, at))


def letters_being_told(db: Connection, address_ids: Collection[int], at: int) -> dict[int, list[int]]:
    """Return by address the ids of letters that wait to be sent, or are about to be noted as sent."""
    here, waits = outbox.c.address_id.in_(address_ids), outbox.c.state.in_(("queued", "sending"))
    # what is told has an id on its platform: said here, so that PostgreSQL need not read all that a chat was ever told
    untold = outbox.c.external_id.is_(None)
    found = db.execute(select(outbox.c.address_id, outbox.c.id).where(here, waits, untold, outbox.c.not_before <= at))
    by_address: dict[int, list[int]] = {}
    for address_id, letter_id in found:
        by_address.setdefault(address_id, []).append(letter_id)
    return by_address


def set_blocked(db: Connection, address_id: int, at: int | None) -> None:
    """Note that a person blocked us, or let us in again."""
    db.execute(update(addresses).where(addresses.c.id == address_id).values(blocked_at=at))


def set_sender(db: Connection, address_id: int, sender: str) -> None:
    """Note whose private chat it is."""
    db.execute(update(addresses).where(addresses.c.id == address_id).values(sender=sender))


def become_group(db: Connection, found: Found, at: int) -> Found:
    """Give a chat that others have joined a session of its own: what was begun in private stays with its person."""
    _, session_id, state = new_session(db, at, private=False)
    values = {"session_id": session_id, "private": False, "sender": None}
    db.execute(update(addresses).where(addresses.c.id == found.address_id).values(values))
    return found._replace(
        session_id=session_id, private=False, person_id=None, state=state, last=None, first_session=0, sender=None
    )
