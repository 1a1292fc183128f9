"""People of a town in which there are projects with teams."""

from __future__ import annotations

import re

from projektbot.civic.staff.rules import Role
from tests.civic.projects.town import labels, publishes, sends_an_idea, taps_notice, with_role
from tests.turns.town import Person, Town

TITLES = ("Benches along the river", "Seats at the water", "A tool shed for all")


async def a_project(town: Town, *authors: str) -> list[Person]:
    """Let each author's idea be published, P-1001 and so on; return the authors."""
    mia = await with_role(town, "mia", Role.MODERATOR)
    people = [town.person(name) for name in authors]
    for person, title in zip(people, TITLES, strict=False):
        await sends_an_idea(person, title)
    for number in range(len(people)):
        await publishes(mia, f"P-{1001 + number}")
    return people


async def asks(somebody: Person, name: str = "Ben", ref: str = "P-1001", why: str = "I like to build.") -> str:
    """Ask to join a team; return what is said at the end."""
    await somebody.says(f"/join {ref}", name)
    await somebody.taps("Civil society")
    await somebody.says(why, "/skip", "/skip")
    return await somebody.taps("Send the request")


async def accepts(lead: Person) -> str:
    """Say yes to the request that came last, without a word."""
    await taps_notice(lead, "Answer")
    await lead.taps("Yes, welcome")
    return await lead.says("/skip")


async def joins(somebody: Person, lead: Person, name: str, ref: str = "P-1001") -> None:
    """Ask, and be taken in."""
    await asks(somebody, name, ref)
    assert "is in the team now" in await accepts(lead)


async def at_team(somebody: Person, *taps: str, ref: str = "P-1001") -> str:
    """Open a team and press buttons there; return what is said."""
    told = await somebody.says(f"/team {ref}")
    return await somebody.taps(*taps) if taps else told


async def invites(lead: Person, role: str = "As members", uses: str = "Five", ref: str = "P-1001") -> str:
    """Make an invitation; return its code."""
    told = await at_team(lead, "Invite by a link", "Make a new link", role, uses, ref=ref)
    found = re.search(r"[A-Z0-9]{4}-[A-Z0-9]{4}", told)
    assert found, told
    return found[0]


async def comes(somebody: Person, code: str, name: str) -> str:
    """Come into a team by an invitation's link; return what is said."""
    told = await somebody.says(f"/start join-{code}")
    if "called in the team" not in told:
        return told
    await somebody.says(name)
    return await somebody.taps("Business")


__all__ = ["labels", "taps_notice"]
