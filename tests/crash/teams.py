"""A team with a group of its own: it is founded, works, and people come and go, whatever befalls the bot."""

from __future__ import annotations

import asyncio
import itertools
import re
from collections.abc import Sequence
from random import Random

from tests.crash.deeds import ABSTAIN, NO, YES, Deeds, Question
from tests.crash.halls import Hall
from tests.crash.ideas import Choose, Say, Step
from tests.crash.residents import Resident

MEMBERS = 3  # beside who leads it
MEETINGS = 4  # of a team, then another one is founded: a list shows twenty tasks of a day
TASKS = 3  # of a meeting
DATES = ("24.12. 17:30", "27.12. 18:00")
COMING = ("I come", "I cannot come", "Perhaps")
VOTES = {YES: "Yes", NO: "No", ABSTAIN: "I abstain"}
CHANGES = 0.4  # how many of those who have answered think better of it
CODE = re.compile(r"[A-Z0-9]{4}-[A-Z0-9]{4}")
ENOUGH = Step("act", "What would you like to do?", Say("/cancel"))
BYE = "All right. You can begin again at any time"


def title_unlike(number: int) -> str:
    """Return a title that is like no other one: else people were asked whether theirs is the same."""
    chance = Random(number)  # noqa: S311 - to be repeated
    words = ["".join(chance.choice("bdfgklmnprstvwz") + chance.choice("aeiou") for _ in range(4)) for _ in range(3)]
    return " ".join(words).capitalize()


