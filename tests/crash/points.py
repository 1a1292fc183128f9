"""The points at which the program is killed, in the order of its road, and what each of them proves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

TELEGRAM: Final = "telegram"
MATRIX: Final = "matrix"
WEB: Final = "web"
MESSENGERS: Final = (TELEGRAM, MATRIX)
EVERYWHERE: Final = (TELEGRAM, MATRIX, WEB)


@dataclass(frozen=True, slots=True)
class Point:
    """A place in the program: at the `passing`-th time it is passed, the program dies. `proves` says what for."""

    name: str
    passing: int
    proves: str
    on: tuple[str, ...] = EVERYWHERE


# Passings are such that several people are then in the middle of the dialog; not more than there are questions, since
# those who answer at once may share every transaction. Start-up points are passed by the start
# that follows an earlier death, with work left over from it.
ON_THE_ROAD: Final = (
    Point("update_in_hand", 8, "received and not taken: the platform has it still, and brings it again"),
    Point("turn_uncommitted", 8, "inbox, session, project and answer are one transaction: all of it or nothing"),
    Point("turn_committed", 8, "not yet acknowledged nor handed over: redelivery is recognised, the answer is found"),
    Point("letter_in_hand", 8, "handed over and not sent: 'queued' is enough to send it at the next start"),
    Point("letter_accepted", 8, "sent and not marked: it goes again; Matrix knows the txn, Telegram doubles it"),
    Point("mark_uncommitted", 8, "the mark is written and not committed: the same"),
    Point("mark_committed", 8, "sent and marked: it does not go again, even if its update comes again"),
    Point("batch_taken", 8, "committed, and the offset not told to Telegram: the whole batch comes again", (TELEGRAM,)),
    # on Matrix it is kept once a second, which is half of such a story
    Point("since_unkept", 1, "committed, and `since` not kept: the whole sync comes again", (MATRIX,)),
    Point("since_kept", 1, "`since` is kept: everything before it is committed", (MATRIX,)),
    Point("since_unkept", 8, "committed, and `since` not kept: the whole batch comes again", (WEB,)),
    Point("since_kept", 8, "`since` is kept: everything before it is committed", (WEB,)),
)
WITH_FILES: Final = (
    Point("file_held", 1, "the update waits in the inbox, its file is still with the platform: fetched after restart"),
    Point("file_fetching", 2, "the fetch breaks off: it begins anew"),
    Point("file_fetched", 2, "the bytes are lost with the process: fetched again"),
    Point("file_unnamed", 2, "half a file never has its name: a file under its name is whole"),
    Point("file_stored", 2, "stored without its turn: stored again under the same name, and taken once"),
)
AT_THE_DOOR: Final = (
    Point("join_unsent", 1, "`since` is past the invitation: only our own note knows of it", (MATRIX,)),
    Point("invited", 2, "the invitation is not kept, so `since` is not either: the next sync brings it", (MATRIX,)),
    Point("joining", 2, "kept and not joined: the next start goes on joining", (MATRIX,)),
    Point("joined", 2, "in the room and not noted: joining again does no harm, the greeting counts once", (MATRIX,)),
)
WHEN_DUE: Final = (
    Point("due_uncommitted", 1, "the due row and its reminder are one transaction: it is due again"),
    Point("due_committed", 1, "the reminder is committed and not handed over: the next start finds it"),
    Point("notice_claimed", 1, "claimed and not sent: once in doubt, a notice goes again", MESSENGERS),
)
AT_START: Final = (
    Point("built", 1, "before anything of the last life is touched", MESSENGERS),
    Point("recovery_uncommitted", 1, "the decision about what was in flight is one transaction", MESSENGERS),
    Point("recovered", 1, "decided and not sent: the next start decides the same", MESSENGERS),
    Point("restored", 1, "what waited for a file has joined its line, and waits again", MESSENGERS),
)
FIRST_START: Final = (
    Point("tables_made", 12, "half of the tables are none: the next start begins with an empty file"),
    Point("database_made", 1, "the tables are there, and nothing in them"),
    Point("secret_unwritten", 1, "what signs the cookies is whole or not there", MESSENGERS),
    Point("secret_unwritten", 1, "what signs the cookies is whole or not there", MESSENGERS),
    Point("logged_in", 1, "a device that was not kept is given up; another logs in", (MATRIX,)),
)
POINTS: Final = (*ON_THE_ROAD, *WITH_FILES, *AT_THE_DOOR, *WHEN_DUE, *AT_START, *FIRST_START)


def points_on(platform: str, points: tuple[Point, ...] = POINTS) -> list[Point]:
    """Return those of the points that there are on a platform."""
    return [point for point in points if platform in point.on]


def traps(points: Sequence[Point], at_most: int = 99) -> list[tuple[str, int]]:
    """Return the points as traps: the program walks into one after the other, a life for each."""
    return [(point.name, min(point.passing, at_most)) for point in points]
