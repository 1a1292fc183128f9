"""Delivery is woken for what nobody hands over, after the commit, and for nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Connection

from projektbot.errors import Bug
from projektbot.store.listening import OUTBOX, notify
from tests.civic.projects.town import publishes, sends_an_idea, with_role
from tests.turns.linked import notices
from tests.turns.town import Town


@pytest.fixture
def alone(tmp_path: Path) -> Town:
    """Return a town of one process, which nobody else can wake."""
    return Town(tmp_path)


async def test_an_answer_is_handed_over_and_needs_no_look(alone: Town) -> None:
    await sends_an_idea(alone.person("anna"))

    assert alone.rung == []
    await alone.close()


async def test_what_somebody_else_is_told_is_looked_for_at_once(alone: Town) -> None:
    await sends_an_idea(alone.person("anna"))
    await publishes(await with_role(alone, "mia"), "P-1001")

    assert len(await notices(alone, "anna")) == 1
    assert alone.rung == [OUTBOX]
    await alone.close()


async def test_what_was_rolled_back_wakes_nobody_then_nor_later(alone: Town) -> None:
    def fails(db: Connection) -> None:
        notify(db, OUTBOX)
        raise RuntimeError

    with pytest.raises(Bug):
        await alone.store.write(fails)
    await alone.store.write(lambda _: None)

    assert alone.rung == []
    await alone.close()
