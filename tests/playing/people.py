"""The same person on every messenger: by buttons, typed words, numbers, reactions, forms."""

from __future__ import annotations

import asyncio
import io
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
from PIL import Image

from projektbot.channels.terminal import Terminal, printed
from projektbot.messages import Outgoing
from tests.servers import botapi
from tests.servers.matrix_person import MatrixPerson

WAIT = 30.0
WAITING = 'http-equiv="refresh"'
OURS = 'class="ours"'
# the smallest Ogg page with an Opus header: enough to be recognised for what it is
VOICE = b"OggS\x00\x02" + bytes(20) + b"\x01\x13OpusHead\x01\x01\x38\x01\x80\xbb\x00\x00\x00\x00\x00"


def photo() -> bytes:
    """Return a small photo."""
    out = io.BytesIO()
    Image.new("RGB", (32, 24), (40, 120, 80)).save(out, "JPEG")
    return out.getvalue()


def number_of(label: str, told: str) -> str:
    """Return the number in front of a choice, as people read it off."""
    found = re.search(rf"^\s*(\d+)[.\s]+{re.escape(label)}\s*$", told, re.MULTILINE)
    assert found, f"{label!r} has no number in {told!r}"
    return found[1]


def aside_of(label: str, told: str) -> str | None:
    """Return the command under which "Skip", or what a notice is about, is offered where there are no buttons."""
    found = re.search(rf"([/!]\w+(?: (?:[A-Z]-)?\d+)?) {re.escape(label)}(?= ·|\s*$)", told, re.MULTILINE)
    return found[1] if found else None


class ByTelegram:
    """On Telegram, by buttons; with `text`, by typing the label instead."""

    def __init__(self, person: botapi.Person, *, text: bool) -> None:
        self._person = person
        self._text = text

    async def write(self, text: str) -> None:
        """Type a message."""
        await self._person.send(text)
        await self._answered()

    async def tap(self, label: str) -> None:
        """Press the button, or type what is on it."""
        if self._text:
            await self._person.send(label)
        else:
            await self._person.tap(label)
        await self._answered()

    async def photo(self) -> None:
        """Send a photo."""
        await self._person.send_photo(photo())
        await self._answered()

    async def voice(self) -> None:
        """Send a voice note."""
        await self._person.send_voice(VOICE)
        await self._answered()

    async def location(self, lat: float, lon: float) -> None:
        """Share a place."""
        await self._person.send_location(lat, lon)
        await self._answered()

    async def told(self) -> str:
        """Return the words of the last message, buttons included."""
        last = [seen for seen in self._person.sees if seen.by != self._person.id][-1]
        return "\n".join([last.text, *last.labels])

    async def told_anew(self) -> None:
        """Wait for a message nobody asked for."""
        await self._answered()

    async def _answered(self) -> None:
        await self._person.next_message(timeout=WAIT)


class ByMatrix:
    """On Matrix, by numbers; with `reactions`, by reacting with the digit."""

    def __init__(self, person: MatrixPerson, room: str, bot: str, *, reactions: bool) -> None:
        self._person = person
        self._room = room
        self._bot = bot
        self._reactions = reactions
        self._last = ""
        self._told = ""

    async def _answered(self) -> None:
        seen = await self._person.wait_for_message(self._room, self._bot, after=self._last, timeout=WAIT)
        self._last, self._told = seen.event_id, seen.body

    async def write(self, text: str) -> None:
        """Type a message."""
        await self._person.say(self._room, text)
        await self._answered()

    async def tap(self, label: str) -> None:
        """Answer with the number, as a message or as a reaction; asides by their word."""
        aside = aside_of(label, self._told)
        number = "" if aside else number_of(label, self._told)
        if aside or not self._reactions:
            await self.write(aside or number)
            return
        digit = "🔟" if number == "10" else f"{number}\ufe0f\u20e3"
        await self._person.react(self._room, self._last, digit)
        await self._answered()

    async def photo(self) -> None:
        """Send a photo."""
        await self._person.send_image(self._room, photo(), name="photo.jpg", mime="image/jpeg")
        await self._answered()

    async def voice(self) -> None:
        """Send a voice note."""
        await self._person.send_voice(self._room, VOICE)
        await self._answered()

    async def location(self, lat: float, lon: float) -> None:
        """Share a place."""
        await self._person.send_location(self._room, lat, lon)
        await self._answered()

    async def told(self) -> str:
        """Return the words of the last message."""
        return self._told

    async def told_anew(self) -> None:
        """Wait for a message nobody asked for."""
        await self._answered()

    def heard(self) -> list[dict[str, Any]]:
        """Return the contents of all that the bot has said here."""
        return [seen.content for seen in self._person.sees(self._room, "m.room.message") if seen.sender == self._bot]


