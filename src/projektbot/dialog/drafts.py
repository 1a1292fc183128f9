"""What becomes of a draft that is left: kept, gone on with, reminded of, carried over to a new version, expired."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from projektbot.dialog.model import Answers, Dialog, Question
from projektbot.dialog.prompt import DROP, GO, LATER, filled, open_now
from projektbot.dialog.saying import Button, Prompt
from projektbot.dialog.session import Frame
from projektbot.dialog.talk import Due, Talk, handle_of, is_begun
from projektbot.dialog.walk import BESIDE, step_at
from projektbot.texts import N_, Text

NIGHT_BEGINS, NIGHT_ENDS = time(21), time(9)  # local; nobody is reminded in between
LAST_CHANCE = 7 * 86_400  # seconds between the last reminder and the end of a draft, at least
MAX_DRAFTS = 20  # a person's; the oldest makes room


def set_aside(talk: Talk) -> bool:
    """Leave everything that is open; return whether a draft was kept."""
    kept, drafts = left(talk, talk.session.frames), talk.session.drafts
    most = max(MAX_DRAFTS, len(drafts))  # whoever joined two conversations may have more
    talk.session = replace(talk.session, frames=(), drafts=(*drafts, *kept)[-most:])
    return bool(kept)


def left(talk: Talk, frames: Sequence[Frame]) -> list[Frame]:
    """Return what remains of open frames as drafts."""
    kept = [frame for frame in frames if talk.dialog(frame).keeps and is_begun(frame)]
    return [replace(frame, view=(), misses=0, caller="") for frame in kept]


def draft(talk: Talk, frame_id: str) -> Frame | None:
    """Return a draft that was left."""
    return next((frame for frame in talk.session.drafts if frame.id == frame_id), None)


def go_on(talk: Talk, frame: Frame) -> None:
    """Bring a draft that was left to the top; what is open now is left in turn."""
    talk.session = replace(talk.session, drafts=tuple(kept for kept in talk.session.drafts if kept.id != frame.id))
    set_aside(talk)
    talk.session = replace(talk.session, frames=(frame,))
    if outgrown(talk, frame):
        refit(talk)


def drop(talk: Talk, frame_id: str) -> None:
    """Delete a draft for good, wherever it is."""
    session = talk.session
    drafts = tuple(frame for frame in session.drafts if frame.id != frame_id)
    frames = tuple(frame for frame in session.frames if frame.id != frame_id)
    talk.session = replace(session, drafts=drafts, frames=frames)


def title_of(dialog: Dialog, frame: Frame) -> Text:
    """Return what a draft is called: its own title, or that of its dialog."""
    named = frame.answers.get("title")
    dialog_title = Text(dialog.title)
    return N_("{what}: {title}", what=dialog_title, title=str(named)) if named else dialog_title


# ---- versions ------------------------------------------------------------------------------------------------------


def outgrown(talk: Talk, frame: Frame) -> bool:
    """Say whether a frame was begun under another form of its dialog, or its dialog is gone."""
    dialog = talk.scene.book.dialogs.get(frame.dialog)
    return dialog is None or frame.shape != dialog.shape


def fit_open(talk: Talk) -> None:
    """Carry the open frames over to today's dialogs: what still fits stays."""
    for frame in talk.session.frames:
        if outgrown(talk, frame):
            refit(talk)
            return


def refit(talk: Talk) -> None:
    """Carry open frames over to today's dialogs. Answers that still fit stay, the others are offered again."""
    frames = []
    for frame in talk.session.frames:
        dialog = talk.scene.book.dialogs.get(frame.dialog)
        if dialog is None:
            talk.say(N_("What you had begun here no longer exists. I am sorry."))
            continue
        frames.append(frame if frame.shape == dialog.shape else _refitted(talk, frame))
    talk.session = replace(talk.session, frames=tuple(frames))


def _refitted(talk: Talk, frame: Frame) -> Frame:
    dialog = talk.dialog(frame)
    unfit = {path for path, value in frame.answers.items() if not _still_fits(talk, frame, path, value)}
    return replace(
        frame,
        version=dialog.version,
        shape=dialog.shape,
        answers={path: value for path, value in frame.answers.items() if path not in unfit},
        old={**frame.old, **{path: frame.answers[path] for path in unfit}},
        view=(),
    )


def _still_fits(talk: Talk, frame: Frame, path: str, value: object) -> bool:
    if path[0] in BESIDE or value is None or path.endswith(".n"):
        return True
    step = step_at(talk.dialog(frame), path)
    if step is None:
        return False
    return not isinstance(step, Question) or talk.fits(step, value, frame.answers) is None


# ---- reminders -----------------------------------------------------------------------------------------------------


def awake(at: datetime, zone: ZoneInfo, morning: time = NIGHT_ENDS) -> datetime:
    """Return `at`, moved to the morning if it falls into the night of the city."""
    local = at.astimezone(zone)
    if morning <= local.time() < NIGHT_BEGINS:
        return at
    day = local.date() + timedelta(days=1) if local.time() >= NIGHT_BEGINS else local.date()
    return datetime.combine(day, morning, zone).astimezone(UTC)


