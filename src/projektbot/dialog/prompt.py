"""How the open question is put: its words, what can be tapped, and the asides skip, back and keep."""

from __future__ import annotations

from functools import cache

import orjson

from projektbot.dialog.answers import Option, shown
from projektbot.dialog.model import CHOOSING, Answers, Question, Repeat, Review, Type, Value
from projektbot.dialog.saying import Button, Line, Prompt
from projektbot.dialog.session import Frame
from projektbot.dialog.talk import Talk, handle_of
from projektbot.dialog.walk import FACT, Spot
from projektbot.texts import N_, PLACEHOLDER, Own, Param, Text

PAGE = 10  # choices at once: more do not fit an old phone's screen
TOKEN_BYTES = 64  # Bot API: callback_data
QUOTED = 200  # characters of an earlier answer that does not fit: enough to know it again
MOST_PROMPTS = 1024  # kept ready; about 5 MB with their words

SKIPPED = N_("–")
SKIP, BACK, KEEP, MORE, DONE = ".skip", ".back", ".keep", ".page:", ".done"
SUBMIT, EDIT, LATER, YES, NO, OK = ".submit", ".edit", ".later", ".yes", ".no", ".ok"
GO, DROP = ".go", ".drop"


def put_question(talk: Talk, frame: Frame, spots: list[Spot], index: int) -> None:
    """Say the open question and offer what can be tapped."""
    prompts = talk.scene.book.prompts
    key = _fixed_by(talk, frame, spots, index)
    if key is None:
        talk.prompt = _composed(talk, frame, spots, index, fixed=False)
        return
    known = prompts.get(key)
    if known is None:
        if len(prompts) >= MOST_PROMPTS:
            prompts.clear()
        known = prompts[key] = _composed(talk, frame, spots, index, fixed=True)
    talk.prompt = known


def _fixed_by(talk: Talk, frame: Frame, spots: list[Spot], index: int) -> tuple[object, ...] | None:
    """Return all that the prompt of a plain question depends on; None if it also depends on what a person did."""
    spot = spots[index]
    question = spot.step
    if frame.view or spot.path in frame.old or not isinstance(question, Question):
        return None
    provider = question.provider
    if provider and not talk.scene.house.is_fixed(provider):
        return None
    if placeholders(question.label) or placeholders(question.hint):
        return None
    dialog = talk.dialog(frame)
    place = _place(talk, frame, index) if dialog.keeps else None
    # steps live as long as the book, so that their identity may stand for them
    return (
        id(question),
        spot.path,
        handle_of(frame, dialog),
        place,
        step_back(spots, index) is None,
        talk.session.locale,
    )


def _composed(talk: Talk, frame: Frame, spots: list[Spot], index: int, *, fixed: bool) -> Prompt:
    said, talk.lines = talk.lines, []
    spot = spots[index]
    about = f"{handle_of(frame, talk.dialog(frame))}|{spot.path}"
    _say_progress(talk, frame, spots, index)
    match spot.step:
        case Question():
            _say_question(talk, frame, spot, spot.step)
        case Review():
            _say_review(talk, frame, spots, spot.step, spot.live)
        case Repeat():
            talk.say(filled(talk, frame, spot.step.again, spot.live), bold=True)
    numbered = numbered_buttons(talk, frame, spots, index)
    page = page_of(frame, spot, numbered)
    offered = numbered[page * PAGE : (page + 1) * PAGE] + _more(numbered, page, about)
    offered += _asides(talk, frame, spots, index)
    lines, talk.lines = talk.lines, said
    return Prompt(tuple(lines), tuple(offered), page * PAGE + 1, about, fixed)


def page_of(frame: Frame, spot: Spot, buttons: list[Button]) -> int:
    """Return which page of a long list of choices the person looks at, from 0."""
    if frame.view[:1] == ("page",):
        return int(frame.view[1])
    begins_at = spot.live.get(spot.step.begins_at) if isinstance(spot.step, Question) else None
    places = [place for place, button in enumerate(buttons) if button.token.rpartition("|")[2] == begins_at]
    return places[0] // PAGE if places else 0


def next_page(talk: Talk, frame: Frame, spots: list[Spot], index: int) -> int:
    """Return the page after the one looked at; after the last, the first again."""
    buttons = numbered_buttons(talk, frame, spots, index)
    following = page_of(frame, spots[index], buttons) + 1
    return following if following * PAGE < len(buttons) else 0


def _more(buttons: list[Button], page: int, about: str) -> list[Button]:
    if len(buttons) <= PAGE:
        return []
    following = page + 1 if (page + 1) * PAGE < len(buttons) else 0
    label = N_("More …") if following else N_("From the beginning")
    return [Button(f"{about}|{MORE}{following}", label, word="/more")]


