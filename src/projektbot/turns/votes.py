"""Votes that do not say in which chat they were given: found by the poll, or kept until we know that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import structlog
from sqlalchemy import Connection

from projektbot.civic.groups import early, poll_ids
from projektbot.civic.groups.early import Early
from projektbot.messages import Inbound, Vote
from projektbot.store.database import Store
from projektbot.turns import rows

log = structlog.get_logger()


async def addressed(store: Store, inbounds: Sequence[Inbound]) -> list[Inbound]:
    """Return updates in their order, each vote with the chat of its poll; without one where that is not known."""
    if all(inbound.chat for inbound in inbounds):
        return list(inbounds)
    return await store.read(partial(_with_chats, inbounds=inbounds))


def _with_chats(db: Connection, inbounds: Sequence[Inbound]) -> list[Inbound]:
    return [inbound if inbound.chat else replace(inbound, chat=_chat_of(db, inbound)) for inbound in inbounds]


def _chat_of(db: Connection, inbound: Inbound) -> str:
    match inbound.event:
        case Vote(poll):
            return poll_ids.chat_of_poll(db, inbound.channel, poll)
    return ""  # a damaged one


def keep_early(db: Connection, votes: Sequence[tuple[Inbound, int]]) -> list[None]:
    """Keep votes in polls that were not known a moment ago, each with when it came (microseconds UTC)."""
    for inbound, at in votes:
        (fresh,) = rows.fresh(db, [inbound], at)
        if fresh and isinstance(inbound.event, Vote):
            log.info("vote_in_unknown_poll", channel=inbound.channel)
            vote, poll = inbound.event, inbound.event.poll
            early.keep(db, Early(inbound.channel, poll, inbound.sender, vote.options, inbound.order), at)
            if poll_ids.chat_of_poll(db, inbound.channel, poll):  # by now
                early.let_count(db, poll)
    return [None] * len(votes)
