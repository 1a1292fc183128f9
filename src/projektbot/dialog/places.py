"""Places as people paste them: coordinates, geo: addresses, links of OpenStreetMap, Google and Apple Maps."""

from __future__ import annotations

import re
from urllib.parse import unquote

from projektbot.dialog.cleaning import plain
from projektbot.dialog.languages import babel_locale
from projektbot.dialog.model import Value
from projektbot.dialog.reading import Accepted, Reading, Wrong
from projektbot.dialog.shapes import MOST_EAST, MOST_NORTH
from projektbot.texts import N_

LONGEST = 2000  # characters of a link to a map
PLACES = 6  # decimals kept: a tenth of a metre
MINUTES, SECONDS = 60, 3600  # of a degree

NUMBER = r"[-+]?[0-9]{1,3}(?:\.[0-9]{1,20})?"
PAIR = rf"(?P<lat>{NUMBER})[,/][ +]?(?P<lon>{NUMBER})"
LINKS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"!3d(?P<lat>{NUMBER})!4d(?P<lon>{NUMBER})",  # Google's place itself; "@" is only the middle of its map
        rf"[?&]mlat=(?P<lat>{NUMBER})&mlon=(?P<lon>{NUMBER})",
        rf"[?&](?:q|ll|query|destination|daddr|center|coordinate)=(?:loc:)?{PAIR}",
        rf"@{PAIR}",
        rf"#map=[0-9.]+/{PAIR}",
        rf"/(?:place|search|dir/)/{PAIR}",
    )
)
GEO = re.compile(rf"geo:{PAIR}(?:[,;?].*)?")
POINTS = re.compile(rf"(?P<lat>{NUMBER})(?: ?[,;/] ?| )(?P<lon>{NUMBER})")
COMMAS = re.compile(r"(?P<lat>[-+]?[0-9]{1,3},[0-9]{1,20})(?: ?[;/] ?|,? )(?P<lon>[-+]?[0-9]{1,3},[0-9]{1,20})")
PART = r"[0-9]{1,3}(?:[.,][0-9]{1,20})?"
ANGLE = rf"({PART}) ?°? ?(?:({PART}) ?' ?)?(?:({PART}) ?(?:\"|''|”) ?)?"
LETTER_LAST = re.compile(rf"{ANGLE}([ns]) ?[,;/]? ?{ANGLE}([ewo])")
LETTER_FIRST = re.compile(rf"([ns]) ?{ANGLE}[,;/]? ?([ewo]) ?{ANGLE}")

NO_PLACE = N_("I found no place in this. Please share a location, or write its coordinates, such as 52.4425, 13.5823.")
OFF_THE_MAP = N_("These coordinates lie outside the map. Please check them once more.")


def read_place(words: str, *, locale: str) -> Reading:
    """Read a point in WGS 84 degrees, latitude first."""
    point = None if len(words) > LONGEST else in_link(words) or in_figures(plain(words), locale)
    if point is None:
        return Wrong(NO_PLACE)
    lat, lon = point
    return Accepted(as_value(lat, lon)) if abs(lat) <= MOST_NORTH and abs(lon) <= MOST_EAST else Wrong(OFF_THE_MAP)


def as_value(lat: float, lon: float) -> Value:
    """Return a point as it is stored."""
    return {"lat": round(lat, PLACES), "lon": round(lon, PLACES)}


def in_link(words: str) -> tuple[float, float] | None:
    """Find the place a link to a map points at, also with words around it, as apps share it."""
    if "://" not in words:
        return None
    link = unquote(words)
    found = next(filter(None, (pattern.search(link) for pattern in LINKS)), None)
    return (float(found["lat"]), float(found["lon"])) if found else None


def in_figures(written: str, locale: str) -> tuple[float, float] | None:
    """Read coordinates written out, with points or commas, or in degrees and minutes."""
    for pattern in (GEO, POINTS, COMMAS):
        if found := pattern.fullmatch(written):
            return degrees(found["lat"]), degrees(found["lon"])
    if found := LETTER_LAST.fullmatch(written):
        *lat, ns, lon_1, lon_2, lon_3, ew = found.groups()
        return with_sign(lat, ns, [lon_1, lon_2, lon_3], ew, locale)
    if found := LETTER_FIRST.fullmatch(written):
        ns, lat_1, lat_2, lat_3, ew, *lon = found.groups()
        return with_sign([lat_1, lat_2, lat_3], ns, lon, ew, locale)
    return None


def with_sign(
    lat: list[str | None], ns: str, lon: list[str | None], ew: str, locale: str
) -> tuple[float, float] | None:
    """Return signed degrees; "O" is Ost in German, but Ouest and Oeste elsewhere."""
    if ew == "o" and babel_locale(locale).language != "de":
        return None
    north, east = angle(lat), angle(lon)
    if north is None or east is None:
        return None
    return (-north if ns == "s" else north), (-east if ew == "w" else east)


def angle(parts: list[str | None]) -> float | None:
    """Add degrees, minutes and seconds; None if there are sixty or more of the smaller ones."""
    whole, minutes, seconds = (degrees(part or "0") for part in parts)
    if minutes >= MINUTES or seconds >= MINUTES:
        return None
    return whole + minutes / MINUTES + seconds / SECONDS


def degrees(number: str) -> float:
    """Return a number written with a point or a comma."""
    return float(number.replace(",", "."))
