"""The ideas people have, question by question, and what must stand in the store when they have sent them."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from PIL import Image

from tests.playing.people import VOICE


@dataclass(frozen=True, slots=True)
class Say:
    """Type words."""

    words: str


@dataclass(frozen=True, slots=True)
class Choose:
    """Take what is offered under a label."""

    label: str


@dataclass(frozen=True, slots=True)
class Photo:
    """Send a photo."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Voice:
    """Send a voice note."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Place:
    """Share a location."""

    lat: float
    lon: float


Act: TypeAlias = Say | Choose | Photo | Voice | Place


@dataclass(frozen=True, slots=True)
class Step:
    """The bot asks `path` in some `words`, the person answers; with `hurry` without waiting to be asked."""

    path: str
    words: str
    act: Act
    hurry: bool = False


@dataclass(frozen=True, slots=True)
class Idea:
    """What a person does, the row that must come of it, and the file that must belong to it."""

    steps: tuple[Step, ...]
    row: dict[str, Any]
    file: Photo | Voice | None

    @property
    def asked(self) -> list[str]:
        """Return the questions in the order in which they must be asked, each once."""
        return [step.path for step in self.steps]


MENU: Final = Step("what", "What would you like to do?", Choose("Send an idea"))
DONE: Final = "Its number is"
REMINDER: Final = "You began something and have not finished it yet"
LEFT_AT: Final = "cost"  # where those stop who are to be reminded

COSTS: Final = (("1200 €", 120_000), ("1,500", 150_000), ("87.50", 8_750), ("20000", 2_000_000))
AREAS: Final[tuple[tuple[Act, str], ...]] = (
    (Choose("Altstadt"), "altstadt"),
    (Place(52.705, 12.96), "hafen"),
    (Choose("Nordfeld"), "nordfeld"),
    (Choose("Gartenstadt"), "gartenstadt"),
)


def photo(number: int) -> Photo:
    """Take a photo that no other is like: its width tells whose it is."""
    out = io.BytesIO()
    Image.new("RGB", (16 + number, 16), (40, 120, 80)).save(out, "JPEG")
    return Photo(out.getvalue())


def voice(number: int) -> Voice:
    """Record a voice note that no other is like."""
    return Voice(VOICE + number.to_bytes(4, "big"))


def idea(number: int, title: str = "") -> Idea:
    """Make the `number`-th idea: no two alike, and every way of answering among any four of them."""
    kind = number % 4
    better = kind in {1, 3}
    title = title or f"Benches № {number} — “am Fluß” 🌳"
    description = f"{number} <b>benches</b> & tables,\nfor everybody who walks *slowly*; 100 % _wood_."
    part = f"I can paint {number} of them."
    area, code = AREAS[kind]
    cost, cents = COSTS[kind]
    file = {1: voice, 2: lambda _: None}.get(kind, photo)(number)
    steps = [
        MENU,
        Step("kind", "Is it something new", Choose("Make something better" if better else "Something new")),
        Step("service", "Which place or which service is it?", Say(f"The river bank, part {number}")),
        Step("title", "What is your idea called?", Say(title)),
        Step("description", "whom does it help?", Say(description)),
        Step("field", "Which field does it belong to?", Choose("Sustainable mobility")),
        Step("area", "Where is it?", area),
        Step("cost", "What may it cost, roughly?", Say(cost)),
        Step("picture", "Do you have a photo", file or Choose("Skip")),
        Step("contribution", "What can you contribute yourself?", Say(part), hurry=kind == 3),
        Step("review", "This is your idea. Is everything right?", Choose("Send the idea")),
    ]
    row = {
        "kind": "better" if better else "new",
        "service": f"The river bank, part {number}" if better else None,
        "title": title,
        "description": description,
        "field": "mobility",
        "area": code,
        "cost_cents": cents,
        "contribution": part,
    }
    return Idea(tuple(step for step in steps if better or step.path != "service"), row, file)


def cut(whole: Idea) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    """Divide an idea where the person leaves it, unanswered, to be reminded of it later."""
    at = whole.asked.index(LEFT_AT)
    return whole.steps[:at], whole.steps[at:]
