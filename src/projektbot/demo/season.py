"""What happened in the sample city: ideas and their way, what others said, teams, deadlines; read from three files."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict

FILES = tuple(Path(__file__).parent / name for name in ("season.yaml", "teams.yaml", "deadlines.yaml"))


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Comment(_Frozen):
    """Something a resident says about a project, on a day counted from the beginning."""

    by: str
    day: int
    words: str


class Answer(_Frozen):
    """The official answer to a project."""

    day: int
    words: str


class Idea(_Frozen):
    """An idea somebody sends, and its way: `checked` is how many days later staff act on it (0: not yet).

    They publish it, unless it `declines` (a reason), `asks` (a question, to which the author may say `reply`; then they
    publish) or `joins` (the title of the project it goes on with). `support` is how many support it, `cost` euros.
    """

    by: str
    day: int
    title: str
    description: str
    field: str
    area: str
    checked: int = 0
    better: str = ""
    place: tuple[float, float] | None = None
    cost: int | None = None
    picture: str = ""
    part: str = ""
    support: int = 0
    asks: str = ""
    reply: str = ""
    declines: str = ""
    joins: str = ""
    comments: tuple[Comment, ...] = ()
    answer: Answer | None = None


class Member(_Frozen):
    """Somebody who comes into a team: `invited`, or by asking (`why`); then taken in with a `word`, unless it `waits`.

    `day` counts from the beginning; 0: two days after the one before.
    """

    who: str
    sector: str
    why: str = ""
    skills: str = ""
    hours: int | None = None
    word: str = ""
    day: int = 0
    invited: bool = False
    waits: bool = False


class Partner(_Frozen):
    """Who helps a team from outside."""

    name: str
    sector: str
    resources: str = ""
    tasks: str = ""


class Offer(_Frozen):
    """Something that a team has for others, or needs."""

    what: str
    when: str = ""


class Team(_Frozen):
    """The team of the project with a title: whoever had the idea leads it, and the others come from `day` on."""

    project: str
    day: int
    sector: str = "civil"
    members: tuple[Member, ...]
    partners: tuple[Partner, ...] = ()
    has: tuple[Offer, ...] = ()
    needs: tuple[Offer, ...] = ()


class Line(_Frozen):
    """What somebody does in the group of a team, or `alone` with the bot.

    They `say` it, or `tap` the newest button that has this number or begins so.
    """

    day: int
    by: str
    says: str = ""
    taps: str = ""
    alone: bool = False


class GroupChat(_Frozen):
    """What is said in the group of the project with a title."""

    project: str
    lines: tuple[Line, ...]


class Change(_Frozen):
    """A deadline is moved, then it has a day `until`, or withdrawn."""

    day: int
    reason: str
    until: int = 0
    at: str = ""


class Deadline(_Frozen):
    """Something ends on the day `until`; an empty area is the whole city. Those in `reminds` want to be reminded."""

    by: str
    day: int
    until: int
    title: str
    words: str
    at: str = ""
    area: str = ""
    field: str = ""
    reminds: tuple[str, ...] = ()
    moved: Change | None = None
    withdrawn: Change | None = None


class Season(_Frozen):
    """`days` of the sample city, up to now."""

    days: int
    moderators: tuple[str, ...]
    caseworkers: tuple[str, ...]
    residents: tuple[str, ...]
    ideas: tuple[Idea, ...]
    teams: tuple[Team, ...]
    chat: GroupChat
    deadlines: tuple[Deadline, ...]


@cache
def read_season() -> Season:
    """Return the season of the sample city."""
    data: dict[str, Any] = {}
    for file in FILES:
        data |= yaml.safe_load(file.read_text("utf-8"))
    return Season.model_validate(data)
