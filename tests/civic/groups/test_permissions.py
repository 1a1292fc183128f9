"""Every act in a group × whoever does it: who may, can; who may not, is told so and changes nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

import pytest
from sqlalchemy import Table

from projektbot.civic.groups.tables import decisions, group_answers, project_chats, questions, relayed, relays, tasks
from projektbot.messages import Command, Tap
from tests.civic.groups.permissions import COLUMNS, table
from tests.civic.groups.relay_town import ROOM, Talker, bind_room
from tests.civic.groups.town import GROUP, Member, posts
from tests.civic.teams.town import a_project, at_team, comes, invites, joins
from tests.turns.town import Town

MAY = table()
SENDERS: Mapping[str, str] = {who: who for who in COLUMNS} | {"stranger": "77", "anonymous": ""}
UNHEARD = ("stranger", "anonymous")  # who have no private chat with us
SOMEBODY = "78"


async def a_team(town: Town) -> None:
    """Let there be a team with one of each role, whose group and room are connected, and somebody else."""
    (lead,) = await a_project(town, "lead")
    for name in ("member", "removed"):
        await joins(town.person(name), lead, name.title())
    await comes(town.person("guest"), await invites(lead, "As guests"), "Guest")
    await at_team(lead, "People of the team", "Removed", "Take them out of the team")
    await lead.says("Never came.")
    await town.person("known").says("/start")
    await Member(town, "lead").says("/team P-1001")
    await Talker(town, "77", ROOM).says("/help")
    await town.store.write(bind_room)


def member(town: Town, who: str) -> Member:
    """Return somebody in the group."""
    return Member(town, SENDERS[who])


# ---- how each act is done, and whether it came about -----------------------------------------------------------------


async def _connect(town: Town, who: str) -> bool:
    await member(town, "lead").says("/team off")
    await member(town, who).says("/team P-1001")
    came_about = await town.count(project_chats) == 2
    await member(town, "lead").says("/team P-1001")
    return came_about


async def _separate(town: Town, who: str) -> bool:
    await member(town, who).says("/team off")
    return await town.count(project_chats) == 1


async def _language(town: Town, who: str) -> bool:
    await member(town, who).says("/language en")
    return (await town.session(GROUP)).locale == "en"


async def _relay(town: Town, who: str) -> bool:
    await member(town, who).says("/relay on")
    return await town.count(relays) == 1


async def _fix(town: Town, who: str) -> bool:
    await Member(town, SOMEBODY).says("/meeting Planning; Friday 18:00; Saturday 10:00")
    return await _adds(town, who, questions, "/meeting 1")


async def _end(town: Town, who: str) -> bool:
    await Member(town, SOMEBODY).says("/poll Which colour? ; red ; green")
    return await _ends(town, who)


async def _end_own(town: Town, who: str) -> bool:
    await member(town, who).says("/poll Which colour? ; red ; green")
    return await _ends(town, who)


async def _ends(town: Town, who: str) -> bool:
    await member(town, who).says("/poll end 1")
    ended = not await town.rows(questions, questions.c.ended_at.is_(None))
    await member(town, "lead").says("/poll end")
    return ended


async def _vote(town: Town, who: str) -> bool:
    await member(town, "lead").says("/decide Do we buy the wood?")
    number = await town.count(decisions)
    if who not in UNHEARD:
        await town.person(who).says(f"/vote {number}", "1")
    (decision,) = await town.rows(decisions, decisions.c.id == number)
    return bool(decision.yes)


async def _choose(town: Town, who: str) -> bool:
    await Member(town, SOMEBODY).says("/meeting Planning; Friday 18:00; Saturday 10:00")
    before = await town.count(group_answers)
    await member(town, who).does(Tap(posts(town)[-1].choices[0].token))
    return await town.count(group_answers) > before


async def _tick(town: Town, who: str) -> bool:
    await Member(town, SOMEBODY).says("/task Buy wood")
    (token,) = [choice.token for choice in posts(town)[-1].choices if choice.token.endswith("|done")]
    await member(town, who).does(Tap(token))
    return not await town.rows(tasks, tasks.c.done_at.is_(None))


async def _delete(town: Town, who: str) -> bool:
    await member(town, "lead").says("/relay on")
    await Talker(town, SENDERS[who]).talks("Who brings the cake?", "m1")
    shown = await town.count(relayed)
    await member(town, who).does(Command("delete", "", "m1"))
    return (shown, await town.count(relayed)) == (1, 0)


async def _adds(town: Town, who: str, to: Table, written: str) -> bool:
    before = await town.count(to)
    assert await member(town, who).says(written)
    return await town.count(to) > before


def adds(to: Table, written: str) -> Callable[[Town, str], Awaitable[bool]]:
    """Return the act of a command that adds a row."""
    return lambda town, who: _adds(town, who, to, written)


ACTS: Mapping[str, Callable[[Town, str], Awaitable[bool]]] = {
    "connect": _connect,
    "separate": _separate,
    "language": _language,
    "relay": _relay,
    "fix": _fix,
    "end": _end,
    "decide": adds(decisions, "/decide Do we buy the wood?"),
    "vote": _vote,
    "choose": _choose,
    "end_own": _end_own,
    "task": adds(tasks, "/task Buy wood"),
    "tick": _tick,
    "meeting": adds(questions, "/meeting Planning; Friday 18:00; Saturday 10:00"),
    "poll": adds(questions, "/poll Which colour? ; red ; green"),
    "delete": _delete,
}


def test_every_act_of_the_table_is_tried() -> None:
    assert set(ACTS) == set(MAY)


@pytest.mark.parametrize("act", MAY)
async def test_who_may_can_and_who_may_not_changes_nothing(town: Town, act: str) -> None:
    await a_team(town)

    could = [who for who in reversed(COLUMNS) if await ACTS[act](town, who)]  # the lead last: they change most

    assert frozenset(could) == MAY[act]
