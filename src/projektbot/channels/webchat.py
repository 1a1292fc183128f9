"""The web chat as a channel: its own platform, which keeps what was said as Telegram's servers keep a chat."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections import defaultdict
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, NoReturn, TypeAlias

import orjson
import structlog
from sqlalchemy import Connection, Row, func, insert, select, update

from projektbot.channels.webfiles import Spooled, bare, find, forget, spool, unspool
from projektbot.errors import Bug, ChannelError, Rejected, cause_of, guarded
from projektbot.instants import micros
from projektbot.messages import (
    MAX_FILE_BYTES,
    Command,
    Event,
    Inbound,
    Limits,
    Outgoing,
    Road,
    Stored,
    Tap,
    Upload,
    Words,
    dump_event,
    load_event,
    outgoing_from,
)
from projektbot.store.database import Store
from projektbot.store.listening import WEB, notify
from projektbot.store.locks import WEB_POSTS, be_alone
from projektbot.store.tables import web_messages as t

log = structlog.get_logger()

SINCE = "web:since"
BATCH = 64  # as many as the writer commits at once
HISTORY = 200  # lines on a page: weeks of talk, still quick to draw on an old phone
ANSWER_SECONDS = 2.0  # how long a page waits for our answer before it is shown without
QUIET_SECONDS = 0.15  # an answer of several messages is over when nothing came for so long
# Wake-ups reach only listeners in this process; another worker's messages are found by looking this often.
# It is also the stream's sign of life: proxies close what is silent for 30 to 60 seconds.
LOOK_SECONDS = 15.0
PAUSE_SECONDS = 1.0  # after a failure

AnyRow: TypeAlias = Row[*tuple[Any, ...]]

_ROW_ID = re.compile(r"[0-9]{1,18}")  # what a 64-bit column can be asked for


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a chat: the person's `event` or our `message`.

    Stamps are microseconds since 1970 UTC, no two alike in a chat: `at` when it was said, `changed` when it got its
    present form. `label` is what the tapped button said, `by` who did it in a group; the rest describes a picture,
    sound or file.
    """

    id: int
    at: int
    changed: int
    event: Event | None = None
    message: Outgoing | None = None
    label: str = ""
    by: str = ""
    sha256: str = ""
    mime: str = ""
    width: int = 0
    height: int = 0