def _say_progress(talk: Talk, frame: Frame, spots: list[Spot], index: int) -> None:
    step = spots[index].step
    if not talk.dialog(frame).keeps or not isinstance(step, Question) or step.aside:
        return
    number, total = _place(talk, frame, index)
    talk.say(N_("Question {number} of {total}", number=number, total=total))


def _place(talk: Talk, frame: Frame, index: int) -> tuple[int, int]:
    """Return the how-manieth question is open, and of how many."""
    way = talk.way(frame)
    return len([None for spot in way.spots[: index + 1] if spot.asks]), way.asks


def _say_question(talk: Talk, frame: Frame, spot: Spot, question: Question) -> None:
    talk.say(filled(talk, frame, question.label, spot.live), bold=True, close=talk.dialog(frame).keeps)
    if frame.view[:1] == ("which",):
        talk.say(N_("Which of these do you mean?"), close=True)
        return
    if question.hint:
        talk.say(filled(talk, frame, question.hint, spot.live), close=True)
    if spot.path in frame.old and not frame.misses:
        _say_unfit(talk, spot, question, frame.old[spot.path])
    if question.type in (Type.SELECT_MULTIPLE, Type.RANK):
        _say_picked(talk, frame, spot, question)


def _say_unfit(talk: Talk, spot: Spot, question: Question, old: Value) -> None:
    """Say what was answered earlier and why it is no answer here; one that fits is offered to be kept."""
    reason = talk.fits(question, old, spot.live)
    if reason is None:
        return
    if isinstance(old, str) and len(old) > QUOTED:
        old = f"{old[:QUOTED].rstrip()} …"
    talk.say(N_("Your earlier answer: {answer}", answer=shown(question, old, talk.options(question, spot.live))))
    talk.say(reason, close=True)


def _say_picked(talk: Talk, frame: Frame, spot: Spot, question: Question) -> None:
    picked = picked_so_far(frame)
    if picked:
        talk.say(N_("So far: {choices}", choices=shown(question, picked, talk.options(question, spot.live))))
    elif question.type is Type.RANK:
        talk.say(N_("Choose the most important first, then the next."))
    else:
        talk.say(N_("Choose as many as you like."))


def picked_so_far(frame: Frame) -> list[str]:
    """Return what was tapped of a list that is not finished yet."""
    return list(frame.view[1]) if frame.view[:1] == ("picked",) else []


def numbered_buttons(talk: Talk, frame: Frame, spots: list[Spot], index: int) -> list[Button]:
    """Return everything that has a number at the open step, in order, on all pages."""
    spot = spots[index]
    about = f"{handle_of(frame, talk.dialog(frame))}|{spot.path}|"
    match spot.step:
        case Question() as question:
            return _question_buttons(talk, frame, spot, question, about)
        case Review() as review:
            return _review_buttons(talk, frame, spots, review, about)
        case _:
            return [Button(about + YES, N_("Yes")), Button(about + NO, N_("No"))]


def _question_buttons(talk: Talk, frame: Frame, spot: Spot, question: Question, about: str) -> list[Button]:
    if frame.view[:1] == ("which",):
        options = talk.options(question, spot.live)
        return [_value_button(question, value, options, about) for value in frame.view[1]]
    if question.type is Type.ACKNOWLEDGE:
        return [Button(about + OK, N_("Understood"))]
    if question.type not in CHOOSING:
        return []
    picked = picked_so_far(frame)
    options = talk.options(question, spot.live)
    buttons = [Button(about + option.name, _label(option, question, picked)) for option in options]
    if picked:
        buttons.append(Button(about + DONE, N_("Done")))
    return buttons


def _value_button(question: Question, value: Value, options: list[Option], about: str) -> Button:
    token = value if question.type in CHOOSING else "=" + orjson.dumps(value).decode()
    return Button(f"{about}{token}", shown(question, value, options))


def _label(option: Option, question: Question, picked: list[str]) -> str:
    if option.name not in picked:
        return option.label
    mark = f"{picked.index(option.name) + 1}." if question.type is Type.RANK else "✓"
    return f"{mark} {option.label}"


def _asides(talk: Talk, frame: Frame, spots: list[Spot], index: int) -> list[Button]:
    spot = spots[index]
    about = f"{handle_of(frame, talk.dialog(frame))}|{spot.path}|"
    buttons = []
    if isinstance(spot.step, Question):
        old = frame.old.get(spot.path)
        if old is not None and talk.fits(spot.step, old, spot.live) is None:
            kept = shown(spot.step, old, talk.options(spot.step, spot.live))
            buttons.append(Button(about + KEEP, N_("Keep: {answer}", answer=kept), word="/keep"))
        if not spot.step.required:
            buttons.append(Button(about + SKIP, N_("Skip"), word="/skip"))
    if frame.view[:1] == ("edit",) or step_back(spots, index) is not None:
        buttons.append(Button(about + BACK, N_("Back"), word="/back"))
    return buttons