def wake(talk: Talk, frame_id: str) -> None:
    """Remind of a draft, or let it go after its time; look again later if the person was here meanwhile."""
    frame = next((f for f in (*talk.session.frames, *talk.session.drafts) if f.id == frame_id), None)
    if frame is None or frame.dialog not in talk.scene.book.dialogs or not is_begun(frame):
        return
    due_at = max(next_due(talk, frame), awake(talk.scene.now, talk.scene.zone))  # late is no reason to wake anybody
    if talk.scene.now < due_at:
        talk.due.append(Due(frame.id, int(due_at.timestamp())))
    elif frame.reminded < len(talk.dialog(frame).remind_after):
        _remind(talk, frame)
    else:
        _expire(talk, frame)


def next_due(talk: Talk, frame: Frame) -> datetime:
    """Return when a draft speaks up next: reminders count from the last sign of life, and keep the night's rest."""
    dialog = talk.dialog(frame)
    if frame.reminded < len(dialog.remind_after):
        seconds = max(frame.touched, talk.session.seen) + dialog.remind_after[frame.reminded]
    else:
        seconds = frame.touched + dialog.expires_after
    return awake(datetime.fromtimestamp(seconds, UTC), talk.scene.zone)


def _remind(talk: Talk, frame: Frame) -> None:
    talk.say(N_("You began something and have not finished it yet: {title}", title=title_of(talk.dialog(frame), frame)))
    _say_where(talk, frame)
    handle = handle_of(frame, talk.dialog(frame))
    talk.prompt = Prompt(buttons=tuple(reminder_buttons(handle)), about=f"{handle}|")
    reminded = replace(frame, reminded=frame.reminded + 1)
    talk.session = replace(
        talk.session,
        reminded_of=frame.id,
        frames=tuple(reminded if f.id == frame.id else f for f in talk.session.frames),
        drafts=tuple(reminded if f.id == frame.id else f for f in talk.session.drafts),
    )
    talk.due.append(Due(frame.id, int(_after(talk, reminded).timestamp())))


def _after(talk: Talk, frame: Frame) -> datetime:
    """Return when to speak up after a reminder: no sooner after a late one than after one in time."""
    waits = talk.dialog(frame).remind_after
    gap = waits[frame.reminded] - waits[frame.reminded - 1] if frame.reminded < len(waits) else LAST_CHANCE
    return max(next_due(talk, frame), awake(talk.scene.now + timedelta(seconds=gap), talk.scene.zone))


def reminder_buttons(handle: str) -> list[Button]:
    """Return what a reminder offers."""
    return [
        Button(f"{handle}||{GO}", N_("Continue")),
        Button(f"{handle}||{LATER}", N_("Not now")),
        Button(f"{handle}||{DROP}", N_("Delete the draft")),
    ]


def _say_where(talk: Talk, frame: Frame) -> None:
    """Name the open question, since what is typed next would answer it."""
    top = open_now(talk)
    if top is None or top[0].id != frame.id or not isinstance(top[1][top[2]].step, Question):
        return
    step = top[1][top[2]].step
    assert isinstance(step, Question)  # noqa: S101 - asked above
    talk.say(N_("The next question is: {question}", question=filled(talk, frame, step.label, top[1][top[2]].live)))


def _expire(talk: Talk, frame: Frame) -> None:
    drop(talk, frame.id)
    days = talk.dialog(frame).expires_after // 86400
    talk.say(
        N_(
            "Your draft has been deleted after {days} days: {title}",
            days=days,
            title=title_of(talk.dialog(frame), frame),
        )
    )


# ---- what dialogs may do with drafts and the session itself --------------------------------------------------------


def _resume_draft(talk: Talk, answers: Answers) -> str:
    wanted = str(answers.get("draft", ""))
    talk.end()
    found = draft(talk, wanted)
    if found:
        go_on(talk, found)
    elif wanted == "new" and answers.get("of"):
        talk.begin(talk.scene.book.dialogs[str(answers["of"])], {})
    else:
        talk.say(N_("That draft no longer exists."))
    return ""


def _drop_this(talk: Talk, _answers: Answers) -> str:
    """End what is open here, and keep no draft of it."""
    talk.end()
    return ""


def _drop_draft(talk: Talk, answers: Answers) -> str:
    talk.end()
    found = draft(talk, str(answers.get("draft", "")))
    if found:
        drop(talk, found.id)
        talk.say(N_("The draft is deleted: {title}", title=title_of(talk.dialog(found), found)))
    else:
        talk.say(N_("That draft no longer exists."))
    return ""


def _set_language(talk: Talk, answers: Answers) -> str:
    talk.session = replace(talk.session, locale=str(answers["language"]), chosen=True)
    return "changed"


BUILT_IN: Mapping[str, Callable[[Talk, Answers], str]] = {
    "resume_draft": _resume_draft,
    "drop_draft": _drop_draft,
    "drop_this": _drop_this,
    "set_language": _set_language,
}
