"""Reactions by which people chose something in a group: while one is there its choice counts, and no longer.

A messenger that gives reactions ids (Matrix) says of one that is gone only its id, so what it stood for is kept.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, and_, delete, select

from projektbot.civic.groups.here import Here
from projektbot.civic.groups.tables import group_reactions
from projektbot.store.upsert import unless_there

_columns = group_reactions.c


class Reaction(NamedTuple):
    """What a reaction stands for."""

    question: int
    choice: int


def note(here: Here, question: int, choice: int) -> None:
    """Keep by which reaction, to which message, something is being chosen."""
    row = {
        "address_id": here.tx.who.address_id,
        "reaction": here.reaction,
        "message": here.to,
        "sender": here.sender,
        "question": question,
        "choice": choice,
        "at": here.tx.at,
    }
    here.tx.db.execute(unless_there(group_reactions, [row]))


def message_of(db: Connection, address_id: int, reaction: str) -> str:
    """Return the messenger's id of the message to which a reaction was given; empty if it is none that we keep."""
    this = and_(_columns.address_id == address_id, _columns.reaction == reaction)
    return db.scalar(select(_columns.message).where(this)) or ""


def take(db: Connection, address_id: int, reaction: str, sender: str) -> Reaction | None:
    """Forget a reaction of somebody and return what it stood for; None if it is not theirs."""
    this = and_(_columns.address_id == address_id, _columns.reaction == reaction, _columns.sender == sender)
    row = db.execute(delete(group_reactions).where(this).returning(_columns.question, _columns.choice)).first()
    return Reaction(*row) if row else None


def left(db: Connection, question: int, sender: str) -> list[int]:
    """Return what somebody's other reactions to a question stand for, the newest last."""
    theirs = and_(_columns.question == question, _columns.sender == sender)
    return list(db.scalars(select(_columns.choice).where(theirs).order_by(_columns.id)))


def forget(db: Connection, question: int) -> None:
    """Forget the reactions to a question that is over."""
    db.execute(delete(group_reactions).where(_columns.question == question))


def prune(db: Connection, before: int) -> None:
    """Forget reactions that were given before a time (microseconds UTC): the messages are forgotten as well."""
    db.execute(delete(group_reactions).where(_columns.at < before))
