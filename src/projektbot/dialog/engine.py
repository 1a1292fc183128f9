"""The engine: (scene, session, event) → turn. It stops when it needs a person, or the house.

Laws:
1. The open question is derived from the answers; nothing else remembers where a conversation stands.
2. Every event of a person gets words back; of a flood, the first that is too much does.
3. Nothing a person said is thrown away: what no longer fits is kept and offered again.
"""

from __future__ import annotations

from dataclasses import field, replace
from typing import Any

from projektbot.dialog import attachments, commands, drafts, joining, reply, taps
from projektbot.dialog.model import Answers, Call, Dialog, Do, Link, Note, Question, Review, Type
from projektbot.dialog.pace import TOO_MUCH, after
from projektbot.dialog.prompt import filled, put_question
from projektbot.dialog.saying import NOTHING, Line, Prompt
from projektbot.dialog.session import Session
from projektbot.dialog.talk import Calling, Due, Scene, Talk
from projektbot.dialog.walk import Spot, passed
from projektbot.messages import (
    Command,
    Edited,
    Event,
    Migrated,
    Odd,
    Pick,
    Presence,
    Shared,
    Tap,
    Upload,
    Vote,
    Wake,
    Words,
)
from projektbot.records import record
from projektbot.texts import Text

MAX_HOPS = 50  # steps without a person in between; the checker forbids circles, this bounds what it cannot see


@record
class Turn:
    """What a step came to: the new session, what is said before the prompt, and what the house is asked for."""

    session: Session
    lines: tuple[Line, ...] = ()
    prompt: Prompt = NOTHING
    replaces: str = ""
    call: Calling | None = None
    due: tuple[Due, ...] = ()


@record
class Result:
    """What an action came to: the outcome's name, and facts for texts."""

    outcome: str
    facts: Answers = field(default_factory=dict)


def step(
    scene: Scene, session: Session, event: Event, *, about: str = "", heard: str = "", elsewhere: bool = False
) -> Turn:
    """Take one event of a person (or a wake-up) and return the turn.

    `about` is what the message it answers was about ("frame|path"), `heard` the platform id of the person's message;
    `elsewhere` says that what is open was last put in another chat of theirs.
    """
    talk = Talk(scene, session, heard=heard)
    if isinstance(event, Wake):
        drafts.wake(talk, event.frame)
        return _turn(talk)
    now, spent = talk.seconds(), 0
    if scene.at_once:
        spent = after(session.pace, now, scene.at_once)
        if spent < 0:
            return Turn(session) if spent == session.pace else Turn(replace(session, pace=spent), (TOO_MUCH,))
    talk.session = session.noticed(now, spent)
    if session.seen == 0:
        _welcome(talk)
    drafts.fit_open(talk)
    reminded_of = "" if elsewhere else session.reminded_of
    if not (isinstance(event, Words) and reply.to_reminder(talk, event.text, reminded_of)):
        _dispatch(talk, event, about, elsewhere=elsewhere)
    advance(talk, passed=talk.passed)
    return _said(talk)


def resume(scene: Scene, turn: Turn, result: Result | Text, *, question: str = "") -> Turn:
    """Go on after an action: with its result, or with the reason why it was refused (about one `question`)."""
    if turn.call is None:
        raise ValueError("no action is waiting")
    talk = Talk(scene, turn.session, list(turn.lines), replaces=turn.replaces, due=list(turn.due))
    if isinstance(result, Text):
        _refused(talk, result, question)
    else:
        talk.done(turn.call, result.outcome, result.facts)
    advance(talk)
    return _said(talk)


def join(scene: Scene, turn: Turn, other: Session, *, ours: int, theirs: int) -> Turn:
    """Go on as one with another conversation, before `resume`; `ours` and `theirs` are their numbers in the store."""
    talk = Talk(scene, turn.session, list(turn.lines), due=list(turn.due))
    joining.join(talk, other, ours, theirs)
    return replace(_turn(talk), call=turn.call)


def part(scene: Scene, turn: Turn, number: int) -> tuple[Turn, Session]:
    """Go on in an empty conversation of this number, before `resume`; return also the one the others stay in."""
    talk = Talk(scene, turn.session, list(turn.lines), due=list(turn.due))
    stays = joining.part(talk, number)
    return replace(_turn(talk), call=turn.call), stays


def _said(talk: Talk) -> Turn:
    """Return the turn; a dialog that ended without a word leads to the menu (law 2)."""
    if not talk.lines and talk.prompt is NOTHING and talk.call is None:
        commands.menu_if_idle(talk)
        advance(talk)
    return _turn(talk)


def _turn(talk: Talk) -> Turn:
    return Turn(talk.session, tuple(talk.lines), talk.prompt, talk.replaces, talk.call, tuple(talk.due))


