"""What a function gets that shows something in a dialog, and what such functions are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol, TypeAlias
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from projektbot.civic.city import City
from projektbot.civic.projects.meanings import Meanings
from projektbot.dialog.model import Answers, Value
from projektbot.dialog.session import Session
from projektbot.texts import Text


class Seen(Protocol):
    """The house as one person meets it in one turn."""

    @property
    def db(self) -> Connection: ...
    @property
    def person_id(self) -> int: ...
    @property
    def city(self) -> City: ...
    @property
    def now(self) -> datetime: ...
    @property
    def zone(self) -> ZoneInfo: ...
    @property
    def links(self) -> Callable[[str], Mapping[str, str]]: ...
    @property
    def meanings(self) -> Meanings | None: ...


Provider: TypeAlias = Callable[[Seen, Session, Answers], Sequence[tuple[str, Text]]]
Calculate: TypeAlias = Callable[[Seen, Session, Answers], Value]
