"""What words answer: the open question, a question further up, or nothing yet."""

from __future__ import annotations

from dataclasses import replace

from projektbot.dialog import drafts
from projektbot.dialog import words as tables
from projektbot.dialog.answers import Accepted, Option, Wrong, read_words
from projektbot.dialog.cleaning import clean, key
from projektbot.dialog.commands import back, enter, menu_if_idle
from projektbot.dialog.expecting import ONE
from projektbot.dialog.ladder import no_match
from projektbot.dialog.limits import LONGEST_TEXT, too_long
from projektbot.dialog.meant import act_meant, do_bare, do_meant
from projektbot.dialog.model import Call, Do, Link, Question, Type
from projektbot.dialog.prompt import numbered_buttons, open_now, step_back
from projektbot.dialog.session import Frame
from projektbot.dialog.talk import Talk, handle_of, is_begun
from projektbot.dialog.taps import bring_up, take, tap
from projektbot.dialog.walk import GIVEN, Spot, step_at
from projektbot.texts import N_

CHANGED = N_("Something has changed meanwhile. This is how it stands now:")
BACK, SKIP = N_("Back"), N_("Skip")
SHORTEST_IDEA = 10  # characters: nobody writes an idea in fewer
WORDS = f"{GIVEN}words"  # what the moment "otherwise" hands to its dialog
GREETINGS = tables.in_any(tables.GREETINGS)
_CHOICE = Question("choice", Type.SELECT_ONE, "")  # numbered buttons are read like the choices of a question


def words(talk: Talk, text: str, about: str, *, elsewhere: bool = False) -> None:
    """Read a typed message: as an answer to what it replies to, else to the open question."""
    if about and _about_answered(talk, about):
        _reanswer(talk, about.partition("|")[2], text)
        return
    now = open_now(talk)
    if now is None:
        if not _names_offer(talk, text):
            _otherwise(talk, text)
        return
    if _typed_aside(talk, now, text):
        return
    if elsewhere and not _names_choice(talk, now, text):
        _put_here(talk, now, text)
        return
    _answer_words(talk, now, text)


def _names_choice(talk: Talk, now: tuple[Frame, list[Spot], int], text: str) -> bool:
    """Say whether words are exactly a choice of the open question."""
    return key(text) in [key(talk.words(button.label)) for button in numbered_buttons(talk, *now)]


def _put_here(talk: Talk, now: tuple[Frame, list[Spot], int], text: str) -> None:
    """Ask first what was asked in another chat: who says hello here may not have it in mind. Offer what they said."""
    frame, spots, index = now
    spot = spots[index]
    if isinstance(spot.step, Question) and not frame.view and frame.old.get(spot.path) is None:
        options = talk.options(spot.step, spot.live)
        reading = read_words(spot.step, text, options=options, locale=talk.session.locale, today=talk.scene.today())
        if isinstance(reading, Accepted):
            talk.put(replace(frame, old={**frame.old, spot.path: reading.value}))
            talk.say(
                N_("One question is still open from the other chat. Was this your answer to it? Then choose “Keep”.")
            )
            return
    talk.say(N_("One question is still open from the other chat:"))


def _answer_words(talk: Talk, now: tuple[Frame, list[Spot], int], text: str) -> None:
    frame, spots, index = now
    spot = spots[index]
    question = spot.step
    if isinstance(question, Link | Do | Call):  # the house finds something else now than when it was asked
        talk.say(CHANGED)
        return
    if not isinstance(question, Question) or frame.view[:1] == ("which",) or question.type is Type.ACKNOWLEDGE:
        _typed_choice(talk, now, text)
        return
    reading = read_words(
        question, text, options=talk.options(question, spot.live), locale=talk.session.locale, today=talk.scene.today()
    )
    if not isinstance(reading, Wrong):
        # a choice that the words are only like gives way to a notice's button that says exactly them
        if not (_is_guessed(talk, now, question, text) and _names_offer(talk, text)):
            take(talk, spot, question, reading)
    elif do_meant(talk, now, text) or _names_offer(talk, text):
        return
    elif _is_beside_menu(talk, frame, question, reading, text):
        _otherwise(talk, text)
    else:
        no_match(talk, question, reading.text)


def _is_guessed(talk: Talk, now: tuple[Frame, list[Spot], int], question: Question, text: str) -> bool:
    """Say whether words were taken for a choice without being its number or what stands on it."""
    return question.type is Type.SELECT_ONE and not key(text).isdigit() and not _names_choice(talk, now, text)


def _is_beside_menu(talk: Talk, frame: Frame, question: Question, reading: Wrong, text: str) -> bool:
    """Say whether words are none of a menu's choices, but long enough for something the person wants."""
    dialog = talk.dialog(frame)
    return (
        len(text) >= SHORTEST_IDEA
        and question.type is Type.SELECT_ONE
        and reading.text is ONE
        and not (dialog.keeps or dialog.returns or frame.caller or is_begun(frame))
    )


