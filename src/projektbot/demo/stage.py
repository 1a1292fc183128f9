"""What a play needs: the house it is played in, the people's messenger, and what they talk about with the bot."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NamedTuple

from projektbot.app import House
from projektbot.demo.cast import Answers, Cast, said

MOST_QUESTIONS = 40  # in one dialog; more would be a dialog that this play does not know
REVIEW = "review"


class Scene(NamedTuple):
    """Something that happens at a time after the beginning."""

    after: timedelta
    act: Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Stage:
    """A house whose delivery runs, its people, and the references of the projects so far, by their titles."""

    house: House
    cast: Cast
    numbers: dict[str, str] = field(default_factory=dict)

    async def talk(self, name: str, begin: str, answers: Answers) -> None:
        """Begin a dialog and answer what is asked, each question once; walk away when nothing is left to say."""
        left, event = dict(answers), said(begin)
        for _ in range(MOST_QUESTIONS):
            asked = await self.cast.does(self.house.turns, name, event)
            if asked in left:
                event = left.pop(asked)
            elif asked == REVIEW or (asked and left):
                event = self.cast.first_choice(name)
            else:
                return

    async def say(self, name: str, begin: str, answers: Mapping[str, str]) -> str:
        """Talk in words alone, an empty answer being none; return what the bot said last.

        What others are told of it has arrived then: it must not be taken for the answer to what they say next.
        """
        await self.talk(name, begin, {question: said(words or "/skip") for question, words in answers.items()})
        await self.house.delivery.idle()
        return self.cast.told[name].plain()
