"""Checking catalogs: translations that are missing, faulty or too long are told with their line."""

from __future__ import annotations

import pytest

from projektbot.dialog.check import check_catalog
from projektbot.dialog.model import Dialog
from tests.dialog.test_check import KIND, WHAT, dialog, told


def in_german(catalog: dict[str, str | tuple[str, ...]], *dialogs: Dialog, complete: bool = True) -> list[str]:
    """Return what a translator is told; texts stand in the lines 1, 2, … of the catalog."""
    several = {msgid: (words,) if isinstance(words, str) else words for msgid, words in catalog.items()}
    lines = {msgid: line for line, msgid in enumerate(catalog, 1)}
    return [
        str(problem)
        for problem in check_catalog({d.name: d for d in dialogs}, several, "de", "de.po", lines, complete=complete)
    ]


def test_a_complete_catalog_has_no_problems() -> None:
    bike = dialog(WHAT, head="trigger: [{command: bike}]\n")

    assert in_german({"T": "Rad", "What?": "Was?", "/bike": "/rad", "{n} day": ("ein Tag", "{n} Tage")}, bike) == []


def test_missing_translations_are_told_unless_english_will_do() -> None:
    catalog: dict[str, str | tuple[str, ...]] = {"T": "", "From the code": ""}

    assert in_german(catalog, dialog(WHAT), complete=False) == []
    assert in_german(catalog, dialog(WHAT)) == [
        "de.po:1: no de translation of “T”",
        "de.po:1: no de translation of “What?”",
        "de.po:2: no de translation of “From the code”",
    ]


@pytest.mark.parametrize(
    ("msgid", "words", "expected"),
    [
        ("Hi {name}", "Hallo", "de.po:1: the translation of “Hi {name}” lacks the placeholder {name}"),
        ("Hi {name}", "Hallo {nam}", "has the unknown placeholder {nam}, did you mean 'name'?"),
        ("Hi", "Hallo {", "de.po:1: the translation of “Hi” has a brace that belongs to no {placeholder}"),
        ("/bike", "/fähre", "the command /bike is translated as “/fähre”: only small ascii letters, digits and _"),
        ("/bike", "rad", "the command /bike is translated as “rad”"),
    ],
)
def test_a_faulty_translation_is_told_with_its_line(msgid: str, words: str, expected: str) -> None:
    assert any(expected in message for message in in_german({msgid: words}))


def test_a_translation_too_long_for_a_platform_is_told() -> None:
    catalog: dict[str, str | tuple[str, ...]] = {"A": "a" * 65, "Which?": "w" * 4090}

    assert in_german(catalog, dialog(KIND), complete=False) == [
        f"de.po:1: bike.yaml: “{'a' * 39}…” has 65 characters, a button 64",
        "de.po:2: bike.yaml: question 'kind' has 4166 characters with its choices, a message 4096",
    ]


def test_what_is_too_long_in_english_already_is_told_only_there() -> None:
    long = dialog(WHAT + f"- {{review: r, submit: {'x' * 65}}}\n")

    assert in_german({}, long, complete=False) == []
    assert len(told(long)) == 1


def test_two_commands_cannot_be_translated_alike() -> None:
    two = dialog(WHAT, head="trigger: [{command: bike}, {command: ride}]\n")

    assert in_german({"/bike": "/rad", "/ride": "/rad"}, two, complete=False) == [
        "de.po:2: the commands /bike and /ride are both translated as /rad"
    ]
