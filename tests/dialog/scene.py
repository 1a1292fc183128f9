"""A small world to play dialogs in: every kind of step, a house of a few functions, a clock one can set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from projektbot.config import folder
from projektbot.dialog.book import Book, make_book
from projektbot.dialog.engine import Result, Turn, resume, step
from projektbot.dialog.model import Answers, Dialog, Value
from projektbot.dialog.read import read_dialog
from projektbot.dialog.saying import Button
from projektbot.dialog.session import Session, dump, load
from projektbot.dialog.talk import Scene
from projektbot.i18n import Languages, read_catalogs
from projektbot.messages import Command, Event, Tap, Words
from projektbot.texts import Own, Text

ZONE = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 6, 15, 10, tzinfo=UTC)  # 12 o'clock in Berlin

EVERYTHING = """
dialog: everything
version: 1
title: Everything
trigger: [{command: all}]
keeps: true
remind: {after: [P1D, P5D]}
steps:
  - note: Here is everything.
  - question: words
    type: text
    label: Some words?
    constraint: {max_length: 100}
  - question: whole
    type: integer
    label: How many?
    constraint: {min: 1, max: 9}
  - question: part
    type: decimal
    label: How much?
    required: false
  - question: price
    type: money
    label: What does it cost?
    required: false
  - question: day
    type: date
    label: Which day?
  - question: hour
    type: time
    label: What time?
    required: false
  - question: one
    type: select_one
    label: Which one?
    choices: {from: letters}
  - question: many
    type: select_multiple
    label: Which ones?
    choices: [{name: red, label: Red}, {name: green, label: Green}, {name: blue, label: Blue}]
  - question: order
    type: rank
    label: In which order?
    choices: [{name: tea, label: Tea}, {name: milk, label: Milk}, {name: juice, label: Juice}]
  - question: why_red
    type: text
    label: Why red?
    relevant: {many: red}
  - question: place
    type: geopoint
    label: Where?
    required: false
  - question: shot
    type: [image, audio]
    label: A photo of {words}?
    required: false
  - question: fine
    type: acknowledge
    label: Is that fine?
  - repeat: tools
    again: One more tool?
    max: 3
    steps:
      - question: tool
        type: text
        label: Which tool?
      - question: count
        type: integer
        label: How many of {tool}?
        required: false
  - calculate: total
    function: count_tools
  - review: review
    label: Is everything right?
    submit: Send it
  - do: store
  - note: "Stored as {ref} with {total} tools."
    relevant: {store: stored}
  - note: The house is full.
    relevant: {store: full}
"""

HELP = """
dialog: help
version: 1
title: Help
trigger: [{command: help}]
returns: true
steps:
  - note: This is help.
"""

LANGUAGE = """
dialog: language
version: 1
title: Language
trigger: [{command: language}]
returns: true
steps:
  - question: language
    type: select_one
    label: Which language?
    choices: [{name: en, label: English}, {name: de, label: Deutsch}]
  - do: set_language
  - note: This is your language now.
    relevant: {set_language: changed}
"""

MENU = """
dialog: start
version: 1
title: Menu
trigger: [{command: start}, {command: menu}, {deep_link: all, fill: one}, {moment: otherwise}]
steps:
  - question: what
    type: select_one
    label: What would you like to do?
    choices: [{name: everything, label: Everything}, {name: nothing, label: Nothing}]
  - link: everything
    relevant: {what: everything}
  - note: Goodbye.
    relevant: {what: nothing}
