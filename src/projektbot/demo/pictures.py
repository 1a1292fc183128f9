"""Pictures for the sample city, drawn by rule: nobody's photo, and the same at every start."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from random import Random
from typing import TypeAlias

from PIL import Image, ImageDraw, ImageFilter

SIZE = 1200, 800
Colour: TypeAlias = tuple[int, int, int]
Brush: TypeAlias = ImageDraw.ImageDraw


def draw(name: str) -> bytes:
    """Return a picture as JPEG: "river-7" is the seventh of rivers. Raises KeyError if there is no such subject."""
    subject, _, number = name.partition("-")
    scene, top, bottom = SCENES[subject]
    chance = Random(f"{subject}/{number}")  # noqa: S311 - a drawing
    image = _sky(top, bottom)
    scene(ImageDraw.Draw(image), chance)
    out = io.BytesIO()
    image.filter(ImageFilter.GaussianBlur(0.8)).save(out, "JPEG", quality=82, optimize=True)
    return out.getvalue()


def _sky(top: Colour, bottom: Colour) -> Image.Image:
    column = Image.new("RGB", (1, SIZE[1]))
    for y in range(SIZE[1]):
        share = y / SIZE[1]
        column.putpixel((0, y), tuple(round(a + (b - a) * share) for a, b in zip(top, bottom, strict=True)))
    return column.resize(SIZE)


def _river(brush: Brush, chance: Random) -> None:
    _hills(brush, chance, 430, (98, 138, 92))
    brush.rectangle((0, 520, *SIZE), fill=(92, 142, 168))
    for _ in range(60):
        x, y, wide = chance.randrange(SIZE[0]), chance.randrange(530, 790), chance.randrange(30, 140)
        brush.line((x, y, x + wide, y), fill=(146, 186, 204), width=2)
    _trees(brush, chance, 520, 7)
    brush.polygon(((0, 800), (0, 700), (500, 660), (900, 800)), fill=(120, 110, 90))
    _bench(brush, chance.randrange(120, 380), 690)


def _meadow(brush: Brush, chance: Random) -> None:
    _hills(brush, chance, 420, (120, 156, 96))
    brush.rectangle((0, 500, *SIZE), fill=(132, 168, 84))
    _trees(brush, chance, 510, 5)
    for _ in range(500):
        x, y = chance.randrange(SIZE[0]), chance.randrange(540, 800)
        size = 2 + (y - 540) // 60
        brush.ellipse((x, y, x + size, y + size), fill=chance.choice(((232, 196, 72), (214, 92, 88), (240, 240, 232))))


def _street(brush: Brush, chance: Random) -> None:
    _houses(brush, chance, 560)
    brush.polygon(((0, 800), (520, 560), (680, 560), (1200, 800)), fill=(92, 94, 100))
    for step in range(6):
        y = 600 + step * step * 7
        brush.rectangle((592 - step, y, 608 + step, y + 12 + step * 2), fill=(226, 226, 220))
    _trees(brush, chance, 590, 4)


def _house(brush: Brush, chance: Random) -> None:
    brush.rectangle((0, 620, *SIZE), fill=(156, 150, 138))
    left, wall = chance.randrange(220, 330), chance.choice(((176, 92, 74), (198, 164, 112), (142, 104, 88)))
    brush.rectangle((left, 270, left + 600, 640), fill=wall)
    brush.polygon(((left - 40, 270), (left + 300, 110), (left + 640, 270)), fill=(88, 62, 58))
    for column in range(4):
        for row in range(2):
            x, y = left + 50 + column * 140, 310 + row * 150
            brush.rectangle((x, y, x + 80, y + 100), fill=chance.choice(((246, 222, 150), (186, 208, 220))))
    brush.rectangle((left + 260, 500, left + 340, 640), fill=(74, 54, 50))
    _trees(brush, chance, 640, 3)


def _square(brush: Brush, chance: Random) -> None:
    _houses(brush, chance, 500)
    brush.rectangle((0, 500, *SIZE), fill=(190, 178, 158))
    for row in range(10):
        y = 500 + row * row * 3
        brush.line((0, y, SIZE[0], y), fill=(172, 160, 140), width=2)
    _trees(brush, chance, 560, 4)
    _bench(brush, chance.randrange(400, 800), 640)


def _hall(brush: Brush, chance: Random) -> None:
    brush.rectangle((0, 480, *SIZE), fill=(196, 146, 92))
    for column in range(7):
        x = 40 + column * 170
        brush.rectangle((x, 90, x + 110, 300), fill=(210, 226, 232))
    for column in range(9):
        brush.line((600 + (column - 4) * 60, 480, 600 + (column - 4) * 260, 800), fill=(178, 128, 78), width=3)
    for _ in range(9):
        _person(brush, chance.randrange(120, 1080), chance.randrange(560, 700), chance)


def _night(brush: Brush, chance: Random) -> None:
    for _ in range(160):
        x, y = chance.randrange(SIZE[0]), chance.randrange(420)
        brush.point((x, y), fill=(240, 236, 210))
    brush.rectangle((340, 260, 860, 540), fill=(236, 236, 226))
    brush.rectangle((0, 580, *SIZE), fill=(42, 58, 52))
    for _ in range(24):
        _person(brush, chance.randrange(80, 1120), chance.randrange(600, 740), chance)


def _hills(brush: Brush, chance: Random, y: int, colour: Colour) -> None:
    for x in range(-200, SIZE[0], 220):
        height = chance.randrange(40, 130)
        brush.ellipse((x, y - height, x + 520, y + 260), fill=tuple(c - height // 6 for c in colour))


def _trees(brush: Brush, chance: Random, ground: int, number: int) -> None:
    for _ in range(number):
        x, size = chance.randrange(30, SIZE[0] - 30), chance.randrange(50, 110)
        brush.rectangle((x - 6, ground - size, x + 6, ground + 8), fill=(96, 74, 56))
        green = chance.choice(((74, 112, 70), (88, 128, 74), (104, 132, 66)))
        for _ in range(9):
            dx, dy = chance.randrange(-size // 2, size // 2), chance.randrange(-size // 2, size // 3)
            top = ground - round(size * 1.4) + dy
            brush.ellipse((x + dx - size // 2, top - size // 2, x + dx + size // 2, top + size // 2), fill=green)


def _houses(brush: Brush, chance: Random, ground: int) -> None:
    x = -20
    while x < SIZE[0]:
        wide, high = chance.randrange(110, 190), chance.randrange(190, 320)
        wall = chance.choice(((204, 172, 132), (178, 124, 104), (220, 206, 176), (160, 168, 172)))
        brush.rectangle((x, ground - high, x + wide, ground), fill=wall)
        brush.polygon(
            ((x, ground - high), (x + wide // 2, ground - high - 70), (x + wide, ground - high)), fill=(112, 74, 66)
        )
        for left in range(x + 16, x + wide - 36, 44):
            for top in range(ground - high + 24, ground - 60, 66):
                brush.rectangle(
                    (left, top, left + 24, top + 36), fill=chance.choice(((238, 218, 160), (150, 170, 184)))
                )
        x += wide


def _bench(brush: Brush, x: int, y: int) -> None:
    for step in range(3):
        brush.rectangle((x, y - 60 + step * 18, x + 190, y - 50 + step * 18), fill=(150, 96, 58))
    brush.rectangle((x - 6, y, x + 196, y + 12), fill=(150, 96, 58))
    for leg in (x + 14, x + 168):
        brush.rectangle((leg, y - 60, leg + 9, y + 52), fill=(70, 70, 74))


def _person(brush: Brush, x: int, y: int, chance: Random) -> None:
    coat = chance.choice(((190, 84, 72), (78, 108, 148), (212, 170, 86), (96, 130, 96), (120, 92, 130)))
    brush.ellipse((x - 10, y - 62, x + 10, y - 40), fill=(224, 184, 150))
    brush.rounded_rectangle((x - 16, y - 40, x + 16, y + 20), radius=12, fill=coat)


SCENES: Mapping[str, tuple[Callable[[Brush, Random], None], Colour, Colour]] = {
    "river": (_river, (166, 204, 226), (232, 238, 226)),
    "meadow": (_meadow, (150, 196, 228), (226, 238, 232)),
    "street": (_street, (176, 200, 216), (236, 230, 214)),
    "house": (_house, (186, 206, 214), (240, 232, 212)),
    "square": (_square, (168, 202, 226), (238, 232, 216)),
    "hall": (_hall, (222, 214, 200), (240, 232, 216)),
    "night": (_night, (22, 28, 60), (70, 72, 110)),
}
