"""The chat page: what was said, a place to answer, and a stream of what comes, with or without script."""

from __future__ import annotations

import hashlib
import math
import re
import secrets
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol, TypeAlias
from urllib.parse import urlencode

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from projektbot.messages import MAX_FILE_BYTES, Command, Event, Shared, Tap, Words
from projektbot.texts import N_, Text
from projektbot.web.bubbles import Bubble, Line, bubble_of, bubbles_of
from projektbot.web.guard import TooBig, read_form, word_of
from projektbot.web.pages import Pages
from projektbot.web.reader import Reader
from projektbot.web.room import Room
from projektbot.web.session import Cookies, new_chat

MAX_WORDS = 4096  # as on Telegram: a text that fits one channel fits all
MAX_TOKEN_BYTES = 64
FORM_BYTES = 60_000  # MAX_WORDS of four bytes each, as a form writes them
FILE_FORM_BYTES = MAX_FILE_BYTES + 10_000  # the file and what a form wraps around it
MAX_NAME = 120
ONCE_BYTES = 16  # of what names a page: its forms do what they do once, whatever an impatient thumb does
AWAITED = timedelta(minutes=1)  # so long does a page without script look for an answer by itself
SHOWN_IN_PAGE = {"image", "audio"}

TOO_LONG = N_("This is too long for one message. Please send it in parts of at most 4,096 characters.")
TOO_HEAVY = N_("This file is too big. A photo or recording may have up to 20 MB.")
NO_FILE = N_("Please choose a file first.")
LEFT = N_("This chat was left in another window. Load the page again to go on.")
NO_PLACE = N_("This location could not be read.")

_COMMAND = re.compile(r"/(\w{1,64})(?:\s+(.*))?", re.DOTALL)
_ONCE = re.compile(r"[0-9a-f]{32}")
_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}")  # what Telegram allows in a deep link


FormWords: TypeAlias = Callable[[str], str]  # the text of a field by its name


class Chat(Protocol):
    """What the page asks of the web chat."""

    async def post(self, chat: str, event: Event, locale: str, by: str = "", once: str = "") -> None:
        """Store what the person did, in a group `by` name; return when it is answered or after a moment.

        What came before under the same `once` is not done again.
        """

    async def post_file(
        self, chat: str, content: bytes, *, name: str, declared: str, locale: str, by: str = "", once: str = ""
    ) -> None:
        """Store a file the person sent, likewise. `declared` is the browser's MIME type."""

    async def history(self, chat: str) -> Sequence[Line]:
        """Return the last lines, oldest first."""

    def watch(self, chat: str, after: int) -> AsyncGenerator[Sequence[Line], None]:
        """Yield lines changed after a stamp; an empty batch is a sign of life."""

    def media(self, chat: str, sha256: str) -> tuple[Path, str] | None:
        """Return path and a harmless MIME type of a file of this chat."""


class Unfit(Exception):
    """The person's matter: what they sent cannot be taken; `text` says why."""

    def __init__(self, text: Text, status: int = 422) -> None:
        super().__init__(text.msgid)
        self.text = text
        self.status = status


