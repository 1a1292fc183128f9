"""After an outage: whoever may have answered in vain is asked once more.

Some platforms keep what people do only for a while (`Limits.taps_wait`, `words_wait`). When one is heard again after
longer than that, a due row stands for the outage; carried out, it looks through a page of the outbox, repeats the
questions found there, and leaves a row for the next page: all in one transaction, so that a kill doubles nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import orjson
from sqlalchemy import Connection, bindparam, exists, insert, select

from projektbot.dialog.drafts import awake
from projektbot.instants import micros
from projektbot.messages import Channel, Letter, outgoing_from
from projektbot.records import record
from projektbot.store.statement import Row
from projektbot.store.tables import addresses, due, outbox, sessions, settings
from projektbot.store.upsert import upsert
from projektbot.texts import N_
from projektbot.turns import rows
from projektbot.turns.batch import Batch

OUTAGE = "outage"  # kind of the due rows of outages
SECOND = 1_000_000  # microseconds
MARKED_EVERY = 10 * SECOND  # a crash makes an outage look longer by this and one poll at most
SETTLED_AFTER = 30 * SECOND  # from the return on: whom we answered by then, what had waited has answered
PAGE = 500  # rows of the outbox in one transaction: some milliseconds
# Who was asked so long before an outage may have answered in it: as long as it lasted, within these bounds. The others
# have most likely gone; nothing is lost for them either, since old buttons work and drafts are reminded of.
SHORTEST, LONGEST = 600 * SECOND, 86_400 * SECOND
STILL_UP = 1800 * SECOND  # after longer outages the night's rest is kept


@record
class Heard:
    """A platform was heard at `at`, and last before at `since` (microseconds UTC; 0 if there was no outage).

    `words` says whether the outage was so long that typed words may be lost too.
    """

    channel: str
    at: int
    since: int = 0
    words: bool = False


class Hearing:
    """Knows when each platform that forgets was heard last, and of what the store should know."""

    def __init__(self, channels: Mapping[str, Channel]) -> None:
        self._limits = {name: channel.limits for name, channel in channels.items() if channel.limits.taps_wait}
        self._last: dict[str, int] = {}
        self._marked: dict[str, int] = {}

    def load(self, db: Connection, channel: str) -> None:
        """Recall when a platform was heard last, in whatever process."""
        if channel in self._limits:
            mark = db.scalar(select(settings.c.value).where(settings.c.name == _mark(channel)))
            self._last[channel] = int(mark or 0)

    def news(self, channel: str, at: int) -> Heard | None:
        """Say what is to be kept now that a platform was heard at `at`, if anything is."""
        limits = self._limits.get(channel)
        if limits is None:
            return None
        last = self._last.get(channel, 0)
        if last and at - last > limits.taps_wait * SECOND:
            return Heard(channel, at, last, words=at - last > limits.words_wait * SECOND)
        self._last[channel] = max(last, at)
        return Heard(channel, at) if at - self._marked.get(channel, 0) >= MARKED_EVERY else None

    def kept(self, heard: Heard) -> None:
        """Note that the store knows it."""
        self._last[heard.channel] = max(self._last.get(heard.channel, 0), heard.at)
        self._marked[heard.channel] = heard.at

    def skip(self, by: timedelta) -> None:
        """Let the time move on (a demo's): that is no outage."""
        self._last = {name: last + by // timedelta.resolution for name, last in self._last.items() if last}


@record
class _Outage:
    """An outage whose people are looked for: those on rows of the outbox after `after`. Times in microseconds UTC."""

    since: int
    until: int
    after: int
    words: bool
    channel: str

    @property
    def length(self) -> int:
        return self.until - self.since

    def subject(self) -> str:
        return f"{self.since}|{self.until}|{self.after}|{self.words:d}|{self.channel}"


def keep(db: Connection, payloads: list[Heard]) -> list[None]:
    """Mark when platforms were heard; together with that, note outages that are over."""
    for heard in payloads:
        mark = db.scalar(select(settings.c.value).where(settings.c.name == _mark(heard.channel)))
        if heard.since and int(mark or 0) <= heard.since:  # else another update that came as early has noted it
            before = min(max(heard.at - heard.since, SHORTEST), LONGEST)
            outage = _Outage(heard.since, heard.at, heard.since - before, heard.words, heard.channel)
            _look(db, outage, heard.at + SETTLED_AFTER)
        upsert(db, settings, {"name": _mark(heard.channel)}, {"value": str(max(int(mark or 0), heard.at))})
    return [None] * len(payloads)


def _mark(channel: str) -> str:
    return f"{channel}:heard"


def _look(db: Connection, outage: _Outage, at: int) -> None:
    db.execute(insert(due).values(kind=OUTAGE, subject=outage.subject(), due_at=at))


# ---- in the transaction of a due row -------------------------------------------------------------------------------

# An id is never below the time of its row (Turns._batch): the primary key finds a time without an index of its own.
_page = (
    select(outbox.c.id)
    .where(outbox.c.id > bindparam("after"), outbox.c.created_at < bindparam("until"))
    .order_by(outbox.c.id)
    .limit(PAGE)
)
_newer = outbox.alias("newer")
_went_on = exists().where(  # a broadcast asks nothing and answers nothing
    _newer.c.address_id == outbox.c.address_id, _newer.c.id > outbox.c.id, _newer.c.kind != "bulk"
)
_last_said = (
    rows.found.add_columns(outbox.c.body)
    .join(outbox, outbox.c.address_id == addresses.c.id)
    .where(outbox.c.id > bindparam("after"), outbox.c.id <= bindparam("last"))
    .where(outbox.c.state.in_(("sent", "unknown")), outbox.c.kind != "bulk", ~_went_on)
    .where(addresses.c.channel == bindparam("channel"), addresses.c.private, addresses.c.blocked_at.is_(None))
    .where(sessions.c.address_id == addresses.c.id)  # who has gone on elsewhere is not called back
)


def ask_again(batch: Batch, subject: str) -> list[Letter]:
    """Repeat the questions on one page of an outage; return the letters."""
    since, until, after, words, channel = subject.split("|", 4)
    outage = _Outage(int(since), int(until), int(after), words == "1", channel)
    morning = awake(batch.now, batch.world.languages.zone)
    if outage.length > STILL_UP and morning > batch.now:
        _look(batch.db, outage, micros(morning))
        return []
    page = list(batch.db.scalars(_page, {"after": outage.after, "until": outage.until}))
    if not page:
        return []
    if len(page) == PAGE:
        _look(batch.db, replace(outage, after=page[-1]), outage.until)
    wanted = {"after": outage.after, "last": page[-1], "channel": channel}
    letters = [_again(batch, row, lost_words=outage.words) for row in batch.db.execute(_last_said, wanted)]
    return [letter for letter in letters if letter]


def _again(batch: Batch, row: Row, *, lost_words: bool) -> Letter | None:
    """Repeat a question, unless its answer cannot have been lost: typed words wait longer than taps."""
    *found, body = row
    message = outgoing_from(orjson.loads(body))
    if not message.about or not (message.choices or lost_words):
        return None
    text = N_(
        "I was away for a long time. If you wrote to me or pressed a button meanwhile, it may not have reached me. "
        "I am sorry. Here is my question again:"
    ) if lost_words else N_(
        "I was away for a while. If you pressed a button meanwhile, it did not reach me. Here is my question again:"
    )  # fmt: skip
    return batch.post(rows.as_found(found), batch.renderer.again(text, message), "notice")
