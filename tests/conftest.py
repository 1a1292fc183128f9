"""What all tests share: the servers they play against, and a word about what was not tested."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import settings

from tests.compiled import share_compiled
from tests.room import write_in_memory

write_in_memory()
share_compiled()
pytest_plugins = ["tests.servers.fixtures"]
gc.disable()  # while all is imported and collected: nothing of it is garbage

settings.register_profile("house", deadline=None)  # how long one example takes says how busy the machine is
settings.load_profile("house")


def pytest_collection_finish() -> None:
    """Take what was imported and collected out of the collector's rounds: it lives as long as the tests run."""
    gc.enable()
    gc.freeze()


@pytest.fixture(autouse=True)
def own_logs() -> Iterator[None]:
    """Leave no test's way of logging to the next: commands set it up for a whole process."""
    yield
    structlog.reset_defaults()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly, last of all, what this run has not looked at."""
    reasons = Counter(_reason(report) for report in terminalreporter.stats.get("skipped", []))
    if reasons:
        terminalreporter.section("NOT TESTED IN THIS RUN", sep="!", red=True, bold=True)
        for reason, count in reasons.most_common():
            terminalreporter.line(f"{count:5d} × {reason}", red=True)


def _reason(report: pytest.TestReport) -> str:
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return reason.removeprefix("Skipped: ")
