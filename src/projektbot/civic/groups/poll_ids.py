"""Which message of which chat puts which question of ours, and which poll of the messenger that is, if it is one."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import ColumnElement, CompoundSelect, Connection, and_, insert, select, union_all, update

from projektbot.civic.groups import early
from projektbot.civic.groups.tables import group_poll_copies, group_polls
from projektbot.store.tables import addresses, outbox
from projektbot.store.upsert import upsert

OPEN = ("queued", "sending")

_columns, _copies = group_polls.c, group_poll_copies.c
_of = _copies.of == _columns.id


def note_letter(db: Connection, question: int, address_id: int, outbox_id: int) -> None:
    """Note the letter by which a question is asked in a chat."""
    values = {"outbox_id": outbox_id, "message": None, "poll": None}
    upsert(db, group_polls, {"question": question, "address_id": address_id}, values)


def note_sent(db: Connection, outbox_id: int, message: str, poll: str) -> None:
    """Note what a messenger calls the message and the poll that came of a letter; of one that left twice, of both."""
    mine = _columns.outbox_id == outbox_id
    known = db.execute(select(_columns.id, _columns.message, _columns.poll).where(mine)).first()
    if known is not None and known.poll not in {None, poll}:
        db.execute(insert(group_poll_copies).values(of=known.id, message=known.message, poll=known.poll))
    db.execute(update(group_polls).where(mine).values(message=message, poll=poll))
    early.let_count(db, poll)


def question_of_poll(db: Connection, address_id: int, poll: str) -> int | None:
    """Return what a poll asks in a chat; None if it is none of ours."""
    found: int | None = db.scalar(_asking("poll", poll, _columns.address_id == address_id))
    return found


def question_of_message(db: Connection, address_id: int, message: str) -> int | None:
    """Return what a poll asks by the message that carries it; None if it carries none of ours."""
    found: int | None = db.scalar(_asking("message", message, _columns.address_id == address_id))
    return found


def messages_of_question(db: Connection, address_id: int, question: int) -> tuple[str, ...]:
    """Return the messages whose polls ask something in a chat; none if there is none, or it has not arrived."""
    here = and_(_columns.address_id == address_id, _columns.question == question)
    newest = db.scalar(select(_columns.message).where(here))
    others = select(_copies.message).join(group_polls, _of).where(here).order_by(_copies.id)
    return (newest, *db.scalars(others)) if newest else ()


def chat_of_poll(db: Connection, channel: str, poll: str) -> str:
    """Return in which chat a poll of ours is; empty if it is none, or has not arrived."""
    asking = _asking("poll", poll).subquery()
    its = and_(addresses.c.id == asking.c.address_id, addresses.c.channel == channel)
    found = select(addresses.c.chat).join(asking, its)
    return db.scalar(found.limit(1)) or ""


def polls_of(db: Connection, question: int) -> list[tuple[int, str, str]]:
    """Return the messenger's polls that ask something: address, channel, and the id by which votes name them."""
    its = addresses.c.id == _columns.address_id
    found = select(_columns.address_id, addresses.c.channel, _columns.poll).join(addresses, its)
    copies = select(_columns.address_id, addresses.c.channel, _copies.poll).join(addresses, its)
    mine = _columns.question == question
    both = union_all(found.where(mine, _columns.poll.is_not(None)), copies.join(group_poll_copies, _of).where(mine))
    return [(address_id, channel, poll) for address_id, channel, poll in db.execute(both)]


def _asking(name: str, value: str, *here: ColumnElement[bool]) -> CompoundSelect[int, int]:
    """Return question and address of the polls, or of the other messages of their letters, of which `name` is this."""
    wanted = select(_columns.question, _columns.address_id).where(*here)
    return union_all(
        wanted.where(_columns[name] == value), wanted.join(group_poll_copies, _of).where(_copies[name] == value)
    )


class Put(NamedTuple):
    """The letter by which a question was put in a chat; `poll` is empty unless it is a poll of the messenger's own."""

    state: str
    message: str
    poll: str

    @property
    def is_open(self) -> bool:
        """Say whether it has not arrived yet."""
        return self.state in OPEN


def put_in(db: Connection, address_id: int, question: int) -> Put | None:
    """Return how a question was put in a chat; None if it was not, or so long ago that nobody knows the letter."""
    here = and_(_columns.address_id == address_id, _columns.question == question)
    wanted = select(outbox.c.state, outbox.c.external_id, _columns.poll).where(here)
    row = db.execute(wanted.join(outbox, outbox.c.id == _columns.outbox_id)).first()
    return Put(row.state, row.external_id or "", row.poll or "") if row else None


def move(db: Connection, address_id: int, into: int) -> None:
    """Let the polls of a chat be those of another, as which it goes on."""
    db.execute(update(group_polls).where(_columns.address_id == address_id).values(address_id=into))
