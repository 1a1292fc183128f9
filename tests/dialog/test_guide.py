"""The author's guide: what it shows is right."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from projektbot.dialog.check import check_dialogs
from projektbot.dialog.engine import Result
from projektbot.dialog.house import ActionInfo, Known
from projektbot.dialog.model import Answers, Dialog, Type
from projektbot.dialog.nodes import LOADER
from projektbot.dialog.read import read_dialog
from projektbot.dialog.read_steps import KEYS
from projektbot.dialog.session import Session
from projektbot.messages import Wake
from projektbot.texts import Text
from tests.dialog.scene import HELP, MENU, Player, SmallHouse
from tests.playing import transcripts
from tests.playing.transcripts import follow, transcript_of

GUIDE = (Path(__file__).parents[2] / "docs" / "dialogs.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
PATH = "dialogs/bikes/borrow_bike.yaml"
HOUSE = Known(
    {"lend_bike": ActionInfo(("lent", "taken"), frozenset({"bike", "day"}), frozenset({"load"}), frozenset({"ref"}))},
    frozenset({"cargo_bikes"}),
    frozenset(),
    frozenset(),
)
EXAMPLE = next(block for block in BLOCKS if "dialog: borrow_bike" in block and "steps:" in block)
TRANSCRIPT = next(block for block in BLOCKS if block.startswith("transcript:"))


def example() -> Dialog:
    """Return the worked example."""
    dialog, problems = read_dialog(EXAMPLE, PATH)
    assert [str(problem) for problem in problems] == []
    assert dialog is not None
    return dialog


def test_the_worked_example_has_no_problems() -> None:
    assert [str(problem) for problem in check_dialogs({"borrow_bike": example()}, HOUSE)] == []


def test_the_problem_the_guide_quotes_is_what_an_author_is_told() -> None:
    careless = EXAMPLE.replace("    constraint: {min: today}\n", "    required: false\n", 1)
    dialog, _ = read_dialog(careless, PATH)
    assert dialog is not None

    told = [str(problem) for problem in check_dialogs({"borrow_bike": dialog}, HOUSE)]

    assert any(message in GUIDE for message in told), told


class Lending(SmallHouse):
    """The house of the example: it has two bikes, and lends them."""

    def options(self, _provider: str, _session: Session, _answers: Answers) -> Sequence[tuple[str, Text]]:
        """Return the bikes."""
        return [("long", Text("The long one")), ("kids", Text("The one for children"))]


class Borrower:
    """Somebody who plays the example against the engine, and the world around them."""

    def __init__(self) -> None:
        self.player = Player(EXAMPLE, HELP, MENU.replace("link: everything", "link: borrow_bike"),
                             house=Lending(outcome=Result("lent", {"ref": "B-17"})))  # fmt: skip

    async def write(self, text: str) -> None:
        self.player.says(text)

    async def tap(self, label: str) -> None:
        self.player.taps(label)

    async def told(self) -> str:
        return self.player.said()

    async def told_anew(self) -> None:
        assert self.player.said()

    async def later(self, by: timedelta) -> None:
        self.player.wait(by)
        self.player.do(Wake(self.player.session.frames[-1].id))

    async def submissions(self) -> list[dict[str, Any]]:
        return [
            {name: value for name, value in answers.items() if value is not None}
            for answers in self.player.house.stored
        ]

    async def invite(self, role: str, area: str) -> str:
        raise AssertionError((role, area))

    async def photo(self) -> None:
        raise AssertionError("nobody asks for a photo")

    voice = photo

    async def location(self, lat: float, lon: float) -> None:
        raise AssertionError((lat, lon))


async def test_the_transcript_of_the_example_plays_as_it_says() -> None:
    borrower = Borrower()

    await follow(transcript_of(TRANSCRIPT, Path("borrow_bike.yaml")), borrower, borrower)


def test_every_entry_that_the_player_knows_is_explained() -> None:
    known = set(re.findall(r'case \{"(\w+)": ', Path(transcripts.__file__).read_text(encoding="utf-8")))
    table = GUIDE[GUIDE.index("| entry | meaning |") : GUIDE.index("## How the open question is found")]

    assert known == set(re.findall(r"^\| `(\w+):", table, re.MULTILINE)) | set(re.findall(r"\{(\w+): ", table)) - {
        "question", "location",
    }  # fmt: skip


@pytest.mark.parametrize("block", BLOCKS)
def test_every_example_is_yaml(block: str) -> None:
    assert yaml.compose(block, Loader=LOADER) is not None or block.startswith("#")


def test_every_word_of_the_vocabulary_is_explained() -> None:
    words = {key for keys in KEYS.values() for key in keys} | set(Type)

    assert {word for word in words if f"`{word}" not in GUIDE and f"{word}:" not in GUIDE} == set()
