"""Texts of dialogs, and their translations: placeholders that will be filled, lengths that platforms take."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from projektbot.dialog.check_steps import Found
from projektbot.dialog.model import Dialog, Note, Question, Repeat, Review
from projektbot.dialog.nodes import Problem, did_you_mean
from projektbot.dialog.outline import Entry, outline, questions
from projektbot.dialog.worlds import Views, may_lack
from projektbot.texts import PLACEHOLDER, only_values

TEXT = 4096  # Bot API: sendMessage, text
BUTTON = 64  # what phones show of a button in two lines; the platforms cut off somewhere behind it
PAGE = 10  # choices shown at once
NUMBER = 5  # "10. " and the end of the line, where choices are numbered
QUOTED = 40  # characters of a text in a problem: enough to find it
COMMAND = re.compile(r"/[a-z0-9_]{1,32}")  # Bot API: BotCommand


class Role(StrEnum):
    """Where a text is shown, which decides how long it may be."""

    COMMAND = "command"
    BUTTON = "button"
    MESSAGE = "message"


@dataclass(frozen=True, slots=True)
class Wording:
    """A text of a dialog: where it stands, where it is shown, and the step it belongs to."""

    msgid: str
    line: int
    role: Role
    entry: Entry | None = None


def wordings(dialog: Dialog) -> Iterator[Wording]:
    """Yield every text of a dialog, those of the extractor exactly."""
    yield Wording(dialog.title, dialog.line, Role.BUTTON)
    for trigger in dialog.triggers:
        if trigger.command:
            yield Wording(f"/{trigger.command}", dialog.line, Role.COMMAND)
    here = outline(dialog)
    reviewed = [entry.index for entry in here if isinstance(entry.step, Review)]
    for entry in here:
        shown_in_review = any(entry.index < review for review in reviewed)
        for msgid, role in _of_step(entry, shown_in_review=shown_in_review):
            if msgid:
                yield Wording(msgid, entry.step.line, role, entry)
        if isinstance(entry.step, Question):
            yield from (Wording(choice.label, choice.line, Role.BUTTON, entry) for choice in entry.step.choices)


def _of_step(entry: Entry, *, shown_in_review: bool) -> list[tuple[str, Role]]:
    match entry.step:
        case Question() as question:
            label = Role.BUTTON if shown_in_review and not question.title else Role.MESSAGE  # a button of "Change …"
            return [
                (question.label, label),
                (question.hint, Role.MESSAGE),
                (question.constraint_message, Role.MESSAGE),
                (question.title, Role.BUTTON),
            ]
        case Note(label=label):
            return [(label, Role.MESSAGE)]
        case Repeat(again=again, title=title):
            return [(again, Role.MESSAGE), (title, Role.BUTTON)]
        case Review(label=label, submit=submit):
            return [(label, Role.MESSAGE), (submit, Role.BUTTON)]
        case _:
            return []


# ---- as written ------------------------------------------------------------------------------------------------------


def placeholders_filled(seen: Views) -> Found:
    """Find placeholders that nothing fills, or not in every case."""
    for wording in wordings(seen.dialog):
        if _stray_brace(wording.msgid):
            yield wording.line, f"a brace that belongs to no {{placeholder}} in {_quoted(wording.msgid)}"
        fillers = _fillers(seen, wording.entry)
        for name in sorted(_placeholders(wording.msgid)):
            if name not in fillers:
                yield wording.line, f"unknown placeholder {{{name}}}{did_you_mean(name, fillers)}"
            elif wording.entry is not None and may_lack(seen, wording.entry, name):
                yield wording.line, f"the placeholder {{{name}}} is not always answered here and would leave a hole"


def _fillers(seen: Views, entry: Entry | None) -> Collection[str]:
    if entry is None:
        return ()
    return {name for name, source in seen.sources(entry).items() if source is None or _has_words(name, source)}


def _has_words(name: str, source: Entry) -> bool:
    """Say whether an answer can be put into words: not a list of rounds, a shared location, a bare outcome."""
    return not isinstance(source.step, Repeat) and not (isinstance(source.step, Question) and name != source.name)


def given_known(seen: Views) -> Found:
    """Find things handed to an action or another dialog that no step has."""
    for entry in seen.entries:
        sources = seen.sources(entry)
        given: Mapping[str, str] = getattr(entry.step, "given", {})
        for key, value in given.items():
            whole = PLACEHOLDER.fullmatch(value)
            if whole and whole[1] not in sources:
                yield entry.step.line, f"'with: {key}' takes {value}, which no earlier step is called"
            elif not whole and ("{" in value or "}" in value):
                yield entry.step.line, f"'with: {key}' is either a constant or one whole {{answer}}"


def texts_fit(dialog: Dialog, translated: Callable[[str], str]) -> Iterator[tuple[Wording | Entry, str]]:
    """Yield every text that some platform cannot show, as it reads after `translated`."""
    for wording in wordings(dialog):
        words = translated(wording.msgid)
        if wording.role is Role.BUTTON and len(words) > BUTTON:
            yield wording, f"{_quoted(words)} has {len(words)} characters, a button {BUTTON}{_remedy(wording)}"
        if wording.role is Role.MESSAGE and len(words) > TEXT:
            yield wording, f"{_quoted(words)} has {len(words)} characters, a message {TEXT}"
    for entry, question in questions(outline(dialog)):
        labels = sorted((len(translated(choice.label)) + NUMBER for choice in question.choices), reverse=True)
        length = len(translated(question.label)) + len(translated(question.hint)) + sum(labels[:PAGE])
        if length > TEXT:
            yield entry, f"question '{question.name}' has {length} characters with its choices, a message {TEXT}"


def _remedy(wording: Wording) -> str:
    question = wording.entry.step if wording.entry else None
    if isinstance(question, Question) and wording.msgid == question.label and not question.title:
        return "; give the question a short 'title' for the review"
    return ""


# ---- as translated ---------------------------------------------------------------------------------------------------


def check_catalog(
    dialogs: Mapping[str, Dialog],
    catalog: Mapping[str, tuple[str, ...]],
    locale: str,
    path: str,
    lines: Mapping[str, int],
    *,
    complete: bool = True,
) -> list[Problem]:  # fmt: skip
    """Return what is wrong with a catalog: msgid → translations (several where it counts), and its line in `path`.

    With `complete`, texts without a translation are problems; without, they are shown in English.
    """
    found: set[tuple[str, str]] = set()
    if complete:
        said = {wording.msgid for dialog in dialogs.values() for wording in wordings(dialog)}
        wanted = {msgid for msgid in said if not only_values(msgid)} | catalog.keys()
        found |= {(msgid, f"no {locale} translation of {_quoted(msgid)}") for msgid in wanted - _done(catalog)}
    for msgid, translations in catalog.items():
        found |= {
            (msgid, why) for words in translations for why in _faults(msgid, words, several=len(translations) > 1)
        }
    found |= set(_too_long(dialogs, catalog)) | set(_same_command(dialogs, catalog))
    return sorted(Problem(path, lines.get(msgid, 1), message) for msgid, message in found)


def _done(catalog: Mapping[str, tuple[str, ...]]) -> set[str]:
    return {msgid for msgid, translations in catalog.items() if translations and all(translations)}


def _faults(msgid: str, words: str, *, several: bool) -> Iterator[str]:
    """Yield what is wrong with one translation; forms that count may say "one" instead of {n}."""
    if not words:
        return
    wanted, there = _placeholders(msgid), _placeholders(words)
    counted = {"n"} if several else set()
    for name in sorted(there - wanted - counted):
        yield f"the translation of {_quoted(msgid)} has the unknown placeholder {{{name}}}{did_you_mean(name, wanted)}"
    for name in sorted(wanted - there - counted):
        yield f"the translation of {_quoted(msgid)} lacks the placeholder {{{name}}}"
    if _stray_brace(words) and not _stray_brace(msgid):
        yield f"the translation of {_quoted(msgid)} has a brace that belongs to no {{placeholder}}"
    if COMMAND.fullmatch(msgid) and not COMMAND.fullmatch(words):
        yield f"the command {msgid} is translated as {_quoted(words)}: only small ascii letters, digits and _ after '/'"


def _too_long(dialogs: Mapping[str, Dialog], catalog: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, str]]:
    def translated(msgid: str) -> str:
        return next(filter(None, catalog.get(msgid, ())), msgid)

    for dialog in dialogs.values():
        as_written = {(item, why) for item, why in texts_fit(dialog, lambda msgid: msgid)}
        for item, why in texts_fit(dialog, translated):
            if (item, why) not in as_written:
                yield (item.msgid if isinstance(item, Wording) else _label(item)), f"{dialog.path}: {why}"


def _label(entry: Entry) -> str:
    return entry.step.label if isinstance(entry.step, Question) else ""


def _same_command(dialogs: Mapping[str, Dialog], catalog: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, str]]:
    taken: dict[str, str] = {}
    for msgid in sorted({f"/{t.command}" for dialog in dialogs.values() for t in dialog.triggers if t.command}):
        for words in filter(None, catalog.get(msgid, ())):
            if taken.setdefault(words, msgid) != msgid:
                yield msgid, f"the commands {taken[words]} and {msgid} are both translated as {words}"


# ---- words about words -----------------------------------------------------------------------------------------------


def _placeholders(msgid: str) -> set[str]:
    return set(PLACEHOLDER.findall(msgid))


def _stray_brace(msgid: str) -> bool:
    return bool({"{", "}"} & set(PLACEHOLDER.sub("", msgid)))


def _quoted(msgid: str) -> str:
    words = " ".join(msgid.split())
    return f"“{words if len(words) <= QUOTED else words[: QUOTED - 1] + '…'}”"
