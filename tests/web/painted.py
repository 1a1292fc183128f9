"""Pictures painted by chance and seed, where photos would be: sky, hills, houses, trees, water; light and grain."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from random import Random
from typing import TypeAlias

from PIL import Image, ImageChops, ImageDraw, ImageFilter

Colour: TypeAlias = tuple[int, int, int]

SKIES: Sequence[tuple[Colour, Colour]] = (
    ((92, 150, 196), (232, 226, 204)),
    ((70, 104, 150), (246, 190, 140)),
    ((150, 178, 190), (238, 236, 228)),
)
WALLS: Sequence[Colour] = ((214, 178, 140), (196, 120, 92), (226, 214, 190), (172, 150, 132), (150, 84, 70))


def painted(seed: int, width: int = 1200, height: int = 800) -> bytes:
    """Paint a place at the water as a JPEG."""
    chance = Random(seed)  # noqa: S311 - pictures
    image = _sky(chance, width, height)
    draw = ImageDraw.Draw(image)
    horizon = int(height * chance.uniform(0.42, 0.55))
    for depth in range(3):
        _hill(draw, chance, (width, height), horizon + depth * height // 24, depth)
    _town(draw, chance, width, horizon + height // 10)
    shore = int(height * chance.uniform(0.66, 0.76))
    draw.rectangle((0, horizon + height // 10, width, shore), fill=(118, 142, 84))
    for _ in range(chance.randint(5, 10)):
        _tree(draw, chance, chance.randint(0, width), shore - chance.randint(0, height // 14), height // 6)
    _water(image, shore)
    grain = Image.effect_noise((width, height), 7).convert("RGB")
    soft = image.filter(ImageFilter.GaussianBlur(width / 900))
    out = io.BytesIO()
    ImageChops.soft_light(soft, grain).save(out, "JPEG", quality=90)
    return out.getvalue()


def _sky(chance: Random, width: int, height: int) -> Image.Image:
    top, bottom = chance.choice(SKIES)
    gradient = Image.linear_gradient("L").resize((width, height))
    image = Image.composite(Image.new("RGB", (width, height), bottom), Image.new("RGB", (width, height), top), gradient)
    glow = Image.new("L", (width, height))
    x, y, r = chance.randint(0, width), int(height * chance.uniform(0.15, 0.4)), height // 5
    ImageDraw.Draw(glow).ellipse((x - r, y - r, x + r, y + r), fill=150)
    light = Image.new("RGB", (width, height), (255, 240, 205))
    return Image.composite(light, image, glow.filter(ImageFilter.GaussianBlur(height / 9)))


def _hill(draw: ImageDraw.ImageDraw, chance: Random, size: tuple[int, int], y: int, depth: int) -> None:
    width, height = size
    swing, shift = height / 22, chance.uniform(0, 7)
    line = [(x, y + swing * math.sin(x / width * (4 + depth) + shift)) for x in range(0, width + 20, 20)]
    draw.polygon([*line, (width, height), (0, height)], fill=(104 - 14 * depth, 132 - 8 * depth, 122 - 24 * depth))


def _town(draw: ImageDraw.ImageDraw, chance: Random, width: int, ground: int) -> None:
    x = chance.randint(0, width // 3)
    while x < width * 0.85:
        wide, high = chance.randint(width // 22, width // 13), chance.randint(width // 18, width // 10)
        draw.rectangle((x, ground - high, x + wide, ground), fill=chance.choice(WALLS))
        draw.polygon(
            [(x - 4, ground - high), (x + wide / 2, ground - high - wide * 0.6), (x + wide + 4, ground - high)],
            fill=(124, 62, 50),
        )
        for row in range(2):
            for column in range(3):
                left, top = x + wide * (0.14 + 0.27 * column), ground - high * (0.85 - 0.4 * row)
                draw.rectangle((left, top, left + wide * 0.14, top + high * 0.2), fill=(70, 84, 98))
        x += wide + chance.choice((0, 0, width // 30, width // 8))


def _tree(draw: ImageDraw.ImageDraw, chance: Random, x: int, y: int, size: int) -> None:
    draw.rectangle((x - size // 22, y - size // 2, x + size // 22, y), fill=(84, 64, 48))
    for _ in range(26):
        r = chance.randint(size // 9, size // 4)
        cx, cy = x + chance.gauss(0, size / 5), y - size * 0.75 + chance.gauss(0, size / 5)
        shade = chance.randint(-22, 26)
        draw.ellipse((cx - r, cy - r, cx + r, cy + r), fill=(70 + shade, 108 + shade, 58 + shade // 2))


def _water(image: Image.Image, shore: int) -> None:
    """Let what stands at the shore be seen in the water."""
    width, height = image.size
    above = image.crop((0, max(0, 2 * shore - height), width, shore)).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    mirrored = above.resize((width, height - shore)).filter(ImageFilter.GaussianBlur(width / 240))
    image.paste(Image.blend(mirrored, Image.new("RGB", mirrored.size, (58, 88, 104)), 0.45), (0, shore))
