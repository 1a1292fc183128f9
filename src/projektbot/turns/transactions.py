"""What the road does inside a transaction: handlers for `Store.do`, which run in the writer's thread."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy import Connection

from projektbot.civic.deadlines import telling as deadlines
from projektbot.civic.deadlines.rules import DEADLINE
from projektbot.civic.groups.early import EARLY
from projektbot.civic.projects import alerts
from projektbot.civic.projects.rules import ALERT, MEANING, STATUS
from projektbot.civic.tx import let_be_due
from projektbot.instants import micros
from projektbot.messages import Inbound, Letter, Odd, dump_inbound
from projektbot.records import record
from projektbot.store.tables import inbox
from projektbot.store.upsert import upsert
from projektbot.turns import digests, groups, notices, outages, queued, rows, statuses
from projektbot.turns.batch import Batch, World
from projektbot.turns.ids import Ids
from projektbot.turns.kept import Kept
from projektbot.turns.rendering import Renderer

# What stands for no draft, by its kind.
DUE: Mapping[str, Callable[[Batch, rows.DueRow], list[Letter]]] = {
    outages.OUTAGE: lambda batch, row: outages.ask_again(batch, row.subject),
    digests.DIGEST: digests.carry_out,
    STATUS: statuses.carry_out,
    ALERT: lambda batch, row: _tell_more(batch, row.subject),
    MEANING: lambda batch, _row: _make_meanings(batch),
    EARLY: lambda batch, row: _count_early(batch, row.subject),
    DEADLINE: lambda batch, row: _tell_of_deadline(batch, row.subject),
}

MEANINGS_AFTER: Final = 1_000_000  # microseconds: 10,000 old projects take half an hour, and a twentieth of the writer


@record
class Item:
    """An update on the road; `held` if its inbox row exists already, `first` of those that stand in its chat."""

    inbound: Inbound
    held: bool = False
    first: bool = False


@record
class Failed:
    """An update that failed too often, the number that the person is told, and what it failed by."""

    inbound: Inbound
    number: str
    error: Exception
    queued_id: int = 0


@record
class Unreadable:
    """Something of a messenger's, or of ours, that could not be read."""

    channel: str
    number: str
    data: bytes
    problem: str


