"""A turn and its reply over the Bot API, by webhook: what they cost the bot's process, ours beside others'."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from bench import strict
from bench.arrivals import spread_out
from bench.bots import AIOGRAM, CONTESTANTS, OURS, PTB, Contestant, Running, running
from bench.crowd import Crowd
from bench.figures import Spread, ratios, table
from bench.script import IDEA

IN_FLIGHT: Final = 32
WARM: Final = range(1, 17)
OPEN_RATE: Final = 100.0
TARGETS: Final = {AIOGRAM: 60, PTB: 40}


async def busy(contestant: Contestant, people: int) -> float:
    """Return the CPU seconds a thousand updates cost while the bot has more to do than it can."""
    crowd = Crowd()
    async with crowd.stub as stub, running(contestant, stub.url) as bot:
        await stub.ready()
        await crowd.ideas(WARM, at_once=len(WARM))
        before = bot.cpu()
        # twice, and not more: twenty messages are the burst that our bot allows a chat
        await crowd.ideas(range(100, 100 + people), at_once=IN_FLIGHT, times=2)
        return _per_thousand(bot, before, 2 * people * len(IDEA))


async def calm(contestant: Contestant, people: int) -> float:
    """Return the same at an open load far below what it can do."""
    crowd = Crowd()
    async with crowd.stub as stub, running(contestant, stub.url) as bot:
        await stub.ready()
        await crowd.ideas(WARM, at_once=len(WARM))
        before = bot.cpu()
        crowd_of = [crowd.person(100 + number) for number in range(people)]
        # all say their first word, then all their second …
        await spread_out(OPEN_RATE, people * len(IDEA), lambda n: crowd_of[n % people].act(IDEA[n // people]))
        return _per_thousand(bot, before, people * len(IDEA))


def _per_thousand(bot: Running, before: float, updates: int) -> float:
    return 1000 * (bot.cpu() - before) / updates


async def measure(rounds: int, people: int) -> None:
    """Hold everyone to the strict server once, then alternate them on the light one."""
    for contestant in CONTESTANTS:
        await strict.tell_once(contestant)
    print("Each told an idea on the strict Bot API server without a fault.\n")
    print(f"{IN_FLIGHT} conversations at once, {rounds} rounds of {2 * people * len(IDEA)} updates")
    _show(await _alternated(busy, rounds, people))
    rounds = (rounds + 1) // 2  # each takes its time
    print(f"{OPEN_RATE:.0f} updates a second, {rounds} rounds of {people * len(IDEA)} updates")
    _show(await _alternated(calm, rounds, people))


async def _alternated(
    load: Callable[[Contestant, int], Awaitable[float]], rounds: int, people: int
) -> dict[Contestant, list[float]]:
    found = [{contestant: await load(contestant, people) for contestant in CONTESTANTS} for _ in range(rounds)]
    return {contestant: [costs[contestant] for costs in found] for contestant in CONTESTANTS}


def _show(found: Mapping[Contestant, list[float]]) -> None:
    table(
        ("", "CPU s / 1,000 updates", "ours as % of it", "wanted"),
        [
            (
                contestant.name,
                Spread.of(values).show(2),
                "" if contestant is OURS else ratios(found[OURS], values).show(),
                f"at most {TARGETS[contestant]}" if contestant in TARGETS else "",
            )
            for contestant, values in found.items()
        ],
    )
