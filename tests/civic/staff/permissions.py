"""Who may do what with an idea, as staff read it: written by hand, held by a test, printed as docs/permissions.md.

python -m tests.civic.staff.permissions > docs/permissions.md
"""

from __future__ import annotations

import sys

from tests.civic.groups.permissions import section as in_a_group
from tests.civic.teams.permissions import section as in_a_team

STAGES = ("submitted", "asked", "published", "declined", "merged")
ROLES = ("moderator", "caseworker", "broadcaster", "host", "admin")

# What staff do: who may, and with an idea at which stage. All of it in their own area, or everywhere.
STAFF = """
    publish   | moderator, admin             | submitted, asked, declined
    ask       | moderator, admin             | submitted, asked
    decline   | moderator, admin             | submitted, asked, published
    merge     | moderator, admin             | submitted, asked, published
    answer    | moderator, admin, caseworker | published
"""

# What residents do: who may, and with an idea at which stage.
RESIDENTS = """
    support   | author, others | published, merged
    follow    | author, others | published, merged
    comment   | author, others | published, merged
    report    | author, others | published, merged
    reply     | author         | asked
"""

# What staff do with deadlines: who may. What concerns the whole city takes a role that is good everywhere.
DEADLINES = """
    announce  | caseworker, broadcaster, admin
    move      | caseworker, broadcaster, admin
    withdraw  | caseworker, broadcaster, admin
"""

HEAD = """# Who may do what with an idea, with a deadline, in a team, and in its group

Written by `python -m tests.civic.staff.permissions`; `tests/civic/staff/test_permissions.py` tries every line of it
through the program itself, and in areas that are not one's own.

An idea is *submitted* (it waits to be read), *asked* (its author is to say something more), *published*, *declined* or
*merged* (it goes on in another one, and what residents do about it is done there). A role is good in one area or
everywhere: **yes** means in its area, and never elsewhere. *not now* means that the role is right and the stage is not.
"""
TAIL = """
Whoever puts an idea together with a project of another area needs a role that is good in both.

Where the city wants four eyes for a step (`four_eyes` in the city file), the same people may propose it. Then any
moderator or admin of the area may withdraw the proposal, and any but the one who proposed may agree to it. Everything
staff do is written into the audit log, which the database lets nobody change.
"""


DEADLINES_HEAD = """## With a deadline

In one's own area; for the whole city with a role that is good everywhere. Everybody may be reminded.
"""


def table(text: str) -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    """Return for each act who may do it, and at which stages."""
    return {act: (_listed(who), _listed(stages)) for act, who, stages in _rows(text)}


def roles_for_deadlines() -> dict[str, frozenset[str]]:
    """Return for each act with a deadline who may do it."""
    return {act: _listed(who) for act, who in _rows(DEADLINES)}


def _rows(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]


def _listed(cell: str) -> frozenset[str]:
    return frozenset(word.strip() for word in cell.split(","))


def document() -> str:
    """Return the document."""
    staff = _markdown("staff", STAFF, (*ROLES, "no role"))
    residents = _markdown("residents", RESIDENTS, ("author", "others"))
    return (
        "\n".join([HEAD, *staff, "", *residents, TAIL, *_of_deadlines(), "", *in_a_team(), *in_a_group()]).rstrip()
        + "\n"
    )


def _of_deadlines() -> list[str]:
    columns = (*ROLES, "no role")
    lines = [DEADLINES_HEAD, f"| a deadline | {' | '.join(columns)} |", "|---" + "|---" * len(columns) + "|"]
    for act, who in roles_for_deadlines().items():
        lines.append(f"| {act} | {' | '.join(_cell(right=column in who, now=True) for column in columns)} |")
    return lines


def _markdown(heading: str, text: str, columns: tuple[str, ...]) -> list[str]:
    lines = [f"| {heading} | the idea is | {' | '.join(columns)} |", "|---|---" + "|---" * len(columns) + "|"]
    for act, (who, stages) in table(text).items():
        for stage in STAGES:
            cells = [_cell(right=column in who, now=stage in stages) for column in columns]
            lines.append(f"| {act} | {stage} | {' | '.join(cells)} |")
    return lines


def _cell(*, right: bool, now: bool) -> str:
    if not right:
        return "no"
    return "**yes**" if now else "not now"


if __name__ == "__main__":
    sys.stdout.write(document())