class Transactions:
    """The transactions of one process, and what it keeps in memory to make them quick."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._renderer = Renderer(world.languages)
        self._kept = Kept()
        self._ids = Ids()
        self._seq = 0

    def batch(self, db: Connection) -> Batch:
        """Begin the work of one transaction."""
        now = self.world.now()
        at = micros(now)
        return Batch(db, self.world, self._renderer, self._kept, self._ids.after(db, at), now, at)

    def handle(self, db: Connection, items: Sequence[Item]) -> list[Letter | None]:
        """Carry updates through their turns, each once however often it comes; return the answers."""
        batch = self.batch(db)
        fresh = _fresh(batch, items)
        batch.load([item.inbound for item, new in zip(items, fresh, strict=True) if new])
        letters = [
            batch.take(item.inbound, patient=not item.held) if new else None
            for item, new in zip(items, fresh, strict=True)
        ]
        batch.save()
        batch.wake_delivery(sum(letter is not None for letter in letters))
        return letters

    def wake(self, db: Connection, ids: list[int]) -> list[list[Letter]]:
        """Carry out due rows; return what each leads to."""
        rows.lock_due(db, ids)
        taken = rows.take_due(db, ids)  # gone: carried out already, or no longer wanted
        letters: dict[int, list[Letter]] = {}
        drafts = {row_id: row for row_id, row in taken.items() if row.kind == rows.DRAFT}
        batch = self.batch(db)
        batch.load_sessions([row.session_id for row in drafts.values()])
        for row_id, row in drafts.items():
            letter = batch.wake(row.session_id, row.subject)
            letters[row_id] = [letter] if letter else []
        batch.save()
        batch.wake_delivery(sum(map(len, letters.values())))
        for row_id in sorted(taken.keys() - drafts.keys()):  # afterwards: who has just been reminded is not asked again
            letters[row_id] = self._carry_out(db, taken[row_id])
        return [letters.pop(row_id, []) for row_id in ids]  # an id may be among them twice

    def _carry_out(self, db: Connection, row: rows.DueRow) -> list[Letter]:
        batch = self.batch(db)
        carry_out = DUE.get(row.kind)
        letters = carry_out(batch, row) if carry_out else groups.wake(batch, row.kind, row.subject)
        batch.save()
        batch.wake_delivery(len(letters))
        return letters

    def hold(self, db: Connection, inbounds: list[Inbound]) -> list[bool]:
        """Store updates that must wait; return which are new."""
        results = []
        for inbound in inbounds:
            at = micros(self.world.now())
            self._seq = max(self._seq + 1, at)
            results.append(rows.hold(db, inbound, self._seq, at))
        return results

    def set_aside(self, db: Connection, payloads: list[Failed]) -> list[Letter | None]:
        """Keep updates that failed, and tell their people the number of it."""
        letters = []
        self.set_aside_unsaid(db, payloads)
        for failed in payloads:
            inbound = failed.inbound
            batch = self.batch(db)
            if damaged := batch.load_sound(inbound):
                self.keep_aside(db, [Unreadable(inbound.channel, failed.number, damaged, "damaged session")])
            letters.append(None if inbound.overheard else batch.apologise(inbound, failed.number))
            batch.save()
        return letters

    def set_aside_unsaid(self, db: Connection, payloads: list[Failed]) -> list[None]:
        """Keep updates that failed, and say nothing."""
        for failed in payloads:
            inbound = failed.inbound
            values = {"at": micros(self.world.now()), "state": rows.ASIDE, "raw": dump_inbound(_of_ours(inbound))}
            values["error"] = f"{failed.number} {type(failed.error).__name__}"
            upsert(db, inbox, {"channel": inbound.channel, "key": inbound.key}, values)
            queued.take_away(db, [failed.queued_id] if failed.queued_id else [])
        return [None] * len(payloads)

    def keep_aside(self, db: Connection, payloads: list[Unreadable]) -> list[None]:
        """Keep what could not be read, for `doctor` and for us."""
        for found in payloads:
            values = {"at": micros(self.world.now()), "state": rows.ASIDE, "raw": found.data}
            values["error"] = f"{found.number} {found.problem}"
            upsert(db, inbox, {"channel": found.channel, "key": f"unreadable:{found.number}"}, values)
        return [None] * len(payloads)


def _of_ours(inbound: Inbound) -> Inbound:
    """Return what may be kept of an update: what was not said to us was only to be passed on."""
    return replace(inbound, event=Odd("overheard"), name="") if inbound.overheard else inbound


def drop_due(db: Connection, ids: list[int]) -> list[None]:
    """Take due rows away without carrying them out."""
    rows.take_due(db, ids)
    return [None] * len(ids)


def _fresh(batch: Batch, items: Sequence[Item]) -> list[bool]:
    """Note every update as taken; return which had not been before."""
    for item in items:
        if item.held:
            rows.close(batch.db, item.inbound)
    new = iter(rows.fresh(batch.db, [item.inbound for item in items if not item.held], batch.at))
    return [item.held or next(new) for item in items]


def _make_meanings(batch: Batch) -> list[Letter]:
    """Let a page of projects be found by what their titles mean; others wait a little, so that turns come between."""
    if batch.world.meanings and batch.world.meanings.make_missing(batch.db):
        let_be_due(batch.db, MEANING, "", batch.at + MEANINGS_AFTER)
    return []


def _count_early(batch: Batch, poll: str) -> list[Letter]:
    groups.count_early(batch, poll)
    return []


def _tell_more(batch: Batch, subject: str) -> list[Letter]:
    tx = groups.of_nobody(batch)
    alerts.tell_more(tx, subject)
    notices.tell(batch, tx.notices)
    return []


def _tell_of_deadline(batch: Batch, subject: str) -> list[Letter]:
    tx = groups.of_nobody(batch)
    deadlines.carry_out(tx, subject)
    notices.tell(batch, tx.notices)
    return []
