"""A city's colour on its pages: whatever it is, everything stays legible."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from projektbot.civic.city import GREEN
from projektbot.web.colours import CALM, DARK, LEGIBLE, LIGHT, contrast, dark_shades, light_shades, sheet

COLOURS = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


def test_contrast_is_that_of_wcag() -> None:
    assert round(contrast("#000000", "#ffffff"), 2) == 21
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48


@given(COLOURS)
def test_whatever_the_colour_words_are_legible_on_light_pages(colour: str) -> None:
    brand, deep, on_brand, tint, mine, on_mine = light_shades(colour)

    for words in (brand, deep):
        assert min(contrast(words, ground) for ground in (*LIGHT, tint)) >= LEGIBLE
    assert min(contrast(on_brand, brand), contrast(on_brand, deep), contrast(on_mine, mine)) >= LEGIBLE


@given(COLOURS)
def test_whatever_the_colour_words_are_legible_on_dark_pages(colour: str) -> None:
    brand, deep, on_brand, tint, mine, on_mine = dark_shades(colour)

    for words in (brand, deep):
        assert min(contrast(words, ground) for ground in (*DARK, tint)) >= LEGIBLE
    assert min(contrast(on_brand, brand), contrast(on_brand, deep)) >= LEGIBLE
    assert contrast(on_mine, mine) >= CALM


def test_a_colour_that_is_legible_stays_as_it_is() -> None:
    assert light_shades(GREEN).brand == GREEN
    assert f"--brand:{GREEN}".encode() in sheet(GREEN)
