"""Whom an edited dialog concerns."""

from __future__ import annotations

from projektbot.dialog.check import drafts_concerned
from projektbot.dialog.model import Question, Value
from projektbot.dialog.session import Frame
from tests.dialog.test_check import WHAT, dialog


def test_an_edit_concerns_open_drafts_under_another_form() -> None:
    today = dialog(WHAT + "- {repeat: items, again: More?, steps: [{question: note, type: text, label: N}]}\n")

    def fits(question: Question, value: Value) -> bool:
        assert value is not None  # a skipped question fits whatever it has become
        return bool(value != "too old")

    def frame(shape: str, **answers: Value) -> Frame:
        return Frame("0", "bike", 1, shape, answers={name.replace("__", "."): v for name, v in answers.items()})

    drafts = [
        frame(today.shape, gone="counts under the same form no more"),
        frame("old", what="fits", items__0__note="fits", items__n=2, **{"@ref": "B-1"}),
        frame("old", what=None),
        frame("old", what="too old"),
        frame("old", items__1__note="too old"),
        frame("old", gone="the question is no more"),
        Frame("1", "another", 1, "old", answers={"gone": "elsewhere"}),
    ]

    assert drafts_concerned(today, drafts, fits) == (5, 3)
