"""The whole house, wired by hand, once."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp

from projektbot.channels.webchat import WebChat
from projektbot.civic.city import City, read_city
from projektbot.civic.house import known
from projektbot.civic.projects.meaning import load
from projektbot.civic.projects.meanings import Meanings
from projektbot.civic.projects.rules import MEANING
from projektbot.civic.staff.actions import invite
from projektbot.civic.staff.rules import EVERYWHERE, Role
from projektbot.civic.tx import let_be_due
from projektbot.clock import Clock
from projektbot.config import Settings, folder
from projektbot.delivery import Delivery
from projektbot.dialog.book import BUILT_IN, Book, make_book, spelled
from projektbot.dialog.check import check_dialogs, missing_dialogs
from projektbot.dialog.model import Dialog
from projektbot.dialog.nodes import Problem
from projektbot.dialog.read import read_dialogs
from projektbot.errors import DialogError, Rejected
from projektbot.i18n import Languages, catalog_problems, read_catalogs
from projektbot.instants import micros
from projektbot.jobs import Jobs
from projektbot.messages import Channel, Stored
from projektbot.store.database import Store, open_engine
from projektbot.store.leases import Leases
from projektbot.store.listening import OUTBOX, Bell
from projektbot.store.media import MediaStore
from projektbot.store.migrate import upgrade
from projektbot.store.sole import Sole
from projektbot.store.thumbs import Thumbs
from projektbot.texts import Text
from projektbot.turns import Turns
from projektbot.turns.batch import World
from projektbot.web.app import make_app
from projektbot.web.demo import Demo
from projektbot.web.health import Ready
from projektbot.web.pages import Site, Way, Ways
from projektbot.web.showcase import Showcase

log = structlog.get_logger()

AHEAD = "demo:ahead"  # seconds the demo's clock was moved on
UNFINISHED = timedelta(hours=1)  # a file still being written after that long never will be
FEATURED = ("idea", "projects", "ideas", "drafts", "menu", "help", "link", "language", "privacy")
ALWAYS = ("cancel", "back", "skip")
MESSENGERS = {"telegram": "Telegram", "matrix": "Matrix"}  # as the page calls our channels
INVITATION = "idea"  # what the start page invites to, as a deep link says it


def real_now() -> datetime:
    """Return the time it is, in UTC."""
    return datetime.now(UTC)


def read_book(languages: Languages) -> Book:
    """Read and check all dialogs; raise DialogError with every mistake in them and in the catalogs."""
    dialogs, problems = inspect_dialogs()
    if problems:
        raise DialogError([str(problem) for problem in problems])
    book = make_book(dialogs.values(), {})
    return make_book(dialogs.values(), command_words(book, languages))


def inspect_dialogs() -> tuple[dict[str, Dialog], list[Problem]]:
    """Read all dialogs; return them, and everything that is wrong with them and with the catalogs."""
    dialogs, problems = read_dialogs(folder("dialogs"))
    problems += check_dialogs(dialogs, known()) + missing_dialogs(dialogs, "dialogs")
    return dialogs, problems + catalog_problems(folder("locales"), dialogs)


def command_words(book: Book, languages: Languages) -> dict[str, str]:
    """Return every spelling of every command in any language, with the command it means."""
    return {
        spelled(languages.form(Text(f"/{command}"), locale)): command
        for locale in languages.locales
        for command in set(book.commands.values())
    }


@dataclass(frozen=True, slots=True)
class House:
    """Everything that runs, made by `build`."""

    settings: Settings
    clock: Clock
    languages: Languages
    book: Book
    city: City
    store: Store
    media: MediaStore
    channels: dict[str, Channel]
    web_chat: WebChat
    turns: Turns
    delivery: Delivery
    jobs: Jobs
    bell: Bell | None  # on PostgreSQL, where others may work beside us
    leases: Leases | None
    sole: Sole | None  # the data folder is ours alone
    demo: bool

    async def advance(self, by: timedelta) -> datetime:
        """Move the demo's clock on, do what is due on the way at its time, and return once it is said."""
        target = self.clock.now() + by
        while (due := await self.jobs.next_due()) and due <= target:
            await self._at(due)
        await self._at(target)
        return self.clock.now()

    async def _at(self, time: datetime) -> None:
        by = max(time - self.clock.now(), timedelta())
        self.turns.hearing.skip(by)
        self.clock.advance(by)
        await self.turns.keep(AHEAD, str(self.clock.ahead.total_seconds()))
        await self.jobs.tick()
        await self.delivery.idle()

    async def close(self) -> None:
        """Let what is in flight arrive, then give everything back."""
        self.jobs.close()
        await self.delivery.close()
        for channel in self.channels.values():
            await channel.close()
        await asyncio.to_thread(self.store.close)
        if self.sole:
            self.sole.close()


