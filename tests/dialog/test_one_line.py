"""A short text is one line, so that nobody's name or title passes for two things in a list."""

from __future__ import annotations

from projektbot.dialog.answers import ONE_LINE, Accepted
from projektbot.dialog.model import Type
from tests.dialog.asking import question, read

TYPED = "  Anna \r\n\n Ben:\u2028leads\u00a0the team "


def test_a_short_text_is_one_line() -> None:
    for most in (60, ONE_LINE):
        assert read(question(Type.TEXT, max_length=most), TYPED) == Accepted("Anna Ben: leads the team")


def test_a_long_text_keeps_its_lines() -> None:
    for asked in (question(Type.TEXT, max_length=ONE_LINE + 1), question(Type.TEXT)):
        assert read(asked, TYPED) == Accepted("Anna \n\n Ben:\nleads\u00a0the team")
