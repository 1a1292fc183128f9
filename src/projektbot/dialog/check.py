"""Everything that is wrong with a set of dialogs, all at once, each with file and line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from projektbot.dialog import check_conditions, check_steps, check_texts
from projektbot.dialog.book import BUILT_IN
from projektbot.dialog.check_steps import Found
from projektbot.dialog.check_texts import check_catalog, texts_fit
from projektbot.dialog.concerns import drafts_concerned
from projektbot.dialog.house import Known
from projektbot.dialog.model import Calculate, Call, Dialog, Link, Note, Question, Trigger
from projektbot.dialog.nodes import Problem, did_you_mean
from projektbot.dialog.outline import Entry, outline
from projektbot.dialog.worlds import Views, may_lack, views
from projektbot.texts import PLACEHOLDER

__all__ = ["check_catalog", "check_dialogs", "drafts_concerned", "missing_dialogs"]

Roads: TypeAlias = list[tuple[str, Call | Link]]  # from dialog, by step

# What the engine itself opens, or sends people to in its own texts. (The dialog `unfinished` it can do without.)
NEEDED = (
    Trigger(command="start"),
    Trigger(command="help"),
    Trigger(command="drafts"),
    Trigger(moment="otherwise"),
)
HANDED_BY_MOMENT = {"otherwise": ("words",)}  # by the engine itself: what the person wrote

RULES: tuple[Callable[[Views], Found], ...] = (
    check_steps.names_once,
    check_steps.choices_once,
    check_steps.house_knows,
    check_steps.pictures_found,
    check_steps.beginnings_known,
    check_steps.outcomes_tested,
    check_steps.arguments_given,
    check_steps.reviews_show,
    check_steps.buttons_fit,
    check_conditions.names_known,
    check_conditions.values_possible,
    check_conditions.constraints_fit,
    check_texts.placeholders_filled,
    check_texts.given_known,
)


def check_dialogs(dialogs: Mapping[str, Dialog], known: Known) -> list[Problem]:
    """Return all problems of dialogs that were read without problems, in the order of files and lines."""
    problems = {*_triggers(dialogs), *_roads(dialogs), *_circles(dialogs)}
    given = handed_over(dialogs, known)
    for name, dialog in dialogs.items():
        problems |= {Problem(dialog.path, line, why) for line, why in _of_one(views(dialog, known, given[name]))}
    return sorted(problems)


def missing_dialogs(dialogs: Mapping[str, Dialog], folder: str) -> list[Problem]:
    """Return what no dialog of a whole folder opens, though the engine cannot do without it."""
    opened = {(trigger.command, trigger.moment) for dialog in dialogs.values() for trigger in dialog.triggers}
    return [
        Problem(folder, 0, f"no dialog is opened by {_claim(trigger)}")
        for trigger in NEEDED
        if (trigger.command, trigger.moment) not in opened
    ]


def _of_one(seen: Views) -> Found:
    found = [entry for rule in RULES for entry in rule(seen)]
    yield from found
    for item, why in texts_fit(seen.dialog, lambda msgid: msgid):
        yield (item.step.line if isinstance(item, Entry) else item.line), why
    at_fault = {line for line, _ in found}
    yield from ((line, why) for line, why in check_steps.steps_reached(seen) if line not in at_fault)


# ---- between dialogs -------------------------------------------------------------------------------------------------


def _triggers(dialogs: Mapping[str, Dialog]) -> Iterator[Problem]:
    taken = {f"the command '{word}'": "every dialog" for word in BUILT_IN}
    bare = {trigger.command for dialog in dialogs.values() for trigger in dialog.triggers if not trigger.fill}
    for dialog in dialogs.values():
        for trigger in dialog.triggers:
            claim = _claim(trigger)
            if claim in taken:
                yield Problem(dialog.path, dialog.line, f"{claim} already opens {taken[claim]}")
            taken[claim] = dialog.path
            if trigger.command and trigger.command not in bare:
                yield Problem(
                    dialog.path, dialog.line, f"nothing opens with '/{trigger.command}' and no words behind it"
                )
            if trigger.fill and not isinstance(dialog.by_name.get(trigger.fill), Question):
                yield Problem(dialog.path, dialog.line, f"'fill: {trigger.fill}' is no question of this dialog")


def _claim(trigger: Trigger) -> str:
    return f"the {_kind(trigger)} '{trigger.command or trigger.deep_link or trigger.moment}'"


def _kind(trigger: Trigger) -> str:
    if trigger.command:
        return "command with words" if trigger.fill else "command"
    return "deep link" if trigger.deep_link else "moment"


def _roads(dialogs: Mapping[str, Dialog]) -> Iterator[Problem]:
    for dialog, step in _leaving(dialogs):
        if step.dialog not in dialogs:
            meant = did_you_mean(step.dialog, dialogs)
            yield Problem(dialog.path, step.line, f"unknown dialog '{step.dialog}'{meant}")


def _leaving(dialogs: Mapping[str, Dialog]) -> Iterator[tuple[Dialog, Call | Link]]:
    for dialog in dialogs.values():
        for entry in outline(dialog):
            if isinstance(entry.step, Call | Link):
                yield dialog, entry.step


def _circles(dialogs: Mapping[str, Dialog]) -> Iterator[Problem]:
    """Find dialogs that call each other for ever, and dialogs that pass a person on without asking anything."""
    calls: Roads = [(dialog.name, step) for dialog, step in _leaving(dialogs) if isinstance(step, Call)]
    at_once: Roads = [(dialog.name, step) for dialog in dialogs.values() if (step := _left_at_once(dialog))]
    for roads, words in (
        (calls, "dialogs call each other in a circle"),
        (at_once, "a circle in which nothing is asked"),
    ):
        for name, step in roads:
            if way := _way(roads, step.dialog, name):
                yield Problem(dialogs[name].path, step.line, f"{words}: {' → '.join((name, *way))}")


def _left_at_once(dialog: Dialog) -> Call | Link | None:
    """Return the call or link that always comes before anything else."""
    for step in dialog.steps:
        if isinstance(step, Call | Link) and step.relevant is None:
            return step
        if not isinstance(step, Note | Calculate):
            return None
    return None


def _way(roads: Roads, start: str, end: str) -> tuple[str, ...]:
    """Return the shortest way between dialogs, empty if there is none."""
    ways: dict[str, tuple[str, ...]] = {start: (start,)}
    for here in (queue := [start]):
        for name, step in roads:
            if name == here and step.dialog not in ways:
                ways[step.dialog] = (*ways[here], step.dialog)
                queue.append(step.dialog)
    return ways.get(end, ())


# ---- what callers hand over ------------------------------------------------------------------------------------------


def handed_over(dialogs: Mapping[str, Dialog], known: Known) -> dict[str, dict[str, bool]]:
    """Return by dialog which names callers hand over, and whether every way into it does.

    What a caller hands over may itself come from its own callers: assume the best and correct it until nothing changes.
    """
    given = _by_key(dialogs)
    while True:
        corrected = {name: dict(names) for name, names in given.items()}
        for dialog in dialogs.values():
            seen = views(dialog, known, given[dialog.name])
            for entry in seen.entries:
                if isinstance(entry.step, Call | Link) and entry.step.dialog in corrected:
                    corrected[entry.step.dialog] |= dict.fromkeys(_uncertain(seen, entry, entry.step), False)
        if corrected == given:
            return given
        given = corrected


def _by_key(dialogs: Mapping[str, Dialog]) -> dict[str, dict[str, bool]]:
    ways = {
        name: [set(HANDED_BY_MOMENT.get(trigger.moment, ())) for trigger in dialog.triggers]
        for name, dialog in dialogs.items()
    }
    for _, step in _leaving(dialogs):
        if step.dialog in ways:
            ways[step.dialog].append(set(step.given))
    return {
        name: {key: all(key in way for way in into) for key in sorted(set().union(*into))}
        for name, into in ways.items()
    }


def _uncertain(seen: Views, entry: Entry, step: Call | Link) -> list[str]:
    names = {key: value[1:-1] for key, value in step.given.items() if PLACEHOLDER.fullmatch(value)}
    return [key for key, name in names.items() if may_lack(seen, entry, name)]
