"""The teams of a town: one after the other is founded, meets some times, and sees people come and go."""

from __future__ import annotations

import re
from random import Random

from tests.crash.residents import Resident
from tests.crash.teams import MEETINGS, MEMBERS, Team, title_unlike
from tests.crash.town import OnMatrix, OnTelegram, Town


class Quarter:
    """Those of a town who work together, and who reads their ideas first."""

    def __init__(self, town: Town, chance: Random) -> None:
        assert isinstance(town.platform, OnTelegram | OnMatrix)  # elsewhere there are no groups
        self._town = town
        self._platform = town.platform
        self._chance = chance
        self._moderator: Resident | None = None

    async def work(self) -> Team:
        """Let a team meet, with somebody new in it; a new team, where the last has met often enough."""
        teams = self._town.teams
        if not teams or teams[-1].meetings >= MEETINGS:
            await self._found()
        elif teams[-1].meetings:
            await self._change(teams[-1])
        await teams[-1].meet()
        return teams[-1]

    async def _found(self) -> None:
        """Let somebody new have an idea, others come into the team, and all of them into a group."""
        if self._moderator is None:
            self._moderator = await self._appointed()
        people = self._free(MEMBERS)
        team = Team(await self._town.welcome(title_unlike), self._chance)
        await team.found(self._moderator)
        await team.take_in(people)
        hall = await self._platform.hall(team.deeds.people)
        self._town.halls.append(hall)
        self._town.teams.append(team)
        await team.move_in(hall)

    async def _change(self, team: Team) -> None:
        """Let somebody go, and somebody else come."""
        await team.part()
        (new,) = self._free(1)
        await team.hall.enter(new, team.lead)
        await team.take_in([new])

    async def _appointed(self) -> Resident:
        """Let one of those who have sent their idea read those of the others from now on."""
        (found,) = self._free(1)
        told = await self._town.bot.run("staff", "grant", "moderator")
        code = re.search(r"/staff (\S+)", told)
        assert code, told
        await found.say(f"/staff {code[1]}", ending="Welcome! You are now")
        return found

    def _free(self, count: int) -> list[Resident]:
        """Return people who have sent their idea and are in no team."""
        taken = {who for team in self._town.teams for who in team.deeds.roles} | {self._moderator}
        return [who for who in self._town.residents if who.done and who not in taken][:count]
