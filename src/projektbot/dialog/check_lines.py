"""The lines of a catalog file (.po): mistakes that its reader would pass over, losing words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from projektbot.dialog.nodes import Problem

QUOTED = 40  # characters of a line in a problem: enough to find it
LINE = re.compile(r'(?:(?P<word>msgctxt|msgid|msgid_plural|msgstr(?:\[\d+\])?)\s+)?"(?P<words>(?:[^"\\]|\\.)*)"')
# What may stand before each word; behind the last entry a translation must.
BEFORE: Mapping[str, tuple[str, ...]] = {
    "msgctxt": ("", "msgstr"),
    "msgid": ("", "msgstr", "msgctxt"),
    "msgid_plural": ("msgid",),
    "msgstr": ("msgid", "msgid_plural", "msgstr"),
}


@dataclass(slots=True)
class Statement:
    """A word of a catalog with all that is quoted behind it, and the line it begins in."""

    word: str
    words: str
    line: int


def broken_lines(path: str, text: str) -> list[Problem]:
    """Return what is wrong with the lines of a catalog; what they say is not looked at."""
    problems: list[Problem] = []
    statements: list[Statement] = []
    for number, line in enumerate(map(str.strip, text.split("\n")), 1):
        found = LINE.fullmatch(line)
        if found and found["word"]:
            statements.append(Statement(found["word"].partition("[")[0], found["words"], number))
        elif found and statements:
            statements[-1].words += found["words"]
        elif line and not line.startswith("#"):
            problems.append(Problem(path, number, f"this line cannot be read: {line[:QUOTED]}"))
    return problems or [Problem(path, line, why) for line, why in (*_out_of_place(statements), *_twice(statements))]


def _out_of_place(statements: Iterable[Statement]) -> Iterator[tuple[int, str]]:
    before, line = "", 1
    for statement in statements:
        if before not in BEFORE[statement.word]:
            yield statement.line, f"{statement.word} cannot stand behind {before or 'nothing'}"
        before, line = statement.word, statement.line
    if before != "msgstr":
        yield line, "a translation (msgstr) is missing at the end"


def _twice(statements: Iterable[Statement]) -> Iterator[tuple[int, str]]:
    first: dict[tuple[str, str], int] = {}
    context = ""
    for statement in statements:
        if statement.word == "msgctxt":
            context = statement.words
        elif statement.word == "msgid":
            line = first.setdefault((context, statement.words), statement.line)
            if line != statement.line:
                yield statement.line, f"“{statement.words[:QUOTED]}” is translated in line {line} already"
            context = ""