class ByTerminal:
    """In the terminal, by numbers."""

    def __init__(self, folder: Path, locale: str) -> None:
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        self._messages: asyncio.Queue[Outgoing] = asyncio.Queue()
        self._folder = folder
        self._told = ""
        self.channel = Terminal(self._lines.get, self._messages.put_nowait, locale)

    async def write(self, text: str) -> None:
        """Type a line."""
        self._lines.put_nowait(text)
        await self.told_anew()

    async def tap(self, label: str) -> None:
        """Type the number, or the word of an aside."""
        await self.write(aside_of(label, self._told) or "#" + number_of(label, self._told))

    async def photo(self) -> None:
        """Name a file."""
        await self._file("photo.jpg", photo())

    async def voice(self) -> None:
        """Name a recording."""
        await self._file("voice.ogg", VOICE)

    async def _file(self, name: str, data: bytes) -> None:
        path = self._folder / name
        path.write_bytes(data)
        await self.write(f":file {path}")

    async def location(self, lat: float, lon: float) -> None:
        """Name a place."""
        await self.write(f":location {lat} {lon}")

    async def told(self) -> str:
        """Return what was printed last."""
        return self._told

    async def told_anew(self) -> None:
        """Wait for what is printed next."""
        self._told = printed(await asyncio.wait_for(self._messages.get(), WAIT))


def last_of_ours(page: str) -> str:
    """Return a chat page from our last message on, or all of it: a long talk is not read anew after each word."""
    ours = page.rfind(OURS)
    return page[max(page.rfind("<li", 0, ours), 0) :] if ours >= 0 else page


class _Page(HTMLParser):
    """The last message of a chat page: its words, and its buttons with their tokens."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.buttons: dict[str, str] = {}
        self.message = ""
        self._token: str | None = None
        self._label: list[str] = []
        self._number = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a message or a button."""
        values = dict(attrs)
        if tag == "li" and (values.get("class") or "") == "ours":
            self.words, self.buttons, self.message = [], {}, (values.get("id") or "")[1:]
        if tag == "button" and values.get("name") == "token":
            self._token, self._label = values.get("value"), []
        self._number = tag == "span" and values.get("class") == "number"

    def handle_endtag(self, tag: str) -> None:
        """Finish a button."""
        if tag == "button" and self._token is not None:
            self.buttons["".join(self._label).strip()] = self._token
            self._token = None

    def handle_data(self, data: str) -> None:
        """Collect words."""
        if self._token is None:
            self.words.append(data)
        elif not self._number:
            self._label.append(data)
        self._number = False


class ByWeb:
    """On the web chat without script: forms, and the page loaded anew."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self._page = _Page()

    async def _post(self, path: str, **form: str) -> None:
        response = await self._client.post(f"/chat/{path}", data=form, headers={"Origin": str(self._client.base_url)})
        assert response.status_code in (200, 303), response.text
        await self.told_anew()

    async def told_anew(self) -> None:
        """Load the page, again as long as it says itself that an answer is to come."""
        async with asyncio.timeout(WAIT):
            response = await self._client.get("/chat")
            while WAITING in response.text:
                response = await self._client.get("/chat")
        self._page = _Page()
        self._page.feed(last_of_ours(response.text))

    async def write(self, text: str) -> None:
        """Send the form."""
        if text in ("/start", "/idea", "/idee") and not self._page.message:
            await self._post("start")
        await self._post("say", text=text)

    async def tap(self, label: str) -> None:
        """Press the button."""
        assert label in self._page.buttons, f"{label!r} is none of {list(self._page.buttons)}"
        await self._post("tap", token=self._page.buttons[label], message=self._page.message)

    async def photo(self) -> None:
        """Choose a file."""
        await self._file("photo.jpg", photo(), "image/jpeg")

    async def voice(self) -> None:
        """Choose a recording."""
        await self._file("voice.ogg", VOICE, "audio/ogg")

    async def _file(self, name: str, data: bytes, mime: str) -> None:
        headers = {"Origin": str(self._client.base_url)}
        response = await self._client.post("/chat/file", files={"file": (name, data, mime)}, headers=headers)
        assert response.status_code in (200, 303), response.text
        await self.told_anew()

    async def location(self, lat: float, lon: float) -> None:
        """Share a place, as the page's script does."""
        await self._post("place", lat=str(lat), lon=str(lon))

    async def told(self) -> str:
        """Return the words of the last message, buttons included."""
        return "\n".join(["".join(self._page.words), *self._page.buttons])
