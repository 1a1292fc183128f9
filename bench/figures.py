"""Figures: medians over rounds, percentiles, and tables one can read."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Self


@dataclass(frozen=True, slots=True)
class Sample:
    """What one contestant did in one round; times are seconds."""

    done: int
    wall: float
    cpu: float

    @property
    def per_second(self) -> float:
        """Return how many were done in a second."""
        return self.done / self.wall

    @property
    def micros(self) -> float:
        """Return the microseconds of CPU that each cost."""
        return 1e6 * self.cpu / self.done


class Watch:
    """Measures wall and CPU time of this process, all its threads, from when it is made."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def sample(self, done: int) -> Sample:
        """Return what was done since."""
        return Sample(done, time.perf_counter() - self._wall, time.process_time() - self._cpu)


@dataclass(frozen=True, slots=True)
class Spread:
    """The median of several runs, and the smallest and largest of them."""

    middle: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Self:
        """Return the spread of at least one value."""
        found = sorted(values)
        return cls(median(found), found[0], found[-1])

    def show(self, digits: int = 0) -> str:
        """Write it as "5 (4–7)"."""
        return f"{self.middle:,.{digits}f} ({self.least:,.{digits}f}–{self.most:,.{digits}f})"


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> Spread:
    """Return ours as percent of theirs, round by round: what disturbs a round disturbs both."""
    return Spread.of(100 * own / other for own, other in zip(ours, theirs, strict=True))


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that `share` (0 to 1) of all do not exceed."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table as README.md has it."""
    print("| " + " | ".join(heads) + " |")
    print("|" + "|".join("---" for _ in heads) + "|")
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print(flush=True)
