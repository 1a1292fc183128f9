"""Who may do what in a team, as people read it: written by hand, held by a test, printed in docs/permissions.md."""

from __future__ import annotations

from projektbot.civic.teams.rules import Role

COLUMNS = (Role.LEAD, Role.MEMBER, Role.GUEST, Role.REMOVED, Role.NOBODY)
HEADINGS = ("lead", "member", "guest", "was removed", "not in the team")

# What is done; by whom, in the order of the columns; whether also while the project is not public; and what it is.
TEAMS = """
    see         | + + + - - | always | see who is in the team
    ask         | - - - + + | public | ask to join
    take_back   | - - - + + | always | take one's own request back
    come        | - - - - + | public | come in by an invitation
    settle      | + - - - - | public | answer a request
    invite      | + - - - - | public | make an invitation
    revoke      | + - - - - | always | end an invitation
    seats       | + - - - - | public | say how many the team is to be
    change      | + - - - - | public | change somebody's role or sector
    remove      | + - - - - | public | take somebody out of the team
    offer_lead  | + - - - - | public | ask somebody to lead
    answer_lead | - + + - - | public | say whether one will lead
    introduce   | + + + - - | public | say one's own name and sector
    leave       | + + + - - | always | leave the team
    partners    | + + - - - | public | add partners, take them off
    exchange    | + + - - - | public | say what the team has and needs, and agree to meet
"""

HEAD = """## In a team

`tests/civic/teams/test_permissions.py` tries every line of it. Whoever had the idea leads its team until they hand
over; the last lead cannot go without a successor. *While public* means that the project is published, and neither
declined nor merged.
"""


def table() -> dict[str, tuple[frozenset[Role], bool]]:
    """Return for each act who may do it, and whether also when the project is not public."""
    return {act: (_roles(signs), when == "always") for act, signs, when, _ in _rows()}


def _rows() -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in TEAMS.strip().splitlines()]


def _roles(signs: str) -> frozenset[Role]:
    return frozenset(role for role, sign in zip(COLUMNS, signs.split(), strict=True) if sign == "+")


def section() -> list[str]:
    """Return the lines of the document."""
    lines = [HEAD, f"| in a team | when | {' | '.join(HEADINGS)} |", "|---|---" + "|---" * len(HEADINGS) + "|"]
    for _, signs, when, words in _rows():
        cells = ["**yes**" if sign == "+" else "no" for sign in signs.split()]
        lines.append(f"| {words} | {when if when == 'always' else 'while public'} | {' | '.join(cells)} |")
    return lines
