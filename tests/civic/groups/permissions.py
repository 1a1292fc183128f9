"""Who may do what in a group, as people read it: written by hand, held by a test, printed in docs/permissions.md."""

from __future__ import annotations

# By what they are to the project whose group it is; the last two have never written to the bot in private, or hide.
COLUMNS = ("lead", "member", "guest", "removed", "known", "stranger", "anonymous")
HEADINGS = ("lead", "member", "guest", "was removed", "somebody else", "never wrote in private", "anonymous admin")

GROUPS = """
    connect   | + - - - - - - | connect the group with the project
    separate  | + - - - - - - | separate it
    language  | + - - - - - - | choose its language
    relay     | + - - - - - - | let the two chats show each other what people write
    fix       | + - - - - - - | fix a date
    end       | + - - - - - - | end a poll that somebody else asked
    decide    | + + - - - - - | call a vote that binds
    vote      | + + - - - - - | vote in it, in private
    choose    | + + + + + + - | say which date suits, whether one comes, what one thinks
    end_own   | + + + + + + - | end a poll of one's own
    task      | + + + + + + + | write down a task
    tick      | + + + + + + + | tick one off, and take that back
    meeting   | + + + + + + + | ask for a date
    poll      | + + + + + + + | ask what people think
    delete    | + + + + + + + | delete in the other chat what one wrote oneself
"""

HEAD = """
## In a group

`tests/civic/groups/test_permissions.py` tries every line of it. Whoever is in a group may plan there, known to us or
not; what binds the project needs somebody who leads it, or is in its team, and whom we know since they write to us in
private. A guest is one of the team; *somebody else* is in the group and not in the team.
"""


def table() -> dict[str, frozenset[str]]:
    """Return for each act who may do it."""
    return {act: _allowed(signs) for act, signs, _ in _rows()}


def _rows() -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in GROUPS.strip().splitlines()]


def _allowed(signs: str) -> frozenset[str]:
    return frozenset(who for who, sign in zip(COLUMNS, signs.split(), strict=True) if sign == "+")


def section() -> list[str]:
    """Return the lines of the document."""
    lines = [HEAD, f"| in a group | {' | '.join(HEADINGS)} |", "|---" + "|---" * len(HEADINGS) + "|"]
    for _, signs, words in _rows():
        cells = ["**yes**" if sign == "+" else "no" for sign in signs.split()]
        lines.append(f"| {words} | {' | '.join(cells)} |")
    return lines
