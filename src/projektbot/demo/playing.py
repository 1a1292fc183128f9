"""The season of the sample city, played along the road by its clock: nothing is put into the store by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from random import Random

from sqlalchemy import func, select

from projektbot.app import AHEAD, House
from projektbot.civic.projects.rules import reference
from projektbot.civic.projects.tables import projects
from projektbot.civic.staff.actions import invite
from projektbot.civic.staff.rules import EVERYWHERE, Role
from projektbot.demo.announcing import Announcing
from projektbot.demo.cast import Answers, Cast, said
from projektbot.demo.groupchat import Chatting
from projektbot.demo.season import Comment, Idea, Season
from projektbot.demo.stage import Scene, Stage
from projektbot.demo.teams import Gathering
from projektbot.instants import micros
from projektbot.messages import Kind, Shared, Upload
from projektbot.store.tables import people

MORNING = timedelta(hours=9)
MINUTES = timedelta(minutes=7)  # between what happens on one day
ANOTHER = "another"  # what is similar is something else


async def is_empty(house: House) -> bool:
    """Say whether nobody has ever written."""
    found = await house.store.read(lambda db: db.scalar(select(func.count()).select_from(people)))
    return not found


class Play:
    """The people of a season on the stage of a house, whose delivery runs."""

    def __init__(self, house: House, cast: Cast, season: Season) -> None:
        self.house = house
        self.season = season
        self.stage = Stage(house, cast)
        self._chance = Random(len(season.ideas))  # noqa: S311 - who supports what

    async def play(self) -> None:
        """Let everything happen in its order, ending now."""
        clock = self.house.clock
        begin = clock.now() - timedelta(days=self.season.days)
        midnight = begin.replace(hour=0, minute=0, second=0, microsecond=0)
        clock.ahead -= clock.now() - midnight  # before anything is stored: for whoever comes time never goes back
        await self._staff()
        gathering, chatting = Gathering(self.stage, self.season), Chatting(self.stage, self.season.chat)
        announcing = Announcing(self.stage, self.season, midnight)
        scenes = [*self._scenes(), *gathering.scenes(), *chatting.scenes(), *announcing.scenes()]
        for scene in sorted(scenes, key=lambda scene: scene.after):
            await self._until(midnight + scene.after)
            await scene.act()
        await self._until(clock.real())
        clock.advance(-clock.ahead)  # the moments this took
        await self.house.turns.keep(AHEAD, str(clock.ahead.total_seconds()))

    async def _until(self, time: datetime) -> None:
        await self.house.advance(max(time - self.house.clock.now(), timedelta()))

    # ---- what happens ------------------------------------------------------------------------------------------------

    def _scenes(self) -> Iterator[Scene]:
        slots = count()
        for idea in self.season.ideas:
            sent = timedelta(days=idea.day) + MORNING + next(slots) % 40 * MINUTES
            yield Scene(sent, partial(self._send, idea))
            if not idea.checked:
                continue
            checked = sent + timedelta(days=idea.checked)
            yield Scene(checked, partial(self._check, idea))
            if idea.reply:
                checked += timedelta(days=1)
                yield Scene(checked - timedelta(hours=2), partial(self._reply, idea))
                yield Scene(checked, partial(self._decide, idea, "publish", {}))
            yield from self._echo(idea, checked)

    def _echo(self, idea: Idea, published: timedelta) -> Iterator[Scene]:
        others = [name for name in self.season.residents if name != idea.by]
        left = timedelta(days=self.season.days) - published - timedelta(hours=1)
        for name in self._chance.sample(others, idea.support):
            when = published + timedelta(hours=1) + self._chance.random() ** 3 * left
            yield Scene(when, partial(self._support, idea, name))
        for comment in idea.comments:
            yield Scene(timedelta(days=comment.day, hours=18), partial(self._comment, idea, comment))
        if idea.answer:
            yield Scene(timedelta(days=idea.answer.day, hours=11), partial(self._answer, idea))

    async def _staff(self) -> None:
        at = micros(self.house.clock.now())
        for role, names in ((Role.MODERATOR, self.season.moderators), (Role.CASEWORKER, self.season.caseworkers)):
            for name in names:
                code = await self.house.store.write(partial(invite, at=at, role=role, area=EVERYWHERE))
                await self.stage.talk(name, f"/staff {code}", {})

    async def _send(self, idea: Idea) -> None:
        await self.stage.talk(idea.by, "/idea", self._answers(idea))
        number = await self.house.store.read(lambda db: db.scalar(select(func.max(projects.c.number))))
        self.stage.numbers[idea.title] = reference(number or 0)

    def _answers(self, idea: Idea) -> Answers:
        number = self.season.ideas.index(idea)
        photo = Upload(Kind.IMAGE, f"{idea.picture}-{number}", name=f"{idea.picture}.jpg")
        return {
            "kind": said("better" if idea.better else "new"),
            "service": said(idea.better),
            "title": said(idea.title),
            "description": said(idea.description),
            "field": said(idea.field),
            "area": Shared(*idea.place) if idea.place else said(idea.area),
            "cost": said(str(idea.cost)) if idea.cost is not None else said("/skip"),
            "picture": photo if idea.picture else said("/skip"),
            "contribution": said(idea.part or "/skip"),
            "meant": said(ANOTHER),
            "meant_too": said(ANOTHER),
        }

    async def _check(self, idea: Idea) -> None:
        if idea.asks:
            await self._decide(idea, "ask", {"question": said(idea.asks)})
        elif idea.declines:
            await self._decide(idea, "decline", {"reason": said(idea.declines)})
        elif idea.joins:
            await self._decide(idea, "merge", {"into": said(self.stage.numbers[idea.joins])})
        else:
            await self._decide(idea, "publish", {})

    async def _decide(self, idea: Idea, act: str, answers: Answers) -> None:
        moderator = self._chance.choice(self.season.moderators)
        await self.stage.talk(moderator, f"/queue {self.stage.numbers[idea.title]}", {"act": said(act), **answers})

    async def _reply(self, idea: Idea) -> None:
        ref = self.stage.numbers[idea.title]
        await self.stage.talk(idea.by, "/ideas", {"idea": said(ref), "reply": said(idea.reply)})

    async def _support(self, idea: Idea, name: str) -> None:
        await self.stage.talk(name, f"/project {self.stage.numbers[idea.title]}", {"act": said("support")})

    async def _comment(self, idea: Idea, comment: Comment) -> None:
        answers = {"act": said("comment"), "comment": said(comment.words)}
        await self.stage.talk(comment.by, f"/project {self.stage.numbers[idea.title]}", answers)

    async def _answer(self, idea: Idea) -> None:
        if idea.answer:
            await self._decide(idea, "answer", {"answer": said(idea.answer.words)})
