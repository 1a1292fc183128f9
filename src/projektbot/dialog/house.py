"""What the engine asks of the house, and what the checker must know of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from projektbot.dialog.model import Answers, Value
from projektbot.dialog.session import Session
from projektbot.texts import Text


class House(Protocol):
    """Functions of the house that dialogs name. They read; only actions write, and those run outside the engine."""

    def options(self, provider: str, session: Session, answers: Answers, /) -> Sequence[tuple[str, Text]]:
        """Return the choices of a provider as (name, label)."""

    def is_fixed(self, provider: str, /) -> bool:
        """Say whether a provider's choices are the same for everybody as long as the program runs."""

    def calculate(self, function: str, session: Session, answers: Answers, /) -> Value:
        """Return a worked-out value (JSON), or None."""

    def locate(self, function: str, lat: float, lon: float, /) -> str:
        """Return the choice a place belongs to, or an empty string."""

    def offered(self, words: str, /) -> str:
        """Return what the button carries on which these words stand, under the last notice; empty if there is none."""


@dataclass(frozen=True, slots=True)
class ActionInfo:
    """What the checker must know of an action."""

    outcomes: tuple[str, ...]
    required: frozenset[str]  # answers it cannot do without
    optional: frozenset[str]
    facts: frozenset[str]  # what its result adds, usable as placeholders afterwards


@dataclass(frozen=True, slots=True)
class Known:
    """The names a dialog may use."""

    actions: Mapping[str, ActionInfo]
    providers: frozenset[str]
    functions: frozenset[str]  # of calculate
    locators: frozenset[str]  # of locate
