"""The statements of the road: a handful for a whole batch, however many turns are in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from projektbot.dialog.session import Session, dump
from projektbot.store.tables import addresses, due, inbox, outbox, people, sessions, web_messages

HANDLED, WAITING, ASIDE = 0, 1, 2


class Found(NamedTuple):
    """An address with the session behind it."""

    address_id: int
    channel: str
    chat: str
    session_id: int
    private: bool
    blocked: bool
    person_id: int | None
    state: bytes


_known = select(inbox.c.key).where(
    inbox.c.channel == bindparam("channel"), inbox.c.key.in_(bindparam("keys", expanding=True))
)
# When little is going on, a batch is one update; a list of one would cost half as much again as the statement itself.
_known_one = select(inbox.c.key).where(inbox.c.channel == bindparam("channel"), inbox.c.key == bindparam("name"))
_columns = (
    addresses.c.id,
    addresses.c.channel,
    addresses.c.chat,
    addresses.c.session_id,
    addresses.c.private,
    addresses.c.blocked_at.is_not(None),
    sessions.c.person_id,
    sessions.c.state,
)
_on_channel = (
    select(*_columns)
    .join(sessions, sessions.c.id == addresses.c.session_id)
    .where(addresses.c.channel == bindparam("channel"))
)
_by_chat = _on_channel.where(addresses.c.chat.in_(bindparam("chats", expanding=True)))
_by_one_chat = _on_channel.where(addresses.c.chat == bindparam("name"))
_by_session = (
    select(*_columns)
    .join(sessions, sessions.c.id == addresses.c.session_id)
    .where(sessions.c.id.in_(bindparam("sessions", expanding=True)), addresses.c.id == sessions.c.address_id)
)
_remember = insert(inbox)
_save = update(sessions).where(sessions.c.id == bindparam("session")).values(
    state=bindparam("now_state"), address_id=bindparam("address")
)  # fmt: skip
_post = insert(outbox)
_last_post = select(func.max(outbox.c.id))
_new_person = insert(people).returning(people.c.id)
_new_session = insert(sessions).returning(sessions.c.id)
_new_address = insert(addresses).returning(addresses.c.id)
_set_due = insert(due)
_forget_due = delete(due).where(
    due.c.kind == bindparam("of_kind"), due.c.session_id == bindparam("session"), due.c.subject == bindparam("frame")
)


def known_keys(db: Connection, channel: str, keys: Sequence[str]) -> set[str]:
    """Return which updates were taken before."""
    if len(keys) == 1:
        return set(db.scalars(_known_one, {"channel": channel, "name": keys[0]}))
    return set(db.scalars(_known, {"channel": channel, "keys": keys}))


def remember(db: Connection, rows: list[dict[str, Any]]) -> None:
    """Note updates as taken."""
    db.execute(_remember, rows)


def by_chat(db: Connection, channel: str, chats: Sequence[str]) -> list[Found]:
    """Return the addresses that exist among `chats`."""
    if len(chats) == 1:
        found = db.execute(_by_one_chat, {"channel": channel, "name": chats[0]})
    else:
        found = db.execute(_by_chat, {"channel": channel, "chats": chats})
    return [Found(*row) for row in found]


def by_session(db: Connection, ids: Sequence[int]) -> list[Found]:
    """Return the address last used of each session."""
    return [Found(*row) for row in db.execute(_by_session, {"sessions": ids})]


def new_address(db: Connection, channel: str, chat: str, *, private: bool, at: int) -> Found:
    """Make a person (or, for a group, only a session) with their first address."""
    person_id = db.scalar(_new_person, {"created_at": at}) if private else None
    state = dump(Session())
    session_id = db.execute(_new_session, {"person_id": person_id, "state": state}).scalar_one()
    address = {"channel": channel, "chat": chat, "session_id": session_id, "private": private}
    address_id = db.execute(_new_address, address).scalar_one()
    return Found(address_id, channel, chat, session_id, private, blocked=False, person_id=person_id, state=state)


def save_sessions(db: Connection, rows: list[dict[str, Any]]) -> None:
    """Store sessions: rows of session, now_state, address."""
    db.execute(_save, rows)


def post(db: Connection, rows: list[dict[str, Any]]) -> None:
    """Put messages into the outbox."""
    db.execute(_post, rows)


def schedule(db: Connection, kind: str, wakes: Iterable[tuple[int, str, int]]) -> None:
    """Set the wake-ups of frames anew: (session id, frame, microseconds UTC)."""
    rows = list({(session, frame): at for session, frame, at in wakes}.items())
    db.execute(_forget_due, [{"of_kind": kind, "session": s, "frame": f} for (s, f), _ in rows])
    db.execute(_set_due, [{"kind": kind, "session_id": s, "subject": f, "due_at": at} for (s, f), at in rows])


class DueRow(NamedTuple):
    """A wake-up that has come."""

    session_id: int
    subject: str


def due_now(db: Connection, at: int, limit: int) -> list[int]:
    """Return the rows whose time has come, the longest waiting first."""
    return list(db.scalars(select(due.c.id).where(due.c.due_at <= at).order_by(due.c.due_at).limit(limit)))


def next_due(db: Connection) -> int | None:
    """Return when something is due next, in microseconds since 1970 UTC."""
    found: int | None = db.scalar(select(func.min(due.c.due_at)))
    return found


def take_due(db: Connection, ids: Sequence[int]) -> dict[int, DueRow]:
    """Take due rows out of the table; return those that were still there."""
    taken = db.execute(delete(due).where(due.c.id.in_(ids)).returning(due.c.id, due.c.session_id, due.c.subject))
    return {row_id: DueRow(session_id, subject) for row_id, session_id, subject in taken}


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
    return db.scalar(_last_post) or 0


def sent_message(db: Connection, address_id: int, external_id: str) -> bytes | None:
    """Return a message of ours by its id on the platform."""
    return db.scalar(
        select(outbox.c.body).where(outbox.c.address_id == address_id, outbox.c.external_id == external_id).limit(1)
    )


def set_blocked(db: Connection, address_id: int, at: int | None) -> None:
    """Note that a person blocked us, or let us in again."""
    db.execute(update(addresses).where(addresses.c.id == address_id).values(blocked_at=at))


def move_chat(db: Connection, address_id: int, channel: str, chat: str) -> None:
    """Follow a chat to its new id, unless we know that one already."""
    taken = select(addresses.c.id).where(addresses.c.channel == channel, addresses.c.chat == chat)
    if db.scalar(taken) is None:
        db.execute(update(addresses).where(addresses.c.id == address_id).values(chat=chat))
