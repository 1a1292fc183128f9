"""A season of drafts: September to summer, both nights on which the clocks change, and three days without a program.

What must come when is worked out here once more, from what people do alone, and compared with what they are told.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from projektbot.clock import Clock
from projektbot.messages import Command, Event, Letter, Words
from tests.turns.town import ZONE, Town

DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
NIGHT = 13 * HOUR  # from 21 to 9 o'clock, in the night of October with its hour twice
SEASON = datetime(2026, 9, 1, tzinfo=ZONE), datetime(2027, 5, 31, tzinfo=ZONE)
OUTAGE = datetime(2027, 1, 12, 14, 20, tzinfo=ZONE), datetime(2027, 1, 15, 22, 30, tzinfo=ZONE)  # back at night
CLOCK_NIGHTS = datetime(2026, 10, 25, tzinfo=ZONE), datetime(2027, 3, 28, tzinfo=ZONE)
AFTER = (DAY, 5 * DAY)  # dialogs/projects/submit_idea.yaml
LIFE = 90 * DAY
BEGINNING = (Command("idea"), Words("Something new"), Words("Benches along the river"))
REST: tuple[Event, ...] = (
    Words("A place to rest for everybody"),
    Words("Health"),
    Words("Altstadt"),
    *[Command("skip")] * 3,
)


@dataclass(frozen=True)
class Act:
    """What somebody does at a time; `touches` if it is about their draft."""

    at: datetime
    events: tuple[Event, ...]
    touches: bool = True


@dataclass
class Somebody:
    """A person, what they do, and what they are told without being asked."""

    chat: str
    habit: str
    acts: list[Act]
    sent: bool = False
    reminders: list[datetime] = field(default_factory=list)
    expiries: list[datetime] = field(default_factory=list)


def instant(at: datetime) -> datetime:
    """Return a local time as an instant: differences are then real spans, whatever the clocks do."""
    return at.astimezone(UTC)


# ---- people --------------------------------------------------------------------------------------------------------


def begun_at(chance: Random, number: int) -> datetime:
    """Return when somebody begins: any hour; many around a night when the clocks change, or before the outage."""
    if number % 5 == 0:
        night = CLOCK_NIGHTS[number % 2]
        return instant(night) - chance.choice(AFTER) + chance.uniform(-12, 12) * HOUR
    if number % 5 == 1:
        return instant(OUTAGE[0]) - chance.uniform(0, 5) * DAY
    span = SEASON[1] - SEASON[0]
    return instant(SEASON[0]) + timedelta(seconds=round(chance.uniform(0, span.total_seconds())))


def somebody(number: int) -> Somebody:
    """Return a person who begins a draft, and then is silent, goes on, sends it, or looks at something else."""
    chance = Random(number)  # noqa: S311 - the same people every time
    habit = ("silent", "goes on", "sends", "looks elsewhere")[number % 4]
    begin = begun_at(chance, number // 4).replace(microsecond=0)
    acts = [Act(begin, BEGINNING)]
    rest: dict[str, list[tuple[tuple[Event, ...], bool]]] = {
        "silent": [],
        "goes on": [((event,), True) for event in REST[: chance.randint(1, 6)]],
        "sends": [((event,), True) for event in (*REST, Words("Send the idea"))],
        "looks elsewhere": [((Command("ideas"),), False)] * chance.randint(1, 3),
    }
    for events, touches in rest[habit]:
        begin += timedelta(seconds=round(chance.choice([0.01, 0.9, 1.1, 3.0, 7.0]) * chance.uniform(0.9, 1.1) * 86400))
        acts.append(Act(begin, events, touches))
    return Somebody(f"p{number}", habit, [_after_the_outage(act) for act in acts], sent=habit == "sends")


def _after_the_outage(act: Act) -> Act:
    """Messengers keep what is written while we are away."""
    away = instant(OUTAGE[0]) <= act.at < instant(OUTAGE[1])
    return Act(instant(OUTAGE[1]), act.events, act.touches) if away else act


# ---- what must come when -------------------------------------------------------------------------------------------


def by_day(at: datetime) -> datetime:
    """Return `at`, or nine o'clock of the next morning if it is night; and nothing happens while we are away."""
    if instant(OUTAGE[0]) <= at < instant(OUTAGE[1]):
        at = instant(OUTAGE[1])
    local = at.astimezone(ZONE)
    while not 9 <= local.hour < 21:
        local = (local + (DAY if local.hour >= 21 else timedelta())).replace(hour=9, minute=0, second=0, microsecond=0)
    return instant(local)


def expected_reminders(who: Somebody) -> list[datetime]:
    """Return when a person must be reminded: one and five days after the last sign of life, late ones spaced alike."""
    found: list[datetime] = []
    used = 0
    ends = [act.at for act in who.acts[1:]] + [who.acts[-1].at + (timedelta() if who.sent else LIFE)]
    for act, end in zip(who.acts, ends, strict=True):
        used = 0 if act.touches else used
        last = None
        while used < len(AFTER):
            at = by_day(act.at + AFTER[used])
            if last is not None:
                at = max(at, by_day(last + AFTER[used] - AFTER[used - 1]))
            if at >= end:
                break
            found.append(at)
            last, used = at, used + 1
    return found


def expected_expiries(who: Somebody) -> list[datetime]:
    """Return when a person's draft must go: ninety days after it was last worked on."""
    return [] if who.sent else [by_day([act.at for act in who.acts if act.touches][-1] + LIFE)]


