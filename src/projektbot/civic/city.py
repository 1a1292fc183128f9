"""The city as data: who runs this, which areas it has, where a person can be asked."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator

from projektbot.errors import SettingsError
from projektbot.mistakes import in_words

Degrees = tuple[Annotated[float, Field(ge=-180, le=180)], Annotated[float, Field(ge=-90, le=90)]]

# Steps of staff with an idea that a second one has to agree to, where the city wants it (projects.rules.Step).
Step = Literal["publish", "ask", "decline", "merge", "answer"]

GREEN = "#0f5c52"  # the page's own colour, where the city names none
LOGO_BYTES = 20_000  # a page and all that belongs to it stay below 100 kB
LOGOS = {".svg": b"<svg", ".png": b"\x89PNG\r\n\x1a\n"}  # what a file of this name must hold, near its beginning


class Area(BaseModel):
    """A part of the city. `boundary` is a ring of (longitude, latitude) in WGS 84 degrees, as in GeoJSON."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    name: str
    inhabitants: int = Field(ge=0)
    boundary: tuple[Degrees, ...] = ()

    @field_validator("code")
    @classmethod
    def _fit_for_a_button(cls, value: str) -> str:
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,23}", value):
            raise ValueError("write a small letter, then small letters, digits and _, at most 24 together")
        return value

    def contains(self, lat: float, lon: float) -> bool:
        """Say whether a point lies inside the boundary (ray casting; a point on the line counts to one side)."""
        inside = False
        for (lon1, lat1), (lon2, lat2) in zip(self.boundary, (*self.boundary[1:], *self.boundary[:1]), strict=True):
            if (lat1 > lat) != (lat2 > lat) and lon < (lon2 - lon1) * (lat - lat1) / (lat2 - lat1) + lon1:
                inside = not inside
        return inside


class City(BaseModel):
    """A city that runs a projektbot. `colour` and `logo` (a file beside that of the city) are those of its pages."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    operator: str
    contact: str
    privacy_url: str = ""
    colour: str = GREEN
    logo: Path | None = None
    answer_days: int = Field(default=14, ge=1)
    four_eyes: frozenset[Step] = frozenset()
    areas: tuple[Area, ...]

    @field_validator("colour")
    @classmethod
    def _of_six_digits(cls, value: str) -> str:
        if not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
            raise ValueError("write # and six digits of red, green and blue, such as '#0f5c52', in quotes")
        return value.lower()

    @field_validator("logo")
    @classmethod
    def _a_small_picture(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        if value is None:
            return None
        path = Path((info.context or {}).get("folder", "")) / value
        if problem := _wrong_with_logo(path):
            raise ValueError(problem)
        return path

    def area_at(self, lat: float, lon: float) -> str:
        """Return the code of the area a point lies in, or an empty string."""
        return next((area.code for area in self.areas if area.contains(lat, lon)), "")


def read_city(path: Path) -> City:
    """Read a city file; raise SettingsError with every mistake in it."""
    try:
        data = yaml.safe_load(path.read_text("utf-8"))
    except OSError as error:
        raise SettingsError([f"PROJEKTBOT_CITY: {path}: {error.strerror}"]) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SettingsError([f"{path}: {error}"]) from error
    problems = _of_all_areas(data)
    city = None
    try:
        city = City.model_validate(data, context={"folder": path.parent})
    except ValidationError as error:
        problems += [f"{'.'.join(map(str, fault['loc'])) or 'the file'}: {in_words(fault)}" for fault in error.errors()]
    if problems or city is None:
        raise SettingsError([f"{path}: {problem}" for problem in problems])
    return city


def _wrong_with_logo(path: Path) -> str:
    """Say why a logo cannot be shown; empty if it can."""
    begins = LOGOS.get(path.suffix.lower())
    if begins is None:
        return "name an SVG or a PNG file"
    try:
        content = path.read_bytes()
    except OSError as error:
        return f"{path}: {error.strerror}"
    if len(content) > LOGO_BYTES:
        return f"the file has {len(content):,} bytes, and at most {LOGO_BYTES:,} are shown"
    return "" if begins in content[:2000] else f"the file is no {path.suffix[1:].upper()}"


def _of_all_areas(data: Any) -> list[str]:  # noqa: ANN401 - YAML
    """Return what no single area shows."""
    areas = data.get("areas") if isinstance(data, dict) else None
    if not isinstance(areas, list):
        return []
    codes = [str(area.get("code")) for area in areas if isinstance(area, dict) and "code" in area]
    twice = sorted({code for code in codes if codes.count(code) > 1})
    return [f"areas: the code {code} is used twice" for code in twice] or ([] if areas else ["areas: there is none"])
