"""What a button does, of whatever age: it still works, or says what is open now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import orjson

from projektbot.dialog import drafts
from projektbot.dialog.answers import Accepted, Reading, Which, Wrong
from projektbot.dialog.commands import back, enter, keep, leave, menu_if_idle, skip
from projektbot.dialog.ladder import no_match
from projektbot.dialog.model import Question, Repeat, Review, Type, Value
from projektbot.dialog.prompt import (
    BACK,
    DONE,
    DROP,
    EDIT,
    GO,
    KEEP,
    LATER,
    MORE,
    NO,
    OK,
    SKIP,
    SUBMIT,
    YES,
    open_now,
    picked_so_far,
)
from projektbot.dialog.session import Frame
from projektbot.dialog.talk import Talk
from projektbot.dialog.walk import Spot, rounds_of, step_at
from projektbot.texts import N_

FINISHED = N_("That button belongs to something that is finished.")
ELSEWHERE = N_("That button belongs to something else. This is what is open now:")


def take(talk: Talk, spot: Spot, question: Question, reading: Reading) -> None:
    """Store what was read, ask which was meant, or say why it does not fit."""
    match reading:
        case Accepted(value):
            talk.answer(spot.path, value)
        case Which(values):
            talk.look("which", list(values))
        case Wrong(text):
            no_match(talk, question, text)


def checked(talk: Talk, spot: Spot, question: Question, value: Value) -> Reading:
    """Return a value as read, if nothing speaks against it."""
    objection = talk.fits(question, value, spot.live)
    return Wrong(objection) if objection else Accepted(value)


def tap(talk: Talk, token: str, message: str) -> None:
    """Take a button of any age: it still works, or what is open now is asked again with a word about it."""
    handle, _, rest = token.partition("|")
    path, _, value = rest.partition("|")
    if _begin_with(talk, handle, path, value):
        return
    if not bring_up(talk, handle):
        talk.say(FINISHED)
        menu_if_idle(talk)
        return
    if not path:
        _tap_draft(talk, value)
        return
    now = open_now(talk)
    if now and now[1][now[2]].path == path:
        _tap_open(talk, now, value, message)
    elif not _tap_earlier(talk, path, value):
        talk.say(ELSEWHERE if now else FINISHED)


def bring_up(talk: Talk, handle: str) -> bool:
    """Make the frame a token speaks of the top one. What lies above it was a digression, or is kept as a draft."""
    if handle.startswith("="):
        return _bring_up_dialog(talk, handle[1:])
    frames = talk.session.frames
    if frames and frames[-1].id == handle:
        return True
    for position, frame in enumerate(frames):
        if frame.id == handle:
            talk.session = replace(talk.session, frames=frames[: position + 1])
            return True
    left = drafts.draft(talk, handle)
    if left:
        drafts.go_on(talk, left)
    return left is not None


def _bring_up_dialog(talk: Talk, name: str) -> bool:
    top = talk.session.top()
    if top and top.dialog == name:
        return True
    dialog = talk.scene.book.dialogs.get(name)
    if dialog is None:
        return False
    enter(talk, dialog, {})
    return True


def _begin_with(talk: Talk, handle: str, path: str, value: str) -> bool:
    """Begin a dialog anew with the answer to a question that is typed otherwise: only notices have such buttons."""
    dialog = talk.scene.book.dialogs.get(handle[1:]) if handle.startswith("=") else None
    question = dialog.by_name.get(path) if dialog else None
    if dialog is None or not isinstance(question, Question) or question.type is not Type.TEXT or value.startswith("."):
        return False
    enter(talk, dialog, {path: value})
    return True


def _tap_draft(talk: Talk, value: str) -> None:
    """Answer a reminder."""
    frame = talk.session.frames[-1]
    if value == DROP:
        title = drafts.title_of(talk.dialog(frame), frame)
        drafts.drop(talk, frame.id)
        talk.say(N_("The draft is deleted: {title}", title=title))
    elif value == LATER:
        leave(talk)
    elif value != GO:
        talk.say(ELSEWHERE)


def _tap_open(talk: Talk, now: tuple[Frame, list[Spot], int], value: str, message: str) -> None:
    """Take a button of the open question."""
    frame, spots, index = now
    spot = spots[index]
    act = _ACTS.get(value.partition(":")[0])
    if act:
        talk.replaces = message if value.startswith(MORE) else ""
        act(talk, spot, value)
    elif not isinstance(spot.step, Question):
        talk.say(N_("Please choose one of these."))
    elif spot.step.type in (Type.SELECT_MULTIPLE, Type.RANK):
        _toggle(talk, frame, spot, spot.step, value, message)
    else:
        _tap_value(talk, spot, spot.step, value)
        talk.replaces = message if value in spot.step.in_place else ""


def _tap_value(talk: Talk, spot: Spot, question: Question, token: str) -> None:
    value = value_of(token)
    objection = talk.fits(question, value, spot.live)
    if objection:
        no_match(talk, question, objection)
    else:
        talk.answer(spot.path, value)


def value_of(token: str) -> Value:
    """Return the value a button carries: a choice's name, or JSON behind "="."""
    if not token.startswith("="):
        return token
    try:
        return orjson.loads(token[1:])
    except orjson.JSONDecodeError:
        return None  # a button we never made; the question's check refuses it


