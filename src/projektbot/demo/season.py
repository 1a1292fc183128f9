"""What happened in the sample city: ideas, what became of them, and what others said, read from season.yaml."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

SEASON = Path(__file__).parent / "season.yaml"


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

    They publish it, unless it `declines` (a reason), `asks` (a question, to which the author says `reply`; then they
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


class Season(_Frozen):
    """`days` of the sample city, up to now."""

    days: int
    moderators: tuple[str, ...]
    residents: tuple[str, ...]
    ideas: tuple[Idea, ...]


@cache
def read_season() -> Season:
    """Return the season of the sample city."""
    return Season.model_validate(yaml.safe_load(SEASON.read_text("utf-8")))
