"""What the public pages show, and how: the store they read, the city, and projects in a reader's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from projektbot.civic.city import City
from projektbot.civic.projects.rules import FIELDS, reference
from projektbot.civic.projects.showcase import Photo, Shown
from projektbot.i18n import Languages
from projektbot.instants import moment
from projektbot.store.database import Store
from projektbot.store.media import MediaStore
from projektbot.store.thumbs import SIZES, Thumbs
from projektbot.texts import N_, NN_, Money, Text
from projektbot.web.reader import Reader

EXCERPT = 180  # characters of a description on a card
DESCRIBED = 300  # characters of it for search engines and messengers
SMALL, LARGE = sorted(SIZES)

SUPPORTED_BY_NONE = N_("Nobody has supported it yet.")


@dataclass(frozen=True, slots=True)
class Showcase:
    """What the public pages need of the house."""

    store: Store
    city: City
    languages: Languages
    media: MediaStore
    thumbs: Thumbs
    now: Callable[[], datetime]

    def words(self, text: Text, reader: Reader) -> str:
        """Return a text in the reader's language."""
        return self.languages.words(text, reader.locale)

    def area(self, code: str) -> str:
        """Return the name of an area; one that the city does not have any more keeps its code."""
        return next((area.name for area in self.city.areas if area.code == code), code)

    def fields(self, reader: Reader) -> Mapping[str, str]:
        """Return the fields of action by their names."""
        return {name: self.words(text, reader) for name, text in FIELDS.items()}

    def field(self, name: str, reader: Reader) -> str:
        """Return a field in words."""
        return self.words(FIELDS.get(name, FIELDS["other"]), reader)


class Picture(NamedTuple):
    """A picture as a page shows it: width and height in pixels are those of its proportions."""

    src: str
    width: int
    height: int
    alt: str


class Card(NamedTuple):
    """A project as a list shows it."""

    ref: str
    title: str
    excerpt: str
    icon: str
    field: str
    area: str
    since: datetime
    supporters: str
    comments: str
    answered: bool
    picture: Picture | None


def card_of(showcase: Showcase, row: Shown, reader: Reader) -> Card:
    """Put a project into the reader's words."""
    return Card(
        ref=reference(row.number),
        title=row.title,
        excerpt=shortened(row.description, EXCERPT),
        icon=row.field if row.field in FIELDS else "other",
        field=showcase.field(row.field, reader),
        area=showcase.area(row.area),
        since=moment(row.published_at),
        supporters=shortly(showcase, row, reader),
        comments=comments_of(showcase, row, reader),
        answered=bool(row.answer),
        picture=picture_of(showcase, row.photo, SMALL),
    )


def shortly(showcase: Showcase, row: Shown, reader: Reader) -> str:
    """Say how many support a project, where there is little room; nothing if nobody does."""
    return showcase.words(NN_("{n} supports it", "{n} support it", row.supporters), reader) if row.supporters else ""


def supporters_of(showcase: Showcase, row: Shown, reader: Reader) -> str:
    """Say how many support a project."""
    if row.supporters == 0:
        return showcase.words(SUPPORTED_BY_NONE, reader)
    return showcase.words(NN_("{n} person supports it.", "{n} people support it.", row.supporters), reader)


def comments_of(showcase: Showcase, row: Shown, reader: Reader) -> str:
    """Say how much was said about a project; nothing if nothing was."""
    return showcase.words(NN_("{n} comment", "{n} comments", row.comments), reader) if row.comments else ""


def cost_of(showcase: Showcase, row: Shown, reader: Reader) -> str:
    """Write what a project may cost, or nothing."""
    if row.cost_cents is None:
        return ""
    return showcase.words(Text("{cost}", {"cost": Money(row.cost_cents, row.currency)}), reader)


def picture_of(showcase: Showcase, photo: Photo | None, width: int) -> Picture | None:
    """Return a photo at most so wide, if its file is there; that is looked up, which takes time."""
    if photo is None:
        return None
    whole = showcase.thumbs.proportions(photo.sha256)
    if not all(whole):
        return None
    shown = min(width, whole[0])
    return Picture(f"/media/{photo.sha256}/{width}", shown, max(1, round(shown * whole[1] / whole[0])), photo.caption)


def shortened(words: str, most: int) -> str:
    """Return the beginning of a text in one line, cut between words."""
    line = " ".join(words.split())
    if len(line) <= most:
        return line
    begin = line[:most].rsplit(" ", 1)[0] if " " in line[:most] else line[:most]
    return begin.rstrip(" ,;:–-") + "…"