def _typed_choice(talk: Talk, now: tuple[Frame, list[Spot], int], text: str) -> None:
    """Match words against the numbered buttons: review, repeat, acknowledge, which."""
    frame, spots, index = now
    buttons = numbered_buttons(talk, frame, spots, index)
    options = [Option(button.token, talk.words(button.label)) for button in buttons]
    reading = read_words(_CHOICE, text, options=options, locale=talk.session.locale, today=talk.scene.today())
    question = spots[index].step
    if isinstance(reading, Accepted):
        tap(talk, reading.value, "")
    elif isinstance(question, Question) and question.type is not Type.ACKNOWLEDGE:
        # the person answers the question anew instead of saying which
        talk.look()
        _answer_words(talk, (talk.session.frames[-1], spots, index), text)
    elif act := act_meant(frame, question, text):
        tap(talk, next(button.token for button in buttons if button.token.endswith(f"|{act}")), "")
    elif not (do_meant(talk, now, text) or _names_offer(talk, text)):
        no_match(talk, question, N_("Please choose one of these."))


def _names_offer(talk: Talk, text: str) -> bool:
    """Take what stands on the button of a notice for that button, where it answers nothing; return whether it did."""
    token = talk.scene.house.offered(text)
    if token:
        tap(talk, token, "")
    return bool(token)


def to_reminder(talk: Talk, text: str, frame_id: str) -> bool:
    """Take a number or a label for a choice of the reminder just said; return whether it was one."""
    if not frame_id:
        return False
    buttons = drafts.reminder_buttons(frame_id)
    options = [Option(button.token, talk.words(button.label)) for button in buttons]
    reading = read_words(_CHOICE, text, options=options, locale=talk.session.locale, today=talk.scene.today())
    if isinstance(reading, Accepted):
        tap(talk, reading.value, "")
    return isinstance(reading, Accepted)


def _typed_aside(talk: Talk, now: tuple[Frame, list[Spot], int], text: str) -> bool:
    """Take a typed "Skip" or "Back" for the button of that name, if it is offered."""
    typed = text.strip().casefold()
    _, spots, index = now
    question = spots[index].step
    if typed == talk.words(BACK).casefold() and step_back(spots, index):
        back(talk)
        return True
    if typed == talk.words(SKIP).casefold() and isinstance(question, Question) and not question.required:
        talk.answer(spots[index].path, None)
        return True
    return False


def _otherwise(talk: Talk, text: str) -> None:
    """Words that belong to nothing open: a greeting gets the menu, anything else is offered as a start."""
    top, dialog, text = talk.session.top(), talk.scene.book.by_moment["otherwise"], clean(text)
    if do_bare(talk, text):
        return
    if len(text) < SHORTEST_IDEA or key(text) in GREETINGS:
        enter(talk, talk.scene.book.by_command["start"], {})
    elif top and top.dialog == dialog.name and WORDS in top.answers:
        _add_words(talk, top, text)
    else:
        enter(talk, dialog, {"words": text})


def _add_words(talk: Talk, frame: Frame, text: str) -> None:
    """Take what is written before it is said what the first words were for as more of them."""
    together = f"{frame.answers[WORDS]}\n{text}"
    if len(together) > LONGEST_TEXT:
        no_match(talk, None, too_long(len(together)))
        return
    talk.put(replace(frame, answers={**frame.answers, WORDS: together}))
    no_match(talk, None, N_("I have added that to what you wrote."))


def edited(talk: Talk, message: str, text: str) -> None:
    """Take a corrected message as a corrected answer, if the draft it answered is still open."""
    for frame in (*talk.session.frames, *talk.session.drafts):
        for path, heard in frame.heard.items():
            if heard == message and path in frame.answers and bring_up(talk, handle_of(frame, talk.dialog(frame))):
                _reanswer(talk, path, text)
                return
    talk.say(N_("You have changed an earlier message. What has been sent already stays as it is."))
    menu_if_idle(talk)


def _about_answered(talk: Talk, about: str) -> bool:
    handle, _, path = about.partition("|")
    top = talk.session.top()
    return bool(top and path in top.answers and handle == handle_of(top, talk.dialog(top)))


def _reanswer(talk: Talk, path: str, text: str) -> None:
    """Answer an answered question of the top frame anew; what does not fit leaves the old answer."""
    frame = talk.session.frames[-1]
    question = step_at(talk.dialog(frame), path)
    if not isinstance(question, Question):
        return
    options = talk.options(question, frame.answers)
    reading = read_words(question, text, options=options, locale=talk.session.locale, today=talk.scene.today())
    if isinstance(reading, Accepted):
        talk.answer(path, reading.value)
        talk.say(N_("Your answer is changed."))
    else:
        talk.say(N_("That does not fit as an answer, so I have kept the earlier one."))
