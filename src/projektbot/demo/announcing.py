"""How the staff of the sample city announce deadlines, and who wants to be reminded of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from projektbot.demo.season import Change, Deadline, Season
from projektbot.demo.stage import Scene, Stage

ELEVEN, SEVEN = timedelta(hours=11, minutes=20), timedelta(hours=19)


@dataclass(frozen=True, slots=True)
class Announcing:
    """The scenes of a season that are about deadlines; it begins at `midnight`."""

    stage: Stage
    season: Season
    midnight: datetime
    refs: dict[str, str] = field(default_factory=dict)  # by title

    def scenes(self) -> Iterator[Scene]:
        """Tell what happens, and when."""
        for deadline in self.season.deadlines:
            day = timedelta(days=deadline.day)
            yield Scene(day + ELEVEN, partial(self._announce, deadline))
            for number, name in enumerate(deadline.reminds, 1):
                yield Scene(day + number * timedelta(days=1) + SEVEN, partial(self._remind, deadline, name))
            for act, change in (("move", deadline.moved), ("withdraw", deadline.withdrawn)):
                if change:
                    yield Scene(timedelta(days=change.day) + ELEVEN, partial(self._change, deadline, act, change))

    async def _announce(self, deadline: Deadline) -> None:
        when = {"day": self._day(deadline.until), "at": deadline.at}
        of = {"area": deadline.area or "whole-city", "field": deadline.field}
        told = await self.stage.say(
            deadline.by,
            "/deadlines",
            {"deadline": "new", "title": deadline.title, **when, **of, "words": deadline.words, "url": ""},
        )
        self.refs[deadline.title] = next(word for word in told.split() if word.startswith("D-"))

    async def _remind(self, deadline: Deadline, name: str) -> None:
        await self.stage.say(name, f"/deadlines {self.refs[deadline.title]}", {"act": "remind"})

    async def _change(self, deadline: Deadline, act: str, change: Change) -> None:
        answers = {"act": act, "reason": change.reason}
        if act == "move":
            answers |= {"day": self._day(change.until), "at": change.at}
        await self.stage.say(deadline.by, f"/deadlines {self.refs[deadline.title]}", answers)

    def _day(self, number: int) -> str:
        return (self.midnight + timedelta(days=number)).date().isoformat()