def _tap_earlier(talk: Talk, path: str, token: str) -> bool:
    """Let a button of an answered question change that answer; return whether it was one."""
    frame = talk.session.frames[-1]
    question = step_at(talk.dialog(frame), path)
    spot = next((s for s in talk.spots(frame) if s.path == path and s.answered), None)
    if spot is None or not isinstance(question, Question):
        return False
    value = None if token == SKIP and not question.required else value_of(token)
    if value == frame.answers[path]:
        talk.say(N_("That is noted already."))
        return True
    if token.startswith(".") and token != SKIP:
        return False
    if value is not None and (question.type is not Type.SELECT_ONE or talk.fits(question, value, spot.live)):
        return False
    talk.answer(path, value)
    talk.say(N_("Your answer is changed."))
    return True


def _toggle(talk: Talk, frame: Frame, spot: Spot, question: Question, name: str, message: str) -> None:
    """Add a choice to a list, or take it out again; each tap is saved."""
    known = {option.name for option in talk.options(question, spot.live)}
    if name not in known:
        talk.say(N_("Please choose one of these."))
        return
    picked = picked_so_far(frame)
    picked = [kept for kept in picked if kept != name] if name in picked else [*picked, name]
    if question.type is Type.RANK and len(picked) == len(known):
        talk.answer(spot.path, picked)
        return
    talk.look("picked", picked)
    talk.replaces = message


def _done(talk: Talk, spot: Spot, _value: str) -> None:
    question = spot.step
    if isinstance(question, Question):
        picked = picked_so_far(talk.session.frames[-1])
        take(talk, spot, question, checked(talk, spot, question, picked))


def _ok(talk: Talk, spot: Spot, _value: str) -> None:
    talk.answer(spot.path, value=True)


def _submit(talk: Talk, spot: Spot, _value: str) -> None:
    if isinstance(spot.step, Review):
        talk.answer(spot.path, value=True)


def _edit(talk: Talk, _spot: Spot, value: str) -> None:
    _, _, path = value.partition(":")
    frame = talk.session.frames[-1]
    if not path:
        talk.look("edit")
    elif path in frame.answers and isinstance(step_at(talk.dialog(frame), path), Question):
        talk.take_away(path)


def _later(talk: Talk, _spot: Spot, _value: str) -> None:
    leave(talk)


def _again(talk: Talk, spot: Spot, value: str) -> None:
    if not isinstance(spot.step, Repeat):
        return
    if value == NO:
        talk.answer(spot.path, value=True)
        return
    frame = talk.session.frames[-1]
    talk.answer(f"{spot.path}.n", rounds_of(spot.step, spot.path, frame.answers) + 1)


def _page(talk: Talk, _spot: Spot, value: str) -> None:
    _, _, number = value.partition(":")
    talk.look("page", int(number) if number.isdigit() and len(number) < 4 else 0)  # noqa: PLR2004 - 999 pages


def _skip(talk: Talk, spot: Spot, _value: str) -> None:
    skip(talk, spot)


def _keep(talk: Talk, spot: Spot, _value: str) -> None:
    keep(talk, spot)


def _back(talk: Talk, _spot: Spot, _value: str) -> None:
    back(talk)


_ACTS: dict[str, Callable[[Talk, Spot, str], None]] = {
    SKIP: _skip,
    BACK: _back,
    KEEP: _keep,
    DONE: _done,
    SUBMIT: _submit,
    EDIT: _edit,
    LATER: _later,
    YES: _again,
    NO: _again,
    OK: _ok,
    MORE.rstrip(":"): _page,
}
