"""What one dialog's steps must keep to: names, actions and their outcomes, ways that lead somewhere."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TypeAlias

from projektbot.dialog.model import Calculate, Do, Link, Note, Question, Repeat, Review
from projektbot.dialog.nodes import did_you_mean
from projektbot.dialog.outline import Entry, questions
from projektbot.dialog.worlds import Views, may_lack, outcome_reaches, reachable, tests_in

TOKEN_BYTES = 64  # Bot API: callback_data
FRAME_ID = 11  # the longest there are: the frames of joined conversations, see OWN_IDS in session.py
PROVIDED = 12  # bytes kept for a choice the house provides, such as "P-1042"

Found: TypeAlias = Iterator[tuple[int, str]]  # line and message


def names_once(seen: Views) -> Found:
    """Find names that stand for two things."""
    lines: dict[str, int] = {}
    for entry in seen.entries:
        step = entry.step
        own = [entry.name, step.location, step.finds] if isinstance(step, Question) else [entry.name]
        for name in filter(None, own):
            if name in lines:
                rename = "; give this one a 'name'" if isinstance(entry.step, Do) else ""
                yield entry.step.line, f"the name '{name}' is already used in line {lines[name]}{rename}"
            lines.setdefault(name, entry.step.line)


def choices_once(seen: Views) -> Found:
    """Find names that stand for two choices of a question."""
    for _, question in questions(seen.entries):
        names = [choice.name for choice in question.choices]
        for index, choice in enumerate(question.choices):
            if choice.name in names[:index]:
                yield choice.line, f"the choice '{choice.name}' stands in question '{question.name}' twice"


def house_knows(seen: Views) -> Found:
    """Find actions, providers, functions and locators that do not exist."""
    for entry in seen.entries:
        for kind, name, known in _asked_of_house(seen, entry):
            if name and name not in known:
                yield entry.step.line, f"unknown {kind} '{name}'{did_you_mean(name, known)}"


def _asked_of_house(seen: Views, entry: Entry) -> list[tuple[str, str, Collection[str]]]:
    match entry.step:
        case Question(provider=provider, locate=locate, lookup=lookup):
            return [
                ("provider", provider, seen.known.providers),
                ("locator", locate, seen.known.locators),
                ("function", lookup, seen.known.functions),
            ]
        case Calculate(function=function):
            return [("function", function, seen.known.functions)]
        case Do(action=action):
            return [("action", action, seen.known.actions)]
        case _:
            return []


def pictures_found(seen: Views) -> Found:
    """Find notes whose picture no earlier calculate works out."""
    for entry in seen.entries:
        if not isinstance(note := entry.step, Note) or not note.picture:
            continue
        found = [other for other in seen.entries if entry.sees(other) and isinstance(other.step, Calculate)]
        names = [other.name for other in found]
        if note.picture not in names:
            meant = did_you_mean(note.picture, names)
            yield note.line, f"'picture': no calculate before is called '{note.picture}'{meant}"


def beginnings_known(seen: Views) -> Found:
    """Find lists that are to begin at something no earlier step has."""
    for entry, question in questions(seen.entries):
        sources = seen.sources(entry)
        if question.begins_at and question.begins_at not in sources:
            meant = did_you_mean(question.begins_at, sources)
            yield question.line, f"'begins_at': no earlier step is called '{question.begins_at}'{meant}"


def outcomes_tested(seen: Views) -> Found:
    """Find outcomes of actions that no later step speaks of, and that are not kept quiet on purpose."""
    for entry in seen.entries:
        if not isinstance(do := entry.step, Do) or not (info := seen.known.actions.get(do.action)):
            continue
        for outcome in info.outcomes:
            if outcome not in do.quiet and not _tested(seen, entry, do, outcome):
                yield do.line, f"no step tests the outcome '{outcome}'"
        for outcome in do.quiet:
            if outcome not in info.outcomes:
                meant = did_you_mean(outcome, info.outcomes)
                yield do.line, f"'quiet': action '{do.action}' has no outcome '{outcome}'{meant}"


def _tested(seen: Views, entry: Entry, do: Do, outcome: str) -> bool:
    return any(
        outcome_reaches(seen, later, do, outcome)
        for later in seen.entries
        if later.sees(entry) and any(name == do.name for name, _ in tests_in(later.step.relevant))
    )


def arguments_given(seen: Views) -> Found:
    """Find actions that come without an answer they need, if only in some cases."""
    for entry in seen.entries:
        if not isinstance(do := entry.step, Do) or not (info := seen.known.actions.get(do.action)):
            continue
        for name in sorted(info.required - do.given.keys()):
            if name not in seen.sources(entry):
                yield do.line, f"action '{do.action}' needs '{name}', which no earlier step gives"
            elif may_lack(seen, entry, name):
                yield do.line, f"action '{do.action}' needs '{name}', which is not always answered here"
        taken = info.required | info.optional
        for name in sorted(do.given.keys() - taken):
            yield do.line, f"action '{do.action}' takes no '{name}'{did_you_mean(name, taken)}"


def steps_reached(seen: Views) -> Found:
    """Find steps that never come."""
    dead: list[Repeat] = []
    for entry in seen.entries:
        if any(repeat in dead for repeat in entry.within) or reachable(seen, entry):
            continue
        if isinstance(entry.step, Repeat):
            dead.append(entry.step)
        links = [other for other in seen.entries if isinstance(other.step, Link) and entry.sees(other)]
        if links and entry.step.relevant is None:
            yield (
                entry.step.line,
                f"this step is never reached: the link in line {links[-1].step.line} always comes first",
            )
            return  # the rest neither
        yield entry.step.line, "this step is never reached: its condition is never true here"


def reviews_show(seen: Views) -> Found:
    """Find reviews that have nothing to show, and reviews and links inside a repeat."""
    for entry in seen.entries:
        if isinstance(entry.step, Review | Link) and entry.within:
            kind = type(entry.step).__name__.lower()
            yield entry.step.line, f"a {kind} cannot stand inside the repeat '{entry.within[-1].name}'"
        elif isinstance(entry.step, Review) and not any(
            other.index < entry.index for other, _ in questions(seen.entries)
        ):
            yield entry.step.line, "this review has no question to show"


def buttons_fit(seen: Views) -> Found:
    """Find buttons that would carry more than 64 bytes: conversation, question, choice."""
    handle = "i" * FRAME_ID if seen.dialog.keeps else f"={seen.dialog.name}"
    for entry in seen.entries:
        path = _longest_path(entry)
        for line, token in _tokens(seen, entry):
            length = len(f"{handle}|{path}|{token}".encode())
            if length > TOKEN_BYTES:
                yield line, f"a button would carry {length} bytes of {TOKEN_BYTES}: shorten '{path}' or '{token}'"


def _longest_path(entry: Entry) -> str:
    parts = [f"{repeat.name}.{repeat.max - 1}" for repeat in entry.within]
    return ".".join([*parts, entry.name])


def _tokens(seen: Views, entry: Entry) -> list[tuple[int, str]]:
    match entry.step:
        case Question(provider=provider, line=line) if provider:
            return [(line, "x" * PROVIDED)]
        case Question(choices=choices):
            return [(choice.line, choice.name) for choice in choices]
        case Review(line=line):
            shown = [other for other, _ in questions(seen.entries) if other.index < entry.index]
            return [(line, f".edit:{_longest_path(other)}") for other in shown]
        case _:
            return []
