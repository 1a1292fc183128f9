"""Words that are no answer to what is open, but say what the person wants: yes, skip it, done, stop, help."""

from __future__ import annotations

import re

from projektbot.dialog import words as tables
from projektbot.dialog.answers import Wrong
from projektbot.dialog.book import BUILT_IN, spelled
from projektbot.dialog.cleaning import key
from projektbot.dialog.commands import command
from projektbot.dialog.limits import CHOOSE_SOME
from projektbot.dialog.model import Question, Repeat, Review, Type
from projektbot.dialog.prompt import EDIT, NO, SUBMIT, YES, picked_so_far
from projektbot.dialog.session import Frame
from projektbot.dialog.talk import Talk
from projektbot.dialog.taps import checked, take
from projektbot.dialog.walk import Spot

PARTED = re.compile(r"[,;.!?\n]+")
DASHES = frozenset("-–—/")
AGREES = tables.in_any(tables.YES) | tables.in_any(tables.UNDERSTOOD) | tables.in_any(tables.SEND)
REFUSES = tables.in_any(tables.NO)
CHANGES = REFUSES | tables.in_any(tables.CHANGE)
SKIPS = tables.in_any(tables.SKIP) | REFUSES
DONES = tables.in_any(tables.DONE)
BARE = {word: name for words in tables.BARE.values() for word, name in words.items()}


def act_meant(frame: Frame, step: object, text: str) -> str:
    """Return the act of a review's or a repeat's button that a plain yes or no stands for; empty if it is neither."""
    acts = (SUBMIT, EDIT) if isinstance(step, Review) else (YES, NO) if isinstance(step, Repeat) else ()
    if not acts or frame.view:
        return ""
    sign, said = text.strip()[:1], [part for part in map(key, PARTED.split(text)) if part]
    if sign in tables.THUMBS_UP or (said and all(part in AGREES for part in said)):
        return acts[0]
    return acts[1] if sign in tables.THUMBS_DOWN or (said and all(part in CHANGES for part in said)) else ""


def do_meant(talk: Talk, now: tuple[Frame, list[Spot], int], text: str) -> bool:
    """Do what words say that did not fit as an answer; return whether they said anything."""
    frame, spots, index = now
    question = spots[index].step
    if isinstance(question, Question):
        if not question.required and question.type is not Type.TEXT and (key(text) in SKIPS or text.strip() in DASHES):
            talk.answer(spots[index].path, None)
            return True
        if question.type in (Type.SELECT_MULTIPLE, Type.RANK) and _is_done(talk, frame, spots[index], question, text):
            _done(talk, frame, spots[index], question)
            return True
    return do_bare(talk, text)


def _is_done(talk: Talk, frame: Frame, spot: Spot, question: Question, text: str) -> bool:
    """Say whether words end a list of choices: by a word, or by the number of the button that stands behind them."""
    behind = str(len(talk.options(question, spot.live)) + 1)
    return key(text) in DONES or (bool(picked_so_far(frame)) and key(text) == behind)


def _done(talk: Talk, frame: Frame, spot: Spot, question: Question) -> None:
    picked = picked_so_far(frame)
    take(talk, spot, question, checked(talk, spot, question, picked) if picked else Wrong(CHOOSE_SOME))


def do_bare(talk: Talk, text: str) -> bool:
    """Do what a command says that was typed without its slash, if it leads nowhere else; return whether it was one."""
    book = talk.scene.book
    name = BARE.get(key(text)) or book.commands.get(spelled(key(text)), "")
    if name not in BUILT_IN and not (name in book.by_command and book.by_command[name].returns):
        return False
    command(talk, name, "")
    return True
