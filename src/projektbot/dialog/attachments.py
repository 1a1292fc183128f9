"""What a shared place or a file answers, and what becomes of things we have no use for."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import replace

from projektbot.dialog.commands import menu_if_idle
from projektbot.dialog.ladder import no_match
from projektbot.dialog.model import FILES, Question, Step, Type
from projektbot.dialog.prompt import open_now
from projektbot.dialog.talk import Talk
from projektbot.dialog.taps import checked, take
from projektbot.messages import Upload
from projektbot.texts import N_, Text


def location(talk: Talk, lat: float, lon: float) -> None:
    """Take a shared location as an answer: a point, or the choice it lies in."""
    now = open_now(talk)
    question = now[1][now[2]].step if now else None
    if now is None or not isinstance(question, Question):
        _useless(talk, question, N_("I cannot use a location here."))
        return
    spot = now[1][now[2]]
    point = {"lat": round(lat, 6), "lon": round(lon, 6)}
    if question.locate:
        choice = talk.scene.house.locate(question.locate, lat, lon)
        if choice:
            talk.answer(spot.path, choice, **({question.location: point} if question.location else {}))
        else:
            no_match(talk, question, N_("That place lies outside the city."))
    elif Type.GEOPOINT in (question.type, *question.also):
        take(talk, spot, question, checked(talk, spot, replace(question, type=Type.GEOPOINT), point))
    else:
        _useless(talk, question, N_("I cannot use a location here."))


_PROBLEMS = {
    "too_big": N_("That file is too big. At most 20 MB, please."),
    "wrong_type": N_("I cannot open that file. Please send it in another format."),
    "unreachable": N_("I could not fetch that file. Please send it once more."),
}


def upload(talk: Talk, sent: Upload) -> None:
    """Take a photo, voice note or file as an answer."""
    now = open_now(talk)
    question = now[1][now[2]].step if now else None
    accepted = {question.type, *question.also} & FILES if isinstance(question, Question) else frozenset()
    if now is None or not isinstance(question, Question) or not accepted:
        _useless(talk, question, N_("I cannot use a file here."))
    elif sent.file is None:
        no_match(talk, question, _PROBLEMS.get(sent.problem, _PROBLEMS["unreachable"]))
    elif Type.FILE not in accepted and Type(sent.kind.value) not in accepted:
        no_match(talk, question, _wanted(accepted))
    else:
        file = {name: getattr(sent.file, name) for name in ("sha256", "mime", "size", "name")}
        talk.answer(now[1][now[2]].path, {"kind": sent.kind.value, **file, "caption": sent.caption})


def _wanted(accepted: AbstractSet[Type]) -> Text:
    if {Type.IMAGE, Type.AUDIO} <= accepted:
        return N_("Please send a photo or a voice note.")
    return N_("Please send a photo.") if Type.IMAGE in accepted else N_("Please send a voice note.")


def odd(talk: Talk, what: str) -> None:
    """Answer what we have no use for."""
    reason = {
        "encrypted": N_("I could not decrypt your message: its key has not reached me. Please send it once more."),
        "upgraded": N_("This room goes on as a new one, which I cannot enter by myself. Please invite me there."),
        "reaction": N_("I could not tell what that reaction answers."),
    }.get(what, N_("I can read text, photos, voice notes and locations, but not this."))
    now = open_now(talk)
    _useless(talk, now[1][now[2]].step if now else None, reason)


def _useless(talk: Talk, step: Step | None, reason: Text) -> None:
    if talk.session.top() is None:
        talk.say(reason)
        menu_if_idle(talk)
    else:
        no_match(talk, step, reason)
