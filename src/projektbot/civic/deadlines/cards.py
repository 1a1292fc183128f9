"""How a deadline is shown in a chat."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from projektbot.civic.city import City
from projektbot.civic.deadlines.queries import DeadlineRow, coming
from projektbot.civic.deadlines.rules import days_left, reference
from projektbot.civic.projects.rules import FIELDS
from projektbot.instants import micros, moment
from projektbot.texts import N_, NN_, Own, Text, verbatim

LONGEST_TITLE: Final = 40  # characters on a button, behind the day
ON_A_CARD: Final = 3


def on_button(row: DeadlineRow, zone: ZoneInfo) -> Text:
    """Return a deadline's day and title, short enough for a button."""
    title = row.title if len(row.title) <= LONGEST_TITLE else f"{row.title[: LONGEST_TITLE - 1]}…"
    return N_("{day}: {title}", day=moment(row.ends_at).astimezone(zone).date(), title=title)


def card(row: DeadlineRow, city: City, now: datetime, zone: ZoneInfo) -> list[Text | None]:
    """Return the paragraphs in which a deadline is told."""
    return [
        Text("{it}", {"it": row.title}),
        N_("Until {time}: {left}.", time=moment(row.ends_at), left=left(row, now, zone)),
        whom(row, city),
        verbatim(row.words) if row.words else None,
        Text("{it}", {"it": Own(row.url)}) if row.url else None,
        _changed(row),
    ]


def left(row: DeadlineRow, now: datetime, zone: ZoneInfo) -> Text:
    """Return how much time there is left."""
    if row.withdrawn_at is not None:
        return N_("no longer in force")
    if row.ends_at < micros(now):
        return N_("that is over")
    days = days_left(moment(row.ends_at), now, zone)
    if days > 1:
        return NN_("{n} day left", "{n} days left", days)
    return N_("that is tomorrow") if days else N_("that is today")


def whom(row: DeadlineRow, city: City) -> Text:
    """Return whom it concerns."""
    names = {area.code: area.name for area in city.areas}
    area = Own(names.get(row.area, row.area)) if row.area else N_("the whole city")
    if not row.field:
        return N_("For {area}", area=area)
    return N_("For {area}: {field}", area=area, field=FIELDS.get(row.field, FIELDS["other"]))


def _changed(row: DeadlineRow) -> Text | None:
    if not row.reason:
        return None
    if row.withdrawn_at is not None:
        return N_("It was withdrawn. The reason:\n{reason}", reason=row.reason)
    return N_("It was moved. The reason:\n{reason}", reason=row.reason)


def on_project(db: Connection, area: str, field: str, now: datetime, zone: ZoneInfo) -> list[Text]:
    """Return what is to come for projects of an area and a field, in a line each."""
    rows = coming(db, micros(now), area=area, field=field, most=ON_A_CARD)
    return [
        N_("Until {day}: {title} ({ref})", day=moment(row.ends_at).astimezone(zone).date(), title=row.title,
           ref=Own(f"/deadlines {reference(row.number)}"))
        for row in rows
    ]  # fmt: skip
