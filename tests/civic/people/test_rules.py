"""How a code that connects two chats is read and judged."""

from __future__ import annotations

import pytest

from projektbot.civic.house import BELONGINGS, SHARED, known
from projektbot.civic.people.rules import (
    CODE_MINUTES,
    LENGTH,
    LETTERS,
    MINUTE,
    LinkOutcome,
    Maker,
    bare,
    grouped,
    link_outcome,
    minutes_to_wait,
)
from projektbot.store.tables import metadata

MAKER = Maker(person_id=7, address_id=70)


@pytest.mark.parametrize(
    ("maker", "person", "address", "outcome"),
    [
        (None, 8, 80, LinkOutcome.UNKNOWN),
        (MAKER, 8, 80, LinkOutcome.LINKED),
        (MAKER, 7, 70, LinkOutcome.OWN),
        (MAKER, 7, 71, LinkOutcome.ALREADY),
    ],
)
def test_what_becomes_of_a_code(maker: Maker | None, person: int, address: int, outcome: LinkOutcome) -> None:
    assert link_outcome(maker, person, address) is outcome


@pytest.mark.parametrize("typed", ["bcdf-2345", "BCDF 2345", " bcdf2345 ", "B C D F 2 3 4 5", "bcdf–2345."])
def test_a_code_may_be_typed_as_one_likes(typed: str) -> None:
    assert bare(typed) == "BCDF2345"
    assert grouped(bare(typed)) == "BCDF-2345"


def test_a_code_has_nothing_that_is_taken_for_something_else_and_spells_no_word() -> None:
    assert set(LETTERS).isdisjoint("0O1IL" + "AEIOU")
    assert len(LETTERS) ** LENGTH > 10**11


def test_after_three_wrong_tries_one_waits_until_the_first_is_ten_minutes_old() -> None:
    first, now = 100 * MINUTE, 104 * MINUTE

    assert minutes_to_wait([first, now], now) == 0
    assert minutes_to_wait([first, now, now], now) == 6
    assert minutes_to_wait([first, now, now], 110 * MINUTE - 1) == 1  # a part of a minute is a minute
    assert minutes_to_wait([first, now, now], 110 * MINUTE) == 0


def test_the_dialog_tells_the_outcomes_and_the_minutes_there_are() -> None:
    from projektbot.config import folder  # noqa: PLC0415 - only here

    text = (folder("dialogs") / "people" / "link_code.yaml").read_text("utf-8")

    assert set(known().actions["link_chats"].outcomes) == set(LinkOutcome)
    assert f"older than {CODE_MINUTES} minutes" in text


def test_everything_that_belongs_to_a_person_follows_them() -> None:
    """A room that keeps something under a person's number must say so in the house; else it is lost."""
    of_people = {"sessions", "link_codes", "link_tries"}
    owners = {
        f"{table.name}.{key.parent.name}"
        for table in metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name == "people" and table.name not in of_people
    }

    assert {f"{column.table.name}.{column.name}" for column in (*BELONGINGS, *SHARED)} == owners
