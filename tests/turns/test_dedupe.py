"""Updates that come twice, or late, or in another order: they change nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path

from sqlalchemy import Connection, event

from projektbot.messages import Command, Event, Inbound, Words
from projektbot.store.tables import inbox, people
from projektbot.turns.rows import HANDLED
from tests.turns.town import Town


def an_idea(town: Town, chat: str = "anna") -> list[Inbound]:
    """Return a conversation that ends with an idea sent."""
    said = ["new", "Benches along the river", "A place to rest for everybody", "Health", "Altstadt"]
    events: list[Event] = [Command("idea"), *map(Words, said), *[Command("skip")] * 3, Words("Send the idea")]
    return [town.inbound(chat, what, key=f"{chat}:{number}") for number, what in enumerate(events)]


async def test_the_same_update_twice_in_one_batch_is_taken_once(town: Town) -> None:
    hello = town.inbound("anna", Words("Hello"))
    replays: list[Connection] = []
    event.listen(town.engine, "rollback", replays.append)

    await town.take(hello, hello, hello)

    assert len(town.told("anna")) == 1
    assert not replays  # it is seen beforehand, and spares the batch a clash
    assert await town.count(inbox) == 1
    assert await town.count(people) == 1


async def test_the_same_update_in_a_later_batch_is_taken_once(town: Town) -> None:
    hello = town.inbound("anna", Words("Hello"))
    await town.take(hello)

    await town.take(hello)

    assert len(town.told("anna")) == 1


async def test_the_same_update_from_two_receivers_at_once_is_taken_once(town: Town) -> None:
    """A webhook that Telegram calls again while the first call is still under way."""
    hello = town.inbound("anna", Words("Hello"))

    await asyncio.gather(*[town.take(hello) for _ in range(20)])

    assert len(town.told("anna")) == 1


async def test_the_same_update_after_a_restart_is_taken_once(town: Town, tmp_path: Path) -> None:
    talk = an_idea(town)
    await town.take(*talk)
    before = await town.session("anna")
    again = town.again()

    await again.take(*talk)

    assert not again.letters
    assert await again.session("anna") == before
    await again.close()


async def test_a_redelivered_conversation_sends_no_second_idea(town: Town) -> None:
    talk = an_idea(town)
    await town.take(*talk)
    told = len(town.letters)

    await town.take(*reversed(talk))
    await town.take(*talk[3:], *talk)

    assert len(town.letters) == told
    assert sum("Its number is" in words for words in town.told("anna")) == 1


async def test_an_old_update_among_new_ones_changes_nothing(town: Town) -> None:
    talk = an_idea(town)
    await town.take(*talk[:4])

    await town.take(talk[2], talk[0], talk[4], talk[1], talk[4])

    answers = (await town.session("anna")).frames[-1].answers
    assert list(answers) == ["kind", "title", "description", "field"]


async def test_the_same_key_on_two_accounts_is_two_updates(town: Town) -> None:
    here = town.inbound("anna", Words("Hello"), key="1")
    there = Inbound("matrix", "1", "!room", Words("Hello"))

    await town.take(here, there)

    assert len(town.letters) == 2


async def test_what_was_taken_is_kept_for_a_week_and_without_its_words(town: Town) -> None:
    await town.take(town.inbound("anna", Words("My name is Anna and I live in the Hafenstraße")))
    await town.jobs.prune()

    (row,) = await town.rows(inbox)
    assert (row.state, row.raw, row.error) == (HANDLED, None, None)
