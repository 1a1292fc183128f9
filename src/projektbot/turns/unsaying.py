"""News that have become untrue, or are to be read by nobody, and have not been told yet: they are taken back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

import orjson
from sqlalchemy import delete, select, update

from projektbot.civic.people.tables import news
from projektbot.civic.tx import Unsaid
from projektbot.store.tables import addresses, outbox, sessions
from projektbot.texts import Text
from projektbot.turns import notices

if TYPE_CHECKING:
    from projektbot.turns.batch import Batch

Needles: TypeAlias = Mapping[bytes, int]  # bytes of a stored message, and how often they stand in it at least


def take_back(batch: Batch, unsaid: Sequence[Unsaid]) -> None:
    """Take news out of digests, and out of what waits in the outbox for the morning."""
    if not unsaid:
        return
    batch.put_posts()  # some of them may have come about in this very batch
    for one in unsaid:
        needles = _needles(batch, one)
        _from_digests(batch, one, needles)
        _from_outbox(batch, one, needles)


def _needles(batch: Batch, one: Unsaid) -> Needles:
    """Return what stands in the stored message of such news, and in no other, and how often."""
    needles = {}
    if one.opens:
        needles[orjson.dumps(notices.button_of(batch.world.book, one.opens).token)] = 1
    if one.words:
        shown = batch.renderer.languages.parts(Text("{words}", {"words": one.words}), "")
        needles[orjson.dumps("".join(part.text for part in shown))[1:-1]] = one.times  # others may stand beside them
    return needles


def _from_digests(batch: Batch, one: Unsaid, needles: Needles) -> None:
    columns = news.c
    kept = select(columns.id, columns.body).where(columns.at >= one.since, columns.person_id.not_in(one.but))
    for found in _having(needles, batch.db.execute(kept).all()):
        batch.db.execute(delete(news).where(columns.id == found))


def _from_outbox(batch: Batch, one: Unsaid, needles: Needles) -> None:
    columns = outbox.c
    theirs = select(addresses.c.id).join(sessions, sessions.c.id == addresses.c.session_id)
    waiting = (columns.state == "queued") & (columns.kind == "notice") & (columns.not_before > batch.at)
    told = columns.created_at >= one.since, columns.address_id.not_in(theirs.where(sessions.c.person_id.in_(one.but)))
    kept = batch.db.execute(select(columns.id, columns.body).where(waiting, *told)).all()
    for found in _having(needles, kept):
        batch.db.execute(update(outbox).where(columns.id == found, waiting).values(state="recalled"))


def _having(needles: Needles, kept: Iterable[Sequence[object]]) -> list[object]:
    return [number for number, body in kept if isinstance(body, bytes) and _has(body, needles)]


def _has(body: bytes, needles: Needles) -> bool:
    return bool(needles) and all(body.count(needle) >= times for needle, times in needles.items())
