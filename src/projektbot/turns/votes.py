"""Votes that do not say in which chat they were given: found by the poll, which we may hear the id of only now."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from sqlalchemy import Connection

from projektbot.civic.groups import poll_ids
from projektbot.messages import Inbound, Vote
from projektbot.store.database import Store
from projektbot.turns import rows

LOOKS: Final = 20
LOOK_PAUSE: Final = 0.1  # seconds; what else came with the vote goes on meanwhile, and what comes next waits


async def addressed(store: Store, inbounds: Sequence[Inbound]) -> list[Inbound]:
    """Return updates in their order, each vote with the chat of its poll; without one where that is not known."""
    if all(inbound.chat for inbound in inbounds):
        return list(inbounds)
    return await store.read(partial(_with_chats, inbounds=inbounds))


async def found_late(store: Store, inbound: Inbound) -> Inbound | None:
    """Return a vote with the chat of its poll, None if that is none of ours.

    A poll may be answered before its id is noted. So we wait a moment, but only while one is on its way to that
    messenger: whoever votes in a poll of long ago holds up nobody.
    """
    for _ in range(LOOKS):
        may_come = await store.read(partial(poll_ids.is_being_asked, channel=inbound.channel))
        (found,) = await addressed(store, [inbound])  # afterwards: it may have come in between
        if found.chat:
            return found
        if not may_come:
            break
        await asyncio.sleep(LOOK_PAUSE)  # the sender may be another process, which tells the store alone
    return None


def pass_over(db: Connection, votes: Sequence[tuple[Inbound, int]]) -> list[None]:
    """Note votes that are given up as taken at a time (microseconds UTC).

    Brought again when the poll is known, such a vote would count after a later one by the same person.
    """
    for vote, at in votes:
        rows.fresh(db, [vote], at)
    return [None] * len(votes)


def _with_chats(db: Connection, inbounds: Sequence[Inbound]) -> list[Inbound]:
    return [inbound if inbound.chat else replace(inbound, chat=_chat_of(db, inbound)) for inbound in inbounds]


def _chat_of(db: Connection, inbound: Inbound) -> str:
    match inbound.event:
        case Vote(poll):
            return poll_ids.chat_of_poll(db, inbound.channel, poll)
    return ""  # a damaged one
