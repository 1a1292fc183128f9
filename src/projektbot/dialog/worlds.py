"""What can have been answered when a step is reached: every case that matters, tried out.

Only the names a condition depends on are varied. A name takes the values that conditions tell apart; where these do not
exclude each other (amounts, lists), each test counts as true or false on its own, so rather too many cases are tried.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, product
from typing import TypeAlias

from projektbot.dialog.conditions import All, Answered, AnyOf, Compares, Condition, Is, Not, names_in
from projektbot.dialog.house import Known
from projektbot.dialog.model import Call, Dialog, Do, Link, Question, Review, Type
from projektbot.dialog.outline import Entry, outline

MAX_WORLDS = 20_000  # a tenth of a second; a step that depends on more is taken as reachable
MAX_TESTS = 12  # of one name: each doubles the cases
OTHER = "\0other"  # any value that no condition names

Case: TypeAlias = "str | int | bool | frozenset[tuple[object, ...]] | None"  # None: no answer
World: TypeAlias = Mapping[str, Case]


@dataclass(frozen=True, slots=True)
class Views:
    """A dialog with what its steps can see. `given`: names that callers hand over → whether all of them do."""

    dialog: Dialog
    entries: tuple[Entry, ...]
    known: Known
    given: Mapping[str, bool]

    def sources(self, entry: Entry) -> dict[str, Entry | None]:
        """Return where each name that a step can see comes from (None: from a caller)."""
        found: dict[str, Entry | None] = dict.fromkeys(self.given)
        for other in self.entries:
            if entry.sees(other):
                found |= dict.fromkeys(self.offers(other), other)
        return found

    def offers(self, entry: Entry) -> list[str]:
        """Return the names a step adds for the steps after it."""
        match entry.step:
            case Question(name=name, location=location, finds=finds):
                return [found for found in (name, location, finds) if found]
            case Do(name=name, action=action):
                info = self.known.actions.get(action)
                return [*sorted(info.facts if info else ()), name]
            case Review():
                return []  # nothing depends on it: without it nothing comes after
            case _:
                return [entry.name] if entry.name else []


def views(dialog: Dialog, known: Known, given: Mapping[str, bool]) -> Views:
    """Return a dialog ready for questions about it."""
    return Views(dialog, outline(dialog), known, given)


def reachable(seen: Views, entry: Entry) -> bool:
    """Say whether there is a case in which a step comes."""
    worlds = arrivals(seen, entry, ())
    return worlds is None or bool(worlds)


def outcome_reaches(seen: Views, entry: Entry, do: Do, outcome: str) -> bool:
    """Say whether a step can come after this outcome of an action."""
    worlds = arrivals(seen, entry, (do.name,))
    return worlds is None or any(world[do.name] == outcome for world in worlds)


def may_lack(seen: Views, entry: Entry, name: str) -> bool:
    """Say whether a step can come without an answer under `name`; facts and calculates count if their step came."""
    source = seen.sources(entry).get(name)
    if source is None or isinstance(source.step, Question):
        return any(world[name] is None for world in arrivals(seen, entry, (name,)) or ())
    condition = source.step.relevant
    return any(not true_in(condition, world) for world in arrivals(seen, entry, names_in(condition)) or ())


# ---- trying out ------------------------------------------------------------------------------------------------------


def arrivals(seen: Views, entry: Entry, also: Iterable[str]) -> list[World] | None:
    """Return every case in which a step comes, with the names in `also` told apart; None if there are too many."""
    conditions = [entry.step.relevant, *(repeat.relevant for repeat in entry.within)]
    leaving = [other.step.relevant for other in seen.entries if isinstance(other.step, Link) and entry.sees(other)]
    sources = seen.sources(entry)
    wanted = _closure(sources, {*also}.union(*map(names_in, conditions), *map(names_in, leaving)))
    asked = [source.step.relevant for name in wanted if (source := sources.get(name))]
    tests = _tests([*conditions, *leaving, *asked])
    if any(len(of_one_name) > MAX_TESTS for of_one_name in tests.values()):
        return None
    worlds = list(islice(_worlds(seen, sources, wanted, tests), MAX_WORLDS + 1))
    if len(worlds) > MAX_WORLDS:
        return None
    stays = [world for world in worlds if not any(true_in(part, world) for part in leaving)]
    return [world for world in stays if all(true_in(part, world) for part in conditions)]


def _closure(sources: Mapping[str, Entry | None], names: set[str]) -> list[str]:
    """Return the names together with all that decides whether they are asked, in the order of the file."""
    wanted: set[str] = set()
    waiting = set(names)
    while waiting:
        name = waiting.pop()
        wanted.add(name)
        source = sources.get(name)
        waiting |= (names_in(source.step.relevant) if source else set()) - wanted
    return sorted(wanted, key=lambda name: (_index(sources.get(name)), name))


def _index(source: Entry | None) -> int:
    return source.index if source is not None else -1


def _worlds(
    seen: Views, sources: Mapping[str, Entry | None], wanted: list[str], tests: Mapping[str, set[tuple[object, ...]]]
) -> Iterator[World]:
    worlds: Iterable[dict[str, Case]] = [{}]
    for name in wanted:
        cases = list(_cases(seen, name, sources.get(name), tests.get(name, set())))
        worlds = _spread(worlds, name, sources.get(name), cases)
    return iter(worlds)


def _spread(
    worlds: Iterable[dict[str, Case]], name: str, source: Entry | None, cases: list[Case]
) -> Iterator[dict[str, Case]]:
    for world in worlds:
        if source is not None and not true_in(source.step.relevant, world):
            yield {**world, name: None}
        else:
            yield from ({**world, name: case} for case in cases)


def _cases(seen: Views, name: str, source: Entry | None, tests: set[tuple[object, ...]]) -> Iterator[Case]:
    """Yield what `name` may be where its step came."""
    step = source.step if source is not None else None
    if _optional(seen, name, source):
        yield None
    match step:
        case Do(name=own, action=action) if own == name and action in seen.known.actions:
            yield from seen.known.actions[action].outcomes
        case Call():
            yield True
        case Question(type=Type.SELECT_ONE, choices=choices) if choices:
            yield from (choice.name for choice in choices)
        case Question(type=Type.ACKNOWLEDGE):
            yield True
        case _ if all(test[0] == "is" for test in tests) and not _many(step):
            yield from (value for _, value in sorted(tests, key=repr) if isinstance(value, str | int))
            yield OTHER
        case _:
            for held in product((False, True), repeat=len(tests)):
                yield frozenset(test for test, holds in zip(sorted(tests, key=repr), held, strict=True) if holds)


def _optional(seen: Views, name: str, source: Entry | None) -> bool:
    match source.step if source else None:
        case None:
            return not seen.given.get(name, False)
        case Question(name=own, required=required):
            return own != name or not required  # own != name: what was found beside it, or not
        case Do(name=own):
            return own != name
        case Call():
            return False
        case _:
            return True


def _many(step: object) -> bool:
    return isinstance(step, Question) and step.type in (Type.SELECT_MULTIPLE, Type.RANK)


def _tests(conditions: Iterable[Condition | None]) -> dict[str, set[tuple[object, ...]]]:
    found: dict[str, set[tuple[object, ...]]] = {}
    for condition in conditions:
        for name, test in tests_in(condition):
            found.setdefault(name, set()).add(test)
    return found


def tests_in(condition: Condition | None) -> Iterator[tuple[str, tuple[object, ...]]]:
    """Yield the single tests a condition is made of: (name, ("is", value)) or (name, (relation, bound))."""
    match condition:
        case Is(name, values):
            yield from ((name, ("is", value)) for value in values)
        case Compares(name, relation, value):
            yield name, (relation, value)
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from tests_in(part)
        case Not(part):
            yield from tests_in(part)


def true_in(condition: Condition | None, world: World) -> bool:
    """Say whether a condition is true in a case."""
    match condition:
        case None:
            return True
        case Is(name, values):
            case_ = world.get(name)
            return any(("is", value) in case_ if isinstance(case_, frozenset) else value == case_ for value in values)
        case Answered(name, yes):
            return (world.get(name) is not None) is yes
        case Compares(name, relation, value):
            case_ = world.get(name)
            return isinstance(case_, frozenset) and (relation, value) in case_
        case All(parts):
            return all(true_in(part, world) for part in parts)
        case AnyOf(parts):
            return any(true_in(part, world) for part in parts)
        case Not(part):
            return not true_in(part, world)
