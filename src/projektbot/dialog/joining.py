"""Two conversations of one person that become one, and a chat that leaves: nothing that was answered is lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from projektbot.dialog import drafts
from projektbot.dialog.session import OWN_IDS, Frame, Session, first_of, unique_id
from projektbot.dialog.talk import Due, Talk, is_begun
from projektbot.texts import N_


def join(talk: Talk, other: Session, ours: int, theirs: int) -> None:
    """Go on with `other` and keep what was here; the step that asked for it stays on top.

    `ours` and `theirs` are the numbers of both in the store. What is open there goes on, unless a draft is open here
    and none there; what does not go on becomes a draft. All frames take names that no other conversation uses; old
    buttons of either chat find them by `unique_id`.
    """
    *below, top = _renamed(talk.session.frames, ours)
    here, there = _lasting(talk, below), _lasting(talk, _renamed(other.frames, theirs))
    stays, goes = (here, there) if _has_draft(talk, here) and not _has_draft(talk, there) else (there, here)
    left = drafts.left(talk, goes)
    drafted = _renamed(talk.session.drafts, ours) + _renamed(other.drafts, theirs)
    kept = sorted((*drafted, *left), key=lambda frame: frame.touched)
    voice = talk.session if talk.session.chosen and not other.chosen else other
    talk.session = Session(
        frames=(*stays, top),
        drafts=tuple(kept),
        locale=voice.locale,
        chosen=voice.chosen,
        count=other.count + first_of(theirs) if other.count < OWN_IDS else other.count,
        seen=max(talk.session.seen, other.seen),
    )
    drafts.fit_open(talk)
    if left:
        talk.say(N_("What you had begun in this chat is kept. You find it under /drafts."))
    _set_reminders(talk, [*here, *there, *drafted])


def _renamed(frames: Sequence[Frame], number: int) -> list[Frame]:
    return [replace(frame, id=unique_id(frame.id, number)) for frame in frames]


def _lasting(talk: Talk, frames: Sequence[Frame]) -> list[Frame]:
    """Return frames without digressions: what was only looked up is over."""
    dialogs = talk.scene.book.dialogs
    return [frame for frame in frames if frame.dialog in dialogs and not dialogs[frame.dialog].returns]


def _has_draft(talk: Talk, frames: Sequence[Frame]) -> bool:
    return any(talk.dialog(frame).keeps and is_begun(frame) for frame in frames)


def _set_reminders(talk: Talk, frames: Sequence[Frame]) -> None:
    """Set the wake-ups of drafts anew, under their new names."""
    for frame in frames:
        dialog = talk.scene.book.dialogs.get(frame.dialog)
        if dialog and dialog.keeps and dialog.remind_after and is_begun(frame):
            talk.due.append(Due(frame.id, int(drafts.next_due(talk, frame).timestamp())))


def part(talk: Talk, number: int) -> Session:
    """Go on in an empty conversation with the step that asked for it; return the one that stays with the others."""
    *below, top = talk.session.frames
    stays = replace(talk.session, frames=tuple(below))
    talk.session = replace(empty(stays, number), frames=(top,))
    return stays


def empty(other: Session, number: int) -> Session:
    """Return a conversation for somebody who was part of another one: without anything but the language."""
    return Session(locale=other.locale, chosen=other.chosen, count=first_of(number), seen=other.seen)