class WebChat:
    """Our account on our own web page.

    `spool_folder` holds the files of the chats, `now` tells the time, `read_file` gives the bytes of a file of the
    house's store, which is copied to the spool when it is sent.
    """

    name = "web"
    # Our own database is the platform: nothing to be polite to, texts end where the outbox ends them.
    limits = Limits(
        rate=2000, reserved=200, chat_rate=100, chat_burst=100, group_per_minute=6000, text=60_000, caption=60_000
    )

    def __init__(
        self,
        store: Store,
        spool_folder: Path,
        *,
        now: Callable[[], datetime],
        read_file: Callable[[Stored], Awaitable[bytes]],
    ) -> None:
        self.idempotent = True  # a message is known by its txn
        self.one_receiver = True
        self._store = store
        self._folder = spool_folder
        self._now = now
        self._read_file = read_file
        self._posted = asyncio.Event()
        self._listeners: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self._closed = False

    # ---- what the web page asks --------------------------------------------------------------------------------------

    async def post(self, chat: str, event: Event, locale: str, by: str = "", once: str = "") -> None:
        """Store what the person did and return once it is answered, or after two seconds.

        What came before under the same `once` is not done again.

        With `by` the chat is a group, and somebody of that name did it: whoever writes to us in private in the chat of
        this name. What is not meant for us there is not waited for.
        """
        await self._post(chat, event, locale, by, once=once)

    async def post_file(
        self, chat: str, content: bytes, *, name: str, declared: str, locale: str, by: str = "", once: str = ""
    ) -> None:
        """Store a file the person sent, then as `post`; raises Rejected if it is too big. `declared` is a MIME type."""
        file = await asyncio.to_thread(_spooled, self._folder, chat, content, declared)
        await self._post(chat, Upload(file.kind, file.ref, file.size, name), locale, by, file, once)

    async def put(
        self, chat: str, event: Event, locale: str, by: str = "", file: Spooled | None = None, once: str = ""
    ) -> int:
        """Store what somebody did, as `post`, and wait for nothing; return its stamp."""
        said: dict[str, Any] = {"said": dump_event(event), "locale": locale, **({"by": by} if by else {})}
        if file is not None:
            said["file"] = {"sha256": file.sha256, "mime": file.mime, "width": file.width, "height": file.height}
        record = partial(_record, chat=chat, event=event, said=said, txn=_name(chat, once), now=self._stamp())
        stamp = await self._store.write(record)
        self._posted.set()
        self._wake(chat)
        return stamp

    async def answered(self, chat: str, after: int) -> None:
        """Return once we have said or changed something in a chat after a stamp."""
        with self._listening(chat) as woken:
            await self._answered(chat, after, woken)

    async def history(self, chat: str, limit: int = HISTORY) -> Sequence[Line]:
        """Return the last lines, oldest first."""
        return await self._store.read(partial(_history, chat=chat, limit=limit))

    async def watch(self, chat: str, after: int) -> AsyncGenerator[Sequence[Line], None]:
        """Yield what was said or changed after the stamp `after`; an empty batch is a sign of life."""
        with self._listening(chat) as woken:
            while not self._closed:
                woken.clear()  # before looking: what comes while we look wakes us again
                lines = await self._store.read(partial(_changes, chat=chat, after=after))
                yield lines
                after = lines[-1].changed if lines else after
                await _wait(woken, LOOK_SECONDS)

    def media(self, chat: str, sha256: str) -> tuple[Path, str] | None:
        """Return path and type of a file that was sent in this chat."""
        return find(self._folder, chat, sha256)

    # ---- what the house asks (messages.Channel) ----------------------------------------------------------------------

    async def receive(self, road: Road) -> None:
        """Hand what people did to the road, in order, until cancelled."""
        while True:
            try:
                await guarded(self._hand_on(road))
            except (Bug, ChannelError) as error:  # the store is away, or our mistake: what was posted stays where it is
                log.error("web_chat_not_read", error=type(cause_of(error)).__name__)  # noqa: TRY400 - its words may be a person's
                await asyncio.sleep(PAUSE_SECONDS)

    async def _hand_on(self, road: Road) -> NoReturn:
        since = int(await road.recall(SINCE) or 0)
        while True:
            self._posted.clear()
            rows = await self._store.read(partial(_posted_after, since=since))
            if rows:
                await road.take(self.name, rows, to_inbound)
                since = rows[-1].id
                await road.keep(SINCE, str(since))
            else:
                await _wait(self._posted, LOOK_SECONDS)

    async def send(self, chat: str, message: Outgoing, txn: str, *, private: bool) -> str:  # noqa: ARG002 - of Channel
        """Put our message into the chat, or the place of the one it replaces; the same `txn` again changes nothing."""
        width, height = await self._copy(chat, message)
        body = {"says": asdict(message), "width": width, "height": height}
        row = await self._store.write(partial(_say, chat=chat, txn=txn, body=body, now=self._stamp()))
        self._wake(chat)
        return str(row)

    async def fetch(self, ref: str) -> bytes:
        """Return the bytes of a file somebody sent."""
        return await asyncio.to_thread(unspool, self._folder, ref)

    async def forget_files(self, before: datetime) -> None:
        """Delete files that were sent before a time."""
        await asyncio.to_thread(forget, self._folder, before.timestamp())

    def address(self, start: str = "") -> str:  # noqa: ARG002 - of Channel
        """Return nothing: who could follow the link is on our page already."""
        return ""

    async def close(self) -> None:
        """End all streams, so that the web server can stop."""
        self._closed = True
        for woken in [woken for chat in self._listeners.values() for woken in chat]:
            woken.set()

    def wake(self) -> None:
        """Look at once for what other processes have written."""
        self._posted.set()
        for chat in list(self._listeners):
            self._wake(chat)

    # ---- inside ------------------------------------------------------------------------------------------------------

    async def _post(
        self, chat: str, event: Event, locale: str, by: str, file: Spooled | None = None, once: str = ""
    ) -> None:
        with self._listening(chat) as woken:
            stamp = await self.put(chat, event, locale, by, file, once)
            woken.clear()  # it was ourselves
            if by and not is_for_us(event):
                return
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    await self._answered(chat, stamp, woken)
                    while await _wait(woken, QUIET_SECONDS):
                        woken.clear()
            except TimeoutError:
                log.info("web_answer_is_late")

    async def _answered(self, chat: str, stamp: int, woken: asyncio.Event) -> None:
        while not await self._store.read(partial(_has_answer, chat=chat, after=stamp)):
            await woken.wait()
            woken.clear()

    async def _copy(self, chat: str, message: Outgoing) -> tuple[int, int]:
        """Put the message's file beside the chat's others and return width and height."""
        if message.media is None:
            return 0, 0
        content = await self._read_file(message.media.file)
        copy = await asyncio.to_thread(spool, self._folder, chat, content, message.media.file.mime)
        return copy.width, copy.height

    def _stamp(self) -> int:
        return micros(self._now())

    @contextmanager
    def _listening(self, chat: str) -> Iterator[asyncio.Event]:
        woken = asyncio.Event()
        self._listeners[chat].add(woken)
        try:
            yield woken
        finally:
            self._listeners[chat].discard(woken)
            if not self._listeners[chat]:
                del self._listeners[chat]

    def _wake(self, chat: str) -> None:
        for woken in self._listeners.get(chat, ()):
            woken.set()


async def _wait(woken: asyncio.Event, seconds: float) -> bool:
    """Wait for an event; say whether it came in time."""
    try:
        async with asyncio.timeout(seconds):
            return await woken.wait()
    except TimeoutError:
        return False


# ---- rows ------------------------------------------------------------------------------------------------------------


def _spooled(folder: Path, chat: str, content: bytes, declared: str) -> Spooled:
    if len(content) > MAX_FILE_BYTES:
        raise Rejected("too_big")
    return spool(folder, chat, bare(content), declared)


