"""Somebody floods the bot: one word, a rest, nothing lost, and nobody else waits for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from projektbot.dialog.pace import REST
from projektbot.messages import Words
from tests.turns.town import Town

AT_ONCE = 20


async def test_a_flood_gets_one_word_and_costs_neither_the_draft_nor_others(town: Town) -> None:
    town.world = town.turns.transactions.world = replace(town.world, at_once=AT_ONCE)
    anna, ben = town.person("anna"), town.person("ben")
    await anna.begins_an_idea()
    told = len(town.told("anna"))

    await town.take(
        *[town.inbound("anna", Words("x")) for _ in range(5 * AT_ONCE)], town.inbound("ben", Words("Hello"))
    )

    said = town.told("anna")[told:]
    assert len(said) == AT_ONCE - 3 + 1  # the idea had begun with three
    assert [number for number, words in enumerate(said) if "That was a lot at once" in words] == [len(said) - 1]
    assert len(town.told("ben")) == 1

    town.clock.advance(timedelta(seconds=REST))
    assert "In a minute" not in await anna.says("A back and arms, every two hundred metres.")
    assert (await town.session("anna")).frames[-1].answers["title"] == "Benches along the river"
    assert await ben.says("Hello again, how are you?")