def _dispatch(talk: Talk, event: Event, about: str, *, elsewhere: bool) -> None:
    match event:
        case Words(text):
            reply.words(talk, text, about, elsewhere=elsewhere)
        case Tap(token, message):
            taps.tap(talk, token, message)
        case Command(name, argument):
            commands.command(talk, name, argument)
        case Shared(lat, lon):
            attachments.location(talk, lat, lon)
        case Upload():
            attachments.upload(talk, event)
        case Edited(message, text):
            reply.edited(talk, message, text)
        case Odd(what):
            attachments.odd(talk, what)
        case Pick() | Vote() | Presence() | Migrated() | Wake():
            raise TypeError(type(event).__name__)  # the road resolves these before the engine sees them


def _welcome(talk: Talk) -> None:
    """Say who runs this and what is stored, once, before anything else."""
    dialog = talk.scene.book.by_moment.get("first_contact")
    if dialog:
        talk.begin(dialog, {})
        spots = talk.spots(talk.session.frames[-1])
        _say_notes(talk, spots, len(spots))
        talk.end()


# ---- going on ------------------------------------------------------------------------------------------------------


def advance(talk: Talk, *, passed: bool = True) -> None:
    """Go on until a person or the house is needed. With `passed`, notes on the way are said."""
    for _ in range(MAX_HOPS):
        frame = talk.session.top()
        if frame is None or talk.call:
            return
        spots, index, _ = talk.way(frame)
        if passed and index and isinstance(spots[index - 1].step, Note) and not frame.misses and not frame.view:
            _say_notes(talk, spots, index)
        if index == len(spots):
            passed = _finish(talk)
            continue
        spot = spots[index]
        match spot.step:
            case Do():
                if not _do(talk, spot, spot.step):
                    return
            case Call() as call:
                talk.begin(talk.scene.book.dialogs[call.dialog], _given(spot, call.given), caller=spot.path)
            case Link() as link:
                given, dialog = _given(spot, link.given), talk.scene.book.dialogs[link.dialog]
                talk.end()
                commands.enter(talk, dialog, given, own=_own_words(dialog, link))
            case _:
                put_question(talk, frame, spots, index)
                return
        passed = True
    raise RecursionError(talk.session.frames[-1].dialog)  # a circle of links: the dialogs are wrong


def _say_notes(talk: Talk, spots: list[Spot], index: int) -> None:
    first = index
    while first and isinstance(spots[first - 1].step, Note):
        first -= 1
    frame = talk.session.frames[-1]
    for spot in spots[first:index]:
        assert isinstance(spot.step, Note)  # noqa: S101 - found so above
        talk.say(filled(talk, frame, spot.step.label, spot.live), picture=spot.live.get(spot.step.picture))


def _finish(talk: Talk) -> bool:
    """End the top frame; return whether the one below goes on by it, or is only asked again."""
    ended = talk.end()
    if not ended.caller or not talk.session.frames:
        return False
    talk.answer(ended.caller, value=True)
    return True


def _given(spot: Spot, given: dict[str, str]) -> Answers:
    """Return what is handed over: "{name}" is the answer itself, anything else a constant."""
    handed: dict[str, Any] = {}
    for name, value in given.items():
        if value.startswith("{") and value.endswith("}"):
            if (answer := spot.live.get(value[1:-1])) is not None:
                handed[name] = answer
        else:
            handed[name] = value
    return handed


def _own_words(dialog: Dialog, link: Link) -> tuple[str, ...]:
    """Return which questions a link answers with words that the person wrote: no dialog writes those."""
    return tuple(
        name
        for name, value in link.given.items()
        if value.startswith("{") and isinstance(step := dialog.by_name.get(name), Question) and step.type is Type.TEXT
    )


def _do(talk: Talk, spot: Spot, do: Do) -> bool:
    """Do what the engine itself can, and return whether it goes on; else ask the house."""
    frame, answers = talk.session.frames[-1], {**spot.live, **_given(spot, do.given)}
    built_in = drafts.BUILT_IN.get(do.action)
    if built_in is None:
        talk.call = Calling(do.action, answers, spot.path, passed(frame.answers, talk.spots(frame)))
        return False
    outcome = built_in(talk, answers)
    if outcome:  # empty: the action itself ended this frame
        talk.answer(spot.path, outcome)
    return True


def _refused(talk: Talk, reason: Text, question: str) -> None:
    """Take back the answer at fault and the review that let it pass, so that both are asked again."""
    talk.say(reason)
    frame = talk.session.frames[-1]
    spots = talk.spots(frame)
    reviews = {spot.path for spot in spots if isinstance(spot.step, Review) and spot.answered}
    talk.put(replace(frame, answers={path: value for path, value in frame.answers.items() if path not in reviews}))
    guilty = question if question in frame.answers else "" if reviews else _last_answer(spots)
    if guilty:
        talk.take_away(guilty)
    elif not reviews:
        talk.end()  # nothing was asked that could be answered otherwise


def _last_answer(spots: list[Spot]) -> str:
    for spot in reversed(spots):
        if spot.answered and spot.path and not isinstance(spot.step, Do | Call):
            return spot.path
    return ""