def to_inbound(row: AnyRow) -> Inbound | None:
    """Read a person's row; of what is said in a group, only what is meant for us (pure)."""
    said = orjson.loads(row.event)
    event, by, number = load_event(said["said"]), said.get("by", ""), str(row.id)
    if by and not is_for_us(event):
        return None
    return Inbound("web", number, row.chat, event, number, said["locale"], private=not by, sender=by)


def is_for_us(event: Event) -> bool:
    """Say whether something in a group is meant for us, as on other messengers: a command, a button, a reply (pure)."""
    return isinstance(event, Command | Tap) or (isinstance(event, Words) and event.to != "")


def _line(row: AnyRow) -> Line:
    if row.event is None:
        return _our_line(row)
    said = orjson.loads(row.event)
    shown = said.get("file", {})
    event, label, by = load_event(said["said"]), said.get("label", ""), said.get("by", "")
    return Line(row.id, row.at, row.at, event=event, label=label, by=by, **shown)


def _our_line(row: AnyRow) -> Line:
    body = orjson.loads(row.body)
    message = outgoing_from(body["says"])
    line = Line(row.id, body["at"], row.at, message=message)
    if message.media is None:
        return line
    file = message.media.file
    size = {"width": body["width"], "height": body["height"]}
    return replace(line, sha256=file.sha256, mime=file.mime, **size)


def _posted_after(connection: Connection, since: int) -> Sequence[AnyRow]:
    query = select(t.c.id, t.c.chat, t.c.event).where(t.c.id > since, t.c.event.is_not(None))
    return connection.execute(query.order_by(t.c.id).limit(BATCH)).all()


def _history(connection: Connection, chat: str, limit: int) -> Sequence[Line]:
    query = select(t).where(t.c.chat == chat).order_by(t.c.id.desc()).limit(limit)
    return [_line(row) for row in reversed(connection.execute(query).all())]


def _changes(connection: Connection, chat: str, after: int) -> Sequence[Line]:
    query = select(t).where(t.c.chat == chat, t.c.at > after).order_by(t.c.at)
    return [_line(row) for row in connection.execute(query)]


def _has_answer(connection: Connection, chat: str, after: int) -> bool:
    query = select(t.c.id).where(t.c.chat == chat, t.c.at > after, t.c.body.is_not(None)).limit(1)
    return connection.execute(query).first() is not None


def _record(
    connection: Connection, *, chat: str, event: Event, said: dict[str, Any], txn: str | None, now: int
) -> int:  # fmt: skip
    """Insert the person's row and return its stamp; of one that is there already, that of the first."""
    be_alone(connection, WEB_POSTS)  # ids are then committed in their order, so that `since` passes over none
    sent = connection.scalar(select(t.c.at).where(t.c.txn == txn)) if txn else None
    if sent is not None:
        return int(sent)
    if isinstance(event, Tap):
        said["label"] = _label(connection, chat, event)
    stamp = _next_stamp(connection, chat, now)
    connection.execute(insert(t).values(chat=chat, at=stamp, txn=txn, event=orjson.dumps(said)))
    notify(connection, WEB)
    return stamp


def _name(chat: str, once: str) -> str | None:
    """Return what names something that a person did: a form that is sent twice does it once."""
    return hashlib.sha256(f"{chat} {once}".encode()).hexdigest() if once else None


def _label(connection: Connection, chat: str, tap: Tap) -> str:
    """Keep what the button said: the message that carries it may be replaced later."""
    body = _body(connection, chat, tap.message)
    choices = outgoing_from(body["says"]).choices if body else ()
    return next((choice.label for choice in choices if choice.token == tap.token), "")


def _say(connection: Connection, *, chat: str, txn: str, body: dict[str, Any], now: int) -> int:
    """Insert our row, or change the one it replaces, and return its id."""
    sent = connection.scalar(select(t.c.id).where(t.c.txn == txn))
    if sent is not None:
        return int(sent)
    stamp = _next_stamp(connection, chat, now)
    notify(connection, WEB)
    replaces = body["says"]["replaces"]
    if earlier := _body(connection, chat, replaces):
        body["at"] = earlier["at"]
        connection.execute(update(t).where(t.c.id == int(replaces)).values(at=stamp, body=orjson.dumps(body)))
        return int(replaces)
    if body["says"]["or_nothing"]:
        return int(replaces)
    body["at"] = stamp
    row = insert(t).values(chat=chat, at=stamp, txn=txn, body=orjson.dumps(body)).returning(t.c.id)
    return int(connection.execute(row).scalar_one())


def _body(connection: Connection, chat: str, message: str) -> dict[str, Any] | None:
    if not _ROW_ID.fullmatch(message):
        return None
    stored = connection.scalar(select(t.c.body).where(t.c.id == int(message), t.c.chat == chat))
    return None if stored is None else orjson.loads(stored)


def _next_stamp(connection: Connection, chat: str, now: int) -> int:
    """Return a stamp later than every one in this chat, even if the clock went back: streams resume by it."""
    last = connection.scalar(select(func.max(t.c.at)).where(t.c.chat == chat))
    return max(now, (last or 0) + 1)