@dataclass(frozen=True, slots=True)
class ChatPage:
    """A chat page at `base`, in the language of its chat; `locale` is the one to begin in, else the browser's.

    `place` knows in which chat a browser is: one of its own, or a room of the demo.
    `framed` leaves out the page's head (a seat of the demo). With `switch`, the token of a button that changes the
    language to `{locale}`, the page offers all of them. `begin` returns the deep link's payload to begin with.
    """

    chat: Chat
    pages: Pages
    place: Cookies | Room
    now: Callable[[], datetime]
    base: str = "/chat"
    locale: str = ""
    framed: bool = False
    switch: str = ""
    begin: Callable[[], Awaitable[str]] | None = None

    def routes(self) -> list[Route]:
        """List the addresses under `base`."""
        return [
            Route(self.base, self._show),
            Route(f"{self.base}/start", self._start, methods=["POST"]),
            Route(f"{self.base}/say", self._say, methods=["POST"]),
            Route(f"{self.base}/tap", self._tap, methods=["POST"]),
            Route(f"{self.base}/place", self._place, methods=["POST"]),
            Route(f"{self.base}/file", self._file, methods=["POST"]),
            Route(f"{self.base}/leave", self._leave, methods=["POST"]),
            *([Route(f"{self.base}/language", self._language, methods=["POST"])] if self.switch else []),
            Route(f"{self.base}/events", self._events),
            Route(f"{self.base}/media/{{sha256}}", self._media),
        ]

    # ---- looking -----------------------------------------------------------------------------------------------------

    async def _show(self, request: Request) -> Response:
        payload = _payload(request.query_params.get("start", ""))
        chat = self.place.chat(request)
        if payload and chat and _is_visit(request) and await self.chat.history(chat):
            await self.chat.post(chat, Command("start", payload), self._reader(request).locale, self.place.by(request))
            return RedirectResponse(f"{self.base}#end", 303)
        return await self._page(request, payload=payload)

    async def _page(self, request: Request, *, payload: str = "", problem: str = "", status: int = 200) -> Response:
        chat = self.place.chat(request)
        lines = await self.chat.history(chat) if chat else ()
        reader, me = self._reader(request, lines), self.place.by(request)
        if self.begin and not (lines or payload):
            payload = await self.begin()
        response = self.pages.page(
            "chat.html",
            reader,
            status=status,
            base=self.base,
            framed=self.framed,
            tongues=self.pages.tongues if self.switch else (),
            room=self.place if isinstance(self.place, Room) else None,
            actor=self.place.actor(request) if isinstance(self.place, Room) else "",
            started=bool(lines),
            bubbles=bubbles_of(lines, reader, me),
            cursor=max((line.changed for line in lines), default=0),
            awaited=self._is_awaited(lines),
            fresh=str(round(self.now().timestamp() * 1_000_000)),
            mark=_mark(chat),
            once=secrets.token_hex(ONCE_BYTES),
            payload=payload,
            ways=() if self.framed else self.pages.ways(payload),
            problem=problem,
        )
        response.headers["Cache-Control"] = "no-store"  # the next person at the kiosk may press "back"
        return response

    def _is_awaited(self, lines: Sequence[Line]) -> bool:
        if not lines or lines[-1].message is not None:
            return False
        if any(line.message is not None and line.changed > lines[-1].at for line in lines):
            return False  # the answer has taken the place of an earlier message, as where a page is turned
        return self.now().timestamp() - lines[-1].at / 1_000_000 < AWAITED.total_seconds()

    async def _events(self, request: Request) -> Response:
        chat = self.place.chat(request)
        if not chat:
            return Response(status_code=204)  # tells EventSource not to come back
        after = _stamp(request.headers.get("last-event-id") or request.query_params.get("after", ""))
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        stream = self._stream(chat, after, self._reader(request), self.place.by(request))
        return StreamingResponse(stream, headers=headers, media_type="text/event-stream")

    async def _stream(self, chat: str, after: int, reader: Reader, me: str) -> AsyncIterator[str]:
        yield "retry: 2000\n\n"
        batches = self.chat.watch(chat, after)
        async with aclosing(batches):
            async for lines in batches:
                yield "".join(self._news(line, reader, me) for line in lines) or ": still here\n\n"

    def _news(self, line: Line, reader: Reader, me: str) -> str:
        bubble = bubble_of(line, reader, me)
        html = self._drawn(bubble, reader) if bubble else ""
        data = "".join(f"data: {row}\n" for row in html.splitlines() or [""])
        return f"id: {line.changed}\n{data}\n"

    def _drawn(self, bubble: Bubble, reader: Reader) -> str:
        return self.pages.fill("bubble.html", reader, base=self.base, bubble=bubble, once="", new_day=True)

    async def _media(self, request: Request) -> Response:
        chat = self.place.chat(request)
        found = self.chat.media(chat, request.path_params["sha256"]) if chat else None
        if found is None:
            raise HTTPException(404)
        path, mime = found
        shown = "inline" if mime.partition("/")[0] in SHOWN_IN_PAGE else "attachment"
        headers = {
            "Cache-Control": "private, no-cache",  # asked for again each time: the chat may have been left
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Content-Disposition": f'{shown}; filename="{path.stem[:12]}{path.suffix}"',
        }
        return FileResponse(path, media_type=mime, headers=headers)

    # ---- doing -------------------------------------------------------------------------------------------------------

    async def _start(self, request: Request) -> Response:
        form = await read_form(request, FORM_BYTES)
        return await self._post(request, Command("start", _payload(word_of(form, "payload"))))

    async def _say(self, request: Request) -> Response:
        return await self._post_form(request, _said)

    async def _tap(self, request: Request) -> Response:
        return await self._post_form(request, _tapped)

    async def _place(self, request: Request) -> Response:
        return await self._post_form(request, _shared)

    async def _language(self, request: Request) -> Response:
        locale = word_of(await read_form(request, FORM_BYTES), "lang")
        chat = self.place.chat(request)
        if locale not in self.pages.locales or not (chat and await self.chat.history(chat)):
            return RedirectResponse(f"{self.base}?{urlencode({'lang': locale})}", 303)
        await self.chat.post(chat, Tap(self.switch.format(locale=locale)), locale)
        return RedirectResponse(f"{self.base}#end", 303)

    async def _leave(self, request: Request) -> Response:  # noqa: ARG002 - which chat it was does not matter any more
        response = RedirectResponse(self.base, 303)
        self.place.forget(response)
        return response

    async def _post_form(self, request: Request, read: Callable[[FormWords], Event | None]) -> Response:
        try:
            form = await read_form(request, FORM_BYTES)
            event, once = read(lambda name: word_of(form, name)), _once(word_of(form, "once"))
        except TooBig:
            return await self._refuse(request, TOO_LONG, 413)
        except Unfit as error:
            return await self._refuse(request, error.text, error.status)
        return await self._post(request, event, once)

    async def _post(self, request: Request, event: Event | None, once: str = "") -> Response:
        if self._is_left(request):
            return await self._refuse(request, LEFT, 409)
        chat = self.place.chat(request) or new_chat()
        if event is not None:
            await self.chat.post(chat, event, self._reader(request).locale, self.place.by(request), once)
        return self._done(request, chat)

    async def _file(self, request: Request) -> Response:
        try:
            form = await read_form(request, FILE_FORM_BYTES)
            file = form.get("file")
            content = await file.read() if isinstance(file, UploadFile) else b""
            once = _once(word_of(form, "once"))
            await form.close()
        except TooBig:
            return await self._refuse(request, TOO_HEAVY, 413)
        if not isinstance(file, UploadFile) or not content:
            return await self._refuse(request, NO_FILE, 422)
        if len(content) > MAX_FILE_BYTES:
            return await self._refuse(request, TOO_HEAVY, 413)
        return await self._post_file(request, content, file, once)

    async def _post_file(self, request: Request, content: bytes, file: UploadFile, once: str) -> Response:
        if self._is_left(request):
            return await self._refuse(request, LEFT, 409)
        chat = self.place.chat(request) or new_chat()
        name, declared = _file_name(file.filename or ""), file.content_type or ""
        locale, by = self._reader(request).locale, self.place.by(request)
        await self.chat.post_file(chat, content, name=name, declared=declared, locale=locale, by=by, once=once)
        return self._done(request, chat)

    def _is_left(self, request: Request) -> bool:
        """Say whether the page that sent this shows another chat than the one its browser is in by now."""
        return request.headers.get("x-chat", mark := _mark(self.place.chat(request))) != mark

    # ---- answering ---------------------------------------------------------------------------------------------------

    def _done(self, request: Request, chat: str) -> Response:
        response = Response(status_code=204) if _by_script(request) else RedirectResponse(f"{self.base}#end", 303)
        self.place.keep(response, chat)
        return response

    async def _refuse(self, request: Request, text: Text, status: int) -> Response:
        problem = self._reader(request).say(text.msgid)
        if _by_script(request):
            return PlainTextResponse(problem, status)
        return await self._page(request, problem=problem, status=status)

    def _reader(self, request: Request, lines: Sequence[Line] = ()) -> Reader:
        """Find out who reads: the chat's language if it has one, that of the page before, or the one to begin in."""
        chosen = request.query_params.get("lang", "")
        told = next((line.message.lang for line in reversed(lines) if line.message), chosen)
        return self.pages.reader(request, told if told in self.pages.locales else self.locale)


