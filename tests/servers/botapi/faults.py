"""Faults on demand: what goes wrong, for which calls, and how often; planned one by one or by seeded chance."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal, TypeVar

import orjson

from tests.servers.botapi.errors import ApiError, flooded, unauthorized

Kind = Literal["drop", "error", "delay", "hang", "garbage", "redeliver", "shuffle"]
Item = TypeVar("Item")
FOR_DELIVERY = frozenset(("redeliver", "shuffle"))
TEXTS = {500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout"}


@dataclass(slots=True)
class Fault:
    """One thing that will go wrong `times` times (None: always) for the calls it fits."""

    kind: Kind
    method: str | None = None
    chat_id: int | str | None = None
    token: str | None = None
    times: int | None = 1
    after: bool = True  # has the call taken effect when it goes wrong?
    seconds: float = 0.0
    refusal: ApiError | None = None

    def fits(self, method: str, chat_id: object, token: str) -> bool:
        """Say whether it is meant for this call."""
        return self.method in (None, method) and self.chat_id in (None, chat_id) and self.token in (None, token)


@dataclass(slots=True)
class _Chance:
    """Random faults: a seeded source and the probability of each kind."""

    source: random.Random
    odds: dict[Kind, float]
    methods: frozenset[str] | None
    seconds: float


@dataclass(slots=True)
class Faults:
    """All faults of one server; `happened` counts those that have struck.

    `unanswered` are the messages (chat id, message id) that were accepted without the bot being told.
    """

    planned: list[Fault] = field(default_factory=list)
    happened: Counter[str] = field(default_factory=Counter)
    unanswered: set[tuple[str, str]] = field(default_factory=set)
    _late: set[asyncio.Event] = field(default_factory=set)
    _chance: _Chance | None = None
    _shuffler: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311 - order, not secrets

    @property
    def active(self) -> bool:
        """Say whether anything may go wrong at all: the hot path asks this first."""
        return bool(self.planned) or self._chance is not None

    def plan(self, fault: Fault) -> Fault:
        """Add a fault; the first that fits a call strikes."""
        self.planned.append(fault)
        return fault

    def clear(self) -> None:
        """Let everything go well from now on."""
        self.planned.clear()
        self._chance = None

    def drop(
        self, method: str | None = None, *, chat_id: int | None = None, times: int | None = 1, after: bool = True
    ) -> Fault:
        """Close the connection without an answer, by default after the call has taken effect."""
        return self.plan(Fault("drop", method, chat_id, times=times, after=after))

    def error(
        self,
        status: int = 500,
        method: str | None = None,
        *,
        chat_id: int | None = None,
        times: int | None = 1,
        after: bool = False,
    ) -> Fault:
        """Answer 5xx, before or after the call has taken effect."""
        refusal = ApiError(status, TEXTS.get(status, "Error"))
        return self.plan(Fault("error", method, chat_id, times=times, after=after, refusal=refusal))

    def flood(
        self, retry_after: int, method: str | None = None, *, chat_id: int | None = None, times: int | None = 1
    ) -> Fault:
        """Answer 429 with this retry_after; the call has no effect."""
        return self.plan(Fault("error", method, chat_id, times=times, after=False, refusal=flooded(retry_after)))

    def delay(
        self,
        seconds: float,
        method: str | None = None,
        *,
        chat_id: int | None = None,
        times: int | None = 1,
        after: bool = False,
    ) -> Fault:
        """Wait (in real time) before the call takes effect, or before its answer."""
        return self.plan(Fault("delay", method, chat_id, times=times, after=after, seconds=seconds))

    def hang(
        self, method: str | None = None, *, chat_id: int | None = None, times: int | None = 1, after: bool = True
    ) -> Fault:
        """Never answer; the connection stays open until the client or the server gives up."""
        return self.plan(Fault("hang", method, chat_id, times=times, after=after))

    def garbage(
        self, method: str | None = None, *, chat_id: int | None = None, times: int | None = 1, after: bool = True
    ) -> Fault:
        """Answer 200 with a body that is no JSON, as a proxy does."""
        return self.plan(Fault("garbage", method, chat_id, times=times, after=after))

    def revoke(self, token: str) -> Fault:
        """Answer 401 to this token for good (undo it by `planned.remove`)."""
        return self.plan(Fault("error", token=token, times=None, after=False, refusal=unauthorized()))

    def redeliver(self, times: int = 1) -> Fault:
        """Lose a confirmation: getUpdates gives confirmed updates once more, a webhook gets an accepted one again."""
        return self.plan(Fault("redeliver", times=times))

    def shuffle(self, times: int | None = 1, seed: int = 1) -> Fault:
        """Mix the order within the next batches that have more than one update."""
        self._shuffler = random.Random(seed)  # noqa: S311 - order, not secrets
        return self.plan(Fault("shuffle", times=times))

    def at_random(
        self, seed: int, odds: dict[Kind, float], *, methods: Sequence[str] | None = None, seconds: float = 0.05
    ) -> None:
        """Let each call go wrong with these probabilities; the same seed and calls give the same faults.

        "error" is a 500 or 502, before or after the call; "delay" and "hang" last up to `seconds` and for ever.
        """
        source = random.Random(seed)  # noqa: S311 - repeatable on purpose
        self._chance = _Chance(source, odds, frozenset(methods) if methods else None, seconds)

    def take(self, method: str, chat_id: object, token: str) -> Fault | None:
        """Return the fault that strikes this call, if any."""
        for fault in self.planned:
            if fault.kind not in FOR_DELIVERY and fault.fits(method, chat_id, token):
                return self._strike(fault)
        return self._by_chance(method)

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """Note that a call goes wrong, until the block ends."""
        ended = asyncio.Event()
        self._late.add(ended)
        try:
            yield
        finally:
            self._late.discard(ended)
            ended.set()

    async def over(self) -> None:
        """Return when the calls that go wrong now are over: what they were to do is done, or never will be."""
        await asyncio.gather(*[ended.wait() for ended in self._late])

    def note_unanswered(self, chat_id: object, answer: object) -> None:
        """Note the message that a spoilt answer (JSON) was about, if it was about one."""
        result = orjson.loads(answer).get("result") if isinstance(answer, bytes) else None
        if isinstance(result, dict) and "message_id" in result:
            self.unanswered.add((str(chat_id), str(result["message_id"])))

    def _strike(self, fault: Fault) -> Fault:
        self.happened[fault.kind] += 1
        if fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                self.planned.remove(fault)
        return fault

    def _by_chance(self, method: str) -> Fault | None:
        chance = self._chance
        if chance is None or (chance.methods is not None and method not in chance.methods):
            return None
        throw = chance.source.random()
        for kind, probability in chance.odds.items():
            throw -= probability
            if throw < 0 and kind not in FOR_DELIVERY:
                self.happened[kind] += 1
                status = chance.source.choice((500, 502))
                after = chance.source.random() < 0.5
                seconds = chance.source.uniform(0, chance.seconds)
                return Fault(kind, after=after, seconds=seconds, refusal=ApiError(status, TEXTS[status]))
        return None

    def redelivers(self) -> bool:
        """Say whether the next confirmation gets lost."""
        return self._delivery("redeliver")

    def in_order(self, batch: list[Item]) -> list[Item]:
        """Return a batch of updates, mixed when that is planned."""
        if len(batch) < 2 or not self._delivery("shuffle"):
            return batch
        mixed = batch.copy()
        while mixed == batch:
            self._shuffler.shuffle(mixed)
        return mixed

    def _delivery(self, kind: Kind) -> bool:
        fault = next((fault for fault in self.planned if fault.kind == kind), None)
        if fault is not None:
            self._strike(fault)
            return True
        chance = self._chance
        if chance is None or not chance.odds.get(kind):
            return False
        strikes = chance.source.random() < chance.odds[kind]
        self.happened[kind] += strikes
        return strikes
