"""A town whose projects are shown: sent, published, supported and talked about along the road, read by the real app."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from PIL import Image
from starlette.types import ASGIApp

from projektbot.channels.webchat import WebChat
from projektbot.civic.city import City
from projektbot.messages import Kind, Shared, Stored, Upload
from projektbot.store.thumbs import Thumbs
from projektbot.texts import Text
from projektbot.web.app import make_app
from projektbot.web.pages import Site, Way, Ways
from projektbot.web.showcase import Showcase
from tests.civic.projects.town import ANOTHER, labels, with_role
from tests.turns.town import ZONE, Person, Town
from tests.web.town import all_well, no_messenger

URL = "http://town.test"


@dataclass
class Market:
    """A town with a page, and somebody who publishes what is sent."""

    town: Town
    app: ASGIApp
    moderator: Person
    city: City
    url: str = URL
    last: int = 1000
    photos: list[str] = field(default_factory=list)

    def visitor(self, language: str = "de") -> httpx.AsyncClient:
        """Come with a browser that goes where it is not led."""
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url=URL, headers={"Accept-Language": language})

    async def get(self, path: str, language: str = "de") -> httpx.Response:
        """Ask for one page."""
        async with self.visitor(language) as visitor:
            return await visitor.get(path)

    async def sends(  # noqa: PLR0913 - one for each answer of the dialog
        self,
        title: str,
        description: str = "Damit es für alle besser wird.",
        *,
        number: int = 1,
        area: str = "1",
        place: tuple[float, float] | None = None,
        cost: str = "/skip",
        photo: bytes | None = None,
        own: str = "/skip",
        caption: str = "",
    ) -> str:
        """Send an idea to its end; return its reference. `number` and `area` are those of the choices."""
        self.last += 1
        author = self.town.person(f"author{self.last}")
        await author.says("/idea")
        await author.taps("Something new")
        for words in (title, description):
            await author.says(words)
            if ANOTHER in labels(author):  # like one of those that are there already
                await author.taps(ANOTHER)
        await author.says(str(number))
        await (author.does(Shared(*place)) if place else author.says(area))
        await author.says(cost)
        await self._photo(author, photo, caption)
        await author.says(own)
        await author.taps("Send the idea")
        return f"P-{self.last}"

    async def _photo(self, author: Person, photo: bytes | None, caption: str) -> None:
        if photo is None:
            await author.says("/skip")
            return
        self.town.desk.files[author.chat] = photo
        await author.does(Upload(Kind.IMAGE, author.chat, caption=caption))
        await asyncio.wait_for(self.town.turns.settle(), 30)

    async def publishes(self, *refs: str) -> None:
        """Let the moderator publish ideas."""
        for ref in refs:
            await self.moderator.says(f"/queue {ref}")
            await self.moderator.taps("Publish it")

    async def shows(self, title: str, description: str = "Damit es für alle besser wird.", **more: object) -> str:
        """Send an idea and publish it; return its reference."""
        ref = await self.sends(title, description, **more)  # type: ignore[arg-type]  # as `sends`
        await self.publishes(ref)
        return ref

    async def answers(self, ref: str, words: str) -> None:
        """Let the city answer."""
        await self.moderator.says(f"/queue {ref}")
        await self.moderator.taps("Answer officially")
        await self.moderator.says(words)

    async def declines(self, ref: str) -> None:
        """Let the moderator decline an idea."""
        await self.moderator.says(f"/queue {ref}")
        await self.moderator.taps("Decline it")
        await self.moderator.says("The river bank belongs to the state.")

    async def merges(self, ref: str, into: str) -> None:
        """Let an idea go on in another."""
        await self.moderator.says(f"/queue {ref}")
        await self.moderator.taps("Put it together with another one")
        await self.moderator.says(into)

    async def supports(self, ref: str, *names: str) -> None:
        """Let people support a project."""
        for name in names:
            person = self.town.person(name)
            await person.says(f"/project {ref}")
            await person.taps("Support it")

    async def comments(self, ref: str, *words: str, by: str = "commenter") -> None:
        """Let somebody say something about a project."""
        for said in words:
            person = self.town.person(by)
            await person.says(f"/project {ref}")
            assert "Say something about it" in labels(person)
            await person.taps("Say something about it")
            await person.says(said)


@asynccontextmanager
async def a_market(
    folder: Path, *, url: str = URL, ways: Ways = no_messenger, city: City | None = None, **more: object
) -> AsyncIterator[Market]:
    """Open a market in a folder."""
    town = Town(folder, durable=bool(more.get("database")), **more)  # type: ignore[arg-type]  # as Town
    try:
        moderator = await with_role(town, "moderator")
        city = city or town.world.city
        yield Market(town, app_of(town, city, url, ways), moderator, city, url)
    finally:
        await town.close()


def app_of(town: Town, city: City, url: str, ways: Ways) -> ASGIApp:
    """Wire the real app over a town's store."""

    async def read_file(file: Stored) -> bytes:
        return town.media.read(file.sha256)

    thumbs = Thumbs(town.media, town.home / "thumbs")
    return make_app(
        chat=WebChat(town.store, town.home / "spool", now=town.clock.now, read_file=read_file),
        site=Site(
            city=city.name, url=url, secret="not so secret in a test", zone=ZONE, locales=town.languages.locales,
            invitation="idea", logo=city.logo is not None,
        ),
        ways=ways,
        translate=lambda msgid, locale: town.languages.form(Text(msgid), locale),
        now=town.clock.now,
        ready=all_well,
        webhooks={},
        showcase=Showcase(town.store, city, town.languages, town.media, thumbs, town.clock.now),
    )  # fmt: skip


def messengers(start: str) -> Sequence[Way]:
    """Return the links into two messengers, as the channels make them."""
    return [
        Way("Telegram", f"https://t.me/example_bot?start={start}"),
        Way("Matrix", "https://matrix.to/#/@bot:example.org"),
    ]


def picture(width: int = 600, height: int = 400, kind: str = "JPEG") -> bytes:
    """Make a picture with some detail in it."""
    out = io.BytesIO()
    Image.effect_mandelbrot((width, height), (-2.0, -1.5, 1.0, 1.5), 60).convert("RGB").save(out, kind)
    return out.getvalue()
