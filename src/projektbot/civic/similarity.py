"""What the dialog of an idea shows of similar ones: which there are, how they are chosen, and what was meant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from projektbot.civic import cards
from projektbot.civic.projects.meanings import Meanings
from projektbot.civic.projects.queries import ProjectRow, projects_by_number
from projektbot.civic.projects.rules import PUBLIC, Stage, number_of, reference
from projektbot.civic.projects.similar import similar_to
from projektbot.civic.seen import Calculate, Provider, Seen
from projektbot.dialog.model import Answers, Value
from projektbot.dialog.session import Session
from projektbot.texts import N_, Own, Text

# How a choice says what is wanted of a project: its mark stands before the reference. The rest wants none of them.
SUPPORT: Final = "+"
JOIN: Final = "*"
LOOK: Final = "?"
ANOTHER: Final = "another"
# Two times one may meet similar ideas: after the title, and after the description. Under these names are found which.
FIRST, SECOND = "alike", "alike_too"


def _by_title(house: Seen, _session: Session, answers: Answers) -> Value:
    return _references(house, answers, but=(), meanings=house.meanings)


def _by_description(house: Seen, _session: Session, answers: Answers) -> Value:
    # what a title means was looked up with it, and a description takes ten times as long
    return _references(house, answers, but=answers.get(FIRST) or (), meanings=None)


def _references(house: Seen, answers: Answers, but: Sequence[str], meanings: Meanings | None) -> Value:
    title, description = answers.get("title") or "", answers.get("description") or ""
    known = [number for ref in but if (number := number_of(ref))]
    found = similar_to(house.db, title, description, answers.get("area") or "", known, meanings)
    return [reference(row.number) for row in found] or None


def _rows(house: Seen, answers: Answers, name: str) -> list[ProjectRow]:
    """Return those of the projects found that are public still."""
    numbers = [number for ref in answers.get(name) or () if (number := number_of(ref))]
    return [row for row in projects_by_number(house.db, numbers) if Stage(row.stage) in PUBLIC]


def _shown(name: str) -> Calculate:
    def shown(house: Seen, _session: Session, answers: Answers) -> Value:
        """Return the list of what is alike."""
        rows = _rows(house, answers, name)
        return cards.lines(*[cards.with_area(row, house.city) for row in rows]) if rows else None

    return shown


def _choices(name: str) -> Provider:
    def choices(house: Seen, _session: Session, answers: Answers) -> Sequence[tuple[str, Text]]:
        """Return what can be done with each, and a way on."""
        refs = [reference(row.number) for row in _rows(house, answers, name)]
        support = [(SUPPORT + ref, N_("That is what I mean: support {ref}", ref=Own(ref))) for ref in refs]
        join = [(JOIN + ref, N_("That is what I mean: take part in {ref}", ref=Own(ref))) for ref in refs]
        look = [(LOOK + ref, N_("Look at {ref}", ref=Own(ref))) for ref in refs]
        return [*support, *join, *look, (ANOTHER, N_("Mine is another one"))]

    return choices


def _looked_at(name: str, meant: str) -> Calculate:
    def card(house: Seen, _session: Session, answers: Answers) -> Value:
        """Return the card of the project that somebody wants to see."""
        ref = _wanted(answers.get(meant), LOOK)
        rows = [row for row in _rows(house, answers, name) if reference(row.number) == ref]
        return cards.card(house.db, rows[0], house.city) if rows else None

    return card


def _instead(meant: str, is_it: str) -> Calculate:
    def instead(_house: Seen, _session: Session, answers: Answers) -> Value:
        """Return the reference of the project somebody would rather support, or take part in."""
        said, looked = answers.get(meant), answers.get(is_it) in ("support", "join")
        return _wanted(said, SUPPORT) or _wanted(said, JOIN) or (_wanted(said, LOOK) if looked else None)

    return instead


def _joined(meant: str, is_it: str) -> Calculate:
    def joined(_house: Seen, _session: Session, answers: Answers) -> Value:
        """Return the reference of the project somebody would like to take part in."""
        said = answers.get(meant)
        return _wanted(said, JOIN) or (_wanted(said, LOOK) if answers.get(is_it) == "join" else None)

    return joined


def _wanted(said: Value, mark: str) -> str | None:
    return said.removeprefix(mark) if isinstance(said, str) and said.startswith(mark) else None


PROVIDERS: Mapping[str, Provider] = {"similar": _choices(FIRST), "similar_too": _choices(SECOND)}
CALCULATES: Mapping[str, Calculate] = {
    "similar_by_title": _by_title,
    "similar_by_description": _by_description,
    "similar_shown": _shown(FIRST),
    "similar_shown_too": _shown(SECOND),
    "similar_card": _looked_at(FIRST, "meant"),
    "similar_card_too": _looked_at(SECOND, "meant_too"),
    "similar_instead": _instead("meant", "is_it"),
    "similar_instead_too": _instead("meant_too", "is_it_too"),
    "similar_joined": _joined("meant", "is_it"),
    "similar_joined_too": _joined("meant_too", "is_it_too"),
}