class Team:
    """A lead, members, their hall, and what they have done there."""

    def __init__(self, lead: Resident, chance: Random) -> None:
        self.lead = lead
        self.ref = ""
        self.deeds = Deeds(roles={lead: "lead"})
        self.meetings = 0
        self._hall: Hall | None = None
        self._chance = chance
        self._numbers = itertools.count(1)
        self._open: list[tuple[str, Question]] = []  # polls
        self._wrong = ""  # a task that was ticked off and is not done

    @property
    def hall(self) -> Hall:
        """Return where they meet."""
        assert self._hall is not None
        return self._hall

    @property
    def has_hall(self) -> bool:
        """Say whether they have come so far."""
        return self._hall is not None

    @property
    def number(self) -> int:
        """Return the number of their project."""
        return int(self.ref.removeprefix("P-"))

    # ---- coming and going --------------------------------------------------------------------------------------------

    async def found(self, moderator: Resident) -> None:
        """Tell the idea, and let it be published."""
        await self.lead.tell()
        self.ref = next(word.strip("\u2068\u2069.,") for word in self.lead.seat.words.split() if "P-" in word)
        publish = Step("act", "What should happen with it?", Choose("Publish it"))
        after = Step("idea", "Which one would you like to look at?", Say("/cancel"))
        await moderator.say(f"/queue {self.ref}", publish, after, ending=BYE)
        self.lead.heard.append("is published. Everybody can see")
        await self.lead.seat.asked("is published. Everybody can see")

    async def take_in(self, people: Sequence[Resident]) -> None:
        """Invite people by a link; each of them comes in by it."""
        code = await self._invite()
        for number, who in enumerate(people, len(self.deeds.roles)):
            name = f"Member {number}"
            steps = (
                Step("name", "What would you like to be called", Say(name)),
                Step("sector", "Where do you come from?", Choose("Civil society")),
                ENOUGH,
            )
            await who.say(f"/join {code}", *steps, ending=BYE)
            self.deeds.roles[who] = "member"
            self.lead.heard.append(f"{name} has come into the team")
            if self.has_hall:
                self.deeds.said.append(f"Somebody has joined the team: it is {len(self.deeds.people)} people")

    async def _invite(self) -> str:
        steps = (
            Step("act", "What would you like to do?", Choose("Invite by a link")),
            Step("which", "Would you like to make one", Choose("Make a new link")),
            Step("role", "As what shall they come in?", Choose("As members")),
            Step("uses", "How many people may use the link?", Choose("Twenty")),
        )
        await self.lead.say(f"/team {self.ref}", *steps, ending="The code of your invitation is", asked="act")
        found = CODE.search(self.lead.seat.words)
        assert found, self.lead.seat.words
        await self.lead.seat.do(Say("/cancel"))
        await self.lead.seat.asked(BYE)
        self.lead.asked.append("-")
        return found[0]

    async def move_in(self, hall: Hall) -> None:
        """Let the lead make a group the team's."""
        self._hall = hall
        await hall.command(self.lead, f"/team {self.ref}")
        await hall.reads(self.lead, self.ref)
        await hall.command(self.lead, "/language en")
        await hall.reads(self.lead, "From now on I speak English here")

    async def part(self) -> None:
        """Let the newest member leave the team, or be put out of it."""
        who = self.deeds.people[-1]
        if self._chance.random() < 0.5:
            await self._leaves(who)
        else:
            await self._is_removed(who)

    async def _leaves(self, who: Resident) -> None:
        steps = (
            Step("act", "What would you like to do?", Choose("Leave the team")),
            Step("sure", "Would you like to leave the team?", Choose("Yes, leave it")),
            ENOUGH,
        )
        await self.hall.leave(who, who)
        await who.say(f"/team {self.ref}", *steps, ending=BYE)
        name = f"Member {list(self.deeds.roles).index(who)}"
        self.deeds.roles[who] = "left"
        self.lead.heard.append(f"{name} has left the team")
        self.deeds.said.append(f"Somebody has left the team: it is {len(self.deeds.people)} people")

    async def _is_removed(self, who: Resident) -> None:
        name = f"Member {list(self.deeds.roles).index(who)}"
        steps = (
            Step("act", "What would you like to do?", Choose("People of the team")),
            Step("member", "Whom is it about?", Choose(name)),
            Step("act", "What would you like to do?", Choose("Take them out of the team")),
            Step("reason", "For what reason?", Say(f"We need {name} elsewhere.")),
            ENOUGH,
        )
        await self.lead.say(f"/team {self.ref}", *steps, ending=BYE)
        self.deeds.roles[who] = "removed"
        who.heard.append(f"We need {name} elsewhere.")
        await who.seat.asked(f"We need {name} elsewhere.")
        await self.hall.leave(who, self.lead)

    # ---- a meeting ---------------------------------------------------------------------------------------------------

    async def meet(self) -> None:
        """Let all work at once: tasks, a date, a poll, a decision."""
        self.meetings += 1
        name = f"{self.ref} {next(self._numbers)}"
        await asyncio.gather(self._work(name), self._find_a_date(name), self._poll(name), self._decide(name))

    async def _work(self, name: str) -> None:
        """Write down tasks, tick one off, and another one that is not done, as they will see."""
        people, hall = self.deeds.people, self.hall
        tasks = [f"Plank {number} of {name}" for number in range(TASKS)]
        for who, words in zip(itertools.cycle(people), tasks, strict=False):
            await hall.command(who, f"/task {words}")
            self.deeds.tasks[words] = False
            listed = await hall.reads(who, words)
        for words in tasks[:2]:
            await hall.press(people[-1], f"Done: {words}", listed)
            await hall.reads(people[-1], f"done: {words}")
            self.deeds.tasks[words] = True
        self._wrong = tasks[1]

    async def _find_a_date(self, name: str) -> None:
        """Ask for a date, let everybody say what suits, fix one, and let everybody say whether they come."""
        title, hall = f"Talk of {name}", self.hall
        await hall.command(self._anybody(), f"/meeting {title}; {'; '.join(DATES)}")
        dates, asked = await hall.reads(self.lead, f"{title}: when does it suit you?"), self.deeds.asked("dates", title)
        labels = re.findall(r"^(.*): 0$", dates.words, re.MULTILINE)
        for who in self._minds():
            place = self._chance.randrange(len(DATES))
            await hall.press(who, labels[place], dates, chosen=place in asked.chosen.get(who, ()))
            asked.turn(who, place)
        await hall.command(self.lead, f"/meeting {1 + self._chance.randrange(len(DATES))}")
        asked.over = True
        self.deeds.said.append(f"The date is fixed: {title}")
        invited, coming = await hall.reads(self.lead, title, "Are you coming?"), self.deeds.asked("coming", title)
        for who in self._minds():
            place = self._chance.randrange(len(COMING))
            await hall.press(who, COMING[place], invited)
            coming.choose(who, place)

    async def _poll(self, name: str) -> None:
        """Ask something, and let everybody vote; some think better of it, or take it back."""
        words, hall = f"Which colour for {name}?", self.hall
        await hall.command(self._anybody(), f"/poll {words}; red; green")
        asked = self.deeds.asked("mood", words)
        self._open.append((words, asked))
        for who in self._minds():
            await self._vote(who, words, asked, *[self._chance.randrange(2)][: self._chance.randrange(4)])

    async def _vote(self, who: Resident, words: str, asked: Question, *places: int) -> None:
        poll = await self.hall.poll(who, words)
        await self.hall.vote(who, poll, *places)
        asked.choose(who, *places)
        asked.polls[who] = poll.id

    async def _decide(self, name: str) -> None:
        """Call a vote, and let each of the team give theirs in private."""
        words = f"Do we buy the wood for {name}?"
        await self.hall.command(self._anybody(), f"/decide {words}")
        votes = self.deeds.decisions.setdefault(words, {})
        await asyncio.gather(*[self._cast(who, words, votes) for who in self.deeds.people])
        self.deeds.said.append(f"The vote is over: {words}")

    async def _cast(self, who: Resident, words: str, votes: dict[Resident, str]) -> None:
        vote = self._chance.choice(list(VOTES))
        who.heard.append(words)
        step = Step("vote", "Your vote is counted without your name", Choose(VOTES[vote]))
        await who.hear(f"is to decide: {words}", "Vote", step, ending="your vote is counted")
        votes[who] = vote

    async def close(self) -> None:
        """Let them correct the wrong tick, and look at the poll once more, since it may have come twice, and end it."""
        somebody = self._anybody()
        listed = await self.hall.reads(somebody, f"done: {self._wrong}")
        await self.hall.press(somebody, f"Not done after all: {self._wrong}", listed)
        self.deeds.tasks[self._wrong] = False
        for words, asked in self._open:
            chosen = await self.hall.poll(self.lead, words)
            for who, poll in list(asked.polls.items()):
                if poll != chosen.id:
                    await self._vote(who, words, asked, *asked.chosen[who])
            await self.hall.command(self.lead, "/poll end")
            await self.hall.reads(self.lead, f"The poll is over: {words}")
            asked.over = True
        self._open.clear()

    def _anybody(self) -> Resident:
        return self._chance.choice(self.deeds.people)

    def _minds(self) -> list[Resident]:
        """Return everybody, and some once more, who change their minds."""
        people = self.deeds.people
        return [*people, *[who for who in people if self._chance.random() < CHANGES]]
