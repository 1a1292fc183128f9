"""Votes in a messenger's polls whose ids we have not heard of yet, or never will: kept until we do.

A poll can be answered before the messenger's answer with its id has reached us and is noted: by seconds where the
network is slow, or after a crash by whoever was held up. Of each person only the last vote in a poll is kept.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import orjson
from sqlalchemy import Connection, and_, delete, select

from projektbot.civic.groups.tables import early_votes
from projektbot.civic.tx import let_be_due
from projektbot.store.locks import EARLY_VOTES, be_alone
from projektbot.store.upsert import upsert

EARLY: Final = "early"  # kind of the due rows; their subject is the poll
LONGEST_ID: Final = 255  # characters: of a column; Telegram's have some twenty

_columns = early_votes.c


class Early(NamedTuple):
    """What somebody has chosen in a poll; `order` grows with each vote as the messenger counts them."""

    channel: str
    poll: str
    sender: str
    places: tuple[int, ...]
    order: int


def keep(db: Connection, vote: Early, at: int) -> None:
    """Keep a vote that came at a time (microseconds UTC), unless a later one of the same person is kept."""
    if not vote.sender or len(vote.poll) > LONGEST_ID or len(vote.sender) > LONGEST_ID:
        return  # nobody's, or in nothing of ours
    be_alone(db, EARLY_VOTES)  # whoever notes the poll right now sees this vote, or we see the poll
    key = {"channel": vote.channel, "poll": vote.poll, "sender": vote.sender}
    later = and_(*[_columns[name] == value for name, value in key.items()], _columns.order > vote.order)
    if db.scalar(select(_columns.id).where(later)) is None:
        upsert(db, early_votes, key, {"places": orjson.dumps(vote.places).decode(), "order": vote.order, "at": at})


def let_count(db: Connection, poll: str) -> None:
    """Let the votes that came before a poll was known be counted soon."""
    be_alone(db, EARLY_VOTES)
    if db.scalar(select(_columns.id).where(_columns.poll == poll).limit(1)) is not None:
        let_be_due(db, EARLY, poll, 0)


def channels(db: Connection, poll: str) -> list[str]:
    """Return the accounts of ours on which votes in a poll wait."""
    return list(db.scalars(select(_columns.channel).where(_columns.poll == poll).distinct()))


def take(db: Connection, channel: str, poll: str) -> list[Early]:
    """Take the votes in a poll out of the store, the oldest first."""
    mine = delete(early_votes).where(_columns.channel == channel, _columns.poll == poll)
    rows = db.execute(mine.returning(_columns.sender, _columns.places, _columns.order))
    votes = [Early(channel, poll, sender, tuple(orjson.loads(places)), order) for sender, places, order in rows]
    return sorted(votes, key=lambda vote: vote.order)


def forget(db: Connection, channel: str, poll: str, sender: str) -> None:
    """Forget the vote of somebody who has voted again since."""
    mine = and_(_columns.channel == channel, _columns.poll == poll, _columns.sender == sender)
    db.execute(delete(early_votes).where(mine))


def prune(db: Connection, before: int) -> None:
    """Forget votes that came before a time (microseconds UTC), in polls that we have never heard of."""
    db.execute(delete(early_votes).where(_columns.at < before))