def read_texts(settings: Settings) -> tuple[Languages, Book]:
    """Read all that is said: catalogs and dialogs; raise DialogError with every mistake in them."""
    languages = read_catalogs(folder("locales"), settings.locale, settings.zone)
    return languages, read_book(languages)


def build(
    settings: Settings,
    *more: Channel,
    demo: bool = False,
    clock: Clock | None = None,
    texts: tuple[Languages, Book] | None = None,
) -> House:
    """Make the house from its settings, with `more` channels beside those that the settings name.

    `texts` are those of `read_texts`, where somebody has read them already.

    Raises SettingsError or DialogError with everything that is wrong, and Rejected if another process has the folder.
    """
    clock = clock or Clock(real_now)
    languages, book = texts or read_texts(settings)
    city = read_city(settings.city)
    meanings = Meanings(load()) if settings.meaning else None
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    sole = Sole.on(settings.data_dir)
    engine = open_engine(settings.database)
    several = engine.dialect.name == "postgresql"
    if not (sole or several):
        raise Rejected(f"another projektbot runs on the data folder {settings.data_dir}: with SQLite there is one")
    with contextlib.ExitStack() as undoing:
        undoing.callback(sole.close if sole else engine.dispose)
        upgrade(engine)
        if meanings:  # of what was published before, or by an older model
            with engine.connect().execution_options(writes=True) as db, db.begin():
                let_be_due(db, MEANING, "", micros(clock.now()))
        undoing.pop_all()
    bell = Bell(engine)
    shared = bell if several else None
    store = Store(engine, bell.ring)
    media = MediaStore(settings.data_dir / "media")
    media.tidy((clock.now() - UNFINISHED).timestamp())
    web_chat = WebChat(store, settings.data_dir / "spool", now=clock.now, read_file=_reader(media))
    channels: dict[str, Channel] = {"web": web_chat, **_messengers(settings, media, book, languages)}
    channels |= {channel.name: channel for channel in more}
    # under the name of a process that is gone its leases are ours at once; else they must run out
    leases = Leases(store, sole.name if sole else secrets.token_hex(8)) if several else None
    jitter = Random(secrets.randbits(64))  # noqa: S311 - no secret
    delivery = Delivery(store, {}, clock.now, chance=jitter, rest=partial(bell.wait, OUTBOX))
    world = World(book, languages, city, clock.now, media.keep, _links(channels), settings.person_at_once, meanings)
    turns = Turns(store, world, media, channels, delivery.hand_over, shared)
    jobs = Jobs(store, turns, languages, clock.now, web_chat.forget_files)
    return House(
        settings, clock, languages, book, city, store, media, channels, web_chat, turns, delivery, jobs, shared, leases,
        sole, demo,
    )  # fmt: skip


def _reader(media: MediaStore) -> Callable[[Stored], Awaitable[bytes]]:
    async def read(file: Stored) -> bytes:
        return await asyncio.to_thread(media.read, file.sha256)

    return read


def _links(channels: Mapping[str, Channel]) -> Callable[[str], Mapping[str, str]]:
    def links(start: str) -> Mapping[str, str]:
        found = {name: channel.address(start) for name, channel in channels.items()}
        return {name: link for name, link in found.items() if link}

    return links


