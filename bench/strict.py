"""Everyone tells one idea on the strict Bot API server: what is measured is a bot that would work."""

from __future__ import annotations

from typing import Final

from bench.bots import Contestant, running
from bench.script import DONE, IDEA, Act, Say
from bench.stub import TOKEN
from tests.servers import botapi

ANSWER_SECONDS: Final = 30.0


async def tell_once(contestant: Contestant) -> None:
    """Play the script; raise RuntimeError if the server refused a call or the idea got no number."""
    async with (
        botapi.BotApiServer(TOKEN, limits=botapi.Limits.off()) as server,
        running(contestant, server.url),
    ):
        person = server.person(4711, "Anna", language_code="en")
        for act in IDEA:
            await _act(person, act)
        last = [seen.text for seen in person.sees if seen.by != person.id][-1]
        refused = [call for call in server.bot().calls if call.status != 200]  # noqa: PLR2004 - HTTP's
    if DONE not in last or refused:
        raise RuntimeError(f"{contestant.name}: {last!r}, refused: {refused}")


async def _act(person: botapi.Person, act: Act) -> None:
    if isinstance(act, Say):
        await person.send(act.text)
    else:
        await person.tap(act.label)
    await person.next_message(timeout=ANSWER_SECONDS)
