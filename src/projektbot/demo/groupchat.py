"""A team of the sample city in the web chat, its group and each alone: whoever opens the demo goes on there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import count

from projektbot.demo.cast import LOCALE, said
from projektbot.demo.season import GroupChat, Line
from projektbot.demo.stage import Scene, Stage
from projektbot.demo.teams import CODE
from projektbot.messages import Event, Tap
from projektbot.web.demo import TEAM

EVENING, A_WHILE = timedelta(hours=18), timedelta(minutes=4)
DAYS_ON = re.compile(r"\{\+(\d+)\}")  # {+3}: the date in three days


@dataclass(frozen=True, slots=True)
class Chatting:
    """The scenes of a season in which a team talks in its group."""

    stage: Stage
    chat: GroupChat

    def scenes(self) -> Iterator[Scene]:
        """Tell what happens, and when: first they make themselves known."""
        days = [line.day for line in self.chat.lines]
        for name in TEAM.people:
            yield Scene(timedelta(days=days[0], hours=17), partial(self._link, name))
        for line, number in zip(self.chat.lines, count()):
            said_before = number - days.index(line.day)
            yield Scene(timedelta(days=line.day) + EVENING + said_before * A_WHILE, partial(self._play, line))

    async def _link(self, name: str) -> None:
        """Let somebody connect their web chat with the messenger on which we know them: so the group knows them too."""
        code = CODE.search(await self.stage.say(name, "/link", {"what": "get"}))
        assert code  # noqa: S101 - else the play does not fit the dialog any more
        await self._do(name, said(f"/link {code[0]}"))
        await self._do(name, await self._button(name, "1"))

    async def _play(self, line: Line) -> None:
        chat, by = (line.by, "") if line.alone else (TEAM.room, line.by)
        if line.taps:
            await self._do(chat, await self._button(chat, line.taps), by)
        elif line.says.startswith("/"):
            await self._do(chat, said(self._filled(line.says)), by)
        else:  # among themselves: nobody answers
            await self.stage.house.web_chat.put(chat, said(line.says), LOCALE, by)

    async def _do(self, chat: str, event: Event, by: str = "") -> None:
        web = self.stage.house.web_chat
        await web.answered(chat, await web.put(chat, event, LOCALE, by))
        await self.stage.house.delivery.idle()

    async def _button(self, chat: str, label: str) -> Tap:
        """Find the newest button of this number, or whose words begin so."""
        lines = await self.stage.house.web_chat.history(chat)
        return next(
            Tap(choice.token, str(line.id))
            for line in reversed(lines)
            for number, choice in enumerate(line.message.choices if line.message else (), 1)
            if label == str(number) or (not label.isdecimal() and choice.label.startswith(label))
        )

    def _filled(self, words: str) -> str:
        house = self.stage.house
        today = house.clock.now().astimezone(house.settings.zone).date()
        dated = DAYS_ON.sub(lambda found: f"{today + timedelta(days=int(found[1])):%d.%m.%Y}", words)
        return dated.replace("{ref}", self.stage.numbers[self.chat.project])
