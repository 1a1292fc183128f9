"""What a dialog is: steps in order, each asked or done when it is relevant and has no answer yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias

from projektbot.dialog.conditions import Condition, names_in, needed


class Type(StrEnum):
    """Question types; the names are XLSForm's where it has one."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    MONEY = "money"
    DATE = "date"
    TIME = "time"
    SELECT_ONE = "select_one"
    SELECT_MULTIPLE = "select_multiple"
    RANK = "rank"
    GEOPOINT = "geopoint"
    IMAGE = "image"
    AUDIO = "audio"
    FILE = "file"
    ACKNOWLEDGE = "acknowledge"


CHOOSING = frozenset({Type.SELECT_ONE, Type.SELECT_MULTIPLE, Type.RANK})
FILES = frozenset({Type.IMAGE, Type.AUDIO, Type.FILE})

# Answers as they are stored, JSON only: text, date "2026-11-22", time "09:30", select_one "name" → str; integer → int;
# decimal → str; money → {"EUR": cents}; select_multiple, rank → list[str]; geopoint → {"lat": …, "lon": …};
# image, audio, file → {"kind", "sha256", "mime", "size", "name"}; acknowledge, review → True; repeat → list of dicts.
Value: TypeAlias = Any
Answers: TypeAlias = dict[str, Value]


@dataclass(frozen=True, slots=True)
class ChoiceSpec:
    """One choice of a question: `name` is stored, `label` (an English msgid) is shown."""

    name: str
    label: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Constraint:
    """What an answer must keep to; empty fields do not bind.

    `min`/`max` count in the question's own unit (whole currency units for money, ISO or "today" for dates, choices for
    select_multiple and rank); lengths in characters.
    """

    min: str = ""
    max: str = ""
    min_length: int = 0
    max_length: int = 0
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """A step that asks a person."""

    name: str
    type: Type
    label: str
    hint: str = ""
    also: tuple[Type, ...] = ()  # further kinds of answer, such as audio beside image
    choices: tuple[ChoiceSpec, ...] = ()
    provider: str = ""  # choices come from the house, by this name
    locate: str = ""  # a shared location becomes a choice, by this function of the house
    location: str = ""  # …and is kept under this name
    relevant: Condition | None = None
    constraint: Constraint = field(default_factory=Constraint)
    constraint_message: str = ""
    required: bool = True
    title: str = ""  # short name for the review; the label if empty
    currency: str = "EUR"
    line: int = 0
    lookup: str = ""  # a function of the house that is asked once, when this is answered
    finds: str = ""  # …and what it finds is kept under this name
    aside: bool = False  # asked on the way: no review shows it, and it has no number
    begins_at: str = ""  # a long list is first shown where the choice is that this name has
    in_place: tuple[str, ...] = ()  # choices whose message gives way to what follows, as when a page is turned


@dataclass(frozen=True, slots=True)
class Note:
    """Something said on the way; `picture` is a calculate that finds a file to show with it (see saying.Picture)."""

    label: str
    relevant: Condition | None = None
    line: int = 0
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Calculate:
    """A value worked out from the answers by a function of the house; never asked, never stored."""

    name: str
    function: str
    relevant: Condition | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Repeat:
    """Steps asked again and again until the person has no more."""

    name: str
    again: str  # asked after each round (and before the first, if `min` is 0)
    steps: tuple[Step, ...]
    min: int = 1
    max: int = 20
    relevant: Condition | None = None
    title: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Review:
    """All answers in one view, each editable, before something is done with them."""

    name: str
    submit: str  # label of the button that agrees
    label: str = ""
    relevant: Condition | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Do:
    """The house acts; its outcome is stored under `name` like an answer, its facts beside it."""

    name: str
    action: str
    given: dict[str, str] = field(default_factory=dict)
    quiet: tuple[str, ...] = ()  # outcomes that need no step of their own
    relevant: Condition | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Call:
    """Go through another dialog and come back here."""

    name: str
    dialog: str
    given: dict[str, str] = field(default_factory=dict)
    relevant: Condition | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Link:
    """End here and begin another dialog."""

    dialog: str
    given: dict[str, str] = field(default_factory=dict)
    relevant: Condition | None = None
    line: int = 0


Step: TypeAlias = Question | Note | Calculate | Repeat | Review | Do | Call | Link


