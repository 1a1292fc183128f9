"""Extracting the texts of dialogs: exactly what the reader will look up, with line and place."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.extract import extract as babel_extract

from projektbot.dialog.check_texts import wordings
from projektbot.dialog.extract import COMMAND_COMMENT, extract
from projektbot.dialog.read import read_dialog, read_dialogs
from projektbot.texts import only_values

DIALOGS = Path(__file__).parents[2] / "dialogs"

BIKE = """\
dialog: bike
version: 1
title: Borrow a bike
trigger: [{command: bike}]
steps:
  - question: kind
    type: select_one
    title: Bike
    label: Which
      bike
      would you like?
    hint: >
      We have
      two.

      Both are good.
    choices:
      - {name: a, label: "A long \\
          one"}
    relevant: {hint: label}
  - repeat: items
    again: Another?
    title: Things
    steps:
      - question: what
        type: text
        label: "  What?  "
        constraint: {max_length: 5}
        constraint_message: 'Five, not more: it''s short'
  - review: r
    label: Right?
    submit: Send
  - note: |-
      Thank you!
      Ride well.
"""


def test_each_text_comes_with_its_line_and_place() -> None:
    assert list(extract(BytesIO(BIKE.encode()), [], [], {})) == [
        (3, "", "Borrow a bike", ["bike"]),
        (4, "", "/bike", ["bike", COMMAND_COMMENT]),
        (8, "", "Bike", ["bike.kind"]),
        (9, "", "Which bike would you like?", ["bike.kind"]),
        (12, "", "We have two.\nBoth are good.", ["bike.kind"]),
        (18, "", "A long one", ["bike.kind"]),
        (22, "", "Another?", ["bike.items"]),
        (23, "", "Things", ["bike.items"]),
        (27, "", "What?", ["bike.items.what"]),
        (29, "", "Five, not more: it's short", ["bike.items.what"]),
        (31, "", "Right?", ["bike.r"]),
        (32, "", "Send", ["bike.r"]),
        (33, "", "Thank you!\nRide well.", ["bike"]),
    ]


def test_folded_texts_are_extracted_as_they_will_be_looked_up() -> None:
    dialog, problems = read_dialog(BIKE, "bike.yaml")

    assert problems == []
    assert dialog is not None
    assert {msgid for _, _, msgid, _ in extract(BytesIO(BIKE.encode()), [], [], {})} == {
        wording.msgid for wording in wordings(dialog)
    }


def test_the_dialogs_of_the_house_are_extracted_as_they_will_be_looked_up() -> None:
    dialogs, _ = read_dialogs(DIALOGS)

    for dialog in dialogs.values():
        with (DIALOGS.parent / dialog.path).open("rb") as file:
            extracted = {msgid for _, _, msgid, _ in extract(file, [], [], {})}

        said = {wording.msgid for wording in wordings(dialog) if not only_values(wording.msgid)}
        assert extracted == said, dialog.path


def test_babel_takes_what_is_extracted() -> None:
    found = list(babel_extract("projektbot.dialog.extract:extract", BytesIO(BIKE.encode()), keywords={"N_": None}))

    assert (3, "Borrow a bike", ["bike"], None) in found
    assert len(found) == 13


@pytest.mark.parametrize("text", ["", "dialog: [", "a: &b c"])
def test_a_file_that_cannot_be_read_stops_the_extraction(text: str) -> None:
    with pytest.raises(ValueError, match=":1: "):
        list(extract(BytesIO(text.encode()), [], [], {}))


@pytest.mark.parametrize(
    "text", ["a", "[a]", "trigger: [{command: x}]\nsteps: [a, {note: b}, {question: [c], label: D}]"]
)
def test_a_file_with_mistakes_gives_the_texts_that_can_be_read(text: str) -> None:
    assert all(msgid for _, _, msgid, _ in extract(BytesIO(text.encode()), [], [], {}))