def _messengers(settings: Settings, media: MediaStore, book: Book, languages: Languages) -> Mapping[str, Channel]:
    channels: dict[str, Channel] = {}
    if token := settings.telegram_token.get_secret_value():
        from projektbot.channels.telegram import TelegramChannel  # noqa: PLC0415 - 0.4 s, only where it is used

        channels["telegram"] = TelegramChannel(
            name="telegram",
            token=token,
            read_media=media.read,
            api_url=str(settings.telegram_api_url).rstrip("/"),
            rate=settings.telegram_rate,
            webhook_url=str(settings.telegram_webhook_url or ""),
            webhook_secret=settings.telegram_webhook_secret.get_secret_value(),
            commands=command_menus(book, languages),
        )
    if settings.matrix_homeserver:
        from projektbot.channels.matrix import MatrixChannel  # noqa: PLC0415 - 0.8 s, only where it is used

        channels["matrix"] = MatrixChannel(
            homeserver=str(settings.matrix_homeserver).rstrip("/"),
            user=settings.matrix_user,
            password=settings.matrix_password.get_secret_value(),
            access_token=settings.matrix_access_token.get_secret_value(),
            device_store=settings.data_dir / "matrix-device.json",
            read_media=media.read,
        )
    return channels


def command_menus(book: Book, languages: Languages) -> dict[str, list[tuple[str, str]]]:
    """Return the commands a messenger may list, by language; "" is for every other language."""
    titles = {name: book.by_command[name].title for name in FEATURED if name in book.by_command}
    titles |= {name: BUILT_IN[name].msgid for name in ALWAYS}

    def menu(locale: str) -> list[tuple[str, str]]:
        return [
            (spelled(languages.form(Text(f"/{name}"), locale)), languages.form(Text(title), locale))
            for name, title in titles.items()
        ]

    return {"": menu("en")} | {locale: menu(locale) for locale in languages.locales if len(locale) == 2}  # noqa: PLR2004


def make_web(house: House) -> ASGIApp:
    """Make the web of a house."""
    settings = house.settings
    telegram = house.channels.get("telegram")
    webhook = getattr(telegram, "webhook", None) if settings.telegram_webhook_url else None
    return make_app(
        chat=house.web_chat,
        site=Site(
            city=house.city.name,
            url=str(settings.web_url or f"http://{settings.web_listen}").rstrip("/"),
            secret=_secret(settings.data_dir / "secret"),
            zone=settings.zone,
            locales=house.languages.locales,
            invitation=INVITATION if INVITATION in house.book.by_link else "",
            opens=frozenset(house.book.by_link),
            logo=house.city.logo is not None,
        ),
        ways=_ways(house),
        translate=lambda msgid, locale: house.languages.form(Text(msgid), locale),
        now=house.clock.now,
        ready=_readiness(house),
        webhooks={"telegram": webhook} if webhook else {},
        showcase=Showcase(
            house.store,
            house.city,
            house.languages,
            house.media,
            Thumbs(house.media, settings.data_dir / "thumbs"),
            house.clock.now,
        ),
        demo=Demo(house.clock.now, house.advance, partial(_invitation, house)) if house.demo else None,
    )


async def _invitation(house: House) -> str:
    """Return what a link says that makes somebody a moderator of the demo."""
    at = micros(house.clock.now())
    code = await house.store.write(partial(invite, at=at, role=Role.MODERATOR, area=EVERYWHERE))
    return f"staff-{code}"


def _ways(house: House) -> Ways:
    """Return the messengers on which we can be written to at this moment."""
    channels = [(label, house.channels[name]) for name, label in MESSENGERS.items() if name in house.channels]

    def ways(start: str) -> list[Way]:
        found = [Way(label, channel.address(start)) for label, channel in channels]
        return [way for way in found if way.url]

    return ways


def _readiness(house: House) -> Ready:
    async def ready() -> str:
        try:
            await house.turns.recall("ready")
        except SQLAlchemyError as error:
            return f"the database does not answer: {type(error).__name__}"
        return ""

    return ready


def _secret(path: Path) -> str:
    """Return what signs cookies; made once, readable by us alone."""
    if not path.exists():
        # written beside and renamed: a death in between must not leave an empty secret, which anybody could guess
        draft = path.with_suffix(".new")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(32), "ascii")
        draft.replace(path)
    return path.read_text("ascii")
