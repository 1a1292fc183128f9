"""How the teams of the sample city come together: who asks, is taken in or invited, and what they have and need."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from projektbot.demo.season import Member, Season, Team
from projektbot.demo.stage import Scene, Stage

TEN, THREE = timedelta(hours=10), timedelta(hours=15)
BETWEEN = timedelta(days=2)  # one member and the next
CODE = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}")


@dataclass(frozen=True, slots=True)
class Gathering:
    """The scenes of a season in which teams come together."""

    stage: Stage
    season: Season

    def scenes(self) -> Iterator[Scene]:
        """Tell what happens, and when."""
        leads = {idea.title: idea.by for idea in self.season.ideas}
        for team in self.season.teams:
            lead, begun = leads[team.project], timedelta(days=team.day)
            yield Scene(begun + TEN, partial(self._begin, team, lead))
            for number, member in enumerate(team.members, 1):
                day = timedelta(days=member.day) if member.day else begun + number * BETWEEN
                if member.invited:
                    yield Scene(day + TEN, partial(self._invite, team, lead, member))
                    continue
                yield Scene(day + TEN, partial(self._ask, team, member))
                if not member.waits:
                    yield Scene(day + THREE, partial(self._accept, team, lead, member))

    async def _begin(self, team: Team, lead: str) -> None:
        await self._act(team, lead, "introduce", {"name": lead, "sector": team.sector})
        for partner in team.partners:
            await self._act(team, lead, "partners", {"which": "new"} | partner.model_dump())
        for kind, offers in (("has", team.has), ("needs", team.needs)):
            for offer in offers:
                await self._act(team, lead, "offers", {"which": kind} | offer.model_dump())

    async def _ask(self, team: Team, member: Member) -> None:
        words = {"name": member.who, "sector": member.sector, "why": member.why}
        rest = {"skills": member.skills, "hours": str(member.hours or "")}
        await self.stage.say(member.who, f"/join {self._ref(team)}", words | rest)

    async def _accept(self, team: Team, lead: str, member: Member) -> None:
        await self._act(team, lead, "requests", {"answer": "accept", "word": member.word})

    async def _invite(self, team: Team, lead: str, member: Member) -> None:
        told = await self._act(team, lead, "invite", {"which": "new", "role": "member", "uses": "1"})
        code = CODE.search(told)
        assert code  # noqa: S101 - else the play does not fit the dialog any more
        await self.stage.say(member.who, f"/join {code[0]}", {"name": member.who, "sector": member.sector})

    async def _act(self, team: Team, lead: str, act: str, answers: Mapping[str, str]) -> str:
        return await self.stage.say(lead, f"/team {self._ref(team)}", {"act": act, **answers})

    def _ref(self, team: Team) -> str:
        return self.stage.numbers[team.project]
