"""A map drawn from the city's own areas: no tiles, no other server, and nothing that a reader could not do without."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from projektbot.civic.city import City

LONGEST = 400.0  # side of the drawing, in units of its own
MARGIN = 10.0
EXACT = 0.6  # units: bends of a boundary that are smaller are left out
SHADES = 4  # how many tints tell few projects from many

Point: TypeAlias = tuple[float, float]  # x to the right, y down


class Dot(NamedTuple):
    """A project that has a place."""

    ref: str
    title: str
    lat: float
    lon: float


class DrawnDot(NamedTuple):
    """The same, on the drawing."""

    ref: str
    title: str
    x: float
    y: float


class DrawnArea(NamedTuple):
    """An area on the drawing: its outline as the path of an SVG, where its name stands, how many projects it has."""

    code: str
    name: str
    path: str
    x: float
    y: float
    projects: int
    shade: int


class Drawn(NamedTuple):
    """A drawing: its size, areas, projects, and all other places as one path of points."""

    width: float
    height: float
    areas: Sequence[DrawnArea]
    dots: Sequence[DrawnDot]
    places: str


@dataclass(frozen=True, slots=True)
class TownMap:
    """How degrees become places on the drawing, and the outlines of the areas, worked out once."""

    west: float
    north: float
    scale: float  # units for a degree of latitude
    squeeze: float  # a degree of longitude is shorter than one of latitude
    width: float
    height: float
    outlines: Mapping[str, Sequence[Point]]
    names: Mapping[str, str]

    @property
    def known(self) -> bool:
        """Say whether there is anything to draw."""
        return bool(self.outlines)

    def drawn(
        self, dots: Sequence[Dot] = (), places: Sequence[Point] = (), counts: Mapping[str, int] | None = None
    ) -> Drawn | None:
        """Draw it, with dots for projects and small ones for (latitude, longitude); None if no boundary is known."""
        if not self.known:
            return None
        shown = [DrawnDot(dot.ref, dot.title, *self.at(dot.lat, dot.lon)) for dot in dots]
        points = sorted({self.at(lat, lon) for lat, lon in places})
        return Drawn(
            self.width,
            self.height,
            [self._area(code, outline, counts or {}) for code, outline in self.outlines.items()],
            [dot for dot in shown if self._inside(dot.x, dot.y)],
            "".join(f"M{x:g} {y:g}h0" for x, y in points if self._inside(x, y)),
        )

    def _area(self, code: str, outline: Sequence[Point], counts: Mapping[str, int]) -> DrawnArea:
        count, most = counts.get(code, 0), max(counts.values(), default=0)
        shade = math.ceil(SHADES * count / most) if most else 0
        x, y = _centre(outline)
        return DrawnArea(code, self.names[code], _path(outline), x, y, count, shade)

    def at(self, lat: float, lon: float) -> Point:
        """Return where a place is on the drawing."""
        x = MARGIN + (lon - self.west) * self.squeeze * self.scale
        return round(x, 1), round(MARGIN + (self.north - lat) * self.scale, 1)

    def _inside(self, x: float, y: float) -> bool:
        return 0 <= x <= self.width and 0 <= y <= self.height


def town_map(city: City) -> TownMap:
    """Work out the map of a city."""
    rings = {area.code: area.boundary for area in city.areas if area.boundary}
    names = {area.code: area.name for area in city.areas}
    if not rings:
        return TownMap(0, 0, 1, 1, 0, 0, {}, names)
    lons = [lon for ring in rings.values() for lon, _ in ring]
    lats = [lat for ring in rings.values() for _, lat in ring]
    squeeze = math.cos(math.radians((max(lats) + min(lats)) / 2))
    # a city of one point would have no size: some ten metres at least
    wide, high = max((max(lons) - min(lons)) * squeeze, 1e-4), max(max(lats) - min(lats), 1e-4)
    scale = (LONGEST - 2 * MARGIN) / max(wide, high)
    width, height = round(wide * scale + 2 * MARGIN), round(high * scale + 2 * MARGIN)
    empty = TownMap(min(lons), max(lats), scale, squeeze, width, height, {}, names)
    outlines = {code: _simplified([empty.at(lat, lon) for lon, lat in ring]) for code, ring in rings.items()}
    return TownMap(empty.west, empty.north, scale, squeeze, width, height, outlines, names)


def _path(outline: Sequence[Point]) -> str:
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in outline) + "z"


def _centre(outline: Sequence[Point]) -> Point:
    """Return the centre of an area; of a line, that of its points."""
    doubled = cx = cy = 0.0
    for (x1, y1), (x2, y2) in zip(outline, (*outline[1:], *outline[:1]), strict=True):
        cross = x1 * y2 - x2 * y1
        doubled, cx, cy = doubled + cross, cx + (x1 + x2) * cross, cy + (y1 + y2) * cross
    if not doubled:
        return round(sum(x for x, _ in outline) / len(outline), 1), round(sum(y for _, y in outline) / len(outline), 1)
    return round(cx / (3 * doubled), 1), round(cy / (3 * doubled), 1)


def _simplified(outline: Sequence[Point]) -> Sequence[Point]:
    """Leave out what nobody would see (Douglas and Peucker), without recursion: a boundary may have many points."""
    keep = {0, len(outline) - 1}
    parts = [(0, len(outline) - 1)]
    while parts:
        first, last = parts.pop()
        far, at = max(
            ((_off(outline[i], outline[first], outline[last]), i) for i in range(first + 1, last)), default=(0.0, 0)
        )
        if far > EXACT:
            keep.add(at)
            parts += [(first, at), (at, last)]
    return [outline[index] for index in sorted(keep)]


def _off(point: Point, one: Point, other: Point) -> float:
    """Return how far a point is from the line between two others."""
    length = math.dist(one, other)
    if not length:
        return math.dist(point, one)
    dx, dy = other[0] - one[0], other[1] - one[1]
    return abs(dy * (point[0] - one[0]) - dx * (point[1] - one[1])) / length
