"""Messages whose keys have not come: kept until they do, and asked for once more if they do not."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any, Final

import orjson
import structlog

from projektbot.channels.matrix.events import Raw, as_text
from projektbot.channels.matrix.roomkeys import session_of
from projektbot.messages import Road

PATIENCE: Final = 60.0  # seconds; keys come from another server, or another queue of the same one
MOST_IN_ROOM: Final = 50  # messages
MOST_BYTES_IN_ROOM: Final = 200_000
MOST_BYTES: Final = 2_000_000
LONGEST_MS: Final = 30 * 24 * 3_600_000  # after that, even with its key, a message is not worth an answer
KEPT: Final = ("event_id", "room_id", "sender", "type", "origin_server_ts", "content")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One message; `asked` says whether its sender knows that we cannot read it."""

    raw: Raw
    since: float
    asked: bool = False

    @property
    def session(self) -> tuple[str, str]:
        return self.raw["room_id"], session_of(self.raw)

    @property
    def size(self) -> int:
        return len(orjson.dumps(self.raw))


class Late:
    """All that wait, in the order of their coming. Kept durably, since no later sync brings them again."""

    def __init__(self, channel: str, road: Road, open_: Callable[[Raw], Raw | None]) -> None:
        self._road = road
        self._key = f"{channel}:late"
        self._open = open_
        self._kept = "[]"
        self._waiting: dict[str, Waiting] = {}
        self._dropped: list[Waiting] = []
        self._given: set[tuple[str, str]] = set()
        self._tried = False
        self._released: set[str] = set()
        self._told: set[tuple[str, str]] = set()
        self._requested: set[tuple[str, str]] = set()

    async def recall(self) -> None:
        """Go on with what waited before a restart."""
        self._kept = await self._road.recall(self._key) or "[]"
        waiting = [Waiting(entry["raw"], monotonic(), entry["asked"]) for entry in orjson.loads(self._kept)]
        self._waiting = {each.raw["event_id"]: each for each in waiting}

    @property
    def is_impatient(self) -> bool:
        """Say whether somebody will have to be asked."""
        return any(not each.asked for each in self._waiting.values())

    def add(self, raw: Raw) -> None:
        """Let a message wait."""
        event_id = as_text(raw.get("event_id"))
        if event_id and event_id not in self._waiting:
            self._waiting[event_id] = Waiting({name: raw[name] for name in KEPT if name in raw}, monotonic())
            self._drop_what_is_too_much(raw["room_id"])

    def without_key(self) -> list[Raw]:
        """Return one event for each session whose key we have not asked for since we started."""
        fresh = {each.session: each.raw for each in self._waiting.values() if each.session not in self._requested}
        self._requested = {each.session for each in self._waiting.values()}
        return list(fresh.values())

    def hope(self, given: Iterable[tuple[str, str]]) -> None:
        """Note whose keys have come. At once: a turn that fails later does not bring them again."""
        self._given.update(given)

    def released(self) -> list[Raw]:
        """Return the messages that can be read now, in order; `settle` takes them out."""
        hopeful = [each for each in self._waiting.values() if each.session in self._given or not self._tried]
        opened = [(each.raw["event_id"], self._open(each.raw)) for each in hopeful]
        self._released = {event_id for event_id, raw in opened if raw is not None}
        return [raw for _, raw in opened if raw is not None]

    def questions(self, refused: set[tuple[str, str, str]]) -> list[Raw]:
        """Return one event for each session whose key we have waited for in vain, or were refused.

        It has an id of its own: when its key comes after all, the message still counts under its own.
        """
        asked = {each.session for each in self._waiting.values() if each.asked}
        overdue: dict[tuple[str, str], Raw] = {}
        for each in [*self._dropped, *self._waiting.values()]:
            is_refused = (*each.session, each.raw.get("sender")) in refused
            is_late = each in self._dropped or is_refused or monotonic() - each.since >= PATIENCE
            if is_late and not each.asked and each.raw["event_id"] not in self._released:
                overdue.setdefault(each.session, each.raw)
        self._told = set(overdue)
        return [
            {**raw, "event_id": f"late/{room}/{session}"}
            for (room, session), raw in overdue.items()
            if (room, session) not in asked
        ]

    async def keep(self) -> None:
        """Store what waits."""
        entries: list[dict[str, Any]] = [{"raw": each.raw, "asked": each.asked} for each in self._waiting.values()]
        value = orjson.dumps(entries).decode()
        if value != self._kept:
            await self._road.keep(self._key, value)
            self._kept = value

    async def settle(self) -> None:
        """Note that what was released, and what was asked, is on the road."""
        self._given, self._tried = set(), True
        if not (self._released or self._told or self._dropped):
            return
        self._waiting = {
            event_id: replace(each, asked=True) if each.session in self._told else each
            for event_id, each in self._waiting.items()
            if event_id not in self._released
        }
        self._released, self._told, self._dropped = set(), set(), []
        await self.keep()

    def _drop_what_is_too_much(self, room: str) -> None:
        in_room = [each for each in self._waiting.values() if each.raw["room_id"] == room]
        newest = max(_time(each) for each in in_room)
        old = [each for each in in_room if _time(each) < newest - LONGEST_MS]
        much = _beyond(in_room, MOST_BYTES_IN_ROOM, MOST_IN_ROOM) or _beyond(
            [*self._waiting.values()], MOST_BYTES, None
        )
        for each in [*old, *much]:
            if self._waiting.pop(each.raw["event_id"], None):
                log.warning("matrix_late_given_up")
                self._dropped.append(each)


def _beyond(waiting: list[Waiting], most_bytes: int, most: int | None) -> list[Waiting]:
    """Return the oldest that are more than a number of messages or bytes."""
    too_many = len(waiting) - most if most is not None else 0
    beyond = waiting[: max(too_many, 0)]
    size = sum(each.size for each in waiting[len(beyond) :])
    for each in waiting[len(beyond) :]:
        if size <= most_bytes:
            break
        size -= each.size
        beyond.append(each)
    return beyond


def _time(each: Waiting) -> int:
    stated = each.raw.get("origin_server_ts")
    return stated if isinstance(stated, int) else 0