"""


@dataclass(slots=True)
class SmallHouse:
    """A house with letters to choose from; `outcome` is what its one action answers."""

    letters: Sequence[str] = tuple("abcdefghijklmnopqrstuvwxyz")
    outcome: Result | Text = field(default_factory=lambda: Result("stored", {"ref": "X-1"}))
    at_fault: str = ""
    stored: list[Answers] = field(default_factory=list)

    def options(self, _provider: str, _session: Session, _answers: Answers) -> Sequence[tuple[str, Text]]:
        """Return the letters."""
        return [(letter, Text("{it}", {"it": Own(f"Letter {letter.upper()}")})) for letter in self.letters]

    def is_fixed(self, _provider: str) -> bool:
        """Let letters come and go."""
        return False

    def calculate(self, _function: str, _session: Session, answers: Answers) -> Value:
        """Count the tools."""
        return len(answers.get("tools", []))

    def locate(self, _function: str, lat: float, lon: float) -> str:
        """Know one place."""
        return "a" if (round(lat), round(lon)) == (52, 13) else ""

    def offered(self, _words: str) -> str:
        """Offer nothing."""
        return ""


def read(*texts: str) -> dict[str, Dialog]:
    """Read dialogs that have no mistakes."""
    dialogs = {}
    for text in texts:
        dialog, problems = read_dialog(text, "dialogs/test/test.yaml")
        assert dialog, [str(problem) for problem in problems]
        dialogs[dialog.name] = dialog
    return dialogs


def languages() -> Languages:
    """Return the real catalogs, English first."""
    return read_catalogs(folder("locales"), "en", ZONE)


@cache
def book_of(*texts: str) -> Book:
    """Return the book of these dialogs: one for all who play them, as in a house."""
    return make_book(read(*texts).values(), {})


class Player:
    """Plays one person against the engine twice: as it goes on in memory, and with the session read back each time."""

    def __init__(self, *texts: str, house: SmallHouse | None = None, now: datetime = NOON, locale: str = "en") -> None:
        self.house = house or SmallHouse()
        self.languages = languages()
        self.scene = Scene(
            book_of(*texts or (EVERYTHING, HELP, MENU)),
            self.house,
            now,
            ZONE,
            self.languages.words,
            self.languages.locales,
            "desk@city.example",
        )
        self.session = Session(locale=locale)
        self.turn = Turn(self.session)

    def change_dialogs(self, *texts: str) -> None:
        """Go on with other dialogs, as after an update of the program."""
        self.scene = replace(self.scene, book=book_of(*texts))

    def wait(self, by: timedelta) -> None:
        """Let time pass."""
        self.scene = replace(self.scene, now=self.scene.now + by)

    def do(self, event: Event, *, about: str = "", heard: str = "") -> str:
        """Do something and return what is said."""
        stored = dump(self.session)
        turn, asked = self._carried(self.scene, self.session, event, about, heard)
        assert dump(self.session) == stored, "a session does not change, it is followed by another"
        forgetful = replace(self.scene, book=replace(self.scene.book, prompts={}, summaries={}))
        anew, _ = self._carried(forgetful, load(stored), event, about, heard)
        assert says(turn) == says(anew), "what was kept ready is what would be said anew"
        assert dump(turn.session) == dump(anew.session), "what was kept in memory is what the store would give back"
        self.house.stored += asked
        self.turn, self.session = turn, turn.session
        return self.said()

    def _carried(
        self, scene: Scene, session: Session, event: Event, about: str, heard: str
    ) -> tuple[Turn, list[Answers]]:
        """Return the turn, and the answers that the house was given on the way."""
        turn, asked = step(scene, session, event, about=about, heard=heard), []
        while turn.call:
            asked.append(turn.call.answers)
            turn = resume(scene, turn, self.house.outcome, question=self.house.at_fault)
        return turn, asked

    def says(self, *messages: str) -> str:
        """Type messages; commands begin with a slash. Return what the last one was answered."""
        for message in messages:
            name, _, argument = message[1:].partition(" ")
            self.do(Command(name, argument) if message.startswith("/") else Words(message))
        return self.said()

    def taps(self, *labels: str) -> str:
        """Tap buttons by their labels. Return what the last one was answered."""
        for label in labels:
            self.do(Tap(self.button(label)))
        return self.said()

    def button(self, label: str) -> str:
        """Return the token of a button that is offered."""
        labels = {self._label(b): b.token for b in self.turn.prompt.buttons}
        assert label in labels, f"{label!r} is none of {list(labels)}"
        return labels[label]

    def _label(self, button: Button) -> str:
        label = button.label
        return label if isinstance(label, str) else self.languages.words(label, self.session.locale)

    def labels(self) -> list[str]:
        """Return what is offered."""
        return [self._label(b) for b in self.turn.prompt.buttons]

    def said(self) -> str:
        """Return what was said last."""
        return "\n".join(
            self.languages.words(line.text, self.session.locale) for line in (*self.turn.lines, *self.turn.prompt.lines)
        )

    def answers(self) -> Answers:
        """Return the answers of the open dialog."""
        return self.session.frames[-1].answers


def says(turn: Turn) -> tuple[object, ...]:
    """Return all that a turn says and offers."""
    prompt = turn.prompt
    return (turn.lines, turn.replaces, prompt.lines, prompt.buttons, prompt.first, prompt.about)
