"""The author's guide: what it shows is right."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from projektbot.dialog.check import check_dialogs
from projektbot.dialog.house import ActionInfo, Known
from projektbot.dialog.model import Dialog, Question, Review, Type
from projektbot.dialog.nodes import LOADER
from projektbot.dialog.read import read_dialog
from projektbot.dialog.read_steps import KEYS

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


def test_the_transcript_taps_what_the_example_offers() -> None:
    dialog = example()
    offered = {choice.label for step in dialog.steps if isinstance(step, Question) for choice in step.choices}
    offered |= {step.submit for step in dialog.steps if isinstance(step, Review)}
    offered |= {"Continue", "Skip", "The long one"}  # of the house

    for entry in yaml.safe_load(TRANSCRIPT)["steps"]:
        assert len(entry) == 1
        tapped = entry.get("tap", "Skip")
        assert (tapped["edit"] in dialog.by_name) if isinstance(tapped, dict) else (tapped in offered)


@pytest.mark.parametrize("block", BLOCKS)
def test_every_example_is_yaml(block: str) -> None:
    assert yaml.compose(block, Loader=LOADER) is not None or block.startswith("#")


def test_every_word_of_the_vocabulary_is_explained() -> None:
    words = {key for keys in KEYS.values() for key in keys} | set(Type)

    assert {word for word in words if f"`{word}" not in GUIDE and f"{word}:" not in GUIDE} == set()
