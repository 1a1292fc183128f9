"""A conversation as it is stored: frames of answers, nothing that can be derived from them."""

from __future__ import annotations

from dataclasses import field
from typing import Any

import orjson

from projektbot.dialog.model import Answers, Dialog
from projektbot.dialog.walk import Way
from projektbot.records import record

BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"
# Every conversation counts its frames from 0, so that a question is put to everybody with the same buttons and needs
# composing but once. Those that were joined go on from here on, where each has numbers that no other uses.
OWN_IDS = 1 << 20
LONGEST_PLAIN = 4  # digits of the last id below that


@record
class Frame:
    """One run of a dialog.

    `answers` by path ("title", "items.0.what"; outcome and facts of a `do` by its name); `old` holds what an edit or
    back took away, offered again as "keep"; `view` is what the person is looking at beside the plain question
    (edit list, page, picked so far, a question back); `heard` maps a path to the platform id of the message that
    answered it. Times are seconds since 1970.
    """

    id: str
    dialog: str
    version: int
    shape: str
    answers: Answers = field(default_factory=dict)
    old: Answers = field(default_factory=dict)
    view: tuple[Any, ...] = ()
    misses: int = 0
    heard: dict[str, str] = field(default_factory=dict)
    given: tuple[str, ...] = ()  # answers that a link filled in, not the person
    caller: str = ""  # the step of the frame below that waits for this one
    begun: int = 0
    touched: int = 0
    reminded: int = 0
    # what its steps were found to be, while nothing of it changes; not stored
    _way: tuple[Dialog, Way] | None = field(default=None, init=False, compare=False, repr=False)

    def answered(self, answers: Answers, old: Answers, heard: dict[str, str], now: int) -> Frame:
        """Return the frame after an answer of the person at `now` (seconds since 1970 UTC)."""
        # written out for the same reason as in Session
        return Frame(
            self.id, self.dialog, self.version, self.shape, answers, old, (), 0, heard, self.given, self.caller,
            self.begun, now, 0,
        )  # fmt: skip

    def way(self, dialog: Dialog) -> Way | None:
        """Return what a walk over its steps found, if that was noted."""
        return self._way[1] if self._way and self._way[0] is dialog else None

    def note(self, dialog: Dialog, way: Way) -> None:
        """Note what a walk found, where it depends on nothing but the dialog and this frame."""
        object.__setattr__(self, "_way", (dialog, way))


@record
class Session:
    """Everything one person (or one group) is in the middle of.

    `frames` is the stack, the last one talks; `drafts` were left and wait; `locale` is what the person chose or
    the client said; `seen` the last sign of life, 0 before the first contact.
    """

    frames: tuple[Frame, ...] = ()
    drafts: tuple[Frame, ...] = ()
    locale: str = ""
    chosen: bool = False  # the person chose the locale; the client's word no longer counts
    count: int = 0
    reminded_of: str = ""  # the draft the last thing said was a reminder of: a number then chooses from that
    seen: int = 0
    pace: int = 0  # how much was said lately, see `pace.after`

    def top(self) -> Frame | None:
        """Return the frame that talks."""
        return self.frames[-1] if self.frames else None

    def with_top(self, frame: Frame) -> Session:
        """Return the session with another top frame."""
        return self._with((*self.frames[:-1], frame), self.seen, self.reminded_of)

    def with_frames(self, frames: tuple[Frame, ...]) -> Session:
        """Return the session with another stack."""
        return self._with(frames, self.seen, self.reminded_of)

    def noticed(self, now: int, pace: int) -> Session:
        """Return the session after a sign of life at `now` (seconds since 1970 UTC)."""
        return Session(self.frames, self.drafts, self.locale, self.chosen, self.count, "", now, pace)

    def _with(self, frames: tuple[Frame, ...], seen: int, reminded_of: str) -> Session:
        # written out: every turn does it twice, and `replace` takes three times as long
        return Session(frames, self.drafts, self.locale, self.chosen, self.count, reminded_of, seen, self.pace)


def frame_id(count: int) -> str:
    """Return the `count`-th frame id: short, since it travels in every button."""
    digits = ""
    while True:
        count, digit = divmod(count, 36)
        digits = BASE36[digit] + digits
        if not count:
            return digits


def first_of(number: int) -> int:
    """Return where the frames of the conversation with this number in the store begin that no other ever has."""
    return number * OWN_IDS


def unique_id(frame: str, number: int) -> str:
    """Return what a frame of that conversation is called among the frames of others; anything else stays as it is."""
    if not frame or len(frame) > LONGEST_PLAIN or not set(BASE36).issuperset(frame):
        return frame
    count = int(frame, 36)
    return frame_id(first_of(number) + count) if count < OWN_IDS else frame


def dump(session: Session) -> bytes:
    """Write a session as JSON."""
    # field by field: orjson takes twice as long to find out the fields of a dataclass
    return orjson.dumps(
        {
            "frames": [_fields(frame) for frame in session.frames],
            "drafts": [_fields(frame) for frame in session.drafts],
            "locale": session.locale,
            "chosen": session.chosen,
            "count": session.count,
            "reminded_of": session.reminded_of,
            "seen": session.seen,
            "pace": session.pace,
        }
    )


def _fields(frame: Frame) -> dict[str, Any]:
    return {
        "id": frame.id,
        "dialog": frame.dialog,
        "version": frame.version,
        "shape": frame.shape,
        "answers": frame.answers,
        "old": frame.old,
        "view": frame.view,
        "misses": frame.misses,
        "heard": frame.heard,
        "given": frame.given,
        "caller": frame.caller,
        "begun": frame.begun,
        "touched": frame.touched,
        "reminded": frame.reminded,
    }


def load(data: bytes) -> Session:
    """Read a session back; fields this version does not know are dropped, so that a rollback does not lose drafts."""
    raw = orjson.loads(data)
    raw["frames"] = tuple([_frame(frame) for frame in raw["frames"]])
    raw["drafts"] = tuple([_frame(frame) for frame in raw["drafts"]])
    try:
        return Session(**raw)
    except TypeError:
        return Session(**{name: value for name, value in raw.items() if name in _SESSION})


def _frame(raw: dict[str, Any]) -> Frame:
    raw["view"] = tuple(raw["view"])
    raw["given"] = tuple(raw["given"])
    try:
        return Frame(**raw)
    except TypeError:
        return Frame(**{name: value for name, value in raw.items() if name in _FRAME})


_SESSION = frozenset(Session.__dataclass_fields__)
_FRAME = frozenset(Frame.__dataclass_fields__)