@dataclass(frozen=True, slots=True)
class Trigger:
    """What opens a dialog: a command, a deep link (`fill` takes what follows "-"), or a special moment.

    A command with `fill` opens it only with words behind it, which `fill` takes; the bare command may open another one.
    `moment`: "first_contact" (before anything else, once), "otherwise" (words that belong to nothing).
    """

    command: str = ""
    deep_link: str = ""
    fill: str = ""
    moment: str = ""


@dataclass(frozen=True)
class Dialog:
    """A conversation as data."""

    name: str
    version: int
    title: str
    steps: tuple[Step, ...]
    triggers: tuple[Trigger, ...] = ()
    keeps: bool = False  # answers are a draft that survives being left
    returns: bool = False  # a digression: what was open before is asked again afterwards
    remind_after: tuple[int, ...] = ()  # seconds of silence before each reminder
    expires_after: int = 90 * 86400  # seconds
    path: str = ""
    line: int = 1

    @cached_property
    def shape(self) -> str:
        """Return a short digest of what answers depend on, to notice that a draft began under another form."""
        from hashlib import blake2s  # noqa: PLC0415 - only here

        return blake2s(repr([_shape(step) for step in self.steps]).encode(), digest_size=4).hexdigest()

    @cached_property
    def by_name(self) -> dict[str, Step]:
        """Return all steps that have a name, also inside repeats (as "repeat.step")."""
        return dict(_named(self.steps, ""))

    @cached_property
    def plan(self) -> Plan:
        """Return the steps as a walk over them needs them, which happens twice a turn."""
        return _concluded(_planned(self.steps))

    @cached_property
    def acts(self) -> tuple[tuple[int, str], ...]:
        """Return where the plan goes on behind each action, and its name, the last first."""
        found = [(behind, step.name) for behind, step in enumerate(self.steps, 1) if isinstance(step, Do)]
        return tuple(reversed(found))

    @cached_property
    def deciding(self) -> frozenset[str]:
        """Return the names that conditions look at: other answers do not matter for which steps are relevant."""
        return frozenset().union(*(names_in(step.relevant) for step in _all(self.steps)))


# How a walk takes a step: those up to REVIEWS are answered under their name; what CONCLUDES is a calculate behind the
# last question, which nobody needs before everything else is answered.
ASKS, ASKS_ASIDE, ACTS, REVIEWS, CALCULATES, REPEATS, SAYS, LEADS, CONCLUDES = range(9)
_HOW = {Question: ASKS, Do: ACTS, Call: ACTS, Review: REVIEWS, Calculate: CALCULATES, Repeat: REPEATS, Note: SAYS,
        Link: LEADS}  # fmt: skip


class Planned(NamedTuple):
    """A step with how it is taken, looked up beforehand; `inner` are the steps of a repeat."""

    how: int
    name: str
    relevant: Condition | None
    step: Step
    inner: Plan
    needs: str  # a name without whose answer it is not relevant; most of what is not is passed over by this alone


Plan: TypeAlias = tuple["Planned", ...]


def _planned(steps: tuple[Step, ...]) -> Plan:
    return tuple(
        Planned(
            ASKS_ASIDE if isinstance(step, Question) and step.aside else _HOW[type(step)],
            getattr(step, "name", ""),
            step.relevant,
            step,
            _planned(step.steps) if isinstance(step, Repeat) else (),
            needed(step.relevant),
        )
        for step in steps
    )


def _concluded(plan: Plan) -> Plan:
    last = max((index for index, planned in enumerate(plan) if planned.how in (ASKS, ASKS_ASIDE, REPEATS)), default=-1)
    return tuple(
        planned._replace(how=CONCLUDES) if planned.how == CALCULATES and index > last else planned
        for index, planned in enumerate(plan)
    )


def _all(steps: tuple[Step, ...]) -> Iterator[Step]:
    for step in steps:
        yield step
        if isinstance(step, Repeat):
            yield from _all(step.steps)


def _named(steps: tuple[Step, ...], prefix: str) -> Iterator[tuple[str, Step]]:
    for step in steps:
        name = getattr(step, "name", "")
        if name:
            yield prefix + name, step
        if isinstance(step, Repeat):
            yield from _named(step.steps, f"{prefix}{name}.")


def _shape(step: Step) -> object:
    match step:
        case Question():
            return (step.name, step.type, step.also, [choice.name for choice in step.choices], repr(step.constraint))
        case Repeat():
            return (step.name, [_shape(inner) for inner in step.steps])
        case _:
            return (type(step).__name__, getattr(step, "name", ""))