# ---- reading forms (pure) --------------------------------------------------------------------------------------------


def _said(field: FormWords) -> Event | None:
    text = field("text").replace("\r\n", "\n").strip()
    if len(text) > MAX_WORDS:
        raise Unfit(TOO_LONG, 413)
    command = _COMMAND.fullmatch(text)
    if command:
        return Command(command[1].lower(), (command[2] or "").strip())
    return Words(text) if text else None


def _tapped(field: FormWords) -> Event | None:
    token = field("token")
    fits = 0 < len(token.encode(errors="replace")) <= MAX_TOKEN_BYTES
    return Tap(token, field("message")[:MAX_TOKEN_BYTES]) if fits else None


def _shared(field: FormWords) -> Event:
    try:
        lat, lon = float(field("lat")), float(field("lon"))
    except ValueError as error:
        raise Unfit(NO_PLACE) from error
    if not (math.isfinite(lat) and math.isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180):  # noqa: PLR2004 - degrees
        raise Unfit(NO_PLACE)
    return Shared(lat, lon)


def _payload(words: str) -> str:
    return words if _PAYLOAD.fullmatch(words) else ""


def _mark(chat: str) -> str:
    """Return by what a page knows its chat, which leads nobody into it."""
    return hashlib.sha256(chat.encode()).hexdigest()[:16]


def _once(words: str) -> str:
    return words if _ONCE.fullmatch(words) else ""


def _file_name(name: str) -> str:
    """Leave of a name what is one: no folders, nothing unprintable, not endless."""
    last = re.split(r"[/\\]", name)[-1]
    return "".join(letter for letter in last if letter.isprintable())[-MAX_NAME:]


def _stamp(words: str) -> int:
    return int(words) if re.fullmatch(r"[0-9]{1,18}", words) else 0


def _by_script(request: Request) -> bool:
    return "x-by-script" in request.headers


def _is_visit(request: Request) -> bool:
    """Tell a person opening a link from a browser or machine that only looks ahead."""
    ahead = "prefetch" in request.headers.get("sec-purpose", request.headers.get("purpose", ""))
    return request.method == "GET" and not ahead and request.headers.get("sec-fetch-mode", "navigate") == "navigate"
