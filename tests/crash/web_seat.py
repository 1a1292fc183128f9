"""A resident at a browser without script: forms, and the page loaded anew when the server comes back."""

from __future__ import annotations

import asyncio
import base64
import json
from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx

from tests.crash.ideas import Act, Choose, Idea, Photo, Place, Say, Voice
from tests.crash.keeper import Keeper
from tests.crash.points import WEB
from tests.crash.residents import PATIENCE, Resident, Told

COOKIE = "projektbot_chat"


@dataclass(slots=True)
class Line:
    """One line of the page."""

    id: str
    mine: bool
    words: str = ""
    buttons: dict[str, str] = field(default_factory=dict)


class Page(HTMLParser):
    """Every line of a chat page, with the tokens of its buttons."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.lines: list[Line] = []
        self._into = ""
        self._token = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Enter a line, its words, or a button."""
        values = {name: value or "" for name, value in attrs}
        match tag, values.get("class", ""):
            case "li", "mine" | "ours" as whose:
                self.lines.append(Line(values["id"][1:], whose == "mine"))
            case "p", "words":
                self._into = "words"
            case "time", _:
                self._into = ""
            case "button", "answer" | "answer aside":
                self._into, self._token = "button", values["value"]
            case "span", "number":
                self._into = ""
            case "span", _ if self._token:
                self._into = "button"

    def handle_endtag(self, tag: str) -> None:
        """Leave the words or the button."""
        if tag in {"p", "button"}:
            self._into = self._token = ""

    def handle_data(self, data: str) -> None:
        """Read."""
        if self._into == "words":
            self.lines[-1].words += data
        elif self._into == "button" and data.strip():
            self.lines[-1].buttons[data.strip()] = self._token


class AtWeb:
    """At our own web chat. Whether a broken request was taken is seen by loading the page; if not, it is sent again."""

    platform = WEB

    def __init__(self, bot: Keeper, browser: httpx.AsyncClient) -> None:
        self.chat = ""
        self.keys: list[str] = []
        self._bot = bot
        self._browser = browser
        self._lines: list[Line] = []
        self._question = Line("0", mine=False)

    @property
    def words(self) -> str:
        """Return what stands in the message that is answered."""
        return self._question.words

    async def begin(self) -> None:
        """Press the button that begins."""
        while not self.chat:  # a broken first request leaves no cookie, and so another beginning
            await self._post("start")
            if cookie := self._browser.cookies.get(COOKIE):
                self.chat = json.loads(base64.urlsafe_b64decode(cookie.partition(".")[0] + "=="))

    async def asked(self, words: str) -> None:
        """Load the page, again whenever there is something new, until these words stand below the last question."""
        async with asyncio.timeout(PATIENCE):
            while True:
                await self.load()
                for line in self._lines:
                    if not line.mine and int(line.id) > int(self._question.id) and words in line.words:
                        self._question = line
                        return
                await self._news()

    async def do(self, act: Act) -> None:
        """Send the form until it is there."""
        before = len(self._mine())
        while len(self._mine()) == before:
            await self._act(act)
            await self.load()
        self.keys.append(self._mine()[-1].id)

    async def load(self) -> None:
        """Load the page, as soon as there is one."""
        while True:
            try:
                answer = await self._browser.get(f"{self._bot.url}/chat")
            except httpx.HTTPError:
                await self._bot.up()
            else:
                self._lines = Page(answer.text).lines
                return

    def look(self) -> None:
        """Let the newest message be the one that is answered."""
        self._question = [line for line in self._lines if not line.mine][-1]

    def told(self) -> list[Told]:
        """Return what stood on the page when it was last loaded."""
        return [Told(line.id, line.words) for line in self._lines if not line.mine]

    def _mine(self) -> list[Line]:
        return [line for line in self._lines if line.mine]

    async def _act(self, act: Act) -> None:
        match act:
            case Say(words):
                await self._post("say", text=words)
            case Choose(label):
                await self._post("tap", token=self._question.buttons[label], message=self._question.id)
            case Photo(data):
                await self._post("file", file=("photo.jpg", data, "image/jpeg"))
            case Voice(data):
                await self._post("file", file=("voice.ogg", data, "audio/ogg"))
            case Place(lat, lon):
                await self._post("place", lat=str(lat), lon=str(lon))

    async def _post(self, form: str, file: tuple[str, bytes, str] | None = None, **fields: str) -> None:
        headers = {"Origin": self._bot.url, "X-By-Script": "1"}
        files = {"file": file} if file else None
        try:
            answer = await self._browser.post(f"{self._bot.url}/chat/{form}", data=fields, files=files, headers=headers)
            assert answer.status_code == httpx.codes.NO_CONTENT, answer.text
        except httpx.HTTPError:
            await self._bot.up()

    async def _news(self) -> None:
        """Wait until something is said, or the server is gone and back."""
        newest = self._browser.stream("GET", f"{self._bot.url}/chat/events?after=0")
        known = {line.id for line in self._lines}
        try:
            async with newest as stream:
                async for line in stream.aiter_lines():
                    if 'id="m' in line and line.partition('id="m')[2].partition('"')[0] not in known:
                        return
        except httpx.HTTPError:
            pass
        await self._bot.up()


class OnTheWeb:
    """The bot's own pages: its database is the platform, so what it answered for must be in there."""

    def __init__(self) -> None:
        self.bot: Keeper | None = None
        self.browsers: list[httpx.AsyncClient] = []

    async def arrive(self, number: int, whole: Idea) -> Resident:  # noqa: ARG002 - all press buttons here
        """Open a browser and press the button that begins."""
        assert self.bot is not None
        browser = httpx.AsyncClient(headers={"Accept-Language": "en"}, timeout=PATIENCE)
        self.browsers.append(browser)
        seat = AtWeb(self.bot, browser)
        await seat.begin()
        return Resident(whole, seat)

    def unanswered(self) -> set[tuple[str, str]]:
        """Return nothing: the bot is its own platform here."""
        return set()

    async def quiet(self) -> None:
        """Wait for nothing: there is no other server."""
