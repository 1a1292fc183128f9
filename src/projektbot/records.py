"""Values that nobody changes, at the price of ordinary objects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True)
def record(cls: type[T]) -> type[T]:
    """Make a dataclass with slots that the type checker treats as frozen.

    Only the type checker: a dataclass that is frozen at run time sets its fields by `object.__setattr__`, and making
    those was a seventh of a turn. For values made several times a turn; elsewhere `@dataclass(frozen=True)`.
    """
    return dataclass(slots=True, unsafe_hash=True)(cls)
