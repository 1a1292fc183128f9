"""A transcript: what a person does and what they are told, as a file staff can read."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import yaml

from projektbot.app import House
from projektbot.dialog.nodes import LOADER
from tests.playing.living import invitation, later, submissions

FOLDER = Path(__file__).parent.parent / "transcripts"


@dataclass(frozen=True, slots=True)
class Transcript:
    """A story, the language it is told in, and its steps as they stand in the file."""

    path: Path
    story: str
    locale: str
    steps: tuple[dict[str, Any], ...]

    def messengers(self) -> list[str]:
        """Return the messengers that the story names, in their order; none if it needs but one."""
        return self._named("messenger")

    def people(self) -> list[str]:
        """Return the people that the story names, in their order; none if there is but one."""
        return self._named("as")

    def _named(self, entry: str) -> list[str]:
        return list(dict.fromkeys(step[entry] for step in self.steps if entry in step))


class Person(Protocol):
    """Somebody on some messenger. Every act returns when it is answered."""

    async def write(self, text: str) -> None:
        """Type a message."""

    async def tap(self, label: str) -> None:
        """Choose what is offered, the way this messenger has for it."""

    async def photo(self) -> None:
        """Send a photo."""

    async def voice(self) -> None:
        """Send a voice note."""

    async def location(self, lat: float, lon: float) -> None:
        """Share a place."""

    async def told(self) -> str:
        """Return the words of the last message."""

    async def told_anew(self) -> None:
        """Return when a message has come that the person did not ask for."""


def read_transcripts() -> list[Transcript]:
    """Read every transcript there is."""
    return [read_transcript(path) for path in sorted(FOLDER.glob("*/*.yaml"))]


def read_transcript(path: Path) -> Transcript:
    """Read one transcript."""
    return transcript_of(path.read_text("utf-8"), path)


def transcript_of(text: str, path: Path) -> Transcript:
    """Return the transcript in a YAML text."""
    data = yaml.load(text, LOADER)  # noqa: S506 - a safe one
    return Transcript(path, data["transcript"], data["locale"], tuple(data["steps"]))


Call: TypeAlias = Callable[[str], Awaitable[Person]]  # brings somebody of this name


class World(Protocol):
    """Where a story happens."""

    async def later(self, by: timedelta) -> None:
        """Let time pass."""

    async def submissions(self) -> list[dict[str, Any]]:
        """Return what was handed in, answers by name; the last comes last."""

    async def invite(self, role: str, area: str) -> str:
        """Return a code that gives a role of the city, in an area or (if that is empty) everywhere."""


@dataclass(frozen=True, slots=True)
class InHouse:
    """The world of a running house."""

    house: House

    async def later(self, by: timedelta) -> None:
        """Let time pass, and everything due happen."""
        await later(self.house, by)

    async def submissions(self) -> list[dict[str, Any]]:
        """Return the ideas in the store."""
        return await submissions(self.house)

    async def invite(self, role: str, area: str) -> str:
        """Return a code, as the operator gets it."""
        return await invitation(self.house, role, area)


@dataclass(slots=True)
class Stage:
    """Where a story is played: who acts now, and on which messenger; and what was kept of what was told.

    `on` is the first person on each messenger that the story names, `people` everybody it names; who is not there yet
    is called.
    """

    world: World
    on: dict[str, Person]
    people: dict[str, Person]
    person: Person
    call: Call
    kept: dict[str, str] = field(default_factory=dict)

    async def named(self, name: str) -> Person:
        """Return the person of this name."""
        if name not in self.people:
            self.people[name] = await self.call(name)
        return self.people[name]

    def filled(self, words: str) -> str:
        """Return words with what was kept: "{code}"."""
        for name, value in self.kept.items():
            words = words.replace(f"{{{name}}}", value)
        return words


async def nobody_else(name: str) -> Person:
    """Bring nobody: the story has one person."""
    raise AssertionError(f"{name} is not there")


async def play(transcript: Transcript, house: House, *people: Person, call: Call = nobody_else) -> None:
    """Do in a house what the transcript says and compare what is told.

    A story that goes on elsewhere is played by one person on two messengers: the first it names is that of the first.
    In a story of several people the first it names is there already, and the others are called.
    """
    await follow(transcript, InHouse(house), *people, call=call)


async def follow(transcript: Transcript, world: World, *people: Person, call: Call = nobody_else) -> None:
    """Do what the transcript says and compare what is told."""
    there = dict.fromkeys(transcript.people()[:1], people[0])
    on = dict(zip(transcript.messengers(), people, strict=False))
    stage = Stage(world, on, there, people[0], call)
    for number, step in enumerate(transcript.steps, 1):
        try:
            await _step(step, stage)
        except AssertionError as error:
            raise AssertionError(f"{transcript.path.name}, step {number} {step}: {error}") from None


async def _step(step: dict[str, Any], stage: Stage) -> None:
    match step:
        case {"messenger": str(name)}:
            stage.person = stage.on[name]
        case {"as": str(name)}:
            stage.person = await stage.named(name)
        case {"bot": expected}:
            _compare(expected, stage, await stage.person.told())
        case {"comes": expected}:
            await stage.world.later(timedelta())
            await stage.person.told_anew()
            _compare(expected, stage, await stage.person.told())
        case {"submission": dict(expected)}:
            found = await stage.world.submissions()
            assert found[-1:] == [expected], f"stored is {found}"
        case {"at": str(by)}:
            await stage.world.later(duration(by))
            await stage.person.told_anew()
        case _:
            await _act(step, stage)


async def _act(step: dict[str, Any], stage: Stage) -> None:
    match step:
        case {"user": str(text)}:
            await stage.person.write(stage.filled(text))
        case {"tap": str(label)}:
            await stage.person.tap(stage.filled(label))
        case {"role": str(role)}:
            await stage.person.write(f"/staff {await stage.world.invite(role, step.get('area', ''))}")
        case {"send": "photo"}:
            await stage.person.photo()
        case {"send": "voice"}:
            await stage.person.voice()
        case {"send": {"location": [lat, lon]}}:
            await stage.person.location(lat, lon)
        case _:
            raise AssertionError("no such step")


def duration(words: str) -> timedelta:
    """Return an ISO 8601 duration such as "+P2D" or "+PT3H"."""
    found = re.fullmatch(r"\+?P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?", words)
    assert found, f"no duration: {words!r}"
    days, hours, minutes = (int(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes)


def _compare(expected: object, stage: Stage, words: str) -> None:
    told = _bare(words)
    match expected:
        case str(wanted):
            assert wanted in told, f"told was {told!r}"
        case {"match": str(pattern), **more}:
            found = re.search(pattern, told)
            assert found, f"told was {told!r}"
            stage.kept |= {str(name): found[0] for name in more.values()}
        case {"not": str(unwanted)}:
            assert unwanted not in told, f"told was {told!r}"
        case _:
            raise AssertionError("no such expectation")


def _bare(told: str) -> str:
    return told.replace("\u2068", "").replace("\u2069", "").replace("\u00a0", " ").replace("\u202f", " ")


def identifiers(transcripts: list[Transcript]) -> Iterator[str]:
    """Return names for pytest."""
    return (f"{transcript.path.stem}" for transcript in transcripts)
