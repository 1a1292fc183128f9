"""One step of a conversation in the making: what it sees, and what it has said so far."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from projektbot.dialog.answers import Option, objection
from projektbot.dialog.book import Book
from projektbot.dialog.house import House
from projektbot.dialog.model import CHOOSING, Answers, Dialog, Question, Step, Type, Value
from projektbot.dialog.saying import NOTHING, Line, Picture, Prompt
from projektbot.dialog.session import Frame, Session, frame_id
from projektbot.dialog.walk import BESIDE, FACT, GIVEN, Spot, Way, can_walk_on, step_at, walk, walk_on
from projektbot.records import record
from projektbot.texts import Text


@record
class Scene:
    """The world a step sees: dialogs, house, clock, and how texts read in a language. Values, no state."""

    book: Book
    house: House
    now: datetime
    zone: ZoneInfo
    translate: Callable[[Text, str], str]  # (text, locale) → words
    locales: tuple[str, ...]
    contact: str = ""  # where a person can be asked
    at_once: int = 0  # so many updates of one person are taken at once, see `pace`; 0: any number

    def today(self) -> date:
        """Return the day it is in the city."""
        return _day(self.now, self.zone)


@record
class Due:
    """A wake-up for a frame at a time (seconds since 1970 UTC)."""

    frame: str
    at: int


@record
class Calling:
    """An action the house is asked for, with the answers it may take.

    `path` is where its outcome will be kept, `counts` the names of the answers that led to it.
    """

    action: str
    answers: Answers
    path: str
    counts: frozenset[str]


@dataclass(slots=True)
class Talk:
    """The session as it changes, and what will be said."""

    scene: Scene
    session: Session
    lines: list[Line] = field(default_factory=list)
    prompt: Prompt = NOTHING
    replaces: str = ""
    call: Calling | None = None
    due: list[Due] = field(default_factory=list)
    passed: bool = True  # the way goes on; not if a digression is left, and what lay below is only asked again
    heard: str = ""  # platform id of the message being answered
    # what a walk found by asking the house, which may look at the other drafts as well; it holds for this turn
    _walked: tuple[Frame, tuple[Frame, ...], Way] | None = None
    _asked: bool = False  # the walk asked the house

    # ---- saying ----------------------------------------------------------------------------------------------------

    def say(self, text: Text, *, bold: bool = False, close: bool = False, picture: Picture | None = None) -> None:
        """Add a paragraph, with a picture if there is one."""
        self.lines.append(Line(text, bold, close, picture=picture))

    def words(self, text: Text | str) -> str:
        """Return a text as this person reads it."""
        return text if isinstance(text, str) else self.scene.translate(text, self.session.locale)

    # ---- looking ---------------------------------------------------------------------------------------------------

    def dialog(self, frame: Frame) -> Dialog:
        """Return the dialog a frame runs."""
        return self.scene.book.dialogs[frame.dialog]

    def way(self, frame: Frame) -> Way:
        """Return the steps of a frame that are relevant now, and which of them is open."""
        dialog, drafts = self.dialog(frame), self.session.drafts
        known = frame.way(dialog)
        if known:
            return known
        if self._walked and self._walked[0] is frame and self._walked[1] is drafts:
            return self._walked[2]
        self._asked = False
        return self._noted(frame, dialog, walk(dialog, frame.answers, self._calculate))

    def spots(self, frame: Frame) -> list[Spot]:
        """Return the steps of a frame that are relevant now."""
        return self.way(frame).spots

    def _noted(self, frame: Frame, dialog: Dialog, way: Way) -> Way:
        if self._asked:
            self._walked = (frame, self.session.drafts, way)
        else:
            frame.note(dialog, way)
        return way

    def _calculate(self, function: str, live: Answers) -> Value:
        self._asked = True
        return self.scene.house.calculate(function, self.session, live)

    def options(self, question: Question, live: Answers) -> list[Option]:
        """Return the choices of a question as this person reads them."""
        provider = question.provider
        if provider and not self.scene.house.is_fixed(provider):
            return self._worded(question, live)
        # steps live as long as the book, so that their identity may stand for them
        key = (provider or id(question), self.session.locale)
        if key not in self.scene.book.labels:
            self.scene.book.labels[key] = self._worded(question, live)
        return self.scene.book.labels[key]

    def _worded(self, question: Question, live: Answers) -> list[Option]:
        if question.provider:
            found = self.scene.house.options(question.provider, self.session, live)
            return [Option(name, self.words(label)) for name, label in found]
        return [Option(choice.name, self.words(Text(choice.label))) for choice in question.choices]

    def fits(self, question: Question, value: Value, live: Answers) -> Text | None:
        """Return what is to be said against a value, or None."""
        options = self.options(question, live) if question.type in CHOOSING else []
        if question.type is Type.SELECT_ONE and question.locate and isinstance(value, dict):
            return None
        return objection(question, value, options=options, today=self.scene.today())

    # ---- changing --------------------------------------------------------------------------------------------------

    def seconds(self) -> int:
        """Return now as whole seconds since 1970 UTC."""
        return _seconds(self.scene.now)

    def put(self, frame: Frame) -> None:
        """Put the changed top frame back."""
        self.session = self.session.with_top(frame)

    def answer(self, path: str, value: Value, **facts: Value) -> None:
        """Store an answer of the top frame; `facts` are kept beside it."""
        frame = self.session.frames[-1]
        dialog = self.dialog(frame)
        if dialog.keeps and dialog.remind_after and (frame.reminded or not is_begun(frame)):
            self._remind_later(frame, dialog)  # no row yet, or it has moved out of reach
        step = step_at(dialog, path)
        answers = {**_without_found(frame.answers, step), path: value}
        if isinstance(step, Question) and step.lookup and value is not None:
            facts |= self._found(step, answers)
        for name, fact in facts.items():
            answers[FACT + name] = fact
        old = {name: kept for name, kept in frame.old.items() if name != path} if frame.old else frame.old
        heard = {**frame.heard, path: self.heard} if self.heard else frame.heard
        answered = frame.answered(answers, old, heard, self.seconds())
        self.put(answered)
        way = frame.way(dialog)
        if way and len(answers) == len(frame.answers) + 1 + len(facts) and can_walk_on(way, path):
            self._asked = False
            self._noted(answered, dialog, walk_on(dialog, way, answers, facts, self._calculate))

    def _found(self, question: Question, answers: Answers) -> Answers:
        """Return what the house finds about an answer just given."""
        live = {name[1:] if name[0] in BESIDE else name: value for name, value in answers.items() if value is not None}
        found = self.scene.house.calculate(question.lookup, self.session, live)
        return {} if found is None else {question.finds: found}

    def done(self, call: Calling, outcome: str, facts: Answers) -> None:
        """Store what an action came to. The answers that led to it stay as they are; those put aside are over."""
        frame = self.session.frames[-1]
        if "." not in call.path and not call.counts.issuperset(frame.answers):
            counted = {name: value for name, value in frame.answers.items() if name in call.counts}
            self.put(replace(frame, answers=counted))
        self.answer(call.path, outcome, **facts)

    def _remind_later(self, frame: Frame, dialog: Dialog) -> None:
        self.due.append(Due(frame.id, self.seconds() + dialog.remind_after[0]))

    def take_away(self, path: str) -> None:
        """Take one answer of the top frame away; it is offered again when the question is asked."""
        frame = self.session.frames[-1]
        gone = frame.answers.get(path)
        self.put(
            replace(
                frame,
                answers={name: value for name, value in frame.answers.items() if name != path},
                old={**frame.old, path: gone} if gone is not None else frame.old,
                view=(),
                misses=0,
                touched=self.seconds(),
            )
        )

    def begin(self, dialog: Dialog, given: Answers, caller: str = "", own: tuple[str, ...] = ()) -> None:
        """Put a new frame on top. What is given under the name of a question answers it, if it fits.

        `own` are the names under which words of the person are given: they make a draft, and are kept in any case.
        """
        now = self.seconds()
        session, answers = self.session, self._prefilled(dialog, given)
        frame = Frame(
            frame_id(session.count), dialog.name, dialog.version, dialog.shape, answers,
            old={name: given[name] for name in own if name in given and name not in answers},
            given=tuple([name for name in answers if name[0] not in BESIDE and name not in own]),
            caller=caller, begun=now, touched=now,
        )  # fmt: skip
        self.session = replace(session, frames=(*session.frames, frame), count=session.count + 1)
        if own and dialog.keeps and dialog.remind_after and is_begun(frame):
            self._remind_later(frame, dialog)

    def _prefilled(self, dialog: Dialog, given: Answers) -> Answers:
        """Return what is given as answers, with what the house finds about them if none before them is missing."""
        answers: Answers = {}
        for name, value in given.items():
            step = dialog.by_name.get(name)
            if not isinstance(step, Question):
                answers[GIVEN + name] = value
            elif self.fits(step, value, {}) is None:
                is_next = step is _first_open(dialog, answers)
                answers[name] = value
                facts = self._found(step, answers) if step.lookup and is_next else {}
                answers |= {FACT + found: fact for found, fact in facts.items()}
        return answers

    def end(self) -> Frame:
        """Take the top frame away and return it."""
        *rest, frame = self.session.frames
        self.session = self.session.with_frames(tuple(rest))
        return frame

    def miss(self) -> int:
        """Count one more answer that did not fit; return how many that makes."""
        frame = self.session.frames[-1]
        self.put(replace(frame, misses=frame.misses + 1))
        return frame.misses + 1

    def look(self, *view: Value) -> None:
        """Change what the person is looking at beside the plain question."""
        self.put(replace(self.session.frames[-1], view=view))


def _first_open(dialog: Dialog, answers: Answers) -> Question | None:
    open_ones = (step for step in dialog.steps if isinstance(step, Question) and step.name not in answers)
    return next(open_ones, None)


def _without_found(answers: Answers, step: Step | None) -> Answers:
    """Return answers without what was found beside the earlier answer to a question: its place, or by its lookup."""
    if not isinstance(step, Question) or not (step.location or step.finds):
        return answers
    return {name: kept for name, kept in answers.items() if name not in (FACT + step.location, FACT + step.finds)}


def is_begun(frame: Frame) -> bool:
    """Say whether the person answered anything yet, or took it back (what a link filled in does not make a draft)."""
    # a loop: a generator takes longer to begin than the first answer to look at
    for name in frame.answers:
        if name[0] not in BESIDE and name not in frame.given:
            return True
    return bool(frame.old) and any(name not in frame.given for name in frame.old)


@lru_cache(8)  # every turn of a batch asks the same, several times
def _seconds(now: datetime) -> int:
    return int(now.timestamp())


@lru_cache(8)
def _day(now: datetime, zone: ZoneInfo) -> date:
    return now.astimezone(zone).date()


def handle_of(frame: Frame, dialog: Dialog) -> str:
    """Return what tokens carry to find a frame again: drafts by id, others by dialog, so that old buttons work."""
    return frame.id if dialog.keeps else f"={dialog.name}"
