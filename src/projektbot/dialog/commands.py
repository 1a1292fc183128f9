"""What a command does, in whatever language it is spelled, and how a dialog is opened or left."""

from __future__ import annotations

from collections.abc import Callable

from projektbot.dialog import drafts
from projektbot.dialog.book import spelled
from projektbot.dialog.model import Answers, Dialog, Question
from projektbot.dialog.prompt import next_page, open_now, step_back
from projektbot.dialog.session import Frame
from projektbot.dialog.talk import Talk
from projektbot.dialog.walk import Spot
from projektbot.texts import N_


def command(talk: Talk, name: str, argument: str) -> None:
    """Do what a command says, in whatever language it is spelled."""
    known = talk.scene.book.commands.get(spelled(name))
    if known == "cancel":
        _cancel(talk)
    elif known in _AT_QUESTION:
        _command_at_question(talk, known)
    elif known == "start" and argument:
        _deep_link(talk, argument)
    elif known:
        enter(talk, *talk.scene.book.opened_by_command(known, argument))
    else:
        talk.say(N_("I do not know /{command}. Everything I can do is listed under /help.", command=name[:40]))
        menu_if_idle(talk)


def _command_at_question(talk: Talk, name: str) -> None:
    now = open_now(talk)
    if now is None:
        talk.say(N_("Nothing is open at the moment."))
        menu_if_idle(talk)
    else:
        _AT_QUESTION[name](talk, now[1][now[2]])


def more(talk: Talk, _spot: Spot) -> None:
    """Show the next page of a long list of choices."""
    now = open_now(talk)
    if now:
        talk.look("page", next_page(talk, *now))


def skip(talk: Talk, spot: Spot) -> None:
    """Leave an optional question out."""
    if isinstance(spot.step, Question) and not spot.step.required:
        talk.answer(spot.path, None)
    else:
        talk.say(N_("This question cannot be skipped."))


def keep(talk: Talk, spot: Spot) -> None:
    """Put back the answer that was taken away."""
    frame = talk.session.frames[-1]
    old = frame.old.get(spot.path)
    if isinstance(spot.step, Question) and old is not None and talk.fits(spot.step, old, spot.live) is None:
        talk.answer(spot.path, old)
    else:
        talk.say(N_("There is no earlier answer to keep."))


def back(talk: Talk, _spot: Spot | None = None) -> None:
    """Take one answer away: the one before the open question. From the list of changes, back to the review."""
    now = open_now(talk)
    if now is None:
        return
    frame, spots, index = now
    if frame.view:
        talk.look()
        return
    before = step_back(spots, index)
    if spots[index].path in frame.old and any(spot.answered and spot.path for spot in spots[index + 1 :]):
        keep(talk, spots[index])  # a single answer was being changed: back means to leave it
        return
    if before is None:
        if not _back_from_digression(talk):
            talk.say(N_("This is the first question, there is nothing to go back to."))
        return
    begun = _round_just_begun(frame, spots[index])
    if begun:
        talk.answer(*begun)
    else:
        talk.take_away(before.path)


def _round_just_begun(frame: Frame, spot: Spot) -> tuple[str, int] | None:
    """Return how to undo a "yes, another one" that nothing was answered in yet."""
    parts = spot.path.split(".")
    for position, part in enumerate(parts):
        path = ".".join(parts[:position])
        if part.isdigit() and int(part) == frame.answers.get(f"{path}.n", 0) - 1:
            here = f"{path}.{part}."
            return None if any(name.startswith(here) for name in frame.answers) else (f"{path}.n", int(part))
    return None


def _cancel(talk: Talk) -> None:
    if talk.session.top() is None:
        talk.say(N_("Nothing is open at the moment."))
        menu_if_idle(talk)
    elif not _back_from_digression(talk):
        leave(talk)


def _back_from_digression(talk: Talk) -> bool:
    """Leave a digression for what lies below, as it is left at its end; return whether there was one."""
    *below, top = talk.session.frames
    if not below or not talk.dialog(top).returns:
        return False
    talk.end()
    talk.passed = False
    return True


def leave(talk: Talk) -> None:
    if drafts.set_aside(talk):
        talk.say(N_("All right, I have kept your draft. You find it under /drafts."))
    else:
        talk.say(N_("All right. You can begin again at any time: /start"))


def _deep_link(talk: Talk, payload: str) -> None:
    opened = talk.scene.book.opened_by_link(payload)
    if opened is None:
        talk.say(N_("This link leads nowhere any more."))
        enter(talk, talk.scene.book.by_command["start"], {})
    else:
        enter(talk, *opened)


def menu_if_idle(talk: Talk) -> None:
    if talk.session.top() is None:
        enter(talk, talk.scene.book.by_command["start"], {})


def enter(talk: Talk, dialog: Dialog, given: Answers, own: tuple[str, ...] = ()) -> None:
    """Begin a dialog: a digression on top of what is open, anything else in its place (a draft is kept).

    `own` are the names under which words of the person are given.
    """
    top = talk.session.top()
    if dialog.returns:
        if top and top.dialog == dialog.name:
            talk.end()
        talk.begin(dialog, given, own=own)
        return
    left = {frame.dialog for frame in talk.session.frames}
    kept = drafts.set_aside(talk)
    begun = [frame for frame in talk.session.drafts if frame.dialog == dialog.name]
    unfinished = talk.scene.book.dialogs.get("unfinished") if dialog.keeps and begun and not given else None
    if kept and not (unfinished and dialog.name in left):  # which offers it at once
        talk.say(N_("I have kept your draft. You find it under /drafts."))
    if unfinished:
        talk.begin(unfinished, {"of": dialog.name})
    else:
        talk.begin(dialog, given, own=own)


_AT_QUESTION: dict[str, Callable[[Talk, Spot], None]] = {"back": back, "skip": skip, "keep": keep, "more": more}
