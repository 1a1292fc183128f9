"""The bot as a process that can be told where to die: `projektbot run`, with traps laid around it from outside.

    python -m tests.crash.program

It imports the program once and then, for each order on standard input, forks a process that runs it. So a restart costs
what the program does at its start and not a second of imports; nothing else outlives a death. The lines:

    start {"ahead": SECONDS, "trap": [POINT, PASSING]}    run the program, its clock so far ahead of ours
    trap POINT PASSING                                    let the running program die at a point
    settle                                                say "#settled" when all that is due has been done and sent

are answered by "#started PID", "#trapped", "#settled", "#struck POINT" (its last word) and "#ended STATUS". When
standard input ends, so does everything: no process outlives the tests.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import gc
import inspect
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

from sqlalchemy import Connection, Engine, event, func, select

from projektbot import app, cli, serving
from projektbot.channels.matrix import account, joining, server
from projektbot.channels.matrix.channel import MatrixChannel
from projektbot.channels.telegram import channel as telegram
from projektbot.channels.telegram.api import Api
from projektbot.channels.telegram.channel import TelegramChannel
from projektbot.channels.webchat import WebChat
from projektbot.commands import run
from projektbot.delivery import Delivery, outbox
from projektbot.messages import Limits
from projektbot.store.media import MediaStore
from projektbot.store.tables import outbox as letters
from projektbot.store.tables import queue
from projektbot.store.writer import Writer
from projektbot.turns import Turns, groups, relaying
from projektbot.turns.queue import Queue
from projektbot.turns.transactions import Transactions

CHANNELS = (TelegramChannel, MatrixChannel, WebChat)
SINCE = ":since"
# The servers here have no limits of rate, and people here answer at once.
FREE: dict[str, Any] = {"chat_rate": 100.0, "chat_burst": 100, "group_per_minute": 5000}
ANY_NUMBER = 1_000_000  # at once, in a group


class Trap:
    """Where the process is to die, and how many passings are left until then."""

    point = ""
    left = 0

    def set(self, point: str, passing: int) -> None:
        """Lay the trap."""
        self.point, self.left = point, passing

    def passes(self, point: str) -> None:
        """Die here, if it is the point and the time."""
        if point != self.point:
            return
        self.left -= 1
        if self.left == 0:
            tell("#struck", point)
            os.kill(os.getpid(), signal.SIGKILL)
            signal.pause()  # the signal is on its way: not one line further


class Life:
    """The house that runs in this process, and the loop it runs on; `since_kept`: past all invitations."""

    def __init__(self) -> None:
        self.house: app.House | None = None
        self.loop: asyncio.AbstractEventLoop | None = None
        self.since_kept = asyncio.Event()


trap = Trap()
life = Life()
holding: set[str] = set()  # what the transaction in the writer's thread holds so far


def tell(*words: object) -> None:
    """Write a line of its own, even after one that a death has broken off."""
    os.write(1, ("\n" + " ".join(map(str, words)) + "\n").encode())


# ---- the traps -----------------------------------------------------------------------------------------------------


def around(owner: object, name: str, before: str = "", after: str = "") -> None:
    """Put points before and after a function, wherever it is called from."""
    original: Callable[..., Any] = getattr(owner, name)

    @functools.wraps(original)
    def passing(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - any function
        trap.passes(before)
        result = original(*args, **kwargs)
        trap.passes(after)
        return result

    @functools.wraps(original)
    async def passing_slowly(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        trap.passes(before)
        result = await original(*args, **kwargs)
        trap.passes(after)
        return result

    setattr(owner, name, passing_slowly if inspect.iscoroutinefunction(original) else passing)


def noting(owner: object, name: str, what: str) -> None:
    """Note that the open transaction holds something, when a handler of the writer has done its work."""
    original: Callable[..., Any] = getattr(owner, name)

    @functools.wraps(original)
    def handler(*args: Any) -> Any:  # noqa: ANN401 - any handler
        result = original(*args)
        holding.add(what)
        return result

    setattr(owner, name, handler)


def lay_traps() -> None:
    """Put every point of tests/crash/points.py into the program."""
    _around_the_road()
    _around_transactions()
    _around_files()
    _around_joining()
    _around_the_start()


def _around_the_road() -> None:
    around(Turns, "take", before="update_in_hand")
    around(TelegramChannel, "_take", after="batch_taken")
    for channel in CHANNELS:
        around(channel, "send", before="letter_in_hand", after="letter_accepted")
    original = Turns.keep

    async def keep(self: Turns, name: str, value: str) -> None:
        if name.endswith(SINCE):
            trap.passes("since_unkept")
        await original(self, name, value)
        if name.endswith(SINCE):
            life.since_kept.set()
            trap.passes("since_kept")

    Turns.keep = keep  # type: ignore[method-assign]


def _around_transactions() -> None:
    for name, what in (("handle", "turn"), ("hold", "file"), ("wake", "due")):
        noting(Transactions, name, what)
    noting(Queue, "_take", "turn")
    noting(Queue, "_put", "file")
    for name, what in (("settle", "mark"), ("claim", "notice"), ("recover", "recovery")):
        noting(outbox, name, what)
    event.listen(Engine, "commit", _before_commit)
    commit = Writer._commit  # noqa: SLF001 - the one place where a batch is committed

    def _commit(self: Writer, batch: list[Any]) -> list[Any]:
        holding.clear()
        outcomes = commit(self, batch)
        for what, point in _COMMITTED.items():
            if what in holding:
                trap.passes(point)
        return outcomes

    Writer._commit = _commit  # type: ignore[method-assign]  # noqa: SLF001


_COMMITTED = {
    "turn": "turn_committed",
    "file": "file_held",
    "due": "due_committed",
    "mark": "mark_committed",
    "notice": "notice_claimed",
}


def _before_commit(_connection: Connection) -> None:
    for what in ("turn", "due", "mark", "recovery"):
        if what in holding:
            trap.passes(f"{what}_uncommitted")


def _around_files() -> None:
    for owner in (Api, server.Server):
        around(owner, "download", before="file_fetching")
    around(WebChat, "fetch", before="file_fetching")
    for channel in CHANNELS:
        around(channel, "fetch", after="file_fetched")
    around(Path, "rename", before="file_unnamed")  # the program renames nothing but files that people sent
    around(MediaStore, "save", after="file_stored")


def _around_joining() -> None:
    accept = joining.Joining.accept

    async def accepting(self: joining.Joining, rooms: dict[str, str]) -> None:
        for _ in rooms:
            life.since_kept.clear()
            trap.passes("invited")
        await accept(self, rooms)

    resume = joining.Joining.resume

    async def resuming(self: joining.Joining) -> None:
        await resume(self)
        life.since_kept.set()  # by an earlier life

    joining.Joining.accept = accepting  # type: ignore[method-assign,assignment]
    joining.Joining.resume = resuming  # type: ignore[method-assign]
    around(joining.Joining, "_join", before="joining", after="joined")
    join = joining.Joining._join  # noqa: SLF001 - one attempt

    async def joining_late(self: joining.Joining, room: str, via: str) -> float | None:
        if trap.point == "join_unsent":
            await life.since_kept.wait()
            trap.passes("join_unsent")
        return await join(self, room, via)

    joining.Joining._join = joining_late  # type: ignore[method-assign]  # noqa: SLF001
    around(account, "_new_device", after="logged_in")


def _around_the_start() -> None:
    around(app, "upgrade", after="database_made")
    around(run, "build", after="built")
    around(Path, "write_text", before="secret_unwritten")  # the program writes no other text than what signs cookies
    around(Delivery, "_recover", after="recovered")
    around(Turns, "restore", after="restored")
    event.listen(Engine, "after_cursor_execute", _after_statement)


def _after_statement(*details: Any) -> None:  # noqa: ANN401 - connection, cursor, statement …
    if str(details[2]).lstrip().startswith("CREATE "):
        trap.passes("tables_made")


# ---- one life ------------------------------------------------------------------------------------------------------


def live(order: dict[str, Any]) -> NoReturn:
    """Run the program as `projektbot run` does; never return."""
    if order["trap"]:
        trap.set(*order["trap"])
    ahead, real_now = timedelta(seconds=order["ahead"]), app.real_now

    def now() -> datetime:
        return real_now() + ahead

    app.real_now = now
    telegram.Limits = functools.partial(Limits, **FREE)  # type: ignore[assignment,attr-defined]
    MatrixChannel.limits = replace(MatrixChannel.limits, rate=500.0, **FREE)
    for limit in ("ASKED_AT_ONCE", "RELAY_AT_ONCE", "RELAY_ALL_AT_ONCE"):
        for module in (groups, relaying):
            if hasattr(module, limit):
                setattr(module, limit, ANY_NUMBER)
    threading.Thread(target=_obey, daemon=True).start()
    code = 1
    try:
        code = cli.main([order["command"]])
    finally:
        sys.stdout.flush()
        os._exit(code)


def _note_the_house() -> None:
    serve = serving.serve

    async def noted(house: app.House, announce: Callable[[str], None], first: None) -> None:
        life.house, life.loop = house, asyncio.get_running_loop()
        await serve(house, announce, first)

    setattr(run, "serve", noted)  # noqa: B010 - it is not for others to set


def _obey() -> None:
    while line := _read_line():
        match line.split():
            case ["trap", point, passing]:
                trap.set(point, int(passing))
                tell("#trapped")
            case ["settle"] if life.loop:
                asyncio.run_coroutine_threadsafe(_settle(), life.loop)
    os.kill(os.getpid(), signal.SIGKILL)


async def _settle() -> None:
    assert life.house is not None
    await life.house.turns.settle()
    while await life.house.store.read(lambda db: db.scalar(select(func.count()).select_from(queue))):  # noqa: ASYNC110
        await asyncio.sleep(0.02)  # others have it in hands
    await life.house.delivery.idle()
    while await life.house.store.read(_open_letters):  # noqa: ASYNC110 - likewise, or the account's lease is not ours yet
        await asyncio.sleep(0.02)
    tell("#settled")


def _open_letters(db: Connection) -> int:
    waiting = select(func.count()).where(letters.c.state.in_(("queued", "sending")))
    return db.execute(waiting).scalar_one()


def _read_line() -> str:
    """Read a line and not one byte more: what follows may be meant for the next life."""
    line = b""
    while not line.endswith(b"\n"):
        byte = os.read(0, 1)
        if not byte:
            return ""
        line += byte
    return line.decode()


# ---- one life after another ----------------------------------------------------------------------------------------


def main(_arguments: Sequence[str]) -> int:
    """Give life after life, as an operating system does."""
    lay_traps()
    _note_the_house()
    gc.collect()
    gc.freeze()
    assert threading.active_count() == 1, "a process with threads cannot be forked safely"
    while line := _read_line():
        word, _, rest = line.partition(" ")
        if word == "start":
            _one_life(json.loads(rest))
    return 0


def _one_life(order: dict[str, Any]) -> None:
    pid = os.fork()
    if pid == 0:
        live(order)
    tell("#started", pid)
    _, status = os.waitpid(pid, 0)
    tell("#ended", os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt, BrokenPipeError):
        raise SystemExit(main(sys.argv[1:]))