# ---- the season ----------------------------------------------------------------------------------------------------


class Season:
    """Walks a town through its season, from one thing that happens to the next."""

    def __init__(self, home: Path, people: list[Somebody]) -> None:
        self.home = home
        self.people = {who.chat: who for who in people}
        self.acts = sorted(((act.at, who.chat, act) for who in people for act in who.acts), key=lambda one: one[:2])
        self.clock = Clock(lambda: instant(SEASON[0]))
        self.town = Town(home, clock=self.clock, durable=False)
        self.steps = 0
        self._read = 0

    async def walk(self, until: datetime) -> None:
        """Let time pass until then; everything happens at its time, as if the clock ticked every second."""
        while True:
            due = await self.town.jobs.next_due()
            act = self.acts[0][0] if self.acts else until
            at = min(act, due or until, until)
            self._to(at)
            if at >= until:
                return
            self.steps += 1
            await self.town.jobs.tick()
            self._hear()
            if self.acts and self.acts[0][0] <= self.clock.now():
                _, chat, what = self.acts.pop(0)
                for event in what.events:
                    await self.town.person(chat).does(event)
            self._hear()

    async def be_away(self, until: datetime) -> None:
        """End the program, and start it again later on the same folder."""
        await self.town.close()
        self._to(until)
        self.town = Town(self.home, clock=self.clock, durable=False)
        self._read = 0
        await self.town.turns.restore("desk")
        await self.town.jobs.tick()
        self._hear()

    def _to(self, at: datetime) -> None:
        self.clock.advance(instant(at) - self.clock.now())

    def _hear(self) -> None:
        """Note what people were told without having asked."""
        for letter in self.town.letters[self._read :]:
            if letter.kind == "notice":
                self._note(letter)
        self._read = len(self.town.letters)

    def _note(self, letter: Letter) -> None:
        who = self.people[letter.chat]
        heard = who.reminders if "You began something" in letter.message.plain() else who.expiries
        heard.append(self.clock.now())


@pytest.fixture(scope="module")
def season_people() -> list[Somebody]:
    return [somebody(number) for number in range(120)]


async def test_a_season_of_reminders(
    tmp_path: Path, season_people: list[Somebody], capsys: pytest.CaptureFixture[str]
) -> None:
    began = time.monotonic()
    season = Season(tmp_path, season_people)
    await season.walk(instant(OUTAGE[0]))
    await season.be_away(instant(OUTAGE[1]))
    await season.walk(instant(SEASON[1]) + 120 * DAY)
    await season.town.close()

    for who in season_people:
        _is_civil(who)
        assert who.reminders == expected_reminders(who), f"{who}"
        assert who.expiries == expected_expiries(who), f"{who}"
    with capsys.disabled():
        print(f"\n{summary(season, time.monotonic() - began)}")  # noqa: T201 - what was walked through


def _is_civil(who: Somebody) -> None:
    """Assert in plain words what nobody may ever experience."""
    for at in (*who.reminders, *who.expiries):
        assert 9 <= at.astimezone(ZONE).hour < 21, f"{who.chat} was woken at {at.astimezone(ZONE)}"
    for at in who.reminders:
        silent_since = max(act.at for act in who.acts if act.at <= at)
        earlier = [other for other in who.reminders if silent_since < other < at]
        touched = max(act.at for act in who.acts if act.at <= at and act.touches)
        used = [other for other in who.reminders if touched < other < at]
        assert at - silent_since >= AFTER[len(used)], f"{who.chat} was reminded after {at - silent_since}"
        assert len(earlier) <= 1, f"{who.chat} was reminded thrice in one silence"
        assert not earlier or at - earlier[-1] >= AFTER[1] - AFTER[0] - NIGHT  # a night may lie before the first
        away = OUTAGE[0] <= (silent_since + AFTER[len(used)]).astimezone(ZONE) < OUTAGE[1]
        assert away or earlier or at - silent_since - AFTER[len(used)] <= NIGHT, f"{who.chat} was reminded late"
    assert len(who.expiries) <= 1


def summary(season: Season, seconds: float) -> str:
    people = list(season.people.values())
    nights = [
        who for who in people if any(abs(at - instant(night)) < DAY for at in who.reminders for night in CLOCK_NIGHTS)
    ]
    back = instant(OUTAGE[1])
    late = [who for who in people if any(back <= at < back + DAY for at in (*who.reminders, *who.expiries))]
    return (
        f"season: {len(people)} people ({dict(Counter(who.habit for who in people))}), {season.steps} steps, "
        f"{sum(len(who.reminders) for who in people)} reminders, {sum(len(who.expiries) for who in people)} expiries, "
        f"{len(nights)} people reminded beside a night when the clocks change, {len(late)} the morning after the "
        f"outage, {seconds:.1f} s"
    )


@pytest.mark.parametrize("night", CLOCK_NIGHTS)
@pytest.mark.parametrize("hour", range(0, 24, 3))
async def test_a_reminder_across_a_night_when_the_clocks_change_comes_by_day(
    tmp_path: Path, night: datetime, hour: int
) -> None:
    """Begun on the day before, at any hour: never before a day is over, and at the latest at nine."""
    begun = instant(night) - DAY + hour * HOUR
    who = Somebody("anna", "silent", [Act(begun, BEGINNING)])
    season = Season(tmp_path, [who])

    await season.walk(begun + 3 * DAY)
    await season.town.close()

    (at,) = who.reminders
    assert at == by_day(begun + DAY)
    assert DAY <= at - begun <= DAY + NIGHT