def step_back(spots: list[Spot], index: int) -> Spot | None:
    """Return the answer that back takes away: the last before the open step, but never past something done."""
    for position in range(index - 1, -1, -1):
        spot = spots[position]
        if isinstance(spot.step, Question | Repeat):
            return spot
        if spot.path:
            return None
    return None


# ---- review --------------------------------------------------------------------------------------------------------


def _say_review(talk: Talk, frame: Frame, spots: list[Spot], review: Review, live: Answers) -> None:
    if frame.view[:1] == ("edit",):
        talk.say(N_("What would you like to change?"), bold=True)
        return
    if review.label:
        talk.say(filled(talk, frame, review.label, live), bold=True)
    for position, spot in enumerate(questions_answered(spots)):
        talk.lines.append(_summary(talk, frame, spot, close=position > 0))


def questions_answered(spots: list[Spot]) -> list[Spot]:
    """Return what a review shows: the questions that were answered or skipped."""
    return [spot for spot in spots if spot.asks and spot.answered]


def _summary(talk: Talk, frame: Frame, spot: Spot, *, close: bool) -> Line:
    value, question, ready = frame.answers[spot.path], spot.step, talk.scene.book.summaries
    assert isinstance(question, Question)  # noqa: S101 - questions_answered gives nothing else
    if not _is_same_for_all(talk, question, value):
        return Line(_summed_up(talk, frame, spot, question, value), close=close)
    key = (id(question), value, close, talk.session.locale)
    known = ready.get(key)
    if known is None:
        if len(ready) >= MOST_PROMPTS:
            ready.clear()
        known = ready[key] = Line(_summed_up(talk, frame, spot, question, value), close=close, fixed=True)
    return known


def _is_same_for_all(talk: Talk, question: Question, value: Value) -> bool:
    """Say whether a summary depends on nothing but the question, the answer and the language."""
    if placeholders(question.title or question.label):
        return False
    if value is None:
        return True
    provider = question.provider
    return (
        question.type is Type.SELECT_ONE
        and isinstance(value, str)
        and (not provider or talk.scene.house.is_fixed(provider))
    )


def _summed_up(talk: Talk, frame: Frame, spot: Spot, question: Question, value: Value) -> Text:
    answer = SKIPPED if value is None else shown(question, value, talk.options(question, spot.live))
    return N_("{question}: {answer}", question=name_of(talk, frame, spot), answer=answer)


def name_of(talk: Talk, frame: Frame, spot: Spot) -> Text:
    """Return the short name of a question."""
    question = spot.step
    assert isinstance(question, Question)  # noqa: S101 - callers pass questions
    return filled(talk, frame, question.title or question.label, spot.live)


def _review_buttons(talk: Talk, frame: Frame, spots: list[Spot], review: Review, about: str) -> list[Button]:
    if frame.view[:1] == ("edit",):
        return [Button(f"{about}{EDIT}:{spot.path}", name_of(talk, frame, spot)) for spot in questions_answered(spots)]
    return [
        Button(about + SUBMIT, Text(review.submit)),
        Button(about + EDIT, N_("Change something")),
        Button(about + LATER, N_("Go on later")),
    ]


# ---- placeholders --------------------------------------------------------------------------------------------------


@cache
def placeholders(msgid: str) -> tuple[str, ...]:
    """Return the names a text wants filled."""
    return tuple(PLACEHOLDER.findall(msgid))


@cache
def _bare(msgid: str) -> Text:
    return Text(msgid)


def filled(talk: Talk, frame: Frame, msgid: str, live: Answers) -> Text:
    """Return a dialog's text with its placeholders filled from the answers the step can see."""
    names = placeholders(msgid)
    if not names:
        return _bare(msgid)
    return Text(msgid, {name: _param(talk, frame, name, live) for name in names})


def _param(talk: Talk, frame: Frame, name: str, live: Answers) -> Param:
    value = live.get(name)
    step = talk.dialog(frame).by_name.get(name)
    if value is None:
        return Own("")
    if isinstance(step, Question):
        return shown(step, value, talk.options(step, live))
    if isinstance(value, int | Own | Text):
        return value
    return Own(value) if FACT + name in frame.answers else str(value)


def open_now(talk: Talk) -> tuple[Frame, list[Spot], int] | None:
    """Return the top frame, its steps and the position of the open one; None if nothing is open."""
    frame = talk.session.top()
    if frame is None:
        return None
    spots, index, _ = talk.way(frame)
    return (frame, spots, index) if index < len(spots) else None
