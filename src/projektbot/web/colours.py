"""A city's colour, in the shades that pages need: each as near to it as WCAG 2.2 allows, in light and dark."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence
from typing import NamedTuple

LEGIBLE = 4.5  # of 1.4.3 for text of any size
CALM = 7.0  # on dark pages a brighter shade is also the calmer one
WHITE, GREY, BLACK = "#ffffff", "#808080", "#000000"
STEPS = 60
QUIET = 0.35  # so much grey is mixed into what is made lighter: bright colours flicker on dark pages


class Ground(NamedTuple):
    """What words stand on: the paper of site.css, and the cards on it."""

    paper: str
    card: str


LIGHT = Ground("#f7f2e9", "#fffdf8")
DARK = Ground("#171512", "#24211c")


class Shades(NamedTuple):
    """A set of colours, as site.css names them."""

    brand: str
    brand_deep: str
    on_brand: str
    tint: str
    mine: str
    on_mine: str


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def light_shades(colour: str) -> Shades:
    """Return the shades of a light page."""
    tint = mixed(LIGHT.card, colour, 0.12)
    brand = _until(colour, light=False, grounds=(*LIGHT, tint), wanted=LEGIBLE)
    deep = mixed(brand, BLACK, 0.22)
    return Shades(brand, deep, LIGHT.card, tint, brand, LIGHT.card)


def dark_shades(colour: str) -> Shades:
    """Return the shades of a dark page: words in a bright one, areas in a deep one."""
    tint = mixed(DARK.card, colour, 0.22)
    brand = _until(mixed(colour, GREY, QUIET), light=True, grounds=(*DARK, tint), wanted=CALM)
    deep = mixed(brand, WHITE, 0.3)
    on_brand = _until(mixed(colour, BLACK, 0.7), light=False, grounds=(brand, deep), wanted=CALM)
    mine = _until(colour, light=False, grounds=(LIGHT.card,), wanted=CALM)
    return Shades(brand, deep, on_brand, tint, mine, LIGHT.card)


def sheet(colour: str) -> bytes:
    """Return a stylesheet that gives the pages a city's colour."""
    light, dark = _rules(light_shades(colour)), _rules(dark_shades(colour))
    return f":root{{{light}}}\n@media (prefers-color-scheme:dark){{:root{{{dark}}}}}\n".encode()


def mixed(one: str, other: str, share: float) -> str:
    """Return a colour with so much (0 to 1) of another in it."""
    return "#" + "".join(
        f"{round(a + (b - a) * share):02x}" for a, b in zip(_channels(one), _channels(other), strict=True)
    )


def _rules(shades: Shades) -> str:
    named = shades._asdict().items()
    return ";".join(f"--{name.replace('_', '-')}:{value}" for name, value in named)


def _until(colour: str, *, light: bool, grounds: Sequence[str], wanted: float) -> str:
    """Return the colour, lighter or darker by as little as it takes to stand out from everything in `grounds`."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*(channel / 255 for channel in _channels(colour)))
    end = 1.0 if light else 0.0
    for step in range(STEPS + 1):
        red, green, blue = colorsys.hls_to_rgb(hue, lightness + (end - lightness) * step / STEPS, saturation)
        shade = f"#{round(255 * red):02x}{round(255 * green):02x}{round(255 * blue):02x}"
        if all(contrast(shade, ground) >= wanted for ground in grounds):
            return shade
    return WHITE if light else BLACK


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - IEC 61966-2-1
